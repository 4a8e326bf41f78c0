"""Messages of the office: sent by a command, acknowledged by operations, once for each person (R47)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from ledger.hall import SITE, Hall
from ledger.test_office_decides import Office
from ledger.twins import problems

from server_stub.db import Ledger
from server_stub.ledger.notices import send_message, withdraw_message
from server_stub.ledger.office import put_rows
from sync.wire.notices import MAX_MESSAGE_CHARS
from sync.wire.rows import Acknowledgement, Message, Operator, Site


def sent(hall: Hall, text: str = "Dock 3 is closed") -> Message:
    asked = Message(site=SITE, id="", text=text, by="office", at="2026-11-02T12:00:00Z", until="2026-11-09T12:00:00Z")
    hall.office(lambda book: send_message(book, asked))
    return next(one for one in hall.rows(Message) if one.text == text)


def test_who_has_read_it_counts_once_wherever_they_said_so(each_hall: Hall) -> None:
    known = sent(each_hall)
    first, second = each_hall.picker("T1"), each_hall.picker("T2")
    told = []
    for picker in (first, second):
        op = picker.record("acknowledged", {"message": known.id}, by="wang")
        picker.sync()
        told.append((each_hall.outcome(op).outcome, each_hall.outcome(op).reason))
    assert told == [("applied", ""), ("merged", "already_acknowledged")]
    (read,) = each_hall.rows(Acknowledgement)
    assert (read.message, read.by, read.terminal) == (known.id, "wang", "T1")
    assert problems(each_hall) == []


def test_what_was_read_stays_read_after_a_restore_that_lost_the_message(hall: Hall) -> None:
    picker = hall.picker("T1")
    op = picker.record("acknowledged", {"message": "lost"}, by="wang")
    picker.sync()
    assert hall.outcome(op).outcome == "applied"


@pytest.mark.parametrize(("message", "by"), [("", "wang"), ("m1", "")])
def test_an_acknowledgement_of_nothing_or_by_nobody_is_put_aside(hall: Hall, message: str, by: str) -> None:
    picker = hall.picker("T1")
    op = picker.record("acknowledged", {"message": message}, by=by)
    picker.sync()
    assert hall.outcome(op).outcome == "quarantined"


def test_two_messages_of_one_wording_are_two_and_withdrawing_one_twice_changes_nothing(hall: Hall) -> None:
    first, _ = sent(hall), sent(hall)
    assert len({one.id for one in hall.rows(Message)}) == 2
    assert hall.office(lambda book: withdraw_message(book, first))
    assert not hall.office(lambda book: withdraw_message(book, first))


# --- the commands -----------------------------------------------------------------------------------------------------


@pytest.fixture
def office(sqlite_url: str, opened: Callable[[str], Ledger]) -> Office:
    found = Office(opened(sqlite_url), sqlite_url)
    people = [Site(code=SITE), Operator(code="li", roles={SITE: ["picker"]})]
    found.hall.office(lambda book: put_rows(book, people))
    found.hall.picker("T1")
    return found


def test_the_office_sees_who_has_read_what_and_when(office: Office) -> None:
    office.run("message", "send", "Dock\x1b[2J 3\r\nis closed", "--terminal", "T1", "--role", "picker")
    (known,) = office.json("message", "list")
    assert (known["text"], known["site"], known["terminal"], known["role"]) == (
        "Dock [2J 3 is closed", SITE, "T1", "picker",
    )  # fmt: skip
    assert known["read_by"] == []
    picker = office.hall.picker("T2")
    picker.record("acknowledged", {"message": known["id"]}, by="li")
    picker.sync()
    ((read,),) = [one["read_by"] for one in office.json("message", "list", "--site", SITE)]
    assert (read["by"], read["terminal"]) == ("li", "T2")
    assert "li " in office.run("message", "list")
    office.run("message", "withdraw", known["id"])
    assert office.json("message", "list")[0]["withdrawn"]
    assert office.ledger.verify() == []


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["send", " \x07 "], "is empty"),
        (["send", "x" * (MAX_MESSAGE_CHARS + 1)], "has 201 characters"),
        (["send", "x", "--site", "NOWHERE"], "no site 'NOWHERE'"),
        (["send", "x", "--terminal", "T9"], "no terminal 'T9'"),
        (["send", "x", "--role", "piker"], "has the role 'piker'"),
        (["withdraw", "gone"], "no message has the id"),
    ],
)
def test_what_nobody_could_read_is_refused_in_one_sentence(office: Office, words: list[str], says: str) -> None:
    status = 2 if "empty" in says or "201" in says else 1
    assert says in office.run("message", *words, status=status)
    assert office.json("message", "list") == []
