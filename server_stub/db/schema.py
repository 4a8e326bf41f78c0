"""The tables of a ledger's database, the same on SQLite and PostgreSQL. Migrations make them; this names them.

The hashed log and the operations' bytes are the truth; row tables are projections of the log that `verify` rebuilds.
Access (terminals, tokens, invitations, PINs), what terminals last said and how far they drained, snapshots and backups
are kept beside the log.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
)
from sqlalchemy.types import TypeEngine

from server_stub.db.columns import LAYOUTS
from sync.wire.rows import Balance, Conflict, OrderLine, Request, Row, Task

metadata = MetaData()
VERSIONS = ("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009")
"""Revisions of the migrations, oldest first; the last is the one this program works with."""

CODE: TypeEngine[str] = Text().with_variant(Text(collation="C"), "postgresql")
"""Text compared by code points everywhere, so that keys sort alike in SQLite, PostgreSQL and Python."""

NUMBER: TypeEngine[int] = BigInteger()
_SQL_TYPES: dict[str, TypeEngine[Any]] = {"str": CODE, "int": NUMBER, "bool": Boolean(), "json": Text()}


def _table(name: str, *columns: Column[Any], key: tuple[str, ...], indexes: tuple[tuple[str, ...], ...] = ()) -> Table:
    """Clustered on its key in SQLite: one tree to write instead of two."""
    made = [Index(f"{name}_by_{'_'.join(names)}", *names) for names in indexes]
    return Table(name, metadata, *columns, PrimaryKeyConstraint(*key), *made, sqlite_with_rowid=False)


def _text(name: str, **options: Any) -> Column[Any]:
    return Column(name, CODE, nullable=False, **options)


def _number(name: str) -> Column[Any]:
    return Column(name, NUMBER, nullable=False)


def _bytes(name: str) -> Column[Any]:
    return Column(name, LargeBinary, nullable=False)


# --- what happened ----------------------------------------------------------------------------------------------------

meta = _table("meta", _text("name"), _text("value"), key=("name",))
feed = _table(
    "feed", _text("feed"), _number("n"), _text("hash"), _number("floor_n"), _text("floor_hash"), key=("feed",)
)
log = _table("log", _text("feed"), _number("n"), _text("hash"), _bytes("body"), key=("feed", "n"))
operation = Table(
    "operation",
    metadata,
    Column("id", CODE, primary_key=True),
    _text("op_hash"),
    _text("terminal"),
    _text("site"),
    _text("kind"),
    _text("outcome"),
    _bytes("answer"),
    _bytes("raw"),
)
"""`answer` is the outcome with all its parts as JSON; `outcome`, `site` and `kind` stand apart to be filtered by."""

operation_feed = _table(
    "operation_feed", _text("terminal"), _text("feed"), _number("n"), _text("op"), key=("terminal", "feed", "n")
)
operation_conflict = _table(
    "operation_conflict", _text("conflict"), _number("n"), _text("op"), key=("conflict", "n", "op")
)
"""Which operations' outcomes name a conflict: what `answer` says, to be found by the conflict."""

waiting = _table("waiting", _text("op"), _text("subject"), _number("n"), key=("op",), indexes=(("subject",),))

# --- streams ----------------------------------------------------------------------------------------------------------

stream = _table(
    "stream",
    _text("terminal"),
    _text("epoch"),
    _number("have_seq"),
    _text("have_hash"),
    Column("parent_epoch", CODE),
    Column("parent_seq", NUMBER),
    Column("parent_hash", CODE),
    key=("terminal", "epoch"),
)
link = _table(
    "link",
    _text("terminal"),
    _text("epoch"),
    _number("seq"),
    _text("hash"),
    Column("op", CODE),
    key=("terminal", "epoch", "seq"),
)
gap = _table(
    "gap",
    _text("terminal"),
    _text("epoch"),
    _number("from_seq"),
    _number("to_seq"),
    key=("terminal", "epoch", "from_seq"),
)

# --- beside the log ---------------------------------------------------------------------------------------------------

terminal = _table(
    "terminal",
    _text("id"),
    _text("site"),
    _bytes("public_key"),
    Column("revoked", Boolean, nullable=False),
    key=("id",),
    indexes=(("site",),),
)
drained = _table("drained", _text("terminal"), _text("feed"), _number("n"), key=("terminal", "feed"))
invitation = _table(
    "invitation",
    _text("code_hash"),
    _text("terminal"),
    _text("site"),
    _text("expires"),
    _text("claim"),
    key=("code_hash",),
)
token = _table(
    "token",
    _text("hash"),
    _text("kind"),
    _text("holder"),
    _number("number"),
    Column("used", Boolean, nullable=False),
    key=("hash",),
    indexes=(("kind", "holder"),),
)
pin = _table(
    "pin",
    _text("operator"),
    _text("verifier"),
    _text("code_hash"),
    _text("expires"),
    _number("tries"),
    key=("operator",),
)
sighting = _table(
    "sighting",
    _text("terminal"),
    _text("seen"),
    _text("program"),
    _number("head"),
    _number("have_seq"),
    _text("oldest"),
    Column("clock_offset_ms", NUMBER, nullable=True),
    _text("mode"),
    Column("unsent", NUMBER, nullable=True),
    key=("terminal",),
)
snapshot = Table(
    "snapshot",
    metadata,
    _text("feed"),
    _number("part"),
    _number("parts"),
    _number("n"),
    _text("hash"),
    _bytes("rows"),
    PrimaryKeyConstraint("feed", "part"),
)
backup = Table(
    "backup",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    _bytes("feeds"),
    _bytes("streams"),
)

# --- the rows that feeds carry ----------------------------------------------------------------------------------------

# Beside these, the leading fields of a key are found by the key itself.
_INDEXES: dict[type[Row], tuple[tuple[str, ...], ...]] = {
    Task: (("site", "order"), ("site", "item")),
    OrderLine: (("site", "item"),),
    Conflict: (("site", "state"), ("site", "subject"), ("site", "account")),
    Balance: (("site", "item"),),
    Request: (("site", "state"),),
}
# What a task is about is in its id. Columns that never change are left out of updates, and so are their indexes.
_FIXED: dict[type[Row], tuple[str, ...]] = {Task: ("kind", "item", "location", "order", "line", "lot", "cause")}


def _row_table(kind: type[Row]) -> Table:
    layout = LAYOUTS[kind]
    columns = [Column(one.name, _SQL_TYPES[one.type], nullable=False) for one in layout.columns]
    table = _table(layout.table, _text("key"), *columns, key=("key",), indexes=_INDEXES.get(kind, ()))
    table.info["fixed"] = frozenset(kind.key_fields + _FIXED.get(kind, ()))
    return table


ROW_TABLES: dict[type[Row], Table] = {kind: _row_table(kind) for kind in LAYOUTS}
