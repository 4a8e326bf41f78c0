"""What attacks are tried on: the service in process, and a picture of the whole ledger to compare before and after."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from api.conftest import logs_as_they_were, new_ledger, served, serving, settings

__all__ = ["database", "logs_as_they_were", "new_ledger", "served", "serving", "settings"]


@pytest.fixture
def database(request: pytest.FixtureRequest, tmp_path: Path, new_ledger: Path) -> str:
    """A new ledger: in SQLite, or where a module asks for both, in each of them."""
    if getattr(request, "param", "sqlite") == "postgresql":
        url: str = request.getfixturevalue("postgres_url")
        return url
    return f"sqlite:///{shutil.copy(new_ledger, tmp_path)}"
