"""The whole ledger in one value (stock, operations, the head of each hashed log), and a text that means to alter it."""

from __future__ import annotations

from typing import Any

from server_stub.ports import ServedLedger
from sync.wire.rows import Balance

SQL = """'; DROP TABLE operations; --" %s :x_code ? $1 \\"""


def picture(ledger: ServedLedger) -> dict[str, Any]:
    stock = {one.key: str(one.quantity) for one in ledger.rows(Balance, {}, "", 10_000)}
    operations = [(one.id, one.op_hash, one.outcome.outcome) for one in ledger.operations({}, "", 10_000)]
    heads = {feed: (head.n, head.hash) for feed, head in ledger.heads().items()}
    return {"stock": stock, "operations": operations, "heads": heads}
