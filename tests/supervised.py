"""A terminal with a conflict on it, and the supervisors who decide it."""

from __future__ import annotations

from typing import Any

from memory_terminal import NAME, SITE, TALL, Picker, pin, stock, warehouse

from scanner_client.core.view import Size
from sync.wire.rows import Conflict, Operator, Row, row_key

SHORT_OF = row_key(SITE, "A-03-02", "TOWEL", "", "", "", "")
ADJUST, UNDO, LATER = "2", "3", "4"


def conflict(id: str = "c1", kind: str = "stock_short", subject: str = SHORT_OF, **more: Any) -> Conflict:
    facts = {
        "did_kind": "picked", "did_by": "wang", "did_quantity": "8", "did_terminal": NAME, "they_kind": "picked",
        "they_by": "li", "they_quantity": "7", "they_terminal": "T9", "ledger_now": "-3", **more,
    }  # fmt: skip
    return Conflict(site=SITE, id=id, kind=kind, state="open", subject=subject, facts=facts)


def people() -> list[Row]:
    """Two supervisors here, one of another site, and a manager."""
    return [
        Operator(code="boss", name="李主管", badge="B-BOSS", roles={SITE: ["supervisor"]}),
        Operator(code="chief", name="Chief", badge="B-CHIEF", roles={"*": ["supervisor", "picker"]}),
        Operator(code="afar", name="Afar", badge="B-AFAR", roles={"S2": ["supervisor"]}),
        Operator(code="mandy", name="Mandy", badge="B-MANDY", roles={SITE: ["manager"]}),
    ]


def terminal(*conflicts: Conflict, size: Size = TALL, language: str = "en") -> Picker:
    """A terminal of a live ledger at which Wang is logged in."""
    short = stock("A-03-02", "TOWEL", -3)
    found = Picker([*warehouse(), short, *people(), *(conflicts or [conflict()])], size, language)
    found.store.pins_needed = True
    found.store.pins = {"wang": pin("wang", "2468"), "boss": pin("boss", "1111"), "chief": pin("chief", "2222")}
    return found.scan("B-WANG").type("2468")


def reading(*conflicts: Conflict, **more: Any) -> Picker:
    """The same with the first conflict on the screen."""
    return terminal(*conflicts, **more).press("f6", "1")


def agreed(found: Picker) -> list[tuple[str, dict[str, str]]]:
    """By whom, and what, of every decision that was kept."""
    return [(one.by, dict(one.body)) for one, _ in found.operations if one.kind == "decided"]
