"""What a step sees: the live rows of the feeds with this terminal's own uncovered work laid over them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import takewhile
from typing import TypeVar, cast

import msgspec

from scanner_client.store.identity import Section
from scanner_client.store.schema import LOOKUPS
from sync.wire.claims import after, decoded
from sync.wire.codec import decode
from sync.wire.quantity import Quantity, parse_quantity
from sync.wire.rows import SEPARATOR, Balance, Claim, OrderLine, Row, Task, row_key

R = TypeVar("R", bound=Row)
Overlaid = Balance | OrderLine | Task | Claim
_MADE_HERE = (Balance, Claim)
"""Rows that own work makes before the ledger shows them; others are only the ledger's to make."""

_Delta = tuple[str, str, str]
"""Amount, short and state, as the outbox wrote them."""

_AFTER_SEPARATOR = chr(ord(SEPARATOR) + 1)
_FEW_ROWS = 500
"""Up to so many rows their pending work is looked up by key."""

_BY_STATE = f" AND by{LOOKUPS[Task.table].index('state') + 1} = ?"
"""How tasks are narrowed by the one field that own work changes: those it brings into the state asked for come too."""


class View(Section):
    """Rows by key or by field. Reads what the transaction itself has written."""

    def row(self, kind: type[R], key: str) -> R | None:
        found = self._sql.execute("SELECT body FROM live WHERE tbl = ? AND key = ?", [kind.table, key]).fetchone()
        live = None if found is None else decode(found[0], kind)
        if not issubclass(kind, Overlaid):
            return live
        return _laid_over(kind, key, live, self._deltas(kind.table, " AND key = ?", [key]).get(key, ()))

    def rows(self, kind: type[R], /, **equal: str) -> Sequence[R]:
        """Rows whose fields equal these texts, in key order."""
        found = self._live(kind, equal)
        if issubclass(kind, Overlaid):
            self._lay_over(kind, found, equal)
        return [found[key] for key in sorted(found) if _matches(found[key], equal)]

    def on_hand(self, *, location: str = "", item: str = "") -> Sequence[Balance]:
        """Balances that are not zero, own pending work included; the world outside (`@…`) only where asked for."""
        equal = {name: value for name, value in (("location", location), ("item", item)) if value}
        return [
            balance
            for balance in self.rows(Balance, **equal)
            if balance.quantity and (location or not balance.location.startswith("@"))
        ]

    def overdrawn(self) -> Sequence[Balance]:
        """Accounts of this warehouse that own pending work brings below nothing, in key order."""
        touched = self._sql.execute("SELECT DISTINCT key FROM delta WHERE pending = 1 AND tbl = ?", [Balance.table])
        found = [self.row(Balance, key) for key in sorted(key for (key,) in touched)]
        return [one for one in found if one and one.quantity.units < 0 and not one.location.startswith("@")]

    def _live(self, kind: type[R], equal: dict[str, str]) -> dict[str, R]:
        """Live rows that may match, by key, found over the narrowest index there is."""
        where, values = self._narrowest(kind, equal)
        found = self._select(kind, where, values)
        if kind is Task and where == _BY_STATE:
            brought = "SELECT key FROM delta WHERE pending = 1 AND tbl = ? AND state = ?"
            found |= self._select(kind, f" AND key IN ({brought})", [kind.table, equal["state"]])
        return found

    def _select(self, kind: type[R], where: str, values: list[str]) -> dict[str, R]:
        found = self._sql.execute(f"SELECT key, body FROM live WHERE tbl = ?{where}", [kind.table, *values])
        return {key: decode(body, kind) for key, body in found}

    def _narrowest(self, kind: type[Row], equal: dict[str, str]) -> tuple[str, list[str]]:
        if set(kind.key_fields) <= equal.keys():
            return " AND key = ?", [row_key(*(equal[name] for name in kind.key_fields))]
        for column, name in enumerate(LOOKUPS.get(kind.table, ()), start=1):
            if name in equal:
                return f" AND by{column} = ?", [equal[name]]
        return "", []

    def _lay_over(self, kind: type[R], found: dict[str, R], equal: dict[str, str]) -> None:
        """Lay pending work over `found`: rows that only this work has made are added, those it ended are gone."""
        for key, deltas in self._deltas(kind.table, *self._concerned(kind, found, equal)).items():
            row = _laid_over(kind, key, found.pop(key, None), deltas)
            if row is not None:
                found[key] = row

    def _concerned(self, kind: type[R], found: dict[str, R], equal: dict[str, str]) -> tuple[str, list[str]]:
        """Which pending work can touch the result: on the rows found, or on any key holding the texts asked for.

        A day's work of a terminal that stays offline is thousands of deltas, so SQLite sorts them out, not Python.
        """
        if kind not in _MADE_HERE and len(found) <= _FEW_ROWS:
            return f" AND key IN ({', '.join('?' * len(found))})", list(found)
        texts = {"site": self.site, **equal}
        leading = list(takewhile(texts.__contains__, kind.key_fields))
        begins = row_key(*(texts[name] for name in leading), "")
        others = [texts[name] for name in kind.key_fields if name in texts and name not in leading]
        where = " AND key >= ? AND key < ?" + " AND instr(? || key || ?, ?)" * len(others)
        values = [begins, begins[:-1] + _AFTER_SEPARATOR]
        for other in others:
            values += [SEPARATOR, SEPARATOR, row_key("", other, "")]
        return where, values

    def _deltas(self, table: str, where: str, values: list[str]) -> dict[str, list[_Delta]]:
        """Pending work on rows of a table by key, oldest first; on a balance, summed up."""
        if table == Balance.table:
            return self._sums(where, values)
        found: dict[str, list[_Delta]] = {}
        for key, amount, short, state in self._sql.execute(
            f"SELECT key, amount, short, state FROM delta WHERE pending = 1 AND tbl = ?{where} ORDER BY rowid",
            [table, *values],
        ):
            found.setdefault(key, []).append((amount, short, state))
        return found

    def _sums(self, where: str, values: list[str]) -> dict[str, list[_Delta]]:
        """What pending work adds to each account, as whole units of each scale: a day offline may move one pallet
        place a thousand times."""
        scale = "iif(instr(amount, '.'), length(amount) - instr(amount, '.'), 0)"
        units = "sum(CAST(replace(amount, '.', '') AS INTEGER))"
        found: dict[str, list[_Delta]] = {}
        summed = f"SELECT key, {scale} AS scale, {units} FROM delta WHERE pending = 1 AND tbl = ?{where}"
        for key, decimals, total in self._sql.execute(f"{summed} GROUP BY key, scale", [Balance.table, *values]):
            found.setdefault(key, []).append((str(Quantity(total, decimals)), "", ""))
        return found


def _matches(row: Row, equal: dict[str, str]) -> bool:
    return all(str(getattr(row, name)) == value for name, value in equal.items())


def _laid_over(kind: type[R], key: str, row: R | None, deltas: Sequence[_Delta]) -> R | None:
    """The row with pending work on it; None where there is none, or no longer."""
    if kind is Claim:
        return cast("R | None", _claim_after(cast("Claim | None", row), deltas))
    base = _blank(kind, key) if row is None and deltas else row
    if base is not None:
        for delta in deltas:
            base = _with_delta(base, delta)
    return base


def _claim_after(claim: Claim | None, deltas: Iterable[_Delta]) -> Claim | None:
    for _, _, said in deltas:
        claim = after(claim, decoded(said))
    return claim


def _blank(kind: type[R], key: str) -> R | None:
    """The account that own work opened before the ledger heard of it."""
    if kind is not Balance:
        return None
    names = Balance.key_fields
    return kind(**dict(zip(names, key.split(SEPARATOR), strict=True)))


def _with_delta(row: R, delta: _Delta) -> R:
    amount, short, state = delta
    match row:
        case Balance():
            return msgspec.structs.replace(row, quantity=row.quantity + parse_quantity(amount))
        case OrderLine():
            return msgspec.structs.replace(
                row, done=row.done + parse_quantity(amount), short=row.short + parse_quantity(short)
            )
        case Task():
            return msgspec.structs.replace(row, state=state)
        case _:
            return row
