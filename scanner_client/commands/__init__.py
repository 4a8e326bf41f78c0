"""The commands of `scanner`, one module each; every module has a `command`. What they share stands in `options`."""
