"""What every implementation of the ledger's memory must do, over dictionaries and over SQL alike.

An implementer's test module subclasses `BookContract` and gives the fixture `ledger`, a fresh
`contracts.ledger_under_test.LedgerUnderTest` named "ledger-1" that knows no terminal and has an empty log.
"""

from __future__ import annotations

from contracts.log_contract import LogContract
from contracts.operations_contract import OperationsContract


class BookContract(LogContract, OperationsContract):
    """The rules of `server_stub.ledger.book.Book`."""
