"""Claims: who works on which order or task. A table that the log fills, like every other row of a feed."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

CODE = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "claims",
        *(_text(name) for name in ("key", "site", "order", "task", "by", "terminal", "since")),
        sa.PrimaryKeyConstraint("key"),
        sqlite_with_rowid=False,
    )


def _text(name: str) -> sa.Column[Any]:
    return sa.Column(name, CODE, nullable=False)
