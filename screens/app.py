"""The application: it paints the views it is shown, and hands out taps and sizes. Keys and scans do not pass here.

Views may be shown from any thread. Nothing typed or scanned can end, suspend or move it: that takes a signal of the
operating system, or the terminal's line going away.
"""

from __future__ import annotations

import asyncio
import signal

from textual import events
from textual.app import App
from textual.message import Message

from scanner_client.core.view import View
from screens.driver import InputDriver
from screens.hints import keys_under
from screens.ports import Floor, Keyboard
from screens.shell import Shell

ENDING = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)


class NewView(Message, bubble=False):
    """A view to paint; of several that wait only the last one is."""

    def __init__(self, view: View) -> None:
        super().__init__()
        self.view = view

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, NewView)


class Tapped(Message, bubble=False):
    def __init__(self, x: int, y: int) -> None:
        super().__init__()
        self.x, self.y = x, y


class ScannerApp(App[None], inherit_bindings=False):
    CSS_PATH = "shell.tcss"
    TITLE = "scanner"
    ENABLE_COMMAND_PALETTE = False
    ALLOW_SELECT = False
    AUTO_FOCUS = None

    def __init__(self, first: View, floor: Floor, keyboard: Keyboard) -> None:
        super().__init__(driver_class=InputDriver)
        self.keyboard = keyboard
        self._floor = floor
        self._shell = Shell(first)
        self._cells = (first.size.width, first.size.height)

    @property
    def view(self) -> View:
        """What is painted now."""
        return self._shell.rows.view

    def show(self, view: View) -> None:
        """Paint this view soon. From any thread."""
        self.post_message(NewView(view))

    def tapped(self, x: int, y: int) -> None:
        """A cell was tapped. From any thread."""
        self.post_message(Tapped(x, y))

    def get_default_screen(self) -> Shell:
        return self._shell

    def on_mount(self) -> None:
        for number in ENDING:
            asyncio.get_running_loop().add_signal_handler(number, self.exit)
        self.call_after_refresh(self._floor.painted)

    def on_resize(self, event: events.Resize) -> None:
        cells = (event.size.width, event.size.height)
        if cells != self._cells:
            self._cells = cells
            self._floor.resize(*cells)

    def on_new_view(self, message: NewView) -> None:
        self._shell.rows.show(message.view)

    def on_tapped(self, message: Tapped) -> None:
        keys = keys_under(self.view, message.x, message.y)
        if keys:
            self._floor.press(keys)
