"""The terminal's store: one SQLite file that holds everything a scan leaves behind until the ledger has it for good.

`terminal_store` opens the file and hands out transactions · `connection` and `faults` are the ground under it ·
`schema` its tables · `stream` the links · `outbox` the operations · `keeping` how long · `feeds` the ledger's rows ·
`deltas` what own work adds to them, `undoing` and takes back · `view` both laid over each other · `journal` flow state
and journal · `alerts` what they must see · `queue` what people see of it · `standing` its words · `settings` what they
chose · `pins` who they are · `proof` that nothing was changed · `thread` its one thread · `identity` whose it is.
"""

from scanner_client.store.identity import Identity
from scanner_client.store.terminal_store import TerminalStore, Transaction, create_store
from scanner_client.store.thread import StoreThread

__all__ = ["Identity", "StoreThread", "TerminalStore", "Transaction", "create_store"]
