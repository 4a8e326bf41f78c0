"""Work that was parked while a program runs: it starts again at a prompt that says so (X6)."""

from __future__ import annotations

import pytest

from scanner_client.core.events import Resized, Scan
from scanner_client.core.state import read_state
from scanner_client.core.view import SIZES, Size
from scanner_client.flows import shipped_flows, shipped_texts
from scanner_client.runtime import Runtime
from scanner_client.store import TerminalStore

NOW = 1_790_000_000_000


def runtime(store: TerminalStore, size: Size = SIZES[0]) -> Runtime:
    return Runtime(
        store, shipped_flows(), shipped_texts(), now=lambda: NOW, offset="+08:00", size=size, language="en"
    )  # fmt: skip


def leave_the_stream(store: TerminalStore) -> bytes:
    """As a reply does that shows this terminal to be a copy. The state that was parked."""
    with store.step() as tx:
        tx.mint_epoch("epoch-2")
        (parked,) = tx.parked()
    return parked


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_a_running_terminal_whose_work_was_parked_starts_again_and_says_why(store: TerminalStore, size: Size) -> None:
    terminal = runtime(store, size)
    terminal.start()
    leave_the_stream(store)
    seen = terminal.look().view
    assert seen.note == "note.parked"
    assert any("work parked" in row for row in seen.rows)
    assert terminal.look().view == seen


def test_a_scan_meant_for_the_parked_prompt_is_refused_and_listed_and_saves_nothing_over_it(
    store: TerminalStore,
) -> None:
    terminal = runtime(store)
    terminal.start()
    parked = leave_the_stream(store)
    shown = terminal.handle(Scan("4711", NOW))
    assert (shown.signals, shown.operations, shown.view.note) == (("refused",), (), "note.parked")
    with store.step() as tx:
        assert tx.parked() == [parked]
        saved = tx.load_state()
        assert saved is not None
        assert read_state(saved).notice is not None
        assert [(kind, entry["raw"]) for _, kind, entry in tx.journal_lines(1)] == [("parked", "4711")]


def test_another_size_of_the_window_is_no_input_that_could_be_refused(store: TerminalStore) -> None:
    terminal = runtime(store)
    terminal.start()
    leave_the_stream(store)
    assert terminal.handle(Resized(5)).signals == ()
