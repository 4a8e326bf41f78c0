"""`scanner run` in a window: the composition of terminal, runtime, scanners and screens, and the order they start in.

The prompt comes first. What is heavy (the conversation with the ledger, the reader of GS1 barcodes, serial ports) is
loaded after the first frame; what is scanned before that waits in order.
"""

from __future__ import annotations

import gc
import importlib
import logging
import os
import sys
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any, assert_never

from devices.decoding import decode
from devices.faults import DeviceError
from devices.ports import Scan, Signal, SourceEvent, SourceState
from scanner_client.clock import local_offset, now_milliseconds
from scanner_client.core.events import AskAround, ChooseMode, ChoosePin, Outward, SyncNow, TryOut
from scanner_client.core.view import SIZES, Size
from scanner_client.floor import Floor
from scanner_client.flows import shipped_flows, shipped_texts
from scanner_client.home import Home, HomeError
from scanner_client.keyboard import LineKeyboard, wall_time
from scanner_client.logs import log
from scanner_client.ports import StoreError
from scanner_client.runtime import Runtime, Shown
from scanner_client.scanners import Attached, attach_all, described_in, wedge_of
from scanner_client.terminal import Terminal
from screens.opening import is_window
from sync.wire.rows import Site

if TYPE_CHECKING:
    from devices.feedback import Bell
    from screens.app import ScannerApp
    from sync.driver import LineState

MINUTE_S = 60.0


class NoWindow(Exception):
    """There is nothing to paint on or to type at."""


def run(home: Home, language: str) -> None:
    """Run the terminal in this window until a signal ends it. `language` is spoken until somebody logs in.

    Raises what `Terminal.open` raises, NoWindow, DeviceError where the scanners' settings cannot be used, StoreError
    and HomeError where the work cannot begin.
    """
    terminal = Terminal.open(home, doing="run")
    try:
        if not is_window():
            raise NoWindow("There is no window to work in: run it in a terminal, or with --headless.")
        Window(terminal, language).run()
    finally:
        terminal.close()


class Window:
    """One terminal in one window. Implements `screens.ports.Floor` and `keyboard.Hearing`."""

    def __init__(self, terminal: Terminal, language: str) -> None:
        self._terminal = terminal
        width, height = os.get_terminal_size(sys.stdin.fileno())
        size = Size(max(width, SIZES[-1].width), max(height, SIZES[-1].height))
        runtime = Runtime(
            terminal.store, shipped_flows(), shipped_texts(), now=now_milliseconds, offset=local_offset(), size=size,
            language=language,
        )  # fmt: skip
        self._floor = Floor(terminal.thread, runtime, now_milliseconds)
        self._described = described_in(terminal.home.path / "devices.toml")
        self._attached = Attached()
        self._outside = ThreadPoolExecutor(max_workers=1, thread_name_prefix="outside")
        self._failure: Exception | None = None
        self._online: bool | None = None
        self._battery = -1
        self._code_page = ""
        self._app: ScannerApp
        self._bell: Bell | None = None

    def run(self) -> None:
        first, code_page = self._floor.start(), self._terminal.thread.submit(self._site_code_page)
        from screens.app import ScannerApp  # noqa: PLC0415  # loads Textual, while the store's thread makes the view

        wedge, self._code_page = wedge_of(self._described, code_page.result())
        keyboard = LineKeyboard(wedge, self, clock=time.monotonic, wall=now_milliseconds, code_page=self._code_page)
        self._app = ScannerApp(first.result().view, self, keyboard)
        self._floor.shown, self._floor.refused = self._show, self._signal
        try:
            self._app.run()
        finally:
            self._end()
        if self._failure is not None:
            raise self._failure

    # --- what the screens hand in

    def press(self, keys: Sequence[str]) -> None:
        self._floor.tap(keys, now_milliseconds())

    def resize(self, width: int, height: int) -> None:
        self._floor.resize(width, height)

    def painted(self) -> None:
        gc.freeze()
        gc.enable()
        self._floor.before(partial(importlib.import_module, "biip"))
        self._floor.before(partial(tuple, shipped_flows().values()))  # the menu does not wait for the flows behind it
        self._outside.submit(self._begin)
        self._every_minute()

    # --- what the line and the scanners hand in

    def scan(self, raw: str, at: int) -> None:
        self._floor.scan(raw, at)

    def press_at(self, key: str, at: int) -> None:
        self._floor.press(key, at)

    def tap(self, x: int, y: int) -> None:
        self._app.tapped(x, y)

    def partial(self, state: SourceState) -> None:
        log("partial scan", logging.WARNING, source=state.source, detail=state.detail, bytes=len(state.raw))
        at = wall_time(state.at, time.monotonic, now_milliseconds)
        self._floor.partial(decode(state.raw, self._code_page), at)

    def _heard(self, one: Scan | SourceState) -> None:
        """In the thread of a scanner that has a line of its own."""
        if isinstance(one, Scan):
            self.scan(one.text, wall_time(one.at, time.monotonic, now_milliseconds))
        elif one.event is SourceEvent.PARTIAL:
            self.partial(one)
        else:
            log("scanner", source=one.source, state=one.event.value, detail=one.detail)

    # --- what comes back

    def _show(self, shown: Shown) -> None:
        for signal in shown.signals:
            self._signal(signal)
        for order in shown.outward:
            self._outside.submit(self._carry_out, order)
        self._app.show(shown.view)

    def _signal(self, name: str) -> None:
        signal = Signal(name)
        for one in self._attached.feedback:
            one.give(signal)
        self._app.call_later(self._ring, signal)

    def _ring(self, signal: Signal) -> None:
        """In the window's thread. What was scanned while the program started sounds before the first frame."""
        if self._bell is None:
            from devices.feedback import Bell  # noqa: PLC0415  # the first frame does not wait for it

            self._bell = Bell(self._app.bell, self._app.set_timer)
        self._bell.give(signal)

    # --- beginning and end

    def _begin(self) -> None:
        """Outside the window's threads, after the first frame."""
        try:
            self._attached = attach_all(self._described, time.monotonic)
            self._attached.start(self._heard)
            self._terminal.line_changed, self._terminal.rows_changed = self._line_changed, self._floor.look
            self._terminal.start()
        except (DeviceError, HomeError, StoreError) as error:
            self._failure = error
            self._app.call_later(self._app.exit)

    def _carry_out(self, order: Outward) -> None:
        """What the flow asked of the line to the ledger, once that has begun."""
        from sync.core.machine import Mode  # noqa: PLC0415  # loaded by now

        match order:
            case ChooseMode(mode=mode):
                self._terminal.set_mode(Mode(mode))
            case SyncNow():
                self._terminal.sync_now()
            case AskAround():
                self._shown_when(self._terminal.look_around())
            case TryOut(token=token):
                self._shown_when(self._terminal.try_out(token))
            case ChoosePin(operator=operator):
                self._floor.pin_answered(operator, self._terminal.choose_pin(order))
            case _:
                assert_never(order)
        self._floor.look()

    def _shown_when(self, answered: Future[Any]) -> None:
        """Without keeping other orders waiting for a ledger that may not answer."""
        answered.add_done_callback(lambda one: None if one.cancelled() else self._floor.look())

    def _end(self) -> None:
        self._outside.shutdown(cancel_futures=True)
        self._attached.stop()
        self._terminal.line_changed, self._terminal.rows_changed = lambda _state: None, lambda: None

    def _line_changed(self, state: LineState) -> None:
        if state.online != self._online:
            self._online = state.online
            self._floor.surround(online=state.online, since=now_milliseconds())

    def _every_minute(self) -> None:
        """The clock and the ages on the screen are told in minutes, so it is looked at as each begins."""
        self._floor.look()
        self._outside.submit(self._look_at_battery)
        self._app.set_timer(MINUTE_S - time.time() % MINUTE_S, self._every_minute)

    def _look_at_battery(self) -> None:
        from devices import battery  # noqa: PLC0415  # after the first frame

        percent = battery.charge(battery.POWER_SUPPLY)
        if percent != self._battery:
            self._battery = percent
            self._floor.charged(percent)

    def _site_code_page(self) -> str:
        with self._terminal.store.step() as transaction:
            site = transaction.row(Site, transaction.site)
        return site.code_page if site else ""
