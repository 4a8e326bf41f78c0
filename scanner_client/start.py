"""Where the `scanner` program begins: the first text of `scanner run` stands before anything else is loaded."""

from __future__ import annotations

import sys

from screens.opening import Opening

WITHOUT_WINDOW = {"--headless", "--help", "-h"}


def main() -> None:
    """Run the command line."""
    if sys.argv[1:2] != ["run"] or WITHOUT_WINDOW & set(sys.argv):
        _command_line()
        return
    with Opening():
        _command_line()


def _command_line() -> None:
    from scanner_client.cli import main as command_line  # noqa: PLC0415  # after the first text

    command_line()


if __name__ == "__main__":
    main()
