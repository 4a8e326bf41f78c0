"""What device tests share: a sink that can be waited for, lines that can be unplugged, a stand-in for /dev/serial."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from device_lines import Collected, Pty


@pytest.fixture
def collected() -> Collected:
    return Collected()


@pytest.fixture
def plug_in() -> Iterator[Callable[[], Pty]]:
    """Makes lines, and unplugs them at the end."""
    made: list[Pty] = []

    def plug() -> Pty:
        made.append(Pty())
        return made[-1]

    yield plug
    for line in made:
        line.hang_up()


@pytest.fixture
def by_id(tmp_path: Path) -> Path:
    """Stands in for /dev/serial/by-id."""
    folder = tmp_path / "by-id"
    folder.mkdir()
    return folder
