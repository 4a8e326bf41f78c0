"""A picker who does exactly what the terminal asks: reads the view, scans the wanted label, types the wanted count.

Pure: a view in, inputs out. It knows its badge and its orders, and nothing of locations or items but what is shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

COUNT_BY_SCANNING = 3
"""Up to so many pieces are counted by scanning each; more are typed."""


class Asked(msgspec.Struct, frozen=True):
    order: str = ""
    task: str = ""
    location: str = ""
    item: str = ""
    codes: list[tuple[str, str, str]] = []
    wanted: str = ""


class Seen(msgspec.Struct, frozen=True):
    """Of a view, what a robot looks at."""

    flow: str = ""
    step: str = ""
    entry: str = ""
    error: str = ""
    alert: str = ""
    rows: list[str] = []
    asked: Asked = Asked()
    options: list[tuple[str, str, str]] = []

    @property
    def frame(self) -> str:
        return "\n".join(row.rstrip() for row in self.rows)


@dataclass(frozen=True, slots=True)
class Input:
    """A scan, or else a key."""

    scan: str = ""
    key: str = ""


class Puzzled(Exception):
    """The terminal shows something an obedient picker cannot bring about. The message holds the frame."""


def read(answer: Mapping[str, Any]) -> Seen:
    return msgspec.convert(answer["view"], Seen)


def next_inputs(seen: Seen, badge: str, orders: Sequence[str]) -> list[Input]:
    """What to do now; nothing where the work is done. `orders` are those still to pick, the one in hand included."""
    if seen.error or seen.alert:
        raise Puzzled(f"{seen.error or seen.alert} at {seen.flow}.{seen.step}:\n{seen.frame}")
    if seen.entry:
        return [Input(key="backspace")] * len(seen.entry)
    match seen.flow, seen.step:
        case "main", "badge":
            return [Input(scan=badge)]
        case "main", "menu":
            return [Input(key=next(digit for digit, value, _ in seen.options if value == "pick"))]
        case "pick", "order" | "finished":
            return [Input(scan=orders[0])] if orders else []
        case "pick", "location":
            return [Input(scan=seen.asked.location)]
        case "pick", "item":
            return [Input(scan=_label(seen.asked))]
        case "pick", "quantity":
            return _counting(seen.asked)
        case _:
            raise Puzzled(f"nobody should stand at {seen.flow}.{seen.step}:\n{seen.frame}")


def _label(asked: Asked) -> str:
    """The printed code of one piece."""
    return asked.codes[0][0] if asked.codes else asked.item


def _counting(asked: Asked) -> list[Input]:
    if int(asked.wanted) <= COUNT_BY_SCANNING:
        return [Input(scan=_label(asked))]
    return [*(Input(key=digit) for digit in asked.wanted), Input(key="enter")]
