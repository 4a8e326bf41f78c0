"""What yields in the status row where it is tight (the screen contract, rule 2)."""

from __future__ import annotations

from memory_terminal import Picker, warehouse
from msgspec.structs import replace

from scanner_client.core.view import Size
from sync.wire.rows import Operator

HOUR = 3_600_000


def row_for(name: str) -> str:
    """The desk's status row while somebody of this name picks offline, with a full battery, in training."""
    rows = [*warehouse(), Operator(code="zhao", name=name, badge="B-ZHAO", language="en")]
    terminal = Picker(rows, size=Size(80, 24))
    terminal.store.environment = "training"
    terminal.runtime.surroundings = replace(
        terminal.runtime.surroundings, online=False, since=terminal.now - 23 * HOUR, battery=100
    )
    return terminal.scan("B-ZHAO").press("1").view.rows[0]


def test_at_the_desk_flow_then_clock_then_battery_yield_to_a_long_name_each_as_a_whole() -> None:
    shown = {}
    for length in range(1, 38):
        row = row_for("Z" * length)
        assert row.startswith("OFF23h Q0  B100%" if "B100%" in row else "OFF23h Q0    TRAINING not posted")
        assert "TRAINING not posted    Picker " + "Z" * length in row
        shown[length] = tuple(part in row for part in ("pick@1", "22:13", "B100%"))
        assert row.count(":") == ("22:13" in row)
    assert list(dict.fromkeys(shown.values())) == [
        (True, True, True),
        (False, True, True),
        (False, False, True),
        (False, False, False),
    ]
