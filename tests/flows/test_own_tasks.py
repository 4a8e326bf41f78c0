"""Tasks that decisions open reach the person they are meant for between two lines, and are done by two scans (X2)."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from memory_terminal import NAME, SITE, TALL, MemoryTransaction, Picker, stock, warehouse
from supervised import UNDO, agreed, conflict, reading

from scanner_client.core.cells import width
from scanner_client.core.state import State
from scanner_client.core.view import SIZES, Size
from scanner_client.facts import StoreFacts
from sync.wire.quantity import Quantity
from sync.wire.rows import Location, Row, Task

TOWEL, TOTE = "9520000123451", f"TOTE:{NAME}"
SMALL = Size(20, 4)


def task(id: str = "back-1", kind: str = "put_back", **more: Any) -> Task:
    told: dict[str, Any] = {
        "item": "TOWEL", "location": TOTE, "to": "A-03-02", "quantity": Quantity(8), "assignee": "wang",
        "order": "SO-1", "line": "1", **more,
    }  # fmt: skip
    return Task(site=SITE, id=id, kind=kind, **told)


def terminal(*tasks: Task, size: Size = TALL, language: str = "en", rows: list[Row] | None = None) -> Picker:
    dock = Location(site=SITE, code="DOCK", kind="dock")
    found = Picker([*(rows or warehouse()), dock, stock(TOTE, "TOWEL", 8), *tasks], size, language)
    return found.scan("B-WANG")


def arrives(found: Picker, *rows: Row) -> Picker:
    """The ledger tells of these rows while nobody touches the terminal."""
    found.store.live |= {(row.table, row.key): row for row in rows}
    found._took(found.runtime.look())
    return found


def doing(*tasks: Task, **more: Any) -> Picker:
    found = terminal(*(tasks or [task()]), **more)
    return found.press("8", "2") if size_of(found) == SMALL else found.press("4")


def size_of(found: Picker) -> Size:
    return found.view.size


def returned(found: Picker) -> list[dict[str, Any]]:
    kept = [(one, body) for one, body in found.operations if one.kind == "returned"]
    return [{"task": one.task, "by": one.by, **msgspec.structs.asdict(body)} for one, body in kept]


# --- doing them -------------------------------------------------------------------------------------------------------


def test_goods_in_the_own_tote_go_back_with_two_scans_and_no_key() -> None:
    found = doing().press("1")
    assert (found.view.flow, found.view.step) == ("put_back", "item")
    found.scan(TOWEL, "A-03-02")
    (kept,) = returned(found)
    assert (kept["task"], kept["by"], kept["order"], kept["line"]) == ("back-1", "wang", "SO-1", "1")
    assert (kept["location"], kept["to"], kept["quantity"], kept["done"]) == (TOTE, "A-03-02", Quantity(8), True)
    assert (found.view.step, found.view.note, found.heard[-1]) == ("menu", "note.returned", "attention")
    known = StoreFacts(MemoryTransaction(found.store))
    assert (known.stock("A-03-02", "TOWEL"), known.stock(TOTE, "TOWEL"), known.own_tasks("wang")) == (48, 0, [])


def test_a_tote_with_a_label_is_scanned_first() -> None:
    found = doing(task(location="T-7")).press("1")
    assert found.view.step == "from"
    assert found.scan("A-03-02").view.error == "location"
    assert returned(found.scan("T-7", TOWEL, "A-03-02"))[0]["location"] == "T-7"


@pytest.mark.parametrize(
    ("scans", "step", "error"),
    [
        (["SOAP"], "item", "item"),
        (["A-03-02"], "item", "location"),
        ([TOWEL, "A-03-04"], "to", "location"),
        ([TOWEL, TOWEL], "to", "item"),
    ],
)
def test_a_wrong_scan_is_refused_by_name_and_keeps_nothing(scans: list[str], step: str, error: str) -> None:
    found = doing().press("1").scan(*scans)
    assert (found.view.step, found.view.error, returned(found)) == (step, error, [])
    if step == "to":
        assert "A-03-02" in found.view.text


def test_the_check_digits_of_the_shelf_stand_for_an_unreadable_label() -> None:
    found = doing(task(item="SOAP", to="A-03-04", line="2")).press("1").scan("SOAP")
    assert returned(found.type("48")) == []
    assert len(returned(found.type("47"))) == 1


def test_another_lot_is_refused() -> None:
    found = doing(task(item="TEA", lot="L1", to="B-01-01", line="3")).press("1")
    assert found.scan("(01)09521234543213(10)L2").view.step == "item"
    assert returned(found.scan("(01)09521234543213(10)L1", "B-01-01"))[0]["lot"] == "L1"


def test_goods_for_the_supplier_leave_the_dock() -> None:
    found = doing(task(kind="to_supplier", location="DOCK", to="@supplier")).press("1").scan(TOWEL, "DOCK")
    (kept,) = returned(found)
    assert (kept["location"], kept["to"]) == ("DOCK", "@supplier")
    assert found.view.note == "note.sent_back"


def test_the_next_task_follows_until_none_is_left() -> None:
    found = doing(task(), task("back-2")).press("1").scan(TOWEL, "A-03-02")
    assert (found.view.flow, found.view.step) == ("tasks", "list")
    assert found.press("1").scan(TOWEL, "A-03-02").view.step == "menu"
    assert len(returned(found)) == 2


def test_a_task_can_be_left_and_is_still_there() -> None:
    found = doing().press("1").scan(TOWEL).press("*", "0")
    assert (found.view.flow, found.view.step, returned(found)) == ("tasks", "list", [])
    assert found.press("0").view.step == "menu"


def test_a_task_that_somebody_else_did_leads_back() -> None:
    found = doing(task(location="T-7")).press("1")
    found.store.live[(Task.table, task().key)] = task(location="T-7", state="done")
    assert (found.scan("T-7").view.step, returned(found)) == ("menu", [])


def test_a_count_is_listed_and_says_that_it_is_not_done_here() -> None:
    found = doing(task(kind="count", location="A-03-02", to="", quantity=Quantity(0), order="", line="")).press("1")
    assert (found.view.step, found.view.error) == ("list", "refuse.count_elsewhere")


# --- reaching the person ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("assignee", "seen"),
    [("wang", True), ("", True), ("li", False)],
    ids=["mine", "anybody's", "another's"],
)
def test_a_task_is_in_the_menu_of_whom_it_is_meant_for(assignee: str, seen: bool) -> None:
    found = terminal(task(assignee=assignee))
    assert ("tasks" in [value for _, value, _ in found.view.options]) == seen
    assert (found.view.note == "news.put_back") == seen


def test_the_menu_has_no_tasks_where_there_are_none() -> None:
    assert [value for _, value, _ in terminal().view.options] == ["pick", "receive", "lookup"]


def test_news_is_told_at_once_where_nothing_is_entered_and_only_once() -> None:
    found = arrives(terminal(), task())
    assert (found.view.note, found.heard[-1]) == ("news.put_back", "attention")
    found.press("3", "*", "0")
    assert (found.view.step, found.view.note) == ("menu", "")
    assert arrives(found).view.note == ""


def test_news_never_comes_in_the_middle_of_a_line() -> None:
    found = terminal().press("1").scan("SO-1", "A-03-02", TOWEL)
    before = found.view
    assert arrives(found, task()).view == before
    found.scan(TOWEL, TOWEL)
    assert (found.view.step, found.view.note) == ("location", "news.put_back")


@pytest.mark.parametrize("standing", ["an entry", "a panel", "a refusal"])
def test_news_waits_while_something_else_is_on_the_screen(standing: str) -> None:
    found = terminal()
    match standing:
        case "an entry":
            found.press("1").scan("SO-2").press("4")
        case "a panel":
            found.press("f5")
        case _:
            found.scan("SO-99")
    before = found.view
    assert arrives(found, task()).view.note == before.note == ""


def test_news_takes_the_place_of_an_older_remark_and_not_of_other_news() -> None:
    found = reading().press(UNDO).scan("B-BOSS").type("1111")
    assert found.view.note == "note.decided"
    assert arrives(found, task()).view.note == "news.put_back"
    assert arrives(found, task("sent", "to_supplier")).view.note == "news.put_back"
    found.press("3", "*", "0")
    assert found.view.note == "news.to_supplier"


def test_news_is_told_once_even_after_a_restart() -> None:
    found = arrives(terminal(), task())
    told: State = found.state
    found.restart()
    assert found.state.told == told.told == ("back-1",)


@pytest.mark.parametrize("language", ["en", "zh_CN"])
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_every_moment_of_a_task_fits_every_screen(size: Size, language: str) -> None:
    found = doing(size=size, language=language).press("1")
    for scan in (TOWEL, "A-03-02"):
        assert [width(row) for row in found.view.rows] == [size.width] * size.height
        assert "8" in found.view.text
        found.scan(scan)
    assert len(returned(found)) == 1


# --- what became of a decision ----------------------------------------------------------------------------------------


def decided(outcome: str, state: str = "accepted", /, **row: Any) -> Picker:
    """Boss has decided `undo` at Wang's terminal, and the ledger answers."""
    found = reading().press(UNDO).scan("B-BOSS").type("1111").press("3", "*", "0")
    assert len(agreed(found)) == 1
    found.store.answers = {"op-1": {"state": state, "outcome": outcome}}
    changed = msgspec.structs.replace(conflict(), **{"state": "resolved", **row})
    return arrives(found, changed)


def test_who_decided_second_is_told_who_was_first_and_how() -> None:
    found = decided("merged", decided_by="chief", decision="count_now")
    assert "Chief was 1st:Count" in found.view.text


@pytest.mark.parametrize(
    ("outcome", "state", "row", "note"),
    [
        ("applied", "accepted", {"decided_by": "boss", "decision": "undo"}, ""),
        ("merged", "accepted", {"state": "open"}, ""),
        ("merged", "accepted", {"state": "explained"}, "news.explained"),
        ("held", "held", {"state": "open"}, "news.held"),
        ("refused", "refused", {"state": "open"}, "news.refused"),
    ],
)
def test_what_became_of_a_decision_is_told(outcome: str, state: str, row: dict[str, str], note: str) -> None:
    assert decided(outcome, state, **row).view.note == note
