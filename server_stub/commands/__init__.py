"""The commands of `ledger`, one module per subject: what a command asks, and beside it the work it has done.

Work that changes the ledger is a function marked `@office_work`; it runs in the service where one runs.
"""
