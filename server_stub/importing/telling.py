"""What an import did, as a person reads it and as a program does: both say the same of every row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import msgspec

from server_stub.importing.accounting import Account
from server_stub.importing.applying import Taken
from sync.wire.limits import VERSION
from sync.wire.quantity import Quantity

SHOWN_FINDINGS = 200


class Told(msgspec.Struct, kw_only=True):
    """The report of one import. Row 1 is the header. `taken` is absent where only the file was looked at."""

    v: int = VERSION
    kind: str
    file: str
    mapping: str
    checked_only: bool
    rows: int
    accepted: int
    orders: int = 0
    pieces: str = ""
    rejected: list[dict[str, Any]] = []
    findings: list[dict[str, Any]] = []
    trimmed: int = 0
    encoding: str = "utf-8"
    taken: Taken | None = None

    @property
    def clean(self) -> bool:
        """Every row was accepted, or left out by a rule of the mapping."""
        return all(one["by_rule"] for one in self.rejected)


def told(kind: str, file: str, mapping: str, account: Account, taken: Taken | None, *, checked_only: bool) -> Told:
    """The report of a closed account."""
    return Told(
        kind=kind,
        file=file,
        mapping=mapping,
        checked_only=checked_only,
        rows=len(account.source.rows),
        accepted=len(account.accepted),
        orders=len({one.text("order") for one in account.accepted}) if kind == "orders" else 0,
        pieces=_pieces(account),
        rejected=[{"row": one.row, "reason": one.reason, "by_rule": one.by_rule} for one in account.rejected],
        findings=[{"row": one.row, "sort": one.sort, "text": one.text} for one in account.findings],
        trimmed=account.source.trimmed,
        encoding=account.source.encoding,
        taken=taken,
    )


def _pieces(account: Account) -> str:
    total = Quantity(0)
    for record in account.accepted:
        quantity = record.values.get("quantity", total)
        if isinstance(quantity, Quantity):
            total = total + quantity
    return str(total) if total else ""


def count(number: int, one: str, many: str = "") -> str:
    """A counted noun: 1 row, 12 rows, 1,000 rows."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def sentences(report: Told) -> Iterator[str]:
    """The report as lines of text."""
    by = f", read with the mapping {report.mapping}" if report.mapping else ""
    yield f"{report.kind} in {report.file}{by} (row 1 is the header)"
    yield f"{count(report.rows, 'row')}: {report.accepted:,} accepted, {len(report.rejected):,} rejected"
    yield from _contents(report)
    yield from (f"  row {one['row']}: {one['reason']}" for one in report.rejected)
    if report.trimmed:
        yield f"blanks around {count(report.trimmed, 'cell')} were taken off"
    if report.encoding != "utf-8":
        yield f"the file was read as {report.encoding}"
    yield from _findings(report)
    yield from _taken(report)


def _contents(report: Told) -> Iterator[str]:
    if report.kind == "orders":
        pieces = f"{_grouped(report.pieces or '0')} pieces"
        yield f"{count(report.accepted, 'line')} in {count(report.orders, 'order')}, {pieces}"
    elif report.pieces:
        yield f"{_grouped(report.pieces)} pieces"


def _grouped(quantity: str) -> str:
    whole, point, rest = quantity.partition(".")
    return f"{int(whole):,}{point}{rest}"


def _findings(report: Told) -> Iterator[str]:
    if not report.findings:
        return
    sorts = Counter(one["sort"] for one in report.findings)
    parts = ", ".join(f"{number} {sort}" for sort, number in sorted(sorts.items()))
    hint = "" if report.checked_only else "; --check lists them"
    yield f"{count(len(report.findings), 'finding')} about accepted rows: {parts}{hint}"
    if report.checked_only:
        yield from (f"  row {one['row']}: {one['sort']}: {one['text']}" for one in report.findings[:SHOWN_FINDINGS])
        left = len(report.findings) - SHOWN_FINDINGS
        if left > 0:
            yield f"  … and {left:,} more; --json lists all"


def _taken(report: Told) -> Iterator[str]:
    taken = report.taken
    if taken is None:
        yield "nothing was written: the file was looked at by itself, not compared with a ledger"
        return
    if report.checked_only:
        yield "nothing was written: the file was compared with the ledger"
        return
    if taken.items_made:
        yield f"{count(taken.items_made, 'item')} made from the file"
    if not taken.changed:
        yield f"nothing changed: the ledger has {count(taken.unchanged, 'row')} of this file already"
    else:
        yield f"written: {count(taken.changed, 'row')}; unchanged: {taken.unchanged:,}"
    if report.kind == "orders":
        waiting = f"; {count(taken.unstocked, 'open line')} without stock" if taken.unstocked else ""
        yield f"{count(taken.tasks, 'open pick task')}{waiting}"
