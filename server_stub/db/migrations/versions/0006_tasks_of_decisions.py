"""Tasks that decisions open: where which goods go, and for whom the task is meant."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

CODE = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    for name in ("to", "assignee", "serial"):
        op.add_column("tasks", sa.Column(name, CODE, nullable=False, server_default=""))
