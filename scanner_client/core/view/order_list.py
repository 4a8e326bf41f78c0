"""Orders to choose from, each with who has it: `1 SO-1042 余3行 李 09:40`. What yields first is how much is left."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from scanner_client.core.cells import shorten, width
from scanner_client.core.values import Claim
from scanner_client.core.view.scene import Scene

_ORDERS = ("open_orders", "open_receipts", "held_orders")
_DAY_MS, _MINUTE_MS = 86_400_000, 60_000
_YEAR_2100_MS = 4_102_444_800_000
_HALF_DAY, _DAY = 720, 1440


def listed(one: Scene, cells: int) -> list[str]:
    """The choices of this page, one a row."""
    rows = [_row(one, digit, value, text, cells) for digit, value, text in one.options]
    return rows or [one.say("frame.nothing_open")]


def _row(one: Scene, digit: str, value: str, text: str, cells: int) -> str:
    plain, bare = f"{digit} {text}", f"{digit} {value}"
    if one.step.options_from not in _ORDERS:
        return shorten(plain, cells)
    claim = one.facts.claim(value)
    tried = [plain] if claim is None else [*_with_holder(one, claim, plain, bare)]
    fitting = next((row for row in tried if width(row) <= cells), "")
    return fitting or (_with_part_of_a_name(one, claim, bare, cells) if claim else bare)


def _with_holder(one: Scene, claim: Claim, plain: str, bare: str) -> Iterator[str]:
    name = holder(one, claim)
    whole = name if claim.by == one.state.operator else f"{name} {since(one, claim)}"
    yield from (f"{plain}  {whole}", f"{bare} {whole}", f"{bare} {name}")


def _with_part_of_a_name(one: Scene, claim: Claim, bare: str, cells: int) -> str:
    room = cells - width(bare) - 1
    return f"{bare} {shorten(holder(one, claim), room)}" if room > 0 else bare


def holder(one: Scene, claim: Claim) -> str:
    """Who has it, by name; `yours` where it is who looks."""
    if claim.by == one.state.operator:
        return one.say("frame.yours")
    known = one.facts.operator(claim.by)
    return (known.name if known else "") or claim.by


def since(one: Scene, claim: Claim) -> str:
    """Local time of day, or month and day of what was begun a day ago or earlier; `-` where they had no clock."""
    if not 0 < claim.since < _YEAR_2100_MS:
        return "-"
    local = datetime.fromtimestamp(claim.since // 1000, tz=UTC) + timedelta(minutes=_offset(one))
    return local.strftime("%H:%M" if one.status.now - claim.since < _DAY_MS else "%m-%d")


def _offset(one: Scene) -> int:
    """Minutes by which the shown clock is ahead of UTC, as far as a time of day can tell."""
    clock = one.status.clock
    if not clock:
        return 0
    ahead = int(clock[:2]) * 60 + int(clock[3:]) - one.status.now // _MINUTE_MS % _DAY
    return (ahead + _HALF_DAY) % _DAY - _HALF_DAY
