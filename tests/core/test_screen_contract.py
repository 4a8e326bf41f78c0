"""The golden frames are those of the screen contract, to the cell (needs ../shared).

What stands in `frames/*.txt` is what the view is held to by the other tests; here it is held to SCREENS.md itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from scanner_client.core.cells import width

FRAMES = Path(__file__).parent / "frames"
NAMES = {"pick en": "pick-en", "conflict en": "conflict-en", "second person": "second_person"}
SIZES = {"20x4": (20, 4), "20x16": (20, 16), "40x8": (40, 8)}
LEFT_PANE = 44
"""Cells of the left pane at 80x24."""

EXPECTED = {
    *(f"20x4-{name}" for name in ("pick", "error", "quantity", "conflict", "queue", "pick-en", "conflict-en",
                                  "second_person")),
    *(f"{size}-{name}" for size in ("20x16", "40x8") for name in ("pick", "error", "quantity", "conflict", "queue")),
    "80x24-pick", "80x24-conflict",
}  # fmt: skip


def frames_of(contract: str) -> dict[str, list[str]]:
    """Every frame of the contract by size and name, its rows without trailing blanks."""
    text = contract[contract.index("## Frames") :]
    block = text[text.index("```") + 4 :]
    found: dict[str, list[str]] = {}
    for size, lines in _sections(block[: block.index("```")].splitlines()):
        if size.startswith("80x24"):
            name = "conflict" if "conflict" in size else "pick"
            found[f"80x24-{name}"] = [line.rstrip() for line in lines if line.strip()]
        else:
            found |= _side_by_side(size, lines)
    return found


def _sections(lines: list[str]) -> Iterator[tuple[str, list[str]]]:
    """A heading such as `20x4` or `80x24 conflict (…)`, and the lines up to the next one."""
    starts = [place for place, line in enumerate(lines) if line.split(" ")[0] in (*SIZES, "80x24")]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        yield lines[start], lines[start + 1 : end]


def _side_by_side(size: str, lines: list[str]) -> dict[str, list[str]]:
    """Frames stand beside each other, parted by `|`: a row of names, then rows of the screen."""
    height = SIZES[size][1]
    found: dict[str, list[str]] = {}
    rows = [line for line in lines if line.strip()]
    while rows:
        names = [NAMES.get(name.strip(), name.strip()) for name in rows.pop(0).split("|")]
        drawn, rows = rows[:height], rows[height:]
        for column, name in enumerate(names):
            cells = [(row.split("|") + [""] * len(names))[column].rstrip() for row in drawn]
            found[f"{size}-{name}"] = cells
    return found


@pytest.fixture(scope="module")
def contract(shared: Path) -> dict[str, list[str]]:
    return frames_of((shared / "SCREENS.md").read_text(encoding="utf-8"))


def test_the_contract_draws_the_frames_that_are_held_to_it(contract: dict[str, list[str]]) -> None:
    assert set(contract) == EXPECTED


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_golden_frame_is_the_contracts(name: str, contract: dict[str, list[str]]) -> None:
    golden = (FRAMES / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    wanted = contract[name]
    if not name.startswith("80x24"):
        golden += [""] * (len(wanted) - len(golden))
    assert golden == wanted


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_frame_of_the_contract_fits_its_screen(name: str, contract: dict[str, list[str]]) -> None:
    cells = LEFT_PANE if name == "80x24-conflict" else int(name.split("x", maxsplit=1)[0])
    assert [row for row in contract[name] if width(row) > cells] == []
