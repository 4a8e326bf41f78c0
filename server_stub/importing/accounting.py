"""The account of an import: the fate of every row, and what is odd about rows that were taken."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from server_stub.importing.fields import Value
from server_stub.importing.source import Source


@dataclass(frozen=True, slots=True)
class Record:
    """The values of one row that can be taken. Fields that were empty are not there."""

    row: int
    values: dict[str, Value]

    def text(self, name: str) -> str:
        return str(self.values.get(name, ""))


@dataclass(frozen=True, slots=True)
class Rejection:
    row: int
    reason: str


@dataclass(frozen=True, slots=True)
class Finding:
    """Something odd about a row that is taken all the same. `sort`: duplicate, name, unit, zeros, encoding."""

    row: int
    sort: str
    text: str


@dataclass(slots=True)
class Account:
    """Accepted and rejected rows are together all rows of the file."""

    source: Source
    accepted: list[Record] = field(default_factory=list)
    rejected: list[Rejection] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def reject(self, row: int, reason: str) -> None:
        self.rejected.append(Rejection(row, reason))

    def find(self, row: int, sort: str, text: str) -> None:
        self.findings.append(Finding(row, sort, text))

    def keep_if(self, why_not: Callable[[Record], str]) -> None:
        """Reject the accepted records for which `why_not` gives a reason."""
        judged = [(record, why_not(record)) for record in self.accepted]
        self.accepted = [record for record, reason in judged if not reason]
        self.rejected += [Rejection(record.row, reason) for record, reason in judged if reason]

    def close(self) -> None:
        """Put the lists in row order and make sure that no row is missing and none is there twice."""
        self.rejected.sort(key=lambda one: one.row)
        self.findings.sort(key=lambda one: (one.row, one.sort))
        rows = sorted([one.row for one in self.accepted] + [one.row for one in self.rejected])
        assert rows == [one.number for one in self.source.rows], "a row of the file is not accounted for"


def as_json(account: Account) -> dict[str, Any]:
    return {
        "rows": len(account.source.rows),
        "accepted": len(account.accepted),
        "rejected": [{"row": one.row, "reason": one.reason} for one in account.rejected],
        "findings": [{"row": one.row, "sort": one.sort, "text": one.text} for one in account.findings],
        "trimmed": account.source.trimmed,
        "encoding": account.source.encoding,
    }


def count(number: int, one: str, many: str = "") -> str:
    """A counted noun: 1 row, 12 rows, 12,919 pieces."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def summary(rejected: Iterable[Rejection]) -> list[tuple[str, int]]:
    """Reasons with how often each was given, the commonest first."""
    counted: dict[str, int] = {}
    for one in rejected:
        counted[one.reason] = counted.get(one.reason, 0) + 1
    return sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))
