"""What every implementation of a terminal's store must do, in memory and in SQLite alike.

An implementer's test module subclasses `TerminalContract` and gives the fixture `new_terminal`, a factory of
`contracts.terminal_under_test.TerminalUnderTest`:

    class TestMyStore(TerminalContract):
        @pytest.fixture
        def new_terminal(self, tmp_path): ...
"""

from __future__ import annotations

from contracts.keeping_contract import KeepingContract
from contracts.stream_contract import StreamContract
from contracts.undo_contract import UndoContract
from contracts.view_contract import ViewContract


class TerminalContract(StreamContract, ViewContract, UndoContract, KeepingContract):
    """The rules of `sync.core.terminal.TerminalTransaction`."""
