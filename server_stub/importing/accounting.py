"""The account of an import: the fate of every row, and what is odd about rows that were taken."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

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
    """`by_rule`: a rule of the mapping leaves the row out on purpose."""

    row: int
    reason: str
    by_rule: bool = False


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

    def reject(self, row: int, reason: str, *, by_rule: bool = False) -> None:
        self.rejected.append(Rejection(row, reason, by_rule))

    def find(self, row: int, sort: str, text: str) -> None:
        self.findings.append(Finding(row, sort, text))

    def take_back(self, refused: dict[int, str]) -> None:
        """Accepted records turn out to be refused: row → reason."""
        self.accepted = [record for record in self.accepted if record.row not in refused]
        self.rejected += [Rejection(row, reason) for row, reason in refused.items()]

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
