"""The ledger's tables and transactions in SQLAlchemy Core, on SQLite or PostgreSQL.

Here live the schema, its migrations, the feed locks and the change log. What an operation means is decided in
`server_stub.ledger`; this package keeps it.
"""
