"""A window for the real program: it runs on a pseudo terminal, types bytes, and reads the screen as a person does."""

from __future__ import annotations

import fcntl
import os
import signal
import struct
import subprocess
import sys
import termios
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pyte

ROOT = Path(__file__).resolve().parent.parent
PATIENCE_S = 50.0
BEAT_S = 0.05
RUN = ("-m", "scanner_client.start", "run")


class Window:
    """`screen` is what a terminal shows of the program's output. Waiting ends with what the screen showed last."""

    def __init__(self, command: Sequence[str], width: int, height: int, patience_s: float = PATIENCE_S) -> None:
        self._patience_s = patience_s
        self._line, theirs = os.openpty()
        self._screen = pyte.Screen(width, height)
        self._stream = pyte.ByteStream(self._screen)
        self._changed = threading.Condition()
        self._reading = threading.Event()
        self._reading.set()
        self.written = 0
        self.bells = 0
        self._unreadable: Exception | None = None
        self.resize(width, height)
        self.process = subprocess.Popen(
            [sys.executable, *command], stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
            preexec_fn=_own_the_line,  # noqa: PLW1509  # else the program would not hear that the window was resized
            cwd=ROOT, env=_environment(),
        )  # fmt: skip
        os.close(theirs)
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def send(self, data: bytes) -> None:
        """Every byte, as fast as the program takes them."""
        view = memoryview(data)
        while view:
            view = view[os.write(self._line, view) :]

    @contextmanager
    def unread(self) -> Iterator[None]:
        """Nothing that the program writes is read, beyond what comes first."""
        self._reading.clear()
        try:
            yield
        finally:
            self._reading.set()

    def resize(self, width: int, height: int) -> None:
        with self._changed:
            self._screen.resize(height, width)
        fcntl.ioctl(self._line, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))

    @property
    def is_raw(self) -> bool:
        """Whether the line hands every byte to the program and echoes none, as no shell leaves it."""
        _, _, _, local, *_ = termios.tcgetattr(self._line)
        return not local & (termios.ECHO | termios.ICANON | termios.ISIG)

    def rows(self) -> list[str]:
        """The screen's rows. A wide character is one character here, as in a view."""
        with self._changed:
            return [row.rstrip() for row in _display(self._screen)]

    def reversed_rows(self) -> list[str]:
        """What stands in reverse video in each row, so that it is seen without colours too."""
        with self._changed:
            rows = [self._screen.buffer[y] for y in range(self._screen.lines)]
            cells = [[row[x] for x in range(self._screen.columns)] for row in rows]
            return ["".join(cell.data for cell in row if cell.reverse).strip() for row in cells]

    @property
    def text(self) -> str:
        return "\n".join(self.rows())

    def wait_for(self, seen: Callable[[], bool], what: str) -> None:
        """Look at each change of the screen, and now and then between, until it is as wanted."""
        deadline = threading.Event()
        timer = threading.Timer(self._patience_s, deadline.set)
        timer.start()
        try:
            while not seen():
                assert self._unreadable is None, f"no terminal can show this: {self._unreadable!r}"
                assert self.process.poll() is None, f"the program has ended before {what}:\n{self.text}"
                assert not deadline.is_set(), f"in vain: {what}:\n{self.text}"
                with self._changed:
                    self._changed.wait(BEAT_S)
        finally:
            timer.cancel()

    def wait_for_text(self, *texts: str) -> None:
        self.wait_for(lambda: all(text in self.text for text in texts), f"the screen shows {texts}")

    def wait_for_rows(self, rows: Sequence[str], what: str) -> None:
        """All rows but the status row."""
        self.wait_for(lambda: self.rows()[1:] == list(rows), what)

    def wait_for_entry(self, shown: str) -> None:
        self.wait_for(lambda: any(row.endswith(shown) for row in self.rows()), f"a row ends with {shown}")

    def end(self, number: int = signal.SIGTERM) -> int:
        """Ask it to end; gives its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.ended()

    def ended(self) -> int:
        """Its exit status, once it has ended by itself and everything it wrote was read."""
        status = self.process.wait(30)
        self._reader.join(30)
        return status

    def close(self) -> None:
        self.process.kill()
        self.process.wait(30)
        self._reader.join(30)
        os.close(self._line)

    def _read(self) -> None:
        while True:
            self._reading.wait()
            try:
                data = os.read(self._line, 65536)
            except OSError:
                return  # the program is gone, and with it the other end of the line
            with self._changed:
                self.written += len(data)
                self.bells += data.count(b"\a")
                try:
                    self._stream.feed(data)
                except Exception as error:  # noqa: BLE001  # of pyte's parser: the program is read to its end anyway
                    self._unreadable = error
                self._changed.notify_all()


@contextmanager
def window(
    home: Path, *options: str, width: int = 20, height: int = 16, patience_s: float = PATIENCE_S
) -> Iterator[Window]:
    """`scanner run` in a window of this size."""
    opened = Window([*RUN, "--home", str(home), *options], width, height, patience_s)
    try:
        yield opened
    finally:
        opened.close()


def _own_the_line() -> None:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def _display(screen: pyte.Screen) -> Iterator[str]:
    for y in range(screen.lines):
        row = screen.buffer[y]
        # The cell behind a wide character holds nothing.
        yield "".join(row[x].data for x in range(screen.columns))


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in {"COLUMNS", "LINES"}}
    return {**kept, "TERM": "xterm-256color", "PYTHONPATH": str(ROOT)}
