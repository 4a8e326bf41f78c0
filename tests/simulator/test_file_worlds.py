"""A few worlds of files: the real store, shell, service and database. `make simulate ARGS=--tier2` runs more."""

from __future__ import annotations

import pytest
from plants.planting import ROOT
from plants.search import run_worlds


@pytest.mark.parametrize("seeds", [(21, 22), (23, 24)], ids=lambda seeds: f"{seeds[0]}-{seeds[1]}")
def test_whatever_befalls_real_files_everything_is_in_the_ledger_once(seeds: tuple[int, int]) -> None:
    """In a process of its own: here the service runs on an event loop that also does the database's work."""
    found = run_worlds(ROOT, "files", *seeds)
    assert found.seed is None, f"seed {found.seed}: {found.checker}: {found.message}"
