"""Openings: which accounts opening stock was posted on. And of a lot, which receipt told its date."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

CODE = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "openings",
        *(_text(name) for name in ("key", "site", "id")),
        sa.Column("accounts", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
        sqlite_with_rowid=False,
    )
    op.add_column("lots", _text("told_by", server_default=""))


def _text(name: str, **options: Any) -> sa.Column[Any]:
    return sa.Column(name, CODE, nullable=False, **options)
