"""What an answer to a conflict does: the one table of answers, and those that correct the books themselves.

A decision moves no goods. What needs hands becomes a task (`sending`); what makes a code known lets `settle` move its
goods to where they were scanned (`naming`). An answer that is not in the table is nothing but said.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from server_stub.ledger.allocation import release, restock
from server_stub.ledger.applying import apply_effects, post
from server_stub.ledger.case import Case, NotPossible
from server_stub.ledger.lots import expiry_of
from server_stub.ledger.naming import create, link_to_item
from server_stub.ledger.office import shrink_tasks
from server_stub.ledger.sending import count, recount, send_back, too_much
from sync.wire.bodies import ADJUST, SCRAP, Counted, Picked, Posting, Received
from sync.wire.effects import LineProgress
from sync.wire.quantity import Quantity
from sync.wire.rows import NOTHING, SEPARATOR, Balance, Lot, Order, OrderLine, row_key

QUARANTINE = "quarantine"
"""Status of goods that nobody may use until somebody has looked at them."""


def take_effect(case: Case) -> None:
    """Put the answer's effect, and that the conflict is decided, into the case's draft.

    Raises NotPossible where what the answer names is not there or does not fit, TooLarge where an account could not
    count it; the draft is then of no use.
    """
    effect = _EFFECTS.get(case.body.answer)
    if effect:
        effect(case)
    said = {"approved_by": case.body.approved_by, "reason": case.body.reason}
    case.draft.put(
        msgspec.structs.replace(
            case.conflict,
            decision=case.body.answer,
            decided_by=case.by,
            facts=case.conflict.facts | {name: text for name, text in said.items() if text},
        )
    )
    restock(case.draft)


# --- accounts ---------------------------------------------------------------------------------------------------------


def _adjust(case: Case) -> None:
    """The account of the conflict comes to nothing."""
    _bring(case, case.conflict.subject, NOTHING)


def _use_count(case: Case) -> None:
    """The books take over what was counted."""
    operation, body = case.about()
    if not isinstance(body, Counted):
        raise NotPossible("nothing_counted")
    account = row_key(operation.site, body.location, body.item, body.lot, body.serial, body.lpn, "")
    _bring(case, account, body.quantity)


def _move_record(case: Case) -> None:
    """The serial number is where the operation put it, and nowhere else."""
    operation, body = case.about()
    here = getattr(body, "to", "") or body.location
    for held in case.draft.select(Balance, site=operation.site, item=body.item):
        is_elsewhere = held.location != here and held.location[:1] != "@"
        if held.serial and held.serial == body.serial and is_elsewhere:
            _bring(case, held.key, NOTHING)


def _bring(case: Case, account: str, wanted: Quantity) -> None:
    """Post what the account lacks of `wanted`, or has beyond it, against `@adjust`."""
    site, location, item, lot, serial, lpn, status = account.split(SEPARATOR)
    held = case.draft.get(Balance, account)
    missing = wanted - (held.quantity if held else NOTHING)
    if missing:
        here = Posting(
            site=site, location=location, item=item, lot=lot, serial=serial, lpn=lpn, status=status, quantity=missing
        )
        _transfer(case, here, location=ADJUST, status="")


def _transfer(case: Case, posting: Posting, *, location: str, status: str) -> None:
    """Post it, and its opposite at another place."""
    post(case.draft, posting)
    post(case.draft, msgspec.structs.replace(posting, location=location, status=status, quantity=-posting.quantity))


def _scrap(case: Case) -> None:
    _take_away(case, location=SCRAP, status="")


def _quarantine(case: Case) -> None:
    """All that came with the receipt: which of it is too much, nobody has looked at yet."""
    _, body = case.about()
    _take_away(case, location=body.location, status=QUARANTINE)


def _take_away(case: Case, *, location: str, status: str) -> None:
    """The goods of the operation, as far as they still stand where it put them."""
    operation, body = case.about()
    place = getattr(body, "to", "") or body.location
    held = case.draft.get(Balance, row_key(operation.site, place, body.item, body.lot, body.serial, body.lpn, ""))
    if held is None or held.quantity.units <= 0:
        raise NotPossible("goods_gone")
    there = body.quantity if (held.quantity - body.quantity).units >= 0 else held.quantity
    gone = Posting(
        site=operation.site, location=place, item=body.item, lot=body.lot, serial=body.serial, lpn=body.lpn,
        quantity=-there,
    )  # fmt: skip
    _transfer(case, gone, location=location, status=status)


# --- lines and lots ---------------------------------------------------------------------------------------------------


def _keep_for_line(case: Case) -> None:
    """What was picked counts for another line, as far as its own does not want it; tasks of that line want less."""
    operation, body = case.about()
    if not isinstance(body, Picked):
        raise NotPossible("nothing_to_keep")
    draft, wanted = case.draft, case.body
    order = draft.get(Order, row_key(operation.site, wanted.order))
    line = draft.get(OrderLine, row_key(operation.site, wanted.order, wanted.line))
    if order is None or order.state != "open" or line is None or not _takes(line, body):
        raise NotPossible("no_such_line")
    quantity = too_much(case, operation, body)
    if (line.quantity - line.done - line.short - quantity).units < 0:
        raise NotPossible("no_room")
    taken = LineProgress(operation.site, body.order, body.line, -quantity, NOTHING)
    given = LineProgress(operation.site, wanted.order, wanted.line, quantity, NOTHING)
    apply_effects(draft, operation, [taken, given], item=body.item)
    shrink_tasks(draft, order)
    release(draft, operation.site, [body.item])


def _takes(line: OrderLine, body: Picked) -> bool:
    is_other = (line.order, line.line) != (body.order, body.line)
    return is_other and line.state == "open" and line.item == body.item and line.lot in ("", body.lot)


def _new_date(case: Case) -> None:
    """The lot has the date that the receipt told."""
    _, body = case.about()
    told = expiry_of(body) if isinstance(body, Received) else ""
    _date(case, told)


def _keep_date(case: Case) -> None:
    lot = case.draft.get(Lot, case.conflict.subject.split(SEPARATOR, 1)[1])
    _date(case, lot.expiry if lot else "")


def _date(case: Case, expiry: str) -> None:
    """A person has decided it: no receipt that is taken back takes it along."""
    lot = case.draft.get(Lot, case.conflict.subject.split(SEPARATOR, 1)[1])
    if lot is None or not expiry:
        raise NotPossible("no_date")
    case.draft.put(msgspec.structs.replace(lot, expiry=expiry, told_by=""))


_EFFECTS: Mapping[str, Callable[[Case], None]] = {
    "count_now": count,
    "recount": recount,
    "adjust": _adjust,
    "use_count": _use_count,
    "move_record": _move_record,
    "quarantine": _quarantine,
    "scrap": _scrap,
    "undo": send_back,
    "undo_one": send_back,
    "put_back": send_back,
    "return_to_stock": send_back,
    "return_to_supplier": send_back,
    "take_on_line": _keep_for_line,
    "keep_for_line": _keep_for_line,
    "new_date": _new_date,
    "keep_date": _keep_date,
    "link_to_item": link_to_item,
    "create": create,
}
