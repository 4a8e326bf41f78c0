"""Backups of a ledger that is being served, and its restore, with real processes."""

from __future__ import annotations

from pathlib import Path

import httpx
from api.device import SITE, Device
from api.programs import Running, ledger, service, told

from server_stub.backup.manifest import backups_in
from sync.wire.codec import decode, encode
from sync.wire.messages import SyncReply
from sync.wire.service import EnrollReply


def hall(database: Path) -> str:
    """A ledger with one site; the code for its terminal."""
    for words in (("init",), ("site", "add", SITE)):
        assert ledger(database, *words).status == 0
    code: str = told(database, "terminal", "add", "T1", "--site", SITE, "--json")["code"]
    return code


def enrolled(running: Running, code: str) -> Device:
    device = Device()
    reply = httpx.post(f"{running.address}/v1/terminals/enroll", content=encode(device.enrollment(code)), timeout=30)
    device.accept(decode(reply.content, EnrollReply))
    return device


def sync(running: Running, device: Device, after: int = 0) -> SyncReply:
    body = encode(device.request(after=after))
    reply = httpx.post(f"{running.address}/v1/sync", content=body, headers=device.bearer, timeout=30)
    assert reply.status_code == 200, reply.text
    return decode(reply.content, SyncReply)


def test_a_served_ledger_is_backed_up_restored_and_completed_by_its_terminal(tmp_path: Path) -> None:
    database, folder = tmp_path / "warehouse.db", tmp_path / "backups"
    code = hall(database)
    with service(database) as running:
        device = enrolled(running, code)
        device.receive("cup", "3")
        sync(running, device)
        made = told(database, "backup", "--to", str(folder), "--json")
        device.receive("cup", "4")
        assert sync(running, device).stream.have_seq == 2
        refused = ledger(database, "restore", made[0]["file"])
        assert (refused.status, "is in use by process" in refused.err) == (2, True)
        running.kill()
    assert ledger(database, "restore", made[0]["file"]).status == 0
    with service(database) as running:
        assert sync(running, device, after=2).stream.have_seq == 1
        # The one that the backup had comes along: the page read anew covers it.
        assert [one.outcome for one in sync(running, device, after=1).outcomes] == ["conflict", "conflict"]
    assert ledger(database, "verify").status == 0
    stock = {line["location"]: line["quantity"] for line in told(database, "stock", "--json")}
    assert stock["@unknown"] == "7"


def test_a_service_makes_backups_by_itself(tmp_path: Path) -> None:
    database, folder = tmp_path / "warehouse.db", tmp_path / "backups"
    hall(database)
    with service(database, "--backup-to", str(folder)) as running:
        # Its log is a pipe, and the line about the backup is the first that it writes.
        assert running.process.stderr
        line = running.process.stderr.readline()
        while '"event": "backup"' not in line:
            assert line, "the service ended"
            line = running.process.stderr.readline()
        running.stop()
    ((file, manifest),) = backups_in(folder)
    assert ledger(file, "verify").status == 0
    assert manifest.entries > 0
