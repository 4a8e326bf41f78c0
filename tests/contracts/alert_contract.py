"""When alerts about the ledger begin and end, whatever keeps a terminal's disk: what `sync.core.absorb` decides.

An implementer's test module mixes `AlertContract` in beside `TerminalContract`, whose fixture `new_terminal` it uses.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import pytest
from contracts.terminal_under_test import LEDGER, SITE, NewTerminal, TerminalUnderTest, applied, moved

from sync.core.absorb import Verdict, absorb
from sync.core.offer import Sent, compose
from sync.wire.canonical import chain_hash
from sync.wire.codec import encode
from sync.wire.messages import GLOBAL_FEED, Change, Limits, Outcome, Page, StreamState, SyncReply, feed_origin
from sync.wire.operation import Cursor

READ = 2
"""Entries in the log of each feed."""


def asks(terminal: TerminalUnderTest) -> Sent:
    with terminal.transaction() as tx:
        return compose(tx, have_seq=None, gaps=(), limits=Limits()).sent


def hears(
    terminal: TerminalUnderTest,
    pages: Sequence[Page] = (),
    *,
    sent: Sent | None = None,
    ledger: str = LEDGER,
    epoch: str = "le-1",
    outcomes: Sequence[Outcome] = (),
) -> Verdict:
    """A reply comes, to `sent` or to what the terminal asks now."""
    asked = sent or asks(terminal)
    stream = StreamState(epoch=asked.epoch, have_seq=0, have_hash="")
    reply = SyncReply(ledger_id=ledger, ledger_epoch=epoch, stream=stream, pages=list(pages), outcomes=list(outcomes))
    with terminal.transaction() as tx:
        return absorb(tx, asked, reply, new_epoch="epoch-2").verdict


def told(terminal: TerminalUnderTest, kind: str) -> list[str]:
    """Of which ledger epoch or feed people are told by alerts of this kind."""
    found = [facts for known, facts in terminal.alerts() if known == kind]
    return [facts.get("feed") or facts["epoch"] for facts in found]


def page(terminal: TerminalUnderTest, what: str) -> Page:
    """FEED ACT, as the ledger would say it to the terminal's cursor: `unknown` and `compacted` begin a resync, `half`
    and `whole` are the log up to there."""
    feed, act = what.split()
    with terminal.transaction() as tx:
        at = tx.shadow(feed) or tx.cursor(feed)
    if act in ("unknown", "compacted"):
        reason = "unknown_cursor" if act == "unknown" else act
        return Page(feed=feed, from_cursor=at, n=at.n, hash=at.hash, resync=reason)
    last = READ // 2 if act == "half" else READ
    entries = [encode(Change(n=n, feed=feed, at="", kind="rows_put")) for n in range(1, last + 1)]
    running = feed_origin(LEDGER, feed)
    hashes = [running := chain_hash(running, entry) for entry in entries]
    assert at == Cursor(feed=feed, n=at.n, hash=[feed_origin(LEDGER, feed), *hashes][at.n])
    return Page(
        feed=feed,
        from_cursor=at,
        n=last,
        hash=hashes[-1],
        changes=[msgspec.Raw(one) for one in entries[at.n :]],
        more=last < READ,
    )


class AlertContract:
    """The rules of `sync.core.absorb` for alerts."""

    @pytest.mark.parametrize(
        ("epochs", "alerted"),
        [
            (["le-1"], []),
            (["le-1", "le-1"], []),
            (["le-1", "le-2"], []),
            (["le-1", "le-2", "le-1"], ["le-1"]),
            (["le-1", "le-2", "le-1", "le-1"], ["le-1"]),
            (["le-1", "le-2", "le-1", "le-2"], ["le-1"]),
            (["le-1", "le-2", "le-3", "le-1", "le-2"], ["le-1", "le-2"]),
            (["le-1", "le-2", "le-1", "le-3"], []),
            (["le-1", "le-2", "le-1", "le-3", "le-2"], ["le-2"]),
        ],
    )
    def test_only_a_ledger_epoch_never_seen_ends_the_alert_of_two_ledgers(
        self, new_terminal: NewTerminal, epochs: list[str], alerted: list[str]
    ) -> None:
        terminal = new_terminal()
        for epoch in epochs:
            hears(terminal, epoch=epoch)
        assert told(terminal, "two_ledgers") == alerted

    @pytest.mark.parametrize(
        ("ledger", "epoch", "verdict"),
        [("ledger-9", "le-3", Verdict.FOREIGN), (LEDGER, "le-3", Verdict.DROPPED), (LEDGER, "le-1", Verdict.DROPPED)],
    )
    def test_a_reply_that_is_not_taken_neither_begins_nor_ends_it(
        self, new_terminal: NewTerminal, ledger: str, epoch: str, verdict: Verdict
    ) -> None:
        """A late answer to what was asked before the present epoch was adopted."""
        terminal = new_terminal()
        hears(terminal, epoch="le-1")
        late = asks(terminal)
        hears(terminal, epoch="le-2")
        assert hears(terminal, sent=late, ledger=ledger, epoch=epoch) is verdict
        assert told(terminal, "two_ledgers") == []
        hears(terminal, epoch="le-1")
        assert hears(terminal, sent=late, ledger=ledger, epoch=epoch) is verdict
        assert told(terminal, "two_ledgers") == ["le-1"]

    def test_nothing_is_stored_of_what_a_ledger_left_behind_says(self, new_terminal: NewTerminal) -> None:
        terminal = new_terminal()
        op = terminal.append(moved())
        for epoch in ("le-1", "le-2"):
            hears(terminal, epoch=epoch)
        pages = [page(terminal, f"{GLOBAL_FEED} whole"), page(terminal, f"{SITE} unknown")]
        assert hears(terminal, pages, epoch="le-1", outcomes=[applied(op, 1)]) is Verdict.TWO_LEDGERS
        assert terminal.outcome(op) is None
        assert told(terminal, "resync") == []
        with terminal.transaction() as tx:
            assert (tx.cursor(GLOBAL_FEED).n, tx.shadow(SITE)) == (0, None)

    @pytest.mark.parametrize(
        ("pages", "alerted"),
        [
            (["A unknown"], ["A"]),
            (["A unknown", "A half"], ["A"]),
            (["A unknown", "A whole"], []),
            (["A unknown", "A half", "A whole"], []),
            (["A unknown", "A unknown", "A half"], ["A"]),
            (["A unknown", "A half", "A unknown", "A whole"], []),
            (["A unknown", "global whole"], ["A"]),
            (["A unknown", "global unknown", "A whole"], ["A", "global"]),
            (["A unknown", "global unknown", "A whole", "global half"], ["A", "global"]),
            (["A unknown", "global unknown", "A whole", "global whole"], []),
            (["A unknown", "global compacted", "A whole"], ["A"]),
            (["A unknown", "global compacted", "A whole", "global whole"], []),
            (["A compacted"], []),
            (["A compacted", "A half"], []),
            (["A compacted", "A whole"], []),
            (["A compacted", "A unknown"], ["A"]),
        ],
    )
    def test_the_alert_of_a_feed_read_again_ends_when_none_is(
        self, new_terminal: NewTerminal, pages: list[str], alerted: list[str]
    ) -> None:
        terminal = new_terminal()
        for what in pages:
            assert hears(terminal, [page(terminal, what)]) is Verdict.ABSORBED
        assert told(terminal, "resync") == alerted
        with terminal.transaction() as tx:
            assert bool(alerted) <= any(tx.shadow(feed) for feed in tx.feeds())
