"""A second person answers at the terminal what somebody else decided elsewhere: approves it, or says why not (R16)."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from memory_terminal import NAME, SITE, TALL, Picker
from supervised import ADJUST, agreed, conflict, reading, terminal

from scanner_client.core import requests
from scanner_client.core.cells import width
from scanner_client.core.view import SIZES, Size
from sync.wire import decisions as wire
from sync.wire.quantity import Quantity
from sync.wire.rows import Conflict, Operator, Request, Row

SMALL = Size(20, 4)
APPROVE, DENY = "1", "2"


def request(id: str = "r1", **more: Any) -> Request:
    told: dict[str, Any] = {
        "terminal": "T9", "by": "boss", "at": "2026-09-21T12:00:00Z", "conflict": "c1", "answer": "adjust",
        "item": "TOWEL", "location": "A-03-02", "quantity": Quantity(3), **more,
    }  # fmt: skip
    return Request(site=SITE, id=id, **told)


def asked(*rows: Request, logged_in: str = "chief", size: Size = TALL, language: str = "en") -> Picker:
    """A supervisor's terminal with requests on it."""
    found = terminal(size=size, language=language)
    roles = {"*": ["supervisor", "picker"]}
    add(found, *(rows or [request()]))
    add(found, Operator(code="chief", name="Chief", badge="B-CHIEF", roles=roles, language=language))
    pin = {"boss": "1111", "chief": "2222", "wang": "2468"}[logged_in]
    return found.scan(f"B-{logged_in.upper()}").type(pin)


def add(found: Picker, *rows: Row) -> None:
    found.store.live |= {(row.table, row.key): row for row in rows}


def opened(found: Picker) -> Picker:
    """With the first request on the screen."""
    while "requests" not in (shown := {value: digit for digit, value, _ in found.view.options}):
        found.press("8")
    return found.press(shown["requests"], "1")


def said(found: Picker) -> list[tuple[str, str, dict[str, Any]]]:
    kept = [one for one, _ in found.operations if one.kind in ("approved", "denied")]
    return [(one.kind, one.by, dict(one.body)) for one in kept]


def test_the_terminals_reasons_are_the_ledgers() -> None:
    assert requests.DENIALS == wire.DENIALS
    assert (requests.APPROVED, requests.DENIED) == (wire.APPROVED, wire.DENIED)


# --- answering --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_number_badge_and_pin_approve_at_every_size(size: Size, language: str) -> None:
    found = opened(asked(size=size, language=language))
    assert (found.view.flow, found.view.step) == ("requests", "one")
    assert all(width(row) == size.width for row in found.view.rows)
    assert "A-03-02" in found.view.text
    assert "+3" in found.view.text
    found.press(APPROVE).scan("B-CHIEF").type("2222")
    assert said(found) == [("approved", "chief", {"target": "r1"})]
    assert (found.view.flow, found.view.step, found.view.note) == ("main", "menu", "note.answered")


def test_who_denies_says_why_by_its_number() -> None:
    found = opened(asked()).press(DENY, "3")
    assert "wrong amount" in found.view.text
    found.scan("B-CHIEF").type("2222")
    assert said(found) == [("denied", "chief", {"target": "r1", "reason": "wrong_amount"})]


def test_a_request_says_what_who_and_when() -> None:
    found = opened(asked(language="zh_CN"))
    assert "李主管" in found.view.text
    assert "账+3" in found.view.text


def test_who_asked_cannot_answer() -> None:
    found = opened(asked(logged_in="boss")).press(APPROVE).scan("B-BOSS")
    assert (found.view.step, found.view.error, said(found)) == ("badge", "refuse.own_request", [])
    assert said(found.scan("B-CHIEF").type("2222"))[0][1] == "chief"


@pytest.mark.parametrize("badge", ["B-WANG", "B-AFAR", "B-MANDY", "A-03-02"])
def test_who_may_not_decide_here_cannot_answer(badge: str) -> None:
    found = opened(asked()).press(APPROVE).scan(badge)
    assert (found.view.step, said(found), found.heard[-1]) == ("badge", [], "refused")


def test_a_wrong_pin_answers_nothing() -> None:
    found = opened(asked()).press(APPROVE).scan("B-CHIEF").type("9999")
    assert (found.view.step, found.view.error, said(found)) == ("pin", "refuse.pin_wrong", [])


def test_back_answers_nothing_and_leaves_nothing_in_hand() -> None:
    found = opened(asked()).press(DENY, "1", "0", "0")
    assert (found.view.step, found.state.reply, found.state.approval, said(found)) == ("list", None, None, [])


# --- what is listed ---------------------------------------------------------------------------------------------------


def offered(found: Picker) -> bool:
    while found.view.step == "menu":
        if any(value == "requests" for _, value, _ in found.view.options):
            return True
        before = found.state.first
        if found.press("8").state.first <= before:
            return False
    return False


@pytest.mark.parametrize(
    ("who", "row", "is_offered"),
    [
        ("chief", request(), True),
        ("chief", request(state="denied", decided_by="mandy"), False),
        ("chief", request(conflict="c-closed"), False),
        ("chief", Request(site="S2", id="r", terminal="T", by="boss", at="", conflict="c1", answer="adjust"), False),
    ],
)
def test_supervisors_are_offered_what_waits_here(who: str, row: Request, is_offered: bool) -> None:
    found = asked(row, logged_in=who)
    add(found, Conflict(site=SITE, id="c-closed", kind="stock_short", state="resolved", subject="s", decision="undo"))
    add(found, Conflict(site="S2", id="c1", kind="stock_short", state="open", subject="s"))
    assert offered(found.press("9", "0")) is is_offered


def test_a_picker_is_not_offered_requests() -> None:
    found = terminal()
    add(found, request(), Operator(code="wang", badge="B-WANG", roles={SITE: ["picker"]}))
    assert not offered(found.scan("B-WANG").type("2468"))


def test_what_was_answered_here_is_not_listed_unless_the_ledger_refused_it() -> None:
    found = opened(asked()).press(APPROVE).scan("B-CHIEF").type("2222")
    assert not offered(found)
    found.store.answers["op-1"] = {"state": "refused", "outcome": "refused"}
    assert offered(found.press("0").scan("B-CHIEF").type("2222"))


def test_what_somebody_answered_meanwhile_takes_no_answer() -> None:
    found = opened(asked()).press(APPROVE)
    add(found, request(state="approved", decided_by="mandy"))
    found.scan("B-CHIEF")
    assert (found.view.step, found.view.note, said(found)) == ("menu", "note.request_gone", [])


# --- asking, and what became of it ------------------------------------------------------------------------------------


def told(found: Picker) -> Picker:
    """The ledger has said something while nobody touches the terminal."""
    found._took(found.runtime.look())
    return found


def test_who_is_alone_asks_somebody_elsewhere() -> None:
    found = reading().press(ADJUST).scan("B-BOSS").type("1111")
    assert "2 ask elsewhere" in found.view.text
    found.press("2")
    assert agreed(found) == [("boss", {"conflict": "c1", "answer": "adjust"})]
    assert (found.view.step, found.view.note) == ("menu", "note.asked")


def test_at_20x4_the_way_out_stands_in_the_prompt() -> None:
    assert "2=ask" in reading(size=SMALL).press(ADJUST).scan("B-BOSS").type("1111").view.text


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"state": "approved", "decided_by": "chief"}, "Chief OK: Adj"),
        ({"state": "denied", "decided_by": "chief", "reason": "wrong_amount"}, "Chief no: amount"),
    ],
)
def test_who_asked_is_told_between_two_lines_what_became_of_it(row: dict[str, str], says: str) -> None:
    found = reading().press(ADJUST).scan("B-BOSS").type("1111").press("2")
    found.store.answers["op-1"] = {"state": "held", "outcome": "held"}
    told(found.press("9", "0"))
    assert found.view.note == "news.held"
    add(found, request("op-1", terminal=NAME, **row))
    told(found.press("enter"))
    assert (found.view.note, says in found.view.text) == (f"news.{row['state']}", True)


def test_who_asked_is_told_when_somebody_decided_otherwise() -> None:
    found = reading().press(ADJUST).scan("B-BOSS").type("1111").press("2")
    found.store.answers["op-1"] = {"state": "held", "outcome": "held"}
    closed = conflict()
    add(found, msgspec.structs.replace(closed, state="resolved", decision="undo", decided_by="chief"))
    assert told(found.press("9", "0")).view.note == "news.merged"
    assert "Chief" in found.view.text


def test_the_second_of_two_approvers_is_told_who_was_first() -> None:
    found = opened(asked()).press(APPROVE).scan("B-CHIEF").type("2222")
    add(found, request(state="denied", decided_by="mandy"))
    found.store.answers["op-1"] = {"state": "accepted", "outcome": "merged"}
    told(found.press("9", "0"))
    assert (found.view.note, "Mandy was 1st:no" in found.view.text) == ("news.answered", True)
