"""Messages of the office, and who has read them. Tables that the log fills, like every other row of a feed."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

CODE = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
MESSAGE = ("key", "site", "id", "text", "by", "at", "until", "terminal", "role")
ACKNOWLEDGEMENT = ("key", "site", "message", "by", "terminal", "at")


def upgrade() -> None:
    withdrawn: sa.Column[bool] = sa.Column("withdrawn", sa.Boolean(), nullable=False)
    op.create_table(
        "messages", *map(_text, MESSAGE), withdrawn, sa.PrimaryKeyConstraint("key"), sqlite_with_rowid=False
    )
    op.create_table(
        "acknowledgements", *map(_text, ACKNOWLEDGEMENT), sa.PrimaryKeyConstraint("key"), sqlite_with_rowid=False
    )


def _text(name: str) -> sa.Column[Any]:
    return sa.Column(name, CODE, nullable=False)
