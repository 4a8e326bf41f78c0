"""Views on the screen: every cell is the view's, errors stand out without colour."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import cast

import pytest
from memory_terminal import MORNING, MemoryStore, Picker, warehouse
from rich.cells import cell_len

from scanner_client.core.view import SIZES, Size, View
from scanner_client.floor import Floor
from scanner_client.flows import shipped_flows, shipped_texts
from scanner_client.runtime import Runtime, Shown
from scanner_client.store import StoreThread, TerminalStore
from screens.app import ScannerApp
from screens.marks import Mark, marks
from screens.rows import Rows

TALL = Size(20, 16)


@pytest.fixture(scope="module", autouse=True)
def flows_are_read() -> None:
    """Reading a file would block the event loops below."""
    shipped_flows()
    shipped_texts()


class Doings:
    """A floor that only remembers."""

    def __init__(self) -> None:
        self.sizes: list[tuple[int, int]] = []
        self.frames = 0

    def press(self, keys: Sequence[str]) -> None:
        raise AssertionError(f"nobody taps {keys}")

    def resize(self, width: int, height: int) -> None:
        self.sizes.append((width, height))

    def painted(self) -> None:
        self.frames += 1


class NoKeyboard:
    wait = None

    def feed(self, data: bytes) -> None:
        raise AssertionError(f"nobody types {data!r}")

    def tick(self) -> None:
        raise AssertionError("nobody types")


def picking(size: Size = TALL, language: str = "en") -> Picker:
    return Picker(warehouse(), size, language)


def app_showing(view: View, doings: Doings | None = None) -> ScannerApp:
    return ScannerApp(view, doings or Doings(), NoKeyboard())


def painted(app: ScannerApp) -> list[str]:
    rows = app.query_one(Rows)
    return [rows.render_line(y).text for y in range(rows.size.height)]


# --- painting ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "zh_CN"])
@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_the_screen_is_the_views_rows_at_each_size(size: Size, language: str) -> None:
    """X10"""
    view = picking(size, language).shown.view
    doings = Doings()
    app = app_showing(view, doings)
    async with app.run_test(size=(size.width, size.height)) as pilot:
        await pilot.pause()
        assert painted(app) == list(view.rows)
        assert {cell_len(row) for row in painted(app)} == {size.width}
        while not doings.frames:
            await pilot.pause()
        assert doings.frames == 1


async def test_a_new_view_is_painted_and_of_several_the_last() -> None:
    picker = picking()
    app = app_showing(picker.shown.view)
    async with app.run_test(size=(20, 16)) as pilot:
        for language in ("1", "2", "1"):
            app.show(picker.press(language).shown.view)
        await pilot.pause()
        assert painted(app) == list(picker.shown.view.rows)


async def test_another_size_is_asked_for_once() -> None:
    doings = Doings()
    async with app_showing(picking().shown.view, doings).run_test(size=(20, 16)) as pilot:
        await pilot.resize_terminal(40, 8)
        await pilot.pause()
        assert doings.sizes == [(40, 8)]


async def test_no_key_of_textual_does_anything() -> None:
    app = app_showing(picking().shown.view)
    async with app.run_test(size=(20, 16)) as pilot:
        await pilot.press("ctrl+q", "ctrl+c", "ctrl+z", "tab", "escape", "ctrl+p")
        await pilot.pause()
        assert app.is_running
        assert len(app.screen_stack) == 1


# --- what stands out --------------------------------------------------------------------------------------------------


def marked(view: View, mark: Mark) -> list[int]:
    return [y for y, spans in enumerate(marks(view)) if any(span.mark is mark for span in spans)]


@pytest.mark.parametrize(("size", "first"), [(size, 1) for size in SIZES], ids=str)
def test_an_error_stands_out_below_the_status_row(size: Size, first: int) -> None:
    view = picking(size).scan("NO-SUCH-BADGE").shown.view
    assert view.error
    assert marked(view, Mark.ERROR)[0] == first
    assert marked(view, Mark.STATUS) == [0]


@pytest.mark.parametrize("keys", [("*",), ("*", "7"), ("*", "7", "4")], ids="".join)
def test_what_is_laid_over_a_refusal_is_not_painted_as_one(keys: tuple[str, ...]) -> None:
    view = picking().scan("NO-SUCH-BADGE").press(*keys).shown.view
    assert view.error
    assert marked(view, Mark.ERROR) == []


async def test_an_error_is_in_reverse_video() -> None:
    view = picking().scan("NO-SUCH-BADGE").shown.view
    app = app_showing(view)
    async with app.run_test(size=(20, 16)):
        styles = [segment.style for segment in app.query_one(Rows).render_line(1)]
        assert all(style is not None and style.reverse for style in styles)


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_the_prompt_and_the_cell_typed_into_stand_out_once(size: Size) -> None:
    view = picking(size).shown.view
    (y,) = marked(view, Mark.CURSOR)
    assert y in marked(view, Mark.PROMPT)
    cursor = next(span for span in marks(view)[y] if span.mark is Mark.CURSOR)
    assert view.rows[y][: cursor.start - 4].isascii()
    assert ">" in view.rows[y]


def test_an_alert_fills_the_screen_with_its_words() -> None:
    picker = picking()
    picker.store.broken = True
    view = picker.scan("BADGE-WANG").shown.view
    assert view.alert
    assert marked(view, Mark.ERROR) == [0, 1, 2]


# --- waiting ----------------------------------------------------------------------------------------------------------


class SlowStore(MemoryStore):
    """A disk that answers nothing until it is let."""

    def __init__(self) -> None:
        super().__init__(warehouse())
        self.let = threading.Event()

    def close(self) -> None:
        pass


def test_scans_made_while_a_slow_write_is_up_are_taken_in_order() -> None:
    store = SlowStore()
    thread = StoreThread(cast("TerminalStore", store))
    runtime = Runtime(
        store, shipped_flows(), shipped_texts(), now=lambda: MORNING, offset="+00:00", size=TALL, language="en"
    )
    floor = Floor(thread, runtime, lambda: MORNING)
    shown: list[Shown] = []
    floor.shown = shown.append
    floor.start().result()
    floor.before(cast("Callable[[], object]", store.let.wait))
    for number in range(1, 6):
        floor.scan(f"NO-SUCH-{number}", MORNING)
    assert shown == []
    store.let.set()
    thread.close()
    assert [one.view.scanned for one in shown] == [f"NO-SUCH-{number}" for number in range(1, 6)]
    assert [entry["raw"] for kind, entry in store.journal if kind == "scan"] == [
        f"NO-SUCH-{number}" for number in range(1, 6)
    ]


def test_an_event_that_fails_is_refused_aloud_and_the_next_one_is_taken() -> None:
    store = SlowStore()
    thread = StoreThread(cast("TerminalStore", store))
    runtime = Runtime(
        store, shipped_flows(), shipped_texts(), now=lambda: MORNING, offset="+00:00", size=TALL, language="en"
    )
    floor = Floor(thread, runtime, lambda: MORNING)
    refused: list[str] = []
    shown: list[Shown] = []
    floor.refused, floor.shown = refused.append, shown.append
    floor.start().result()
    floor.before(lambda: 1 // 0)
    floor.scan("NO-SUCH-1", MORNING)
    thread.close()
    assert refused == ["refused"]
    assert len(shown) == 1
