"""The first tables of a ledger."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

CODE = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "backup",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        _bytes("feeds"),
        _bytes("streams"),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_table(
        "balances",
        _text("key"),
        _text("site"),
        _text("location"),
        _text("item"),
        _text("lot"),
        _text("serial"),
        _text("lpn"),
        _text("status"),
        _number("quantity"),
        _number("quantity_scale"),
        sa.PrimaryKeyConstraint("key"),
        sqlite_with_rowid=False,
    )
    op.create_index("balances_by_site_item", "balances", ["site", "item"])
    op.create_table(
        "barcodes",
        _text("key"),
        _text("code"),
        _text("item"),
        _text("unit"),
        _number("factor"),
        _number("factor_scale"),
        sa.PrimaryKeyConstraint("key"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "conflicts",
        _text("key"),
        _text("site"),
        _text("id"),
        _text("kind"),
        _text("state"),
        _text("subject"),
        _text("account"),
        _number("n"),
        sa.Column("ops", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        _text("decision"),
        _text("decided_by"),
        sa.PrimaryKeyConstraint("key"),
        sqlite_with_rowid=False,
    )
    op.create_index("conflicts_by_site_account", "conflicts", ["site", "account"])
    op.create_index("conflicts_by_site_state", "conflicts", ["site", "state"])
    op.create_index("conflicts_by_site_subject", "conflicts", ["site", "subject"])
    op.create_table(
        "drained",
        _text("terminal"),
        _text("feed"),
        _number("n"),
        sa.PrimaryKeyConstraint("terminal", "feed"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "feed",
        _text("feed"),
        _number("n"),
        _text("hash"),
        _number("floor_n"),
        _text("floor_hash"),
        sa.PrimaryKeyConstraint("feed"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "gap",
        _text("terminal"),
        _text("epoch"),
        _number("from_seq"),
        _number("to_seq"),
        sa.PrimaryKeyConstraint("terminal", "epoch", "from_seq"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "invitation",
        _text("code_hash"),
        _text("terminal"),
        _text("site"),
        _text("expires"),
        _text("claim"),
        sa.PrimaryKeyConstraint("code_hash"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "items",
        _text("key"),
        _text("code"),
        _text("name"),
        _text("name_zh"),
        _text("unit"),
        _number("scale"),
        _text("tracking"),
        _text("item_class"),
        sa.Column("blocked", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "link",
        _text("terminal"),
        _text("epoch"),
        _number("seq"),
        _text("hash"),
        sa.Column("op", CODE, nullable=True),
        sa.PrimaryKeyConstraint("terminal", "epoch", "seq"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "locations",
        _text("key"),
        _text("site"),
        _text("code"),
        _text("kind"),
        _text("zone"),
        _number("walk"),
        _text("check"),
        sa.Column("blocked", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "log",
        _text("feed"),
        _number("n"),
        _text("hash"),
        _bytes("body"),
        sa.PrimaryKeyConstraint("feed", "n"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "lots",
        _text("key"),
        _text("item"),
        _text("lot"),
        _text("expiry"),
        sa.Column("blocked", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
        sqlite_with_rowid=False,
    )
    op.create_table("meta", _text("name"), _text("value"), sa.PrimaryKeyConstraint("name"), sqlite_with_rowid=False)
    op.create_table(
        "operation",
        _text("id"),
        _text("op_hash"),
        _text("terminal"),
        _text("site"),
        _text("kind"),
        _text("outcome"),
        _bytes("answer"),
        _bytes("raw"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "operation_conflict",
        _text("conflict"),
        _number("n"),
        _text("op"),
        sa.PrimaryKeyConstraint("conflict", "n", "op"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "operation_feed",
        _text("terminal"),
        _text("feed"),
        _number("n"),
        _text("op"),
        sa.PrimaryKeyConstraint("terminal", "feed", "n"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "operators",
        _text("key"),
        _text("code"),
        _text("name"),
        _text("badge"),
        sa.Column("roles", sa.Text(), nullable=False),
        _text("language"),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "order_lines",
        _text("key"),
        _text("site"),
        _text("order"),
        _text("line"),
        _text("item"),
        _number("quantity"),
        _number("quantity_scale"),
        _text("unit"),
        _number("done"),
        _number("done_scale"),
        _number("short"),
        _number("short_scale"),
        _text("lot"),
        _text("state"),
        sa.PrimaryKeyConstraint("key"),
        sqlite_with_rowid=False,
    )
    op.create_index("order_lines_by_site_item", "order_lines", ["site", "item"])
    op.create_table(
        "orders",
        _text("key"),
        _text("site"),
        _text("order"),
        _text("kind"),
        _text("state"),
        _text("partner"),
        _text("due"),
        _number("priority"),
        _number("rev"),
        _number("changed"),
        sa.PrimaryKeyConstraint("key"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "partners",
        _text("key"),
        _text("code"),
        _text("name"),
        _text("role"),
        sa.PrimaryKeyConstraint("key"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "sites",
        _text("key"),
        _text("code"),
        _text("name"),
        _text("name_zh"),
        _text("code_page"),
        sa.PrimaryKeyConstraint("key"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "snapshot",
        _text("feed"),
        _number("part"),
        _number("parts"),
        _number("n"),
        _text("hash"),
        _bytes("rows"),
        sa.PrimaryKeyConstraint("feed", "part"),
    )
    op.create_table(
        "stream",
        _text("terminal"),
        _text("epoch"),
        _number("have_seq"),
        _text("have_hash"),
        sa.Column("parent_epoch", CODE, nullable=True),
        sa.Column("parent_seq", sa.BigInteger(), nullable=True),
        sa.Column("parent_hash", CODE, nullable=True),
        sa.PrimaryKeyConstraint("terminal", "epoch"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "tasks",
        _text("key"),
        _text("site"),
        _text("id"),
        _text("kind"),
        _text("item"),
        _text("location"),
        _number("quantity"),
        _number("quantity_scale"),
        _text("order"),
        _text("line"),
        _text("lot"),
        _text("state"),
        _number("sequence"),
        _number("rev"),
        _text("done_by"),
        _text("done_op"),
        _text("cause"),
        sa.PrimaryKeyConstraint("key"),
        sqlite_with_rowid=False,
    )
    op.create_index("tasks_by_site_item", "tasks", ["site", "item"])
    op.create_index("tasks_by_site_order", "tasks", ["site", "order"])
    op.create_table(
        "terminal",
        _text("id"),
        _text("site"),
        _bytes("public_key"),
        sa.Column("revoked", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_with_rowid=False,
    )
    op.create_index("terminal_by_site", "terminal", ["site"])
    op.create_table(
        "token",
        _text("hash"),
        _text("kind"),
        _text("holder"),
        _number("number"),
        sa.Column("used", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("hash"),
        sqlite_with_rowid=False,
    )
    op.create_index("token_by_kind_holder", "token", ["kind", "holder"])
    op.create_table(
        "waiting", _text("op"), _text("subject"), _number("n"), sa.PrimaryKeyConstraint("op"), sqlite_with_rowid=False
    )
    op.create_index("waiting_by_subject", "waiting", ["subject"])


def _text(name: str) -> sa.Column[Any]:
    return sa.Column(name, CODE, nullable=False)


def _number(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def _bytes(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.LargeBinary(), nullable=False)
