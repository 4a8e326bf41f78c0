"""Deciding at the office, with the administrator's commands: the same rules, and one sentence where they say no."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import click.testing
import pytest
from ledger.desk import BOSS, SECOND, Desk, open_tasks, order_changed, stock_short
from ledger.hall import SITE, Hall

from server_stub.cli import main
from server_stub.db import Ledger
from server_stub.ledger.book import Terminal
from sync.wire.rows import SEPARATOR


class Office:
    """A hall on a real database, and the commands on it."""

    def __init__(self, ledger: Ledger, url: str) -> None:
        def register(terminal: Terminal) -> None:
            ledger.registry(lambda registry: registry.register_terminal(terminal.id, terminal.site, b"key"))

        self.ledger, self.url = ledger, url
        self.hall = Hall(ledger, register, ledger_id=ledger.ledger_id)
        self.desk = Desk(self.hall)

    def run(self, *words: str, status: int = 0) -> str:
        result = click.testing.CliRunner().invoke(main, words, env={"LEDGER_DB": self.url})
        assert result.exit_code == status, result.output
        return result.output

    def json(self, *words: str) -> Any:
        return json.loads(self.run(*words, "--json"))

    def conflict(self) -> str:
        (one,) = self.hall.conflicts()
        return one.id

    def states(self) -> list[tuple[str, str, str]]:
        return [(one.state, one.decision, one.decided_by) for one in self.hall.conflicts()]


@pytest.fixture
def office(ledger_url: str, opened: Callable[[str], Ledger]) -> Office:
    return Office(opened(ledger_url), ledger_url)


@pytest.fixture
def small_office(sqlite_url: str, opened: Callable[[str], Ledger]) -> Office:
    """For what does not depend on the database."""
    return Office(opened(sqlite_url), sqlite_url)


def test_the_office_decides_in_the_name_of_a_supervisor(office: Office) -> None:
    op = stock_short(office.hall)
    words = ("adjust", "--by", BOSS, "--approved-by", SECOND)
    assert "is resolved" in office.run("conflicts", "resolve", office.conflict(), *words)
    assert office.states() == [("resolved", "adjust", BOSS)]
    assert office.hall.held() == {"A-02": 8}
    assert office.hall.outcome(op).state == "resolved"
    assert office.ledger.verify() == []


def test_details_of_an_answer_are_options(small_office: Office) -> None:
    office = small_office
    office.hall.order("O2", line1=6)
    order_changed(office.hall)
    kept = ("keep_for_line", "--by", BOSS, "--order", "O2", "--line", "line1")
    office.run("conflicts", "resolve", office.conflict(), *kept)
    assert office.hall.line("O2").done.units == 2


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("accept", "--by", BOSS), "other answers"),
        (("count_now", "--by", "li"), "no active supervisor"),
        (("adjust", "--by", BOSS), "--approved-by"),
        (("adjust", "--by", BOSS, "--approved-by", BOSS), "second person"),
        (("adjust", "--by", BOSS, "--approved-by", "li"), "second person"),
        (("undo", "--by", BOSS, "--op", "nothing"), "--op"),
    ],
)
def test_what_may_not_be_is_refused_in_one_sentence(small_office: Office, words: tuple[str, ...], says: str) -> None:
    stock_short(small_office.hall)
    before = small_office.ledger.heads()
    told = small_office.run("conflicts", "resolve", small_office.conflict(), *words, status=1)
    assert says in told
    assert told.count("\n") == 1
    assert small_office.ledger.heads() == before


def test_a_conflict_is_decided_once(small_office: Office) -> None:
    stock_short(small_office.hall)
    words = ("conflicts", "resolve", small_office.conflict(), "count_now", "--by", BOSS)
    small_office.run(*words)
    assert "decided before" in small_office.run(*words, status=1)
    assert len(open_tasks(small_office.hall, "count")) == 1


def test_what_nobody_knows_cannot_be_decided(small_office: Office) -> None:
    assert "no conflict" in small_office.run("conflicts", "resolve", "x", "count_now", "--by", BOSS, status=1)
    assert "no conflict" in small_office.run("conflicts", "show", "x", status=1)
    assert "no request" in small_office.run("requests", "deny", "x", "--by", BOSS, status=1)


def test_a_conflict_is_shown_with_both_sides_and_its_answers(small_office: Office) -> None:
    stock_short(small_office.hall)
    told = small_office.run("conflicts", "show", small_office.conflict())
    assert "answers: count_now adjust undo\n" in told
    assert "did: moved 8 lamp A-01 A-02\n" in told
    shown = small_office.json("conflicts", "show", small_office.conflict())
    assert shown["answers"] == ["count_now", "adjust", "undo"]
    assert [one["id"] for one in small_office.json("conflicts", "--state", "provisional")] == [small_office.conflict()]
    small_office.desk.decides("count_now")
    assert "answers" not in small_office.json("conflicts", "show", small_office.conflict())


# --- requests ---------------------------------------------------------------------------------------------------------


def test_the_office_is_the_second_person(office: Office) -> None:
    stock_short(office.hall)
    held = office.desk.decides("adjust", reason="counted twice")
    (told,) = office.json("requests", "list")
    assert (told["id"], told["by"], told["answer"], told["reason"]) == (held, BOSS, "adjust", "counted twice")
    office.run("requests", "approve", held, "--by", SECOND)
    assert office.states() == [("resolved", "adjust", BOSS)]
    assert office.desk.told(held) == ("applied", "")
    assert office.json("requests", "list") == []
    assert office.ledger.verify() == []


def test_the_list_names_the_account_by_its_parts_and_counts_the_operations(office: Office) -> None:
    stock_short(office.hall)
    (told,) = office.json("conflicts")
    _, location, item, *_ = told["subject"].split(SEPARATOR)
    _, row = office.run("conflicts").splitlines()
    assert row.split()[4:6] == [f"{location}/{item}", str(len(told["ops"]))]
    assert f"subject: {SITE}/{location}/{item}\n" in office.run("conflicts", "show", told["id"])


def test_the_office_turns_a_request_down(office: Office) -> None:
    stock_short(office.hall)
    held = office.desk.decides("adjust")
    office.run("requests", "deny", held, "--by", SECOND)
    assert office.desk.told(held) == ("refused", "")
    assert office.states() == [("provisional", "", "")]
    assert office.ledger.verify() == []


def test_a_request_that_was_overtaken_falls_and_is_asked_no_more(small_office: Office) -> None:
    stock_short(small_office.hall)
    held = small_office.desk.decides("adjust")
    small_office.desk.decides("count_now")
    assert "decided before" in small_office.run("requests", "approve", held, "--by", SECOND, status=1)
    assert small_office.json("requests", "list") == []
    assert small_office.desk.told(held) == ("merged", "")


def test_nobody_approves_what_they_asked_for(small_office: Office) -> None:
    stock_short(small_office.hall)
    held = small_office.desk.decides("adjust")
    assert "second person" in small_office.run("requests", "approve", held, "--by", BOSS, status=1)
    assert len(small_office.json("requests", "list")) == 1
