"""The demo's window: the terminal painted by its own widget, the office beside it, the keys below. No rule is here.

Keys and scans come through the terminal's own input driver, so a real scanner works too. One task does everything in
the order it came; every new scene is painted.
"""

from __future__ import annotations

import asyncio
import signal
import time
from pathlib import Path, PurePath
from typing import ClassVar, TypeVar

from textual import events
from textual.app import App, ComposeResult
from textual.containers import Container, Horizontal
from textual.message import Message

import screens.app
from devices.ports import SourceState
from devices.wedge import Wedge
from scanner_client.clock import now_milliseconds
from scanner_client.core.view import Size, View
from scanner_client.demo.layout import FRAME, WHOLE, device_size, office_width
from scanner_client.demo.narrow import Narrow, cells_of, is_over, is_smallest
from scanner_client.demo.painted import Painted
from scanner_client.demo.panel import Drawn
from scanner_client.demo.pen import Row
from scanner_client.demo.scene import Scene
from scanner_client.demo.stage import Stage
from scanner_client.demo.taps import key_at
from scanner_client.demo.texts import demo_texts
from scanner_client.flows import shipped_texts
from scanner_client.keyboard import LineKeyboard
from scanner_client.rehearsal.office import RehearsalFailed
from screens.driver import InputDriver
from screens.hints import keys_under
from screens.rows import Rows

NEWS_SECONDS = 0.4
ENDING = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
INTERRUPT = b"\x03"
Kind = TypeVar("Kind", bound=Drawn)


class NewScene(Message, bubble=False):
    """A scene to paint; of several that wait only the last one is."""

    def __init__(self, scene: Scene) -> None:
        super().__init__()
        self.scene = scene

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, NewScene)


class InterruptibleKeyboard(LineKeyboard):
    """Ctrl-C ends a demo, though not a terminal at work."""

    def __init__(self, app: DemoApp) -> None:
        super().__init__(Wedge(), app, clock=time.monotonic, wall=now_milliseconds)
        self._app = app

    def feed(self, data: bytes) -> None:
        if INTERRUPT in data:
            self._app.press_at("ctrl+c", 0)
        else:
            super().feed(data)


class DemoApp(App[None], inherit_bindings=False):
    """Hears its keyboard and what the stage changes. `failed` says why the demo broke off."""

    CSS_PATH: ClassVar[list[str | PurePath]] = [Path(screens.app.__file__).with_name("shell.tcss"), "demo.tcss"]
    TITLE = "scanner demo"
    ENABLE_COMMAND_PALETTE = False
    ALLOW_SELECT = False

    def __init__(self, stage: Stage, size: Size) -> None:
        super().__init__(driver_class=InputDriver)
        self.keyboard = InterruptibleKeyboard(self)
        self.failed = ""
        self._stage, self._asked = stage, size
        self._cells = WHOLE
        self._heard: asyncio.Queue[tuple[str, str]] = asyncio.Queue()
        self._terminal = Rows(View(rows=(), size=size, language=""))
        self._device = Container(self._terminal, id="device")
        self._bar, self._office, self._hints = Painted("bar"), Painted("office"), Painted("hints")

    def compose(self) -> ComposeResult:
        yield self._bar
        yield Horizontal(self._device, self._office, id="middle")
        yield self._hints

    def on_mount(self) -> None:
        self._stage.changed = self._changed
        self._hearing = asyncio.get_running_loop()
        for number in ENDING:
            self._hearing.add_signal_handler(number, self._heard.put_nowait, ("key", "q"))
        self.run_worker(self._play())

    # --- what is done, in order

    async def _play(self) -> None:
        opening = asyncio.create_task(self._stage.open())
        try:
            while await self._goes_on(opening):
                pass
        except RehearsalFailed as failed:
            self.failed = str(failed)
        finally:
            opening.cancel()
            await asyncio.gather(opening, return_exceptions=True)
            await self._stage.end()
            self.exit()

    async def _goes_on(self, opening: asyncio.Task[None]) -> bool:
        """Do what was heard next, or look for news where nothing is. False where it ended the demo."""
        if opening.done():
            opening.result()
        try:
            async with asyncio.timeout(NEWS_SECONDS):
                kind, what = await self._heard.get()
        except TimeoutError:
            await self._stage.news()
            return True
        match kind:
            case "key":
                return await self._press(what)
            case "scan":
                await self._stage.scan(what)
            case "tap":
                return await self._tapped(*map(int, what.split()))
            case _:
                await self._stage.resize(what)
        return True

    async def _press(self, key: str) -> bool:
        """Where the codes stand in the terminal's place they go once one is scanned, so that its answer is seen."""
        listed = bool(self._stage.scene.codes)
        goes_on = await self._stage.press(key)
        if listed and key.isdigit() and not self._is_beside:
            await self._stage.press("c")
        return goes_on

    async def _tapped(self, x: int, y: int) -> bool:
        """Press what is under the finger: a key of the demo or, on the terminal, the keys of its hint."""
        for key in self._keys_at(x, y):
            if not await self._press(key):
                return False
        return True

    def _keys_at(self, x: int, y: int) -> tuple[str, ...]:
        for painted in (self._hints, self._bar, self._office):
            if painted.display and painted.region.contains(x, y):
                row = painted.row(y - painted.content_region.y)
                key = key_at(row, x - painted.content_region.x, hints=painted is not self._office)
                return (key,) if key else ()
        shown = self._terminal.region
        under = keys_under(self._terminal.view, x - shown.x, y - shown.y) if shown.contains(x, y) else ()
        return under if self._stage.plays else ()

    # --- what comes from outside, in the input thread

    def scan(self, raw: str, at: int) -> None:  # noqa: ARG002  # Hearing's signature
        self._put("scan", raw)

    def press_at(self, key: str, at: int) -> None:  # noqa: ARG002  # as above
        self._put("key", key)

    def tap(self, x: int, y: int) -> None:
        self._put("tap", f"{x} {y}")

    def partial(self, state: SourceState) -> None:
        """Half a code is nothing to the demo."""

    def _put(self, kind: str, what: str) -> None:
        self._hearing.call_soon_threadsafe(self._heard.put_nowait, (kind, what))

    # --- painting

    def on_resize(self, event: events.Resize) -> None:
        self._cells = Size(event.size.width, event.size.height)
        self._heard.put_nowait(("size", str(device_size(self._cells, self._asked))))
        self._paint(self._stage.scene)

    def _changed(self, scene: Scene) -> None:
        self.post_message(NewScene(scene))

    def on_new_scene(self, message: NewScene) -> None:
        self._paint(message.scene)

    @property
    def _is_beside(self) -> bool:
        return self._cells.width >= WHOLE.width and self._cells.height >= WHOLE.height

    def _paint(self, scene: Scene) -> None:
        beside = self._is_beside
        self.screen.set_class(not beside, "small")
        if scene.view:
            edge = FRAME if beside else 0
            self._device.styles.width = scene.view.size.width + edge
            self._device.styles.height = scene.view.size.height + edge
            self._terminal.show(scene.view)
        if beside:
            self._paint_beside(scene)
        else:
            self._paint_alone(scene)

    def _paint_beside(self, scene: Scene) -> None:
        window, terminal = self._cells, scene.view.size if scene.view else self._asked
        whole = self._drawn(Drawn, scene, window.width)
        self.screen.remove_class("over", "words")
        self._place_hints([whole.hints()], window.width)
        self._bar.show([whole.bar()])
        self._office.show(self._drawn(Drawn, scene, office_width(window, terminal.width)).office())

    def _paint_alone(self, scene: Scene) -> None:
        """The terminal or words in its place, words below it where there is room, and the row with the key."""
        window = self._cells
        drawn = self._drawn(Narrow, scene, window.width)
        words = drawn.instead(window.height - 1)
        view = None if words else scene.view
        over = view is not None and is_over(window, view)
        self.screen.set_class(bool(words), "words")
        self.screen.set_class(over, "over")
        self._office.show(words or (drawn.below(window.height - view.size.height - 1) if view else []))
        corner = over and view is not None and is_smallest(view)
        hint = drawn.corner(view) if corner and view else drawn.hint()
        self._place_hints([hint], cells_of(hint) if corner else window.width)

    def _place_hints(self, rows: list[Row], cells: int) -> None:
        self._hints.styles.width = cells
        self._hints.styles.offset = (self._cells.width - cells, 0)
        self._hints.display = cells > 0
        self._hints.show(rows)

    def _drawn(self, how: type[Kind], scene: Scene, width: int) -> Kind:
        return how(scene, self._stage.story, demo_texts(), shipped_texts(), width)
