"""The battery of the machine in the status row of the running program."""

from __future__ import annotations

from pathlib import Path

from furnished_home import furnish, one_order
from pty_window import Window

OTHER_TREE = """
import sys
from pathlib import Path
from devices import battery
from scanner_client.start import main
battery.POWER_SUPPLY = Path(sys.argv.pop(1))
main()
"""


def test_the_battery_is_shown_where_there_is_room_and_only_there(tmp_path: Path) -> None:
    (tmp_path / "supplies" / "BAT0").mkdir(parents=True)
    for attribute, value in (("type", "Battery"), ("capacity", "62")):
        (tmp_path / "supplies" / "BAT0" / attribute).write_text(f"{value}\n")
    home = furnish(tmp_path / "home", one_order(1, 1))
    command = ["-c", OTHER_TREE, str(tmp_path / "supplies"), "run", "--home", str(home.path), "--lang", "zh_CN"]
    screen = Window(command, 40, 8)
    try:
        screen.wait_for(lambda: "电62%" in screen.rows()[0], "the battery at 40x8")
        screen.resize(20, 16)
        screen.wait_for(lambda: len(screen.rows()) == 16 and "电" not in screen.rows()[0], "no battery at 20x16")
        screen.resize(80, 24)
        screen.wait_for(lambda: "电62%" in screen.rows()[0], "the battery at 80x24")
    finally:
        screen.close()
