"""Alembic's entry: run the migrations on the connection, and in the transaction, that `server_stub.db` hands over."""

from __future__ import annotations

from alembic import context

from server_stub.db.schema import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata)
context.run_migrations()
