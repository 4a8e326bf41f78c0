"""What people must see reaches them, and goes when its cause has ended."""

from __future__ import annotations

import msgspec
import pytest
from msgspec.structs import replace

from scanner_client.alerts import told
from scanner_client.ports import Alert, NewOperation, StepTransaction
from scanner_client.status import status_in
from scanner_client.store import TerminalStore, Transaction
from sync.core.absorb import absorb
from sync.core.offer import compose
from sync.core.terminal import RowChange
from sync.wire.bodies import Received
from sync.wire.codec import encode
from sync.wire.messages import Limits, Outcome, Page, StreamState, SyncReply
from sync.wire.operation import Cursor
from sync.wire.quantity import Quantity
from sync.wire.rows import Conflict, Item

SITE = "A"
KINDS = (
    "two_ledgers",
    "stream_forked",
    "resync",
    "page_damaged",
    "quarantined",
    "revoked",
    "unauthorised",
    "wrong_ledger",
)


def kinds(tx: StepTransaction) -> list[str]:
    return [alert.kind for alert in tx.alerts()]


def put(tx: Transaction, row: Conflict, n: int) -> None:
    tx.put_rows(
        SITE, [RowChange(row.table, row.key, encode(row))], Cursor(feed=SITE, n=n, hash="h"), shadow=False
    )  # fmt: skip


def receive(tx: Transaction) -> str:
    received = Received(item="4711", quantity=Quantity(1), location="DOCK")
    return tx.append(NewOperation("received", "LI", received, "2026-11-02T08:00:00Z", "+08:00"))


@pytest.mark.parametrize("kind", KINDS)
def test_every_alert_has_a_sentence_of_its_own(kind: str) -> None:
    facts = {"seq": "7", "feed": "A", "count": "2", "said": "You were shut out.", "epoch": "e", "n": "3"}
    says = told(Alert(kind, facts)).says
    assert says.endswith((".", "`."))
    assert says != kind


def test_an_alert_of_a_newer_core_is_named_where_words_are_missing() -> None:
    assert told(Alert("meteor", {})).says == "meteor"


def test_the_status_carries_what_people_must_see(store: TerminalStore) -> None:
    with store.step() as tx:
        tx.alert("resync", feed=SITE)
        (alert,) = status_in(tx, running=False).alerts
    assert (alert.kind, alert.facts) == ("resync", {"feed": SITE})
    assert alert.says.startswith("The ledger was put back to an earlier state: A is read again")


def test_work_in_quarantine_is_told_until_it_was_judged(store: TerminalStore) -> None:
    with store.step() as tx:
        id = receive(tx)
        tx.store_outcomes([Outcome(id=id, outcome="quarantined", n=1, feeds={SITE: 1})])
        assert tx.alerts() == [Alert("quarantined", {"count": "1"})]
        tx.store_state(id, "applied")
        assert tx.alerts() == []


def test_a_fork_is_told_until_a_person_has_settled_it(store: TerminalStore) -> None:
    """X6."""
    fork = Conflict(
        site=SITE,
        id="c",
        kind="stream_forked",
        state="open",
        subject="T1",
        facts={"terminal": "T1", "parent": "epoch-1"},
    )
    with store.step() as tx:
        tx.alert("stream_forked", epoch="epoch-1", seq="3")
        put(tx, fork, 1)
        assert kinds(tx) == ["stream_forked"]
        put(tx, replace(fork, id="d", state="resolved", facts={"terminal": "T2", "parent": "epoch-1"}), 2)
        assert kinds(tx) == ["stream_forked"]
        put(tx, replace(fork, state="resolved"), 3)
        assert kinds(tx) == []


def test_a_terminal_that_is_shut_out_says_so_until_the_ledger_answers_it(store: TerminalStore) -> None:
    with store.step() as tx:
        tx.note_trouble("unauthorised", "Who are you?")
        tx.note_trouble("revoked", "This terminal was revoked.")
        tx.note_trouble("timeout", "It did not answer in time.")
        assert tx.alerts() == [Alert("revoked", {"said": "This terminal was revoked."})]
        tx.end_trouble()
        assert tx.alerts() == []


def test_damaged_news_are_told_until_they_come_whole(store: TerminalStore) -> None:
    item = Item(code="4711")
    rows = [encode([item.table, item.key, item])]
    with store.step() as tx:
        origin = tx.cursor("global")
        good = Page(feed="global", from_cursor=origin, n=1, hash="h", changes=[], snapshot=True)
        for page, expected in ((_with_changes(good, [b"{}"]), ["page_damaged"]), (_with_changes(good, rows), [])):
            sent = compose(tx, have_seq=None, gaps=(), limits=Limits()).sent
            state = StreamState(epoch="epoch-1", have_seq=0, have_hash="")
            reply = SyncReply(ledger_id="ledger-1", ledger_epoch="e", stream=state, pages=[page])
            absorb(tx, sent, reply, new_epoch="epoch-2")
            assert kinds(tx) == expected


def _with_changes(page: Page, changes: list[bytes]) -> Page:
    return replace(page, changes=[msgspec.Raw(one) for one in changes])
