"""Rows chosen by their columns inside one transaction, while it changes them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from ledger.hall import SITE

from server_stub.db import Ledger
from server_stub.db.selection import Selection
from sync.wire.rows import Conflict


def conflict(number: int, state: str = "open") -> Conflict:
    return Conflict(site=SITE, id=f"c-{number:04}", kind="stock_short", state=state, subject=f"subject {number}")


def test_choosing_costs_what_is_found_and_not_what_was_changed(
    sqlite_url: str, opened: Callable[[str], Ledger], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A batch in which every fact finds a conflict of its own asks about each subject once."""
    looked_at: list[str] = []
    texts = Selection._texts

    def counted(self: Selection, row: Conflict) -> tuple[str, ...]:
        looked_at.append(row.key)
        return texts(self, row)

    monkeypatch.setattr(Selection, "_texts", counted)
    with opened(sqlite_url).transaction({SITE}) as book:
        for number in range(300):
            row = conflict(number)
            assert list(book.select(Conflict, site=SITE, subject=row.subject)) == []
            book.write(Conflict, row.key, row)
    assert len(looked_at) <= 300


def test_rows_are_chosen_in_the_order_of_their_keys_as_they_stand_now(
    sqlite_url: str, opened: Callable[[str], Ledger]
) -> None:
    with opened(sqlite_url).transaction({SITE}) as book:
        rows = [conflict(number) for number in (3, 1, 2)]
        for row in rows[:2]:
            book.write(Conflict, row.key, row)
        assert list(book.select(Conflict, site=SITE, state="open")) == [rows[1], rows[0]]
        book.write(Conflict, rows[2].key, rows[2])
        book.write(Conflict, rows[0].key, conflict(3, "explained"))
        assert list(book.select(Conflict, site=SITE, state="open")) == [rows[1], rows[2]]
        assert list(book.select(Conflict, site=SITE, state="explained")) == [conflict(3, "explained")]
        book.write(Conflict, rows[1].key, None)
        assert list(book.select(Conflict, site=SITE, state="open")) == [rows[2]]
