"""The input driver: bytes from the terminal's line go to the keyboard as they are, whatever they are.

Textual's own driver decodes strictly and ends with a traceback at one byte that is not UTF-8; it also asks the terminal
for reports and for other codes of keys, which would stand between the bytes of a scan. Here nothing is asked. The
thread sleeps until a byte comes or a held burst is due; it never polls.
"""

from __future__ import annotations

import asyncio
import os
import selectors
import signal
import sys
from threading import Thread
from typing import TYPE_CHECKING, Any, Protocol, cast

from textual import events
from textual.drivers._writer_thread import WriterThread
from textual.drivers.linux_driver import LinuxDriver
from textual.geometry import Size

from screens.opening import make_raw
from screens.ports import Keyboard

if TYPE_CHECKING:
    from textual.app import App

READ_BYTES = 4096
ALTERNATE_SCREEN, HIDE_CURSOR = "\x1b[?1049h", "\x1b[?25l"
CLICKS, CLICKS_AS_NUMBERS = "\x1b[?1000", "\x1b[?1006"


class Listening(Protocol):
    """The application this driver works for."""

    keyboard: Keyboard


class InputDriver(LinuxDriver):
    def __init__(
        self, app: App[Any], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._keyboard = cast("Listening", app).keyboard
        self._waking, self._wake = os.pipe()

    def start_application_mode(self) -> None:
        assert sys.__stderr__ is not None
        self._writer_thread = WriterThread(sys.__stderr__)
        self._writer_thread.start()
        self.attrs_before = make_raw(self.fileno)
        self.write(ALTERNATE_SCREEN + HIDE_CURSOR)
        self._enable_mouse_support()
        self._enable_bracketed_paste()
        self._disable_line_wrap()
        signal.signal(signal.SIGWINCH, self._resized)
        self._resized()
        self._key_thread = Thread(target=self._run_input_thread, name="input")
        self._key_thread.start()

    def disable_input(self) -> None:
        os.write(self._wake, b"\0")
        super().disable_input()

    def close(self) -> None:
        super().close()
        os.close(self._waking)
        os.close(self._wake)

    def run_input_thread(self) -> None:
        """Hand bytes on until input is disabled or the line is gone."""
        with selectors.DefaultSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            selector.register(self._waking, selectors.EVENT_READ)
            while True:
                ready = {key.fd for key, _ in selector.select(self._keyboard.wait)}
                if self._waking in ready:
                    return
                if self.fileno not in ready:
                    self._keyboard.tick()
                elif not self._read():
                    self._app.call_later(self._app.exit)
                    return

    def _read(self) -> bool:
        """False where the line is gone."""
        try:
            data = os.read(self.fileno, READ_BYTES)
        except OSError:
            return False
        if data:
            self._keyboard.feed(data)
        return bool(data)

    def _resized(self, *_signal: object) -> None:
        size = Size(*self._get_terminal_size())
        event = events.Resize(size, size)
        asyncio.run_coroutine_threadsafe(self._app._post_message(event), loop=self._loop)  # noqa: SLF001  # as Textual's

    def _get_terminal_size(self) -> tuple[int, int]:
        """Of the line itself: COLUMNS and LINES of the environment tell of the one that started the program."""
        width, height = os.get_terminal_size(self.fileno)
        return width, height

    def _enable_mouse_support(self) -> None:
        """Clicks only: reports of a moving mouse would stand in the middle of a scan."""
        if self._mouse:
            self.write(f"{CLICKS}h{CLICKS_AS_NUMBERS}h")

    def _disable_mouse_support(self) -> None:
        if self._mouse:
            self.write(f"{CLICKS}l{CLICKS_AS_NUMBERS}l")
