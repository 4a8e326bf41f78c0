"""The first moment: the line of text that stands on the screen before Textual is loaded, and the line's raw mode.

Imports nothing that takes time. The line is raw from the first moment on, so that a scan made while the program starts
is neither echoed nor changed nor taken for a signal, and waits in the kernel in order.
"""

from __future__ import annotations

import os
import sys
import termios

FIRST_TEXT = "Starting 正在启动"
_INPUT, _LOCAL, _CHARACTERS = 0, 3, 6
_RAW_INPUT = (
    termios.BRKINT | termios.IGNBRK | termios.PARMRK | termios.INPCK | termios.ISTRIP
    | termios.ICRNL | termios.INLCR | termios.IGNCR | termios.IXON | termios.IXOFF | termios.IXANY
)  # fmt: skip
_RAW_LOCAL = termios.ECHO | termios.ECHONL | termios.ICANON | termios.ISIG | termios.IEXTEN
Attributes = list[int | list[bytes | int]]


class Opening:
    """A context: inside it the line lets every byte through; what was before is restored at its end."""

    def __init__(self, text: str = FIRST_TEXT) -> None:
        self._text = text
        self._before: Attributes | None = None

    def __enter__(self) -> None:
        if is_window():
            self._before = make_raw(sys.stdin.fileno())
            os.write(sys.stderr.fileno(), f"{self._text}\r\n".encode())

    def __exit__(self, *_raised: object) -> None:
        if self._before is not None:
            termios.tcsetattr(sys.stdin.fileno(), termios.TCSANOW, self._before)


def is_window() -> bool:
    """Whether a person can see and type: Textual reads standard input and paints on standard error."""
    return all(stream is not None and stream.isatty() for stream in (sys.__stdin__, sys.__stderr__))


def make_raw(line: int) -> Attributes:
    """Let every byte through unchanged and without effect; gives the attributes of before. Output stays as it is."""
    before: Attributes = termios.tcgetattr(line)
    after = termios.tcgetattr(line)
    after[_INPUT] &= ~_RAW_INPUT
    after[_LOCAL] &= ~_RAW_LOCAL
    after[_CHARACTERS][termios.VMIN] = 1
    after[_CHARACTERS][termios.VTIME] = 0
    termios.tcsetattr(line, termios.TCSANOW, after)
    return before
