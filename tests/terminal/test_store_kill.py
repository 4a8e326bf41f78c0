"""kill -9 at any moment: what was confirmed is there, once, in an unbroken chain (R33, X7)."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from scanner_client.store import TerminalStore

ROOT = Path(__file__).resolve().parents[2]
APPENDER = Path(__file__).with_name("appender.py")
LINE_BYTES = 37
ROUNDS = 12


def killed_after(database: Path, byte: int) -> list[str]:
    """Let a program keep operations until it has printed this many bytes, kill it, give what it had confirmed."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, str(APPENDER), str(database)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as process:
        assert process.stdout
        said = process.stdout.read(byte)
        process.kill()
        said += process.stdout.read()
    return said.decode().splitlines() if said.endswith(b"\n") else said.decode().splitlines()[:-1]


@pytest.fixture(scope="module")
def seed() -> random.Random:
    return random.Random(20261102)


def test_nothing_confirmed_is_lost_and_nothing_comes_twice(store: TerminalStore, seed: random.Random) -> None:
    confirmed: list[str] = []
    for _ in range(ROUNDS):
        confirmed += killed_after(store.path, seed.randrange(1, 40 * LINE_BYTES))
        with store.step() as tx:
            held = [entry.id for entry in tx.queue()]
            assert list(tx.differences()) == []
            assert [entry.seq for entry in tx.queue()] == list(range(1, len(held) + 1))
            # The last one may have been on the disk before its confirmation was on the screen.
            assert set(confirmed) <= set(held)
            assert len(held) == len(set(held)) <= len(confirmed) + ROUNDS
            assert tx.load_state() == held[-1].encode(), "the flow stands behind the last operation"
        store.close()
    assert len(confirmed) > ROUNDS
