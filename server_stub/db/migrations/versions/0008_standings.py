"""Standings: how each terminal said it stands, its mode and what it has unsent, with when it was last heard of."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

CODE = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.add_column("sighting", sa.Column("mode", CODE, nullable=False, server_default=""))
    op.add_column("sighting", sa.Column("unsent", sa.BigInteger(), nullable=True))
