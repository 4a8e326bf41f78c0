"""What an operation changes in the shared picture, as far as the operation alone tells.

The terminal lays these effects over its copy of the feeds until a page covers the operation; the ledger applies the
same ones for good. Conflicts, held goods and tasks made by the ledger come only from the ledger.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import msgspec
from msgspec import Struct

from sync.wire.bodies import (
    UNKNOWN,
    Picked,
    Posting,
    Received,
    Returned,
    ShortReported,
    TaskClaimed,
    TaskReleased,
    Undone,
    postings,
    reversed_postings,
)
from sync.wire.claims import Claiming, Releasing
from sync.wire.operation import Operation
from sync.wire.quantity import Quantity
from sync.wire.rows import Item, Location, Row, Site, row_key


class LineProgress(Struct, frozen=True):
    """`done` and `short` are added to the order line."""

    site: str
    order: str
    line: str
    done: Quantity
    short: Quantity

    @property
    def key(self) -> str:
        return row_key(self.site, self.order, self.line)


class TaskTurn(Struct, frozen=True):
    """The task is completed (`state` done) or, by an undo, open again."""

    site: str
    task: str
    state: str

    @property
    def key(self) -> str:
        return row_key(self.site, self.task)


Effect = Posting | LineProgress | TaskTurn | Claiming | Releasing


def effects(operation: Operation, body: Any, target: tuple[Operation, Any] | None = None) -> list[Effect]:
    """Effects of a decoded operation. `target` is the undone operation with its body, where it is known."""
    if isinstance(body, Undone):
        return reversed_effects(effects(*target)) if target else []
    found: list[Effect] = list(postings(operation, body))
    match body:
        case Picked() | Received() if body.order and body.line:
            found.append(LineProgress(operation.site, body.order, body.line, body.quantity, Quantity(0)))
        case Returned() if body.order and body.line:
            found.append(LineProgress(operation.site, body.order, body.line, -body.quantity, Quantity(0)))
        case ShortReported():
            found.append(LineProgress(operation.site, body.order, body.line, Quantity(0), body.quantity))
        case TaskClaimed() | TaskReleased():
            found.append(claim_change(operation, body))
        case _:
            pass
    if operation.task and (isinstance(body, ShortReported) or getattr(body, "done", False)):
        found.append(TaskTurn(operation.site, operation.task, "done"))
    return found


def claim_change(operation: Operation, body: TaskClaimed | TaskReleased) -> Claiming | Releasing:
    """What an operation says of who works on what."""
    work = (operation.site, body.order, operation.task or "")
    if isinstance(body, TaskReleased):
        return Releasing(*work, body.over or operation.by)
    if body.given_to:
        return Claiming(*work, body.given_to, "", operation.at, body.over)  # nobody has opened it anywhere yet
    return Claiming(*work, operation.by, operation.terminal, operation.at, body.over)


def reversed_effects(found: list[Effect]) -> list[Effect]:
    """The opposite of each effect, in the same places of as long a list. What somebody said of who works on what has
    none: only a release ends a claim."""
    turned: list[Effect] = list(reversed_postings([one for one in found if isinstance(one, Posting)]))
    for one in found:
        match one:
            case LineProgress():
                turned.append(LineProgress(one.site, one.order, one.line, -one.done, -one.short))
            case TaskTurn():
                turned.append(TaskTurn(one.site, one.task, "open"))
            case _:
                pass
    return turned


def effect_feed(effect: Effect) -> str:
    """The feed in which the ledger will show this effect."""
    return effect.site


# --- goods of codes that have no row (yet) ----------------------------------------------------------------------------


def subject_of(kind: type[Row], key: str) -> str:
    """What a conflict `reference_unknown` is about: the row that is missing."""
    return row_key(kind.table, key)


def aside(posting: Posting, unknown: Collection[str], home: str) -> Posting:
    """Where the goods of a posting stand while these subjects are unknown: on `@unknown` of the operation's own site,
    `home`, if it names one of them."""
    if posting.location[:1] == "@":
        abroad = posting.site != home and subject_of(Site, posting.site) in unknown
        return msgspec.structs.replace(posting, site=home, location=UNKNOWN) if abroad else posting
    item = subject_of(Item, posting.item)
    place = subject_of(Location, row_key(posting.site, posting.location))
    return msgspec.structs.replace(posting, location=UNKNOWN) if item in unknown or place in unknown else posting


def set_aside(found: list[Effect], unknown: Collection[str], home: str) -> list[Effect]:
    """The effects with goods of unknown subjects on `@unknown` instead of where they were scanned."""
    return [aside(one, unknown, home) if isinstance(one, Posting) else one for one in found] if unknown else found
