"""What a store does on a disk that fills up or turns read-only; prints what happened as JSON. Run by the tests on a
tmpfs of 300 KB in a mount namespace of its own.

    small_disk.py full|read_only FOLDER
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from terminal.appender import keep_one

from scanner_client.clock import new_uuid7, utc_now
from scanner_client.ports import StoreError
from scanner_client.store import Identity, TerminalStore, create_store
from scanner_client.store.identity import Sources
from sync.core.offer import compose
from sync.wire.messages import Limits
from sync.wire.operation import decode_operation


def tried(store: TerminalStore) -> dict[str, str]:
    """One operation: its id where it was confirmed, else kind and message of the refusal."""
    try:
        return {"id": keep_one(store)}
    except StoreError as error:
        return {"kind": error.kind, "message": str(error)}


def offered(store: TerminalStore) -> list[str]:
    """Ids of the operations that a request would carry now."""
    with store.reading() as tx:
        composed = compose(tx, have_seq=None, gaps=(), limits=Limits(), now=utc_now())
    return [decode_operation(bytes(raw)).id for raw in composed.request.stream.ops]


def full(store: TerminalStore, folder: Path) -> dict[str, Any]:
    confirmed: list[str] = []
    while "id" in (first := tried(store)):
        confirmed.append(first["id"])
    ballast = folder / "ballast"
    _fill(ballast)
    while "id" in (outcome := tried(store)):
        confirmed.append(outcome["id"])
    handed_over = offered(store)
    ballast.unlink()
    return {
        "refused": [first, outcome],
        "confirmed": confirmed,
        "offered": handed_over,
        "after": [tried(store), tried(store)],
    }


def read_only(store: TerminalStore, folder: Path) -> dict[str, Any]:
    confirmed = [keep_one(store), keep_one(store)]
    store.close()
    _remount(folder, "ro")
    refused = [tried(store), tried(store)]
    handed_over = offered(store)
    _remount(folder, "rw")
    return {"refused": refused, "confirmed": confirmed, "offered": handed_over, "after": [tried(store)]}


def _fill(ballast: Path) -> None:
    """To the last byte."""
    with ballast.open("wb", buffering=0) as file:
        for size in (65536, 4096, 512, 1):
            try:
                while file.write(b"\0" * size):
                    pass
            except OSError:
                continue


def _remount(folder: Path, how: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{how}", str(folder)], check=True)


def main() -> None:
    case, folder = sys.argv[1], Path(sys.argv[2])
    database = folder / "terminal.db"
    create_store(database, Identity("ledger-1", "T1", "A"), "epoch-1")
    store = TerminalStore(database, Sources(new_uuid7, utc_now))
    report = {"full": full, "read_only": read_only}[case](store, folder)
    with store.step() as tx:
        report["held"] = [entry.id for entry in tx.queue()]
        report["differences"] = list(tx.differences())
    store.close()
    print(json.dumps(report))


if __name__ == "__main__":
    main()
