"""Requests: decisions that wait for a second person, with what they would post. A table that the log fills."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

CODE = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
NUMBER = sa.BigInteger()
TEXTS = ("key", "site", "id", "terminal", "by", "at", "conflict", "answer", "item", "lot", "location")


def upgrade() -> None:
    op.create_table(
        "requests",
        *(_text(name) for name in TEXTS),
        sa.Column("quantity", NUMBER, nullable=False),
        sa.Column("quantity_scale", NUMBER, nullable=False),
        *(_text(name) for name in ("state", "decided_by", "reason")),
        sa.PrimaryKeyConstraint("key"),
        sqlite_with_rowid=False,
    )
    op.create_index("requests_by_site_state", "requests", ["site", "state"])


def _text(name: str) -> sa.Column[Any]:
    return sa.Column(name, CODE, nullable=False)
