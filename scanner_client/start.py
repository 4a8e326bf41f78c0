"""Where the `scanner` program begins: the first text of `scanner run` stands before anything else is loaded.

A window is opened without the command line's library, whose loading is a tenth of the way to the first screen. What
stands behind `run` and is not understood here (`--help`, a mistake, `--headless`) is left to the command line.
"""

from __future__ import annotations

import gc
import os
import sys

from screens.opening import Opening

OPTIONS = ("--home", "--lang")
LANGUAGES = ("en", "zh_CN")
ENVIRONMENT = 2
Words = list[str]


def main() -> None:
    """Run the command line."""
    options = window_options(sys.argv[1:])
    if options is None:
        from scanner_client.cli import main as command_line  # noqa: PLC0415  # a window does not need it

        command_line()
        return
    gc.disable()  # loading makes much and drops nothing; after the first frame it is on again
    with Opening():
        trouble = _window(options)
    if trouble:
        sys.stderr.write(f"{trouble}\n")
        sys.exit(ENVIRONMENT)


def window_options(words: Words) -> dict[str, str] | None:
    """What `scanner run` for a window was told, None where it is another command or not all of it is understood."""
    if words[:1] != ["run"]:
        return None
    pairs = [part for word in words[1:] for part in (word.split("=", 1) if word.startswith("--") else [word])]
    options = dict(zip(pairs[::2], pairs[1::2], strict=False))
    understood = len(pairs) % 2 == 0 and all(name in OPTIONS and value for name, value in options.items())
    return options if understood and options.get("--lang", LANGUAGES[0]) in LANGUAGES else None


def language_of(locale: str) -> str:
    """The language of a locale such as zh_CN.UTF-8; English where it is neither."""
    return "zh_CN" if locale.startswith("zh") else "en"


def _window(options: dict[str, str]) -> str:
    """Run until the window ends; what went wrong as one sentence, empty where nothing did."""
    from pathlib import Path  # noqa: PLC0415  # after the first text

    from devices.faults import DeviceError  # noqa: PLC0415
    from scanner_client.app import NoWindow, run  # noqa: PLC0415
    from scanner_client.home import HomeError, home_at  # noqa: PLC0415
    from scanner_client.ports import StoreError  # noqa: PLC0415

    named = options.get("--home") or os.environ.get("SCANNER_HOME")
    language = options.get("--lang") or language_of(os.environ.get("LC_ALL") or os.environ.get("LANG") or "")
    try:
        run(home_at(Path(named) if named else None), language)
    except (DeviceError, HomeError, NoWindow, StoreError) as error:
        return str(error)
    return ""


if __name__ == "__main__":
    main()
