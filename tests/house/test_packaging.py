"""The wheel holds the five packages with their data, nothing else, and is the same when built through the sdist."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("scanner_client", "screens", "sync", "devices", "server_stub")
DATA = {".py", ".toml", ".tcss", ".mo", ".csv", ".typed"}


def _build(source: Path, target: str, folder: Path) -> Path:
    command = [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(folder)]
    done = subprocess.run(command, cwd=source, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (built,) = folder.iterdir()
    return built


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _build(ROOT, "wheel", tmp_path_factory.mktemp("wheel"))


def _names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_the_wheel_holds_every_module_and_data_file(wheel: Path) -> None:
    files = (path for package in PACKAGES for path in (ROOT / package).rglob("*"))
    expected = {str(path.relative_to(ROOT)) for path in files if path.suffix in DATA or path.name == "py.typed"}
    assert expected - _names(wheel) == set()


def test_the_wheel_holds_nothing_but_the_five_packages(wheel: Path) -> None:
    assert {name.split("/")[0] for name in _names(wheel)} == {
        *PACKAGES,
        f"{'-'.join(wheel.name.split('-')[:2])}.dist-info",
    }


def test_the_wheel_built_through_the_sdist_is_the_same(
    wheel: Path, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    sdist = _build(ROOT, "sdist", tmp_path_factory.mktemp("sdist"))
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    (source,) = tmp_path.iterdir()
    assert _names(_build(source, "wheel", tmp_path_factory.mktemp("again"))) == _names(wheel)


def test_no_folder_of_tests_hides_a_package() -> None:
    """`tests` is on the path of the tests, so a package named `sync` there would be taken for ours."""
    assert [name for name in PACKAGES if (ROOT / "tests" / name / "__init__.py").exists()] == []
