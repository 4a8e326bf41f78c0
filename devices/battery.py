"""How full the battery is that feeds this machine, as Linux tells it in sysfs (kernel ABI, sysfs-class-power).

Batteries of other devices (a mouse, a headset, a scanner that reports its own) say `Device` as their scope and are not
counted. Android hides the folder from programs: there nothing is known.
"""

from __future__ import annotations

from pathlib import Path

POWER_SUPPLY = Path("/sys/class/power_supply")
UNKNOWN = -1


def charge(supplies: Path) -> int:
    """Percent, the mean where a machine has several batteries; `UNKNOWN` where there is none or it does not say."""
    try:
        folders = sorted(supplies.iterdir())
    except OSError:
        return UNKNOWN
    known = [percent for folder in folders if (percent := _percent(folder)) is not None]
    return sum(known) // len(known) if known else UNKNOWN


def _percent(supply: Path) -> int | None:
    """None where it is no battery, feeds something else, is taken out, or cannot be read now."""
    feeds_us = _said(supply, "scope") in ("", "System", "Unknown")
    if _said(supply, "type") != "Battery" or not feeds_us or _said(supply, "present") == "0":
        return None
    capacity = _said(supply, "capacity")
    # Worn gauges tell a little more than 100.
    return min(100, int(capacity)) if capacity.isascii() and capacity.isdecimal() else None


def _said(supply: Path, attribute: str) -> str:
    """An attribute that a driver does not have, or cannot read while a battery is changed, is empty."""
    try:
        return (supply / attribute).read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        return ""
