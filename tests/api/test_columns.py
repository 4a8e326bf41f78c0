"""What the commands print in columns: by cells, and with a key's parts apart."""

from __future__ import annotations

from typing import Any

from server_stub.commands.columns import columns_of, readable
from sync.wire.rows import row_key


def test_columns_stand_under_their_names_behind_chinese_too() -> None:
    rows: list[dict[str, Any]] = [
        {"name": "王芳", "site": "HALL"},
        {"name": "Anna", "site": "YARD"},
        {"name": None, "site": True},
    ]
    assert list(columns_of(rows, ("name", "site"))) == ["name  site", "王芳  HALL", "Anna  YARD", "-     yes"]


def test_the_parts_of_a_key_are_apart_and_nothing_is_carried_out() -> None:
    assert readable(row_key("HALL", "A-01-01", "SOAP", "", "S\x1b[2J", "", "")) == "HALL/A-01-01/SOAP//S?[2J"
