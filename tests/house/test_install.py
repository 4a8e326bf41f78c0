"""On a machine that lacks something, the first command says what, and what to do."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SHIM = "#!/bin/sh\nexit 127\n"
WITHOUT_VENV = '#!/bin/sh\ncase "$2" in *ensurepip*) exit 1 ;; esac\n'


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A folder of programs that is the whole PATH."""
    for name in ("cat", "rm", "mkdir"):
        (tmp_path / name).symlink_to(shutil.which(name) or name)
    return tmp_path


def _provide(machine: Path, name: str, script: str) -> None:
    (machine / name).write_text(script, encoding="utf-8")
    (machine / name).chmod(0o755)


def _install_venv(machine: Path) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": str(machine), "VENV": str(machine / "venv")}
    shell = shutil.which("sh") or "sh"
    return subprocess.run(
        [shell, str(ROOT / ".ci" / "install"), "venv"],
        env=environment, cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_without_a_python_that_runs_it_asks_for_one(machine: Path) -> None:
    _provide(machine, "python3.13", SHIM)
    done = _install_venv(machine)
    assert done.returncode == 2
    assert "No Python of 3.11 or later runs here" in done.stderr


def test_without_the_venv_module_it_names_the_package_to_install(machine: Path) -> None:
    _provide(machine, "python3", WITHOUT_VENV)
    done = _install_venv(machine)
    assert done.returncode == 2
    assert "python3 has no venv module" in done.stderr
    assert done.stderr.count("\n") == 1


def test_every_target_of_the_makefile_is_explained_by_make_help() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    (phony,) = (line for line in text.splitlines() if line.startswith(".PHONY:"))
    told = subprocess.run(
        ["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True, env={"PATH": os.environ["PATH"]}
    ).stdout
    assert {name for name in phony.split()[1:] if f"make {name}" not in told} <= {"help", "venv", "FORCE"}
