"""The terminal's side of a round trip, where its disk does not take anything any more."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, NoReturn, cast

import pytest
from terminal.appender import keep_one

from scanner_client.exchange import StoreExchange
from scanner_client.keys import new_key
from scanner_client.ports import StoreError
from scanner_client.store import StoreThread, TerminalStore
from sync.core.machine import Send
from sync.wire.messages import Limits


def test_a_queue_that_cannot_be_marked_as_sent_is_handed_over_all_the_same(
    store: TerminalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was confirmed leaves a full disk; that it was offered is shown later."""
    kept = [keep_one(store), keep_one(store)]

    def full() -> NoReturn:
        raise StoreError("disk_full", "The disk is full.")

    monkeypatch.setattr(store, "step", full)
    monkeypatch.setattr(store, "sync_transaction", full)
    thread = cast("StoreThread", SimpleNamespace(store=store))
    exchange = StoreExchange(thread, cast("Any", Path()), "", lambda _: None)
    request, _ = exchange._compose(Send(None, (), Limits()), new_key())
    assert len(request.stream.ops) == len(kept)
