"""Taps: what shows a key presses it, in every frame of both languages at every size, and nothing else does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import cast

import pytest
from inbound import TEA, inbound
from memory_terminal import MORNING, SITE, MemoryStore, Picker, guarded, line, order, warehouse
from msgspec.structs import replace
from rich.cells import cell_len

from scanner_client.core.flow.model import EXCEPTIONS
from scanner_client.core.view import SIZES, Size, View, options_shown
from scanner_client.floor import Floor
from scanner_client.flows import shipped_flows, shipped_texts
from scanner_client.runtime import Runtime
from scanner_client.store import StoreThread, TerminalStore
from screens.app import ScannerApp
from screens.hints import Hint, hints, keys_under
from sync.wire.rows import Claim

SMALL, TALL, WIDE, DESK = Size(20, 4), Size(20, 16), Size(40, 8), Size(80, 24)
ALWAYS = {"7", "8", "9", "0"}
Steps = Callable[[Picker], Picker]


@pytest.fixture(scope="module", autouse=True)
def flows_are_read() -> None:
    """Reading a file would block the event loops below."""
    shipped_flows()
    shipped_texts()


def badge(terminal: Picker) -> str:
    return "B-LI" if terminal.view.language == "zh_CN" else "B-WANG"


def picking(terminal: Picker, *codes: str) -> Picker:
    return terminal.scan(badge(terminal)).press("1").scan("SO-1", *codes)


def held(terminal: Picker) -> Picker:
    """At the orders, of which somebody has the second."""
    claim = Claim(site=SITE, order="SO-2", by="zhao", terminal="T9", since="2026-09-21T13:12:00Z")
    terminal.store.live[(claim.table, claim.key)] = claim
    return terminal.scan(badge(terminal)).press("1")


PICKING: dict[str, Steps] = {
    "log in": lambda t: t,
    "jobs": lambda t: t.scan(badge(t)),
    "orders": lambda t: t.scan(badge(t)).press("1"),
    "held": lambda t: held(t).scan("SO-2"),
    "log off": lambda t: picking(t, "A-03-02", *["9520000123451"] * 3).press("*", "0", "0", "0"),
    "location": picking,
    "error": lambda t: picking(t, "NO-SUCH-CODE"),
    "item": lambda t: picking(t, "A-03-02"),
    "short": lambda t: picking(t).press("*", "1"),
    "menu": lambda t: picking(t).press("*"),
    "help": lambda t: picking(t).press("*", "9"),
    "queue": lambda t: picking(t).press("f5"),
    "conflicts": lambda t: picking(t).press("f6"),
    "alerts": lambda t: picking(t).press("f7"),
}


def shown(what: str, size: Size, language: str) -> View:
    return PICKING[what](Picker(warehouse(), size, language)).view


def named(view: View) -> set[str]:
    return {"".join(one.keys) for one in hints(view)}


def written(view: View, hint: Hint) -> str:
    """The words under a hint."""
    cells = "".join(one + "\0" * (cell_len(one) - 1) for one in view.rows[hint.row])
    return cells[hint.start : hint.stop].replace("\0", "").strip()


# --- every frame ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", PICKING)
@pytest.mark.parametrize("language", ["en", "zh_CN"])
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_the_words_under_a_hint_begin_with_its_key(size: Size, language: str, what: str) -> None:
    view = shown(what, size, language)
    assert all(written(view, one).startswith("".join(one.keys)) for one in hints(view))
    assert len({(one.row, x) for one in hints(view) for x in range(one.start, one.stop)}) == sum(
        one.stop - one.start for one in hints(view)
    ), "no cell means two things"


@pytest.mark.parametrize("what", ["location", "error", "item", "short", "help"])
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_at_an_entry_prompt_no_tap_enters_a_digit(size: Size, what: str) -> None:
    for language in ("en", "zh_CN"):
        assert all(key.startswith("*") for key in named(shown(what, size, language)))


@pytest.mark.parametrize("size", [TALL, WIDE, DESK], ids=str)
@pytest.mark.parametrize("what", ["location", "error", "item"])
def test_menu_help_and_back_can_be_tapped_at_a_prompt(what: str, size: Size) -> None:
    assert {"*", "*9", "*0"} <= named(shown(what, size, "zh_CN"))


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("what", ["log in", "jobs", "orders", "held", "log off"])
def test_every_row_of_a_list_can_be_tapped(what: str, size: Size) -> None:
    for language in ("en", "zh_CN"):
        view = shown(what, size, language)
        assert {digit for digit, _, _ in view.options} <= named(view)
        assert named(view) - {digit for digit, _, _ in view.options} <= {"8", "9", "0", "*"}


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("what", ["held", "log off"])
def test_whoever_taps_back_at_a_question_answers_nothing(what: str, size: Size) -> None:
    """Beside the one answer on the smallest screen, too."""
    for language in ("en", "zh_CN"):
        view = shown(what, size, language)
        row = next(y for y, row in enumerate(view.rows) if "0back" in row or "0返回" in row)
        at = cell_len(view.rows[row][: view.rows[row].rindex("0")])
        assert keys_under(view, at, row) == ("0",)


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_every_choice_that_a_digit_takes_stands_on_the_screen(size: Size) -> None:
    """Of nine orders as many as the size has digits for, each in a row of its own, and a way to the others."""
    rows = [
        *warehouse(),
        *(row for n in range(4, 11) for row in (order(f"SO-{n}"), *line(1, "SOAP", "A-03-04", 1, order=f"SO-{n}"))),
    ]
    view = Picker(rows, size, "en").scan("B-WANG").press("1").view
    assert len(view.options) == options_shown(size)
    shown_rows = [written(view, one) for one in hints(view) if one.keys[0] in "1234567"]
    assert [row.split()[:2] for row in sorted(shown_rows)] == [[digit, code] for digit, code, _ in view.options]
    assert "8" in named(view)


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_every_number_of_the_menu_can_be_tapped_and_no_figure_of_the_work(size: Size) -> None:
    for language in ("en", "zh_CN"):
        view = shown("menu", size, language)
        assert named(view) == {str(EXCEPTIONS[name]) for name in view.exceptions} | ALWAYS


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("what", ["places", "goods", "lines"])
def test_rows_of_goods_can_be_tapped_though_they_end_in_amounts(what: str, size: Size) -> None:
    terminal = Picker(inbound(), size, "en").scan("B-WANG")
    wanted = "receive" if what == "lines" else "lookup"
    while not (choice := [digit for digit, value, _ in terminal.view.options if value == wanted]):
        terminal.press("8")
    terminal.press(*choice)
    match what:
        case "places":
            terminal.scan(TEA)
        case "goods":
            terminal.scan("A-03-02")
        case _:
            terminal.scan("PO-1").press("*", "1")
    assert terminal.view.options
    assert {digit for digit, _, _ in terminal.view.options} <= named(terminal.view) <= {*"1234567890", "*"}


def test_the_pane_beside_the_work_names_no_keys() -> None:
    """`10:42 kept 1 box` is not the key 1."""
    view = shown("menu", DESK, "en")
    rows = list(view.rows)
    rows[3] = rows[3][:46] + " 1box 2pcs 8more".ljust(34)
    changed = replace(view, rows=tuple(rows))
    assert hints(changed) == hints(view)
    assert keys_under(changed, 60, 3) == ()


def test_stars_of_a_pin_do_not_cancel_it() -> None:
    for size in SIZES:
        terminal = guarded(size).scan("B-WANG")
        for digits in ("1", "12", "123456"):
            view = terminal.press(*digits).view
            assert view.kind == "pin"
            assert [one.keys for one in hints(view)] == [("*",)]
            assert written(view, hints(view)[0]) == "*=cancel"
            terminal.press(*["backspace"] * len(digits))


# --- panels, drawn by hand: what stands in them depends on the ledger -------------------------------------------------


def panel(shows: str, size: Size, *rows: str, language: str = "en") -> View:
    blank = [""] * (size.height - 1 - len(rows))
    return View(("status", *rows[:-1], *blank, rows[-1]), size, language, kind="choice", panel=shows)


@pytest.mark.parametrize(
    ("view", "pressed"),
    [
        (
            panel("conflict", TALL, "SHORT  A-03-02", "you took  1box 09:42", "1 count now", "2 adjust +3box",
                  "3 undo, 8box back", "4 decide later", ">"),
            ["1", "2", "3", "4"],
        ),
        (
            panel("conflict", WIDE, "you saw 12box 09:40   Li took  4box 09:41", "1count now        2adjust +3box",
                  "3undo, 4box back  4decide later", "9help  0back"),
            ["0", "1", "2", "3", "4", "9"],
        ),
        (panel("conflict", SMALL, "A-03-02 Towel 4", "saw12 you8 Li7 now-3", "1Count2Adj3Undo >"), ["1", "2", "3"]),
        (panel("conflict", SMALL, "A-03-02 毛巾", "见12 你8 李7 账-3箱", "1盘点2调账3撤销 >"), ["1", "2", "3"]),
        (panel("queue", SMALL, "10:42K pick 1box A-1", "10:41K pick 2pcs A-2", "10:39C pick 8box A-3"), []),
        (
            panel("queue", TALL, "This scanner  p1/1", "10:42 K pick 1box", "      A-03-02", "K37 S0",
                  "1sync now 3auto", "2offline(now)", "8more 9help 0back"),
            ["0", "1", "2", "3", "8", "9"],
        ),
        (
            panel("conflicts", SMALL, "1 SHORT A-03-02 Tow~", "2 TWICE A-03-02 Tow~", ""),
            ["1", "2"],
        ),
    ],
)  # fmt: skip
def test_a_panel_is_tapped_where_it_numbers_something(view: View, pressed: list[str]) -> None:
    assert sorted(named(view)) == pressed
    assert all(written(view, one).startswith(one.keys[0]) for one in hints(view))
    assert not any("box" in written(view, one) for one in hints(view) if one.keys == ("1",)), "no figure of the work"


# --- the words of hints -----------------------------------------------------------------------------------------------


def hinting(row: str) -> View:
    return View(("status", row), Size(40, 8), "en", kind="scan")


@pytest.mark.parametrize(
    ("row", "text", "pressed"),
    [
        ("*menu *9help *0back", "*menu", ("*",)),
        ("*menu *9help *0back", "help", ("*", "9")),
        ("扫货位>       *菜单", "菜单", ("*",)),
        ("Scan loc>     *=menu", "menu", ("*",)),
        ("*6 此货位是空的", "空的", ("*", "6")),
        ("*1短少  *2损坏", "损坏", ("*", "2")),
        ("拿 12箱 (=144条)", "12", ()),
        ("A*9 Towel 4*4", "9", ()),
        ("PIN >****", "***", ()),
    ],
)
def test_a_tap_on_a_hint_presses_the_keys_it_names(row: str, text: str, pressed: tuple[str, ...]) -> None:
    assert keys_under(hinting(row), cell_len(row[: row.index(text)]), 1) == pressed


# --- through the window, and to the floor -----------------------------------------------------------------------------


class Doings:
    """A floor that only remembers."""

    def __init__(self) -> None:
        self.pressed: list[tuple[str, ...]] = []

    def press(self, keys: Sequence[str]) -> None:
        self.pressed.append(tuple(keys))

    def resize(self, width: int, height: int) -> None: ...
    def painted(self) -> None: ...


class NoKeyboard:
    wait = None

    def feed(self, data: bytes) -> None:
        raise AssertionError(f"nobody types {data!r}")

    def tick(self) -> None:
        raise AssertionError("nobody types")


@pytest.mark.parametrize("what", ["menu", "location", "orders"])
@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_the_window_hands_on_what_was_tapped(size: Size, what: str) -> None:
    view, doings = shown(what, size, "zh_CN"), Doings()
    app = ScannerApp(view, doings, NoKeyboard())
    async with app.run_test(size=(size.width, size.height)) as pilot:
        for one in hints(view):
            app.tapped(one.stop - 1, one.row)
        app.tapped(0, 0)
        app.tapped(size.width + 5, size.height + 5)
        await pilot.pause()
        assert doings.pressed == [one.keys for one in hints(view)]


def tapping(*keys: str, before: Sequence[str] = ()) -> View:
    """What stands on the screen after the keys of one hint, at the first location of an order."""
    store = MemoryStore(warehouse())
    runtime = Runtime(
        store, shipped_flows(), shipped_texts(), now=lambda: MORNING, offset="+00:00", size=TALL, language="en"
    )
    thread = StoreThread(cast("TerminalStore", StoreInMemory(store)))
    floor = Floor(thread, runtime, lambda: MORNING)
    views: list[View] = []
    floor.shown = lambda shown: views.append(shown.view)
    floor.start().result()
    floor.scan("B-WANG", MORNING)
    floor.press("1", MORNING)
    floor.scan("SO-1", MORNING)
    for key in before:
        floor.press(key, MORNING)
    floor.tap(keys, MORNING)
    thread.close()
    return views[-1]


class StoreInMemory:
    """Closes nothing."""

    def __init__(self, store: MemoryStore) -> None:
        self.store = store

    def close(self) -> None: ...


def test_a_tapped_star_and_digit_are_one_thing() -> None:
    assert tapping("*").menu
    assert (tapping("*", "1").step, tapping("1").step) == ("short", "location")


@pytest.mark.parametrize("before", [("*", "9"), ("*",)])
def test_a_digit_that_finds_no_menu_is_not_entered(before: tuple[str, ...]) -> None:
    """Any key closes a help text, and `*` an open menu; the digit behind it must not fall into the entry."""
    seen = tapping("*", "9", before=before)
    assert (seen.entry, seen.menu) == ("", False)
