"""Rights: what somebody recorded who may not work here (any more). The fact is posted; people decide what it means.

Who finds which job in the menu is the terminal's matter. Here it is asked whether the person may work at the site at
all, or was deactivated, or has all roles elsewhere. Who has no role on record is not bound to a site, but may not
decide.
"""

from __future__ import annotations

from typing import Any

from server_stub.ledger.book import Draft
from server_stub.ledger.conflicts import Disagreement
from server_stub.ledger.sides import did
from sync.wire.decisions import SUPERVISOR
from sync.wire.effects import subject_of
from sync.wire.operation import Operation
from sync.wire.rows import Operator

NOT_PERMITTED = "not_permitted"
EVERYWHERE = "*"


def without_right(draft: Draft, operation: Operation, body: Any) -> Disagreement | None:
    """One conflict for all that a person recorded at a site without the right to."""
    if may_work(draft, operation):
        return None
    subject = subject_of(Operator, operation.by)
    return Disagreement(NOT_PERMITTED, operation.site, subject, did(draft, operation, body))


def may_work(draft: Draft, operation: Operation) -> bool:
    """A person whom the ledger does not know may: what it knew of people is what a restore takes away."""
    known = draft.get(Operator, operation.by) if operation.by else None
    if known is None:
        return True
    return known.active and (not known.roles or bool(known.roles.keys() & {operation.site, EVERYWHERE}))


def may_decide(draft: Draft, site: str, person: str) -> bool:
    """Whether somebody may decide conflicts of a site, and agree to what others decided: it takes a role on record."""
    known = draft.get(Operator, person) if person else None
    if known is None or not known.active:
        return False
    return any(SUPERVISOR in known.roles.get(place, ()) for place in (site, EVERYWHERE))
