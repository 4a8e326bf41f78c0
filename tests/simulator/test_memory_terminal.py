"""The simulator's terminal keeps the contract of the real one, and its old states are copies of the disk (X6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import count

import pytest
from contracts.alert_contract import AlertContract
from contracts.terminal_contract import TerminalContract
from contracts.terminal_under_test import LEDGER, SITE, TERMINAL, NewTerminal, moved
from simulator.memory_terminal import MemoryTerminal

from sync.wire.messages import GLOBAL_FEED, Outcome
from sync.wire.rows import row_key


class UnderTest(MemoryTerminal):
    def held(self) -> Sequence[str]:
        return list(self.state.held)

    def outcome(self, id: str) -> Outcome | None:
        return self.state.held[id].outcome

    def on_hand(self, location: str, item: str) -> int:
        return self.balances(SITE).get(row_key(SITE, location, item, "", "", "", ""), 0)

    def alerts(self) -> Sequence[tuple[str, Mapping[str, str]]]:
        return [(kind, dict(facts)) for kind, facts in self.state.alerts]


def make_terminal(*, epoch: str = "epoch-1") -> UnderTest:
    numbers = count(1)
    return UnderTest(
        TERMINAL,
        SITE,
        ledger_id=LEDGER,
        feeds=[GLOBAL_FEED, SITE],
        epoch=epoch,
        new_id=lambda: f"{epoch}-{next(numbers)}",
    )


class TestMemoryTerminal(TerminalContract, AlertContract):
    @pytest.fixture
    def new_terminal(self) -> NewTerminal:
        return make_terminal


def test_an_old_state_put_back_is_the_terminal_as_it_was() -> None:
    terminal = make_terminal()
    terminal.append(moved(1))
    copy = terminal.state
    terminal.append(moved(2))
    assert terminal.on_hand("A-02", "4711") == 3
    terminal.state = copy
    assert terminal.on_hand("A-02", "4711") == 1
    assert terminal.state.head.seq == 1
