"""The ledger: takes the operations of all terminals, posts them as double entries and answers with outcomes.

Here live the pure rules (`ledger`), their tables (`db`), the HTTP service (`api`) and the administrator's command line.
It shares `sync.wire` with the terminal and runs on SQLite or PostgreSQL.
"""
