"""What a ledger tells of a site's terminals and of a dry run, for tests of screens."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from memory_terminal import MORNING, NAME, TALL, Picker
from supervised import terminal

from scanner_client.core.view import Size
from scanner_client.told import Picture, Trial
from sync.wire.service import DryRunReply, StandingsReply, TerminalStanding

MINUTE = 60_000


def ago(minutes: int) -> str:
    moment = datetime.fromtimestamp((MORNING - minutes * MINUTE) / 1000, tz=UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def seen(id: str, minutes: int | None = None, **more: Any) -> TerminalStanding:
    return TerminalStanding(terminal=id, seen="" if minutes is None else ago(minutes), **more)


STANDINGS = (
    seen("LI", 42, mode="automatic", unsent=37, oldest=ago(51), program="1.4.0", clock_offset_ms=90_000),
    seen("DOCK-2", 200, mode="offline", unsent=12, oldest=ago(230), program="1.4.0", clock_offset_ms=-4_000),
    seen("NEW"),
    seen("COLD-STORE-07", 3000, mode="automatic", unsent=0, program="1.3.9"),
    seen(NAME, 1, online=True, mode="automatic", unsent=0, program="1.4.0"),
    seen("ZHOU", 0, online=True, mode="offline", unsent=2, oldest=ago(1), program="1.4.0"),
    seen("OLD", 0, online=True, unsent=3),
    seen("YE", 0, online=True, mode="automatic", unsent=0, program="1.4.0"),
)


def picture(minutes: int = 3, *standings: TerminalStanding) -> Picture:
    """Of a ledger whose clock agrees with nobody's: only its own counts."""
    there = list(standings or STANDINGS)
    return Picture(at=ago(minutes), told=StandingsReply(ledger_id="L", ledger_epoch="e", at=ago(0), terminals=there))


def trial(token: str, minutes: int = 1, **told: Any) -> Trial:
    reply = DryRunReply(ledger_id="L", ledger_epoch="e", at=ago(minutes), **told)
    return Trial(token=token, at=ago(minutes), told=reply)


def supervising(size: Size = TALL, language: str = "en") -> Picker:
    """A supervisor of the site at the menu."""
    found = terminal(size=size, language=language)
    found.press("*", "0")
    found.scan("B-BOSS").type("1111")
    return found


def chosen(found: Picker, value: str) -> Picker:
    """The option with this value, on whichever page it stands."""
    while value not in (shown := {name: digit for digit, name, _ in found.view.options}):
        found.press("8")
    return found.press(shown[value])
