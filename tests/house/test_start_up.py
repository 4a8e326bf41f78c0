"""The prompt comes first: a heavy library is imported after the first frame, and the ledger never by the client."""

from __future__ import annotations

import subprocess
import sys

import pytest

LATE = [
    "sqlalchemy",
    "server_stub",
    "biip",
    "httpx",
    "cryptography",
    "serial",
    "textual",
    "sqlite_utils",
    "starlette",
    "alembic",
]


def _modules_after(statement: str) -> set[str]:
    report = f"{statement}\nimport sys\nprint(*sorted({{name.split('.')[0] for name in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", report], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


@pytest.mark.parametrize("module", ["scanner_client.cli", "server_stub.cli"])
def test_the_command_line_starts_without_heavy_libraries(module: str) -> None:
    late = set(LATE) - {module.partition(".")[0]}
    assert _modules_after(f"import {module}") & late == set()
