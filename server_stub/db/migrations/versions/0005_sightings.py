"""Sightings: what each terminal last said of itself, beside the log."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

CODE = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "sighting",
        *(_text(name) for name in ("terminal", "seen", "program")),
        sa.Column("head", sa.BigInteger(), nullable=False),
        sa.Column("have_seq", sa.BigInteger(), nullable=False),
        _text("oldest"),
        sa.Column("clock_offset_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("terminal"),
        sqlite_with_rowid=False,
    )


def _text(name: str) -> sa.Column[Any]:
    return sa.Column(name, CODE, nullable=False)
