"""Bodies of operations by kind, and the postings that follow from an operation alone.

A fact is posted where it was scanned, so its postings need nothing but the operation (an undo needs its target too).
The terminal's local view and the ledger therefore share this module: own work never differs between the two.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

import msgspec

from sync.wire.claims import CLAIMED, RELEASED
from sync.wire.codec import decode
from sync.wire.decisions import APPROVED, DECIDED, DENIED
from sync.wire.limits import MAX_CODE_CHARS
from sync.wire.notices import ACKNOWLEDGED
from sync.wire.operation import Operation, WireError, is_code
from sync.wire.quantity import BadQuantity, Quantity
from sync.wire.rows import Balance, row_key

SUPPLIER, CUSTOMER, ADJUST, SCRAP, UNKNOWN = "@supplier", "@customer", "@adjust", "@scrap", "@unknown"
DAMAGED = "damaged"
TERMINAL_TOTE = "TOTE:"
"""A terminal's own tote is the location `TOTE:<terminal>`; it needs no label and no row."""


def transit(to_site: str) -> str:
    return f"@transit:{to_site}"


class Posting(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A signed quantity on one account."""

    site: str
    location: str
    item: str
    lot: str = ""
    serial: str = ""
    lpn: str = ""
    status: str = ""
    quantity: Quantity

    @property
    def account(self) -> str:
        """Key of the account's `Balance` row."""
        return row_key(self.site, self.location, self.item, self.lot, self.serial, self.lpn, self.status)

    def balance(self, quantity: Quantity) -> Balance:
        return Balance(
            site=self.site,
            location=self.location,
            item=self.item,
            lot=self.lot,
            serial=self.serial,
            lpn=self.lpn,
            status=self.status,
            quantity=quantity,
        )


class Goods(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What every body about goods names. `quantity` is in base units; `unit` and `units` say how it was entered.

    `known` is what the terminal's screen gave as lying there before this, own work included, and `as_of` when the
    ledger had last told it (UTC): evidence for whoever settles a conflict, and nothing is posted by it.
    """

    item: str
    quantity: Quantity
    lot: str = ""
    serial: str = ""
    lpn: str = ""
    unit: str = ""
    units: str = ""
    known: Quantity | None = None
    as_of: str = ""


class Picked(Goods, frozen=True, kw_only=True, omit_defaults=True):
    """Taken from `location` into `to`. `done`: this closes the task (and with it the line's work at this location)."""

    order: str
    line: str
    location: str
    to: str
    done: bool = True


class ShortReported(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`quantity` of the line could not be taken at `location`; closes the task. Posts nothing."""

    order: str
    line: str
    item: str
    location: str
    quantity: Quantity
    lot: str = ""
    reason: str = ""


class Received(Goods, frozen=True, kw_only=True, omit_defaults=True):
    """`line` is empty for goods that stand on no line of the order; `description` is what people call unknown ones."""

    order: str = ""
    line: str = ""
    location: str
    expiry: str = ""
    description: str = ""
    done: bool = True


class Moved(Goods, frozen=True, kw_only=True, omit_defaults=True):
    """From `location` to `to` within one site; putting away is a move."""

    location: str
    to: str


class Damaged(Goods, frozen=True, kw_only=True, omit_defaults=True):
    """Found unusable at `location`; stays there with status `damaged`."""

    location: str
    reason: str = ""


class Counted(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An observation, without a posting. `since`: the feed's change number when the count began."""

    location: str
    item: str
    quantity: Quantity
    lot: str = ""
    serial: str = ""
    lpn: str = ""
    since: int = 0


class TransferredOut(Goods, frozen=True, kw_only=True, omit_defaults=True):
    location: str
    to_site: str
    order: str = ""


class TransferredIn(Goods, frozen=True, kw_only=True, omit_defaults=True):
    location: str
    from_site: str
    order: str = ""


class Undone(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Takes back the operation `target` by the opposite postings."""

    target: str
    reason: str = ""


class TaskClaimed(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody works on this order, or on the operation's task where that belongs to none. `over`: the operator from
    whom it was knowingly taken over. `given_to`: whose it is from now on, where a supervisor gives it to somebody."""

    order: str = ""
    over: str = ""
    given_to: str = ""


class TaskReleased(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Whoever had the work gives it back. `reason`: `finished`, `left` before anything was done, or `log_off`.

    `over`: whose it was, where a supervisor frees it (`freed`)."""

    order: str = ""
    over: str = ""
    reason: str = ""


class Returned(Goods, frozen=True, kw_only=True, omit_defaults=True):
    """What had been picked for a line went back from `location` (a tote) to `to`; it closes its `put_back` task.

    With `to` `@supplier`, goods that came in beyond what was ordered left again. `order` and `line` are those that the
    goods had been counted for, where they had been.
    """

    order: str = ""
    line: str = ""
    location: str
    to: str
    done: bool = True


class Decided(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A person's answer to the conflict `conflict`, one of `decisions.ANSWERS` of its kind.

    `op`: the operation the answer is about where it is about one (an undo, goods to be returned); empty means the
    newest that still stands. `order` and `line`: where goods are kept for (`take_on_line`, `keep_for_line`). `item`:
    what an unknown code is (`link_to_item`). `approved_by`: the second person who agreed, badge and PIN, at the same
    terminal.
    """

    conflict: str
    answer: str
    op: str = ""
    order: str = ""
    line: str = ""
    item: str = ""
    approved_by: str = ""
    reason: str = ""


class Approved(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The held request `target` takes effect. Whoever asked for it cannot approve it."""

    target: str
    reason: str = ""


class Denied(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The held request `target` is turned down."""

    target: str
    reason: str = ""


class Acknowledged(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Whoever works here has read the office's message `message`. Posts nothing, and is never refused."""

    message: str


class ProblemReported(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    text: str
    step: str = ""


BODY_TYPES: dict[str, type[Any]] = {
    "picked": Picked,
    "short_reported": ShortReported,
    "received": Received,
    "moved": Moved,
    "damaged": Damaged,
    "counted": Counted,
    "transferred_out": TransferredOut,
    "transferred_in": TransferredIn,
    "undone": Undone,
    "returned": Returned,
    DECIDED: Decided,
    APPROVED: Approved,
    DENIED: Denied,
    CLAIMED: TaskClaimed,
    RELEASED: TaskReleased,
    ACKNOWLEDGED: Acknowledged,
    "problem_reported": ProblemReported,
}


def decode_body(operation: Operation) -> Any:
    """The typed body. Raises WireError with reason `unknown_kind` or `malformed`."""
    kind = BODY_TYPES.get(operation.kind)
    if kind is None:
        raise WireError("unknown_kind", f"the operation kind {operation.kind[:40]!r} is not known to this program")
    try:
        body = decode(operation.body, kind)
    except (msgspec.DecodeError, UnicodeDecodeError, BadQuantity) as error:
        raise WireError("malformed", f"the body of {operation.kind} cannot be read: {error}") from error
    _check_codes(operation.kind, body)
    if isinstance(body, TaskClaimed | TaskReleased) and not (body.order or operation.task):
        raise WireError("malformed", f"{operation.kind} names neither an order nor a task")
    if isinstance(body, Acknowledged) and not (body.message and operation.by):
        raise WireError("malformed", "it does not say who has read which message")
    return body


_NAMED = frozenset({"item", "location", "to", "to_site", "from_site"})
"""Fields of facts that say what was handled and where; empty, they would post on an account that nobody can find."""


_CODES: dict[type[Any], tuple[str, ...]] = {
    kind: tuple(field.name for field in msgspec.structs.fields(kind) if field.type is str and field.name != "text")
    for kind in BODY_TYPES.values()
}
_NAMED_IN = {
    kind: tuple(name for name in names if name in _NAMED and kind is not Decided) for kind, names in _CODES.items()
}


def _check_codes(kind: str, body: Any) -> None:
    names = _CODES[type(body)]
    values = [getattr(body, name) for name in names]
    # Together they are nearly always short enough to be looked at in one go.
    if not is_code("".join(values)) or not all(getattr(body, name) for name in _NAMED_IN[type(body)]):
        _check_each(kind, dict(zip(names, values, strict=True)), _NAMED_IN[type(body)])
    if isinstance(body, Picked | Moved | Returned) and body.location == body.to:
        raise WireError("malformed", f"{kind} leads from {body.to} to the same place")
    quantity = getattr(body, "quantity", None)
    if quantity is not None and quantity.units < 0:
        raise WireError("malformed", f"the quantity of {kind} is negative")


def _check_each(kind: str, codes: dict[str, str], named: Collection[str]) -> None:
    for name, value in codes.items():
        if not is_code(value):
            raise WireError(
                "malformed", f"the field {name} of {kind} is longer than {MAX_CODE_CHARS} characters or has NUL or US"
            )
        if value == "" and name in named:
            raise WireError("malformed", f"the field {name} of {kind} is empty")


def postings(operation: Operation, body: Any) -> list[Posting]:
    """Postings of a fact, summing to zero per item and lot. Empty for observations, requests and undos."""
    rule = _POSTING_RULES.get(type(body))
    return rule(operation.site, body) if rule and body.quantity else []


def _transfer(body: Goods, source: tuple[str, str, str], target: tuple[str, str, str]) -> list[Posting]:
    """One quantity from (site, location, status) to (site, location, status)."""

    def side(place: tuple[str, str, str], quantity: Quantity) -> Posting:
        at, location, status = place
        return Posting(
            site=at,
            location=location,
            item=body.item,
            lot=body.lot,
            serial=body.serial,
            lpn=body.lpn,
            status=status,
            quantity=quantity,
        )

    return [side(source, -body.quantity), side(target, body.quantity)]


_POSTING_RULES: dict[type[Any], Callable[[str, Any], list[Posting]]] = {
    Picked: lambda site, b: _transfer(b, (site, b.location, ""), (site, b.to, "")),
    Moved: lambda site, b: _transfer(b, (site, b.location, ""), (site, b.to, "")),
    Returned: lambda site, b: _transfer(b, (site, b.location, ""), (site, b.to, "")),
    Received: lambda site, b: _transfer(b, (site, SUPPLIER, ""), (site, b.location, "")),
    Damaged: lambda site, b: _transfer(b, (site, b.location, ""), (site, b.location, DAMAGED)),
    TransferredOut: lambda site, b: _transfer(b, (site, b.location, ""), (b.to_site, transit(b.to_site), "")),
    TransferredIn: lambda site, b: _transfer(b, (site, transit(site), ""), (site, b.location, "")),
}


def reversed_postings(target: list[Posting]) -> list[Posting]:
    return [msgspec.structs.replace(posting, quantity=-posting.quantity) for posting in target]
