"""The battery as a tree of sysfs tells it."""

from __future__ import annotations

from pathlib import Path

import pytest

from devices.battery import UNKNOWN, charge


def supply(tree: Path, name: str, **attributes: str) -> None:
    """A supply as the kernel lists it: a link to a folder with one file an attribute."""
    folder = tree.parent / "devices" / name
    folder.mkdir(parents=True)
    for attribute, value in attributes.items():
        (folder / attribute).write_text(f"{value}\n")
    tree.mkdir(exist_ok=True)
    (tree / name).symlink_to(folder)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return tmp_path / "power_supply"


def test_a_handheld_on_its_cradle_tells_its_battery_and_not_the_mains(tree: Path) -> None:
    supply(tree, "AC", type="Mains", online="1")
    supply(tree, "BAT0", type="Battery", present="1", capacity="62", status="Charging")
    assert charge(tree) == 62


@pytest.mark.parametrize("attributes", [{}, {"scope": "System"}, {"scope": "Unknown"}])
def test_a_battery_that_says_less_about_itself_counts(tree: Path, attributes: dict[str, str]) -> None:
    supply(tree, "battery", type="Battery", capacity="7", **attributes)
    assert charge(tree) == 7


def test_the_battery_of_another_device_is_not_ours(tree: Path) -> None:
    supply(tree, "hidpp_battery_0", type="Battery", scope="Device", present="1", capacity="90")
    assert charge(tree) == UNKNOWN
    supply(tree, "BAT0", type="Battery", present="1", capacity="12")
    assert charge(tree) == 12


def test_of_two_batteries_the_mean_is_told_and_one_that_is_taken_out_does_not_count(tree: Path) -> None:
    supply(tree, "BAT0", type="Battery", present="1", capacity="100")
    supply(tree, "BAT1", type="Battery", present="1", capacity="41")
    supply(tree, "BAT2", type="Battery", present="0", capacity="0")
    assert charge(tree) == 70


@pytest.mark.parametrize(("told", "shown"), [("104", 100), ("0", 0), ("", UNKNOWN), ("-1", UNKNOWN), ("full", UNKNOWN)])
def test_what_a_gauge_cannot_mean_is_not_shown(tree: Path, told: str, shown: int) -> None:
    supply(tree, "BAT0", type="Battery", present="1", capacity=told)
    assert charge(tree) == shown


def test_a_machine_without_a_battery_tells_nothing(tree: Path) -> None:
    assert charge(tree) == UNKNOWN
    supply(tree, "AC", type="Mains", online="1")
    assert charge(tree) == UNKNOWN


def test_a_battery_that_goes_while_it_is_read_tells_nothing(tree: Path) -> None:
    supply(tree, "BAT0", type="Battery", present="1")
    (tree.parent / "devices" / "BAT0" / "capacity").mkdir()
    assert charge(tree) == UNKNOWN
