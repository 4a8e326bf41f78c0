"""Answers that make a code known: what is missing is put, and `settle` moves what waited to where it was scanned."""

from __future__ import annotations

from server_stub.ledger.case import Case, NotPossible
from server_stub.ledger.linking import item_behind
from server_stub.ledger.references import is_known
from sync.wire.rows import BY_TABLE, SEPARATOR, Barcode, Item, Row


def link_to_item(case: Case) -> None:
    """The unknown code is an item's: it becomes a barcode of one base unit of it."""
    table, code = case.conflict.subject.split(SEPARATOR, 1)
    if table != Item.table:
        raise NotPossible("not_an_item")
    item = case.draft.get(Item, case.body.item) if case.body.item else None
    if item is None:
        raise NotPossible("no_such_item")
    if case.draft.get(Barcode, code) is None:
        case.draft.put(Barcode(code=code, item=item.code, unit=item.unit))
    if item_behind(case.draft, code) != item:
        raise NotPossible("code_of_another")


def create(case: Case) -> None:
    """The code is right and only its row is missing: it gets one with the code alone. The office adds the rest."""
    table, key = case.conflict.subject.split(SEPARATOR, 1)
    kind: type[Row] = BY_TABLE[table]
    case.draft.put(kind(**dict(zip(kind.key_fields, key.split(SEPARATOR), strict=True))))
    if not is_known(case.draft, case.conflict.subject):
        raise NotPossible("not_a_name")
