"""Operators' PINs: verifiers and one-time codes, beside the log."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

CODE = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "pin",
        _text("operator"),
        _text("verifier"),
        _text("code_hash"),
        _text("expires"),
        sa.Column("tries", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("operator"),
        sqlite_with_rowid=False,
    )


def _text(name: str) -> sa.Column[Any]:
    return sa.Column(name, CODE, nullable=False)
