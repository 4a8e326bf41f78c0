"""The `scanner` commands on a terminal enrolled with a real ledger: the whole way of a scan, without a screen."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from api.programs import Running, ledger, told
from loaded_programs import ROOT, Ran, run
from terminal.appender import keep_one
from terminal.conftest import HALL

from scanner_client.clock import new_epoch, new_uuid7, utc_now
from scanner_client.forecast import UNKNOWN
from scanner_client.home import Home
from scanner_client.rehearsal.proxy import Proxy
from scanner_client.store import TerminalStore
from scanner_client.store.identity import Sources
from sync.wire.bundle import read_bundle
from sync.wire.operation import decode_operation

SITE = HALL


@dataclass
class Scanner:
    """One terminal's commands."""

    home: Home

    def __call__(self, *words: str) -> Ran:
        return run("scanner", *words, "--home", str(self.home.path), environment=environment())

    def json(self, *words: str) -> Any:
        ran = self(*words, "--json")
        assert ran.status == 0, ran.err
        return json.loads(ran.out)

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "scanner_client.cli", *words, "--home", str(self.home.path)]

    def keep(self, count: int) -> list[str]:
        """Operations confirmed while no program runs in the home. Their ids."""
        store = TerminalStore(self.home.database, Sources(new_uuid7, utc_now))
        ids = [keep_one(store) for _ in range(count)]
        store.close()
        return ids

    @contextmanager
    def running(self) -> Iterator[subprocess.Popen[str]]:
        command = self.command("run", "--headless")
        with subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout
            try:
                assert "runs" in process.stdout.readline()
                yield process
                killed = process.poll() is not None
                process.send_signal(signal.SIGTERM)
                assert killed or process.wait(30) == 0
            finally:
                process.kill()  # what failed above must not wait for a program that nobody ends


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}


@pytest.fixture
def scanner(served: Running, database: Path, tmp_path: Path) -> Scanner:
    """A freshly enrolled terminal, named after its folder."""
    name = f"T-{tmp_path.name}"[-40:]
    code = told(database, "terminal", "add", name, "--site", SITE, "--json")["code"]
    made = Scanner(Home(tmp_path / "home"))
    ran = made("enroll", served.address, code)
    assert ran.status == 0, ran.err
    assert ran.out == f"Terminal {name} of site {SITE} is enrolled in {made.home.path}.\n"
    return made


def posted(database: Path, scanner: Scanner) -> list[str]:
    """In the order of ids, in which two of one millisecond may stand either way."""
    terminal = scanner.home.config().terminal
    return [one["id"] for one in told(database, "ops", "--json") if one["terminal"] == terminal]


def test_a_kept_operation_reaches_the_ledger_once_and_comes_back_answered(scanner: Scanner, database: Path) -> None:
    ids = scanner.keep(3)
    assert [entry["state"] for entry in scanner.json("queue", "list")] == ["kept"] * 3
    assert scanner.json("status")["kept"] == 3
    assert scanner("sync", "--once").status == 0
    assert scanner("sync").status == 0
    assert posted(database, scanner) == sorted(ids)
    entries = scanner.json("queue", "list")
    assert [entry["id"] for entry in entries] == ids
    assert {entry["outcome"] for entry in entries} == {"conflict"}, "the item is not known to this ledger"
    status = scanner.json("status")
    assert (status["kept"], status["sent"], status["conflict"], status["oldest"]) == (0, 0, 3, "")
    assert scanner("verify").status == 0


def test_a_dry_run_says_what_waits_and_sends_nothing(scanner: Scanner, database: Path) -> None:
    """X4."""
    scanner.keep(2)
    found = scanner.json("sync", "--dry-run")
    assert (found["unsent"], found["foretold"]["outcomes"]) == ({"received": 2}, {"conflict": 2})
    ran = scanner("sync", "--dry-run")
    assert (ran.status, ran.out.splitlines()[0].split(",")[0]) == (0, "2 unsent (2 received)")
    assert scanner("sync", "--json").status == 2
    assert posted(database, scanner) == []
    assert scanner.json("status")["kept"] == 2


def test_a_dry_run_without_the_ledger_says_what_is_known_here_and_why_not_more(scanner: Scanner) -> None:
    config = scanner.home.path / "config.toml"
    url = scanner.home.config().url
    config.write_text(config.read_text().replace(url, "http://127.0.0.1:9"))
    ran = scanner("sync", "--dry-run")
    assert ran.status == 1
    assert UNKNOWN in ran.out
    assert "cannot be reached" in ran.err


def test_commands_that_read_work_while_the_terminal_runs_and_a_second_one_is_told(
    scanner: Scanner, database: Path
) -> None:
    ids = scanner.keep(2)
    with scanner.running() as process:
        assert scanner("sync").status == 0
        assert posted(database, scanner) == sorted(ids)
        assert scanner.json("status")["online"] is True
        assert len(scanner.json("queue", "list")) == 2
        assert scanner.json("sync", "--dry-run")["foretold"]["outcomes"] == {}
        assert scanner("verify").status == 0
        second = scanner("run", "--headless")
        assert second.status == 2
        assert f"`scanner run` (process {process.pid})" in second.err
    assert scanner.json("status")["online"] is False
    assert not scanner.home.control.exists()


def test_a_terminal_that_was_killed_sends_what_it_finds_by_itself(scanner: Scanner, database: Path) -> None:
    """After kill -9 nothing but the file tells what is unsent, and nobody scans or asks (R33)."""
    with scanner.running() as process:
        process.kill()
        process.wait(30)
    ids = scanner.keep(2)
    with scanner.running():
        while posted(database, scanner) != sorted(ids):
            pass


async def test_a_reply_lost_after_the_ledger_committed_changes_nothing(
    scanner: Scanner, served: Running, database: Path
) -> None:
    ids = await asyncio.to_thread(scanner.keep, 3)
    proxy = Proxy(served.announced["host"], served.announced["port"], swallow_next=True)
    settings = scanner.home.config_file.read_text().replace(served.address, await proxy.start())
    scanner.home.config_file.write_text(settings)
    try:
        ran = await asyncio.to_thread(scanner, "sync", "--once")
        assert (ran.status, proxy.swallowed) == (1, [3])
        assert scanner.json("status")["sent"] == 3
        assert (await asyncio.to_thread(scanner, "sync", "--once")).status == 0
    finally:
        await proxy.stop()
    assert await asyncio.to_thread(posted, database, scanner) == sorted(ids)
    assert scanner.json("status")["sent"] == 0


def test_a_revoked_terminal_is_told_so_by_its_status_until_it_is_let_in_again(
    scanner: Scanner, served: Running, database: Path
) -> None:
    """R23: it keeps its queue meanwhile."""
    name = scanner.home.config().terminal
    ids = scanner.keep(1)
    assert ledger(database, "terminal", "revoke", name).status == 0
    assert scanner("sync", "--once").status == 1
    (alert,) = scanner.json("status")["alerts"]
    assert (alert["kind"], alert["says"]) == ("revoked", alert["facts"]["said"])
    assert f"ALERT        {alert['says']}" in scanner("status").out
    code = told(database, "terminal", "rotate", name, "--json")["code"]
    assert scanner("enroll", served.address, code).status == 0
    assert scanner("sync", "--once").status == 0
    assert scanner.json("status")["alerts"] == []
    assert posted(database, scanner) == sorted(ids)


def test_without_a_ledger_the_queue_waits_and_says_so(scanner: Scanner) -> None:
    config = scanner.home.config()
    scanner.home.config_file.write_text(scanner.home.config_file.read_text().replace(config.url, "http://127.0.0.1:9"))
    scanner.keep(1)
    ran = scanner("sync", "--once")
    assert ran.status == 1
    assert "cannot be reached" in ran.err
    assert scanner.json("status")["sent"] == 1


def test_an_exported_queue_carries_every_byte_signed(scanner: Scanner, tmp_path: Path) -> None:
    """X11."""
    ids = scanner.keep(3)
    file = tmp_path / "queue.jsonl"
    ran = scanner("queue", "export", str(file))
    assert (ran.status, ran.out) == (0, f"3 operations written to {file}.\n")
    bundle = read_bundle(file.read_bytes())
    assert [decode_operation(entry.op).id for entry in bundle.entries] == ids
    assert [entry.link.seq for entry in bundle.entries] == [1, 2, 3]
    assert bundle.header.terminal == scanner.home.config().terminal
    assert bundle.seal.certificate is not None
    assert len(scanner.json("queue", "list")) == 3


@pytest.mark.parametrize("network_first", [False, True])
def test_a_queue_with_an_epoch_behind_it_goes_by_stick_and_by_network_in_either_order(
    scanner: Scanner, database: Path, tmp_path: Path, network_first: bool
) -> None:
    """X11, X6: links of the epoch that was left are carried too."""
    ids = scanner.keep(2)
    store = TerminalStore(scanner.home.database, Sources(new_uuid7, utc_now))
    with store.step() as tx:
        left = tx.head().epoch
        tx.mint_epoch(new_epoch())
    store.close()
    ids += scanner.keep(1)
    file = tmp_path / "queue.jsonl"
    assert scanner("queue", "export", str(file)).status == 0
    bundle = read_bundle(file.read_bytes())
    assert [(one.link.epoch, one.link.seq, decode_operation(one.op).id) for one in bundle.fills] == [
        (left, 1, ids[0]),
        (left, 2, ids[1]),
    ]

    def carry() -> None:
        ran = ledger(database, "import-queue", str(file))
        assert (ran.status, "3 conflict" in ran.out) == (0, True), ran.err

    def send() -> None:
        assert scanner("sync", "--once").status == 0

    for way in (send, carry) if network_first else (carry, send):
        way()
        assert posted(database, scanner) == sorted(ids)
    name = scanner.home.config().terminal
    notices = [one["kind"] for one in told(database, "conflicts", "--json") if one["facts"].get("terminal") == name]
    assert notices == ["stream_forked"]
    assert {entry["state"] for entry in scanner.json("queue", "list")} == {"conflict"}


def test_a_doctor_finds_nothing_on_a_sound_terminal_and_names_what_others_can_read(scanner: Scanner) -> None:
    assert scanner("doctor").status == 0
    scanner.home.key.chmod(0o644)
    ran = scanner("doctor")
    assert ran.status == 1
    assert f"MEND permissions: others can read {scanner.home.key}" in ran.out


def test_a_used_code_is_refused_in_the_ledgers_own_words(
    scanner: Scanner, served: Running, database: Path, tmp_path: Path
) -> None:
    code = told(database, "terminal", "add", "T-used", "--site", SITE, "--json")["code"]
    assert Scanner(Home(tmp_path / "first"))("enroll", served.address, code).status == 0
    ran = Scanner(Home(tmp_path / "second"))("enroll", served.address, code)
    assert ran.status == 2
    assert "code" in ran.err
    assert len(ran.err.splitlines()) == 1


@pytest.mark.parametrize("words", [["status"], ["queue", "list"], ["verify"], ["sync"], ["run", "--headless"]])
def test_without_an_enrolled_terminal_one_sentence_names_the_cure(tmp_path: Path, words: list[str]) -> None:
    ran = Scanner(Home(tmp_path / "none"))(*words)
    assert ran.status == 2
    assert "scanner enroll URL CODE" in ran.err
    assert len(ran.err.splitlines()) == 1


def test_a_damaged_store_fails_its_verification(scanner: Scanner) -> None:
    scanner.keep(1)
    scanner.home.database.write_bytes(b"this is no database, but long enough to be taken for a damaged one" * 100)
    ran = scanner("verify")
    assert ran.status == 1
    assert "damaged" in ran.out
