"""The terminals as the office sees them: let in or not, when last heard of, how much each holds unsent (R52, X4).

What is known of a terminal is what it said in its last request. A `Sighting` is kept beside the log, and not for every
request: a terminal that merely looks makes the ledger write at most once in `NOTED_AGAIN`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

import msgspec

from server_stub.ledger.book import Terminal
from sync.wire.messages import Standing, StreamOffer, SyncReply, SyncRequest
from sync.wire.operation import WireError, decode_operation

NOTED_AGAIN = timedelta(minutes=1)
HEARD_OF_LATELY = timedelta(minutes=2)
"""A terminal in reach says something at least with each long poll, so well within this."""

MODES = ("automatic", "offline")
MINUTES_UP_TO, HOURS_UP_TO = 180, 2880
"""Ages are told in minutes below three hours, in hours below two days."""

LONGEST_MOMENT = 40
"""Characters of a time with its zone; the usual form has 24."""


class Sighting(msgspec.Struct, frozen=True, kw_only=True):
    """What a terminal's last request said. `seen`: when, UTC. `head` and `have_seq`: how far its stream goes there and
    here. `oldest`: nothing that it holds unsent was recorded before this time; empty where nothing is unsent, or where
    that cannot be told. `clock_offset_ms`: its clock less the ledger's, the way of the request included. `mode`:
    automatic, or offline by somebody's choice; empty where it did not say. `unsent`: as it counted them, less what the
    ledger took since; None where it did not say."""

    terminal: str
    seen: str
    program: str = ""
    head: int = 0
    have_seq: int = 0
    oldest: str = ""
    clock_offset_ms: int | None = None
    mode: str = ""
    unsent: int | None = None


class Fleet(Protocol):
    """What is known of terminals, in one transaction."""

    def all_terminals(self) -> Sequence[Terminal]: ...
    def invited(self) -> Mapping[str, tuple[str, str]]:
        """Site and expiry of the open invitation by terminal."""

    def sighting(self, terminal: str) -> Sighting | None: ...
    def sightings(self) -> Sequence[Sighting]: ...
    def put_sighting(self, sighting: Sighting) -> None: ...


class TerminalLine(msgspec.Struct, frozen=True, kw_only=True):
    """A terminal. `state` is invited, enrolled or revoked; `expires` says until when its code is good. `drained`: how
    far it had read in each feed when its queue was last empty and the ledger waited for that word. `online`: heard of
    lately. The others as in `Sighting`, of the time `seen`; `unsent` is null for a terminal that was never heard of."""

    terminal: str
    site: str
    state: str
    expires: str = ""
    drained: dict[str, int] = {}
    seen: str = ""
    online: bool = False
    mode: str = ""
    unsent: int | None = None
    oldest: str = ""
    program: str = ""
    clock_offset_ms: int | None = None


def sighted(request: SyncRequest, reply: SyncReply, now: datetime) -> Sighting:
    """What an exchange tells of its terminal."""
    said, left = request.standing, max(0, request.stream.head - reply.stream.have_seq)
    unsent = left if said is None else min(left, said.unsent)
    return Sighting(
        terminal=request.terminal,
        seen=_text(now),
        program=request.program,
        head=request.stream.head,
        have_seq=reply.stream.have_seq,
        oldest=_oldest(request.stream, said, reply.stream.have_seq) if unsent else "",
        clock_offset_ms=_offset(request.at, now),
        mode=_mode(said),
        unsent=None if said is None else unsent,
    )


def _oldest(stream: StreamOffer, said: Standing | None, have_seq: int) -> str:
    """What is left was recorded after what was taken; where nothing was, the terminal's own word counts."""
    taken = bool(stream.links) and have_seq >= stream.links[-1].seq
    return _moment(said.oldest) if said and not taken else _newest_offered(stream)


def _mode(said: Standing | None) -> str:
    return said.mode if said and said.mode in MODES else ""


def _moment(text: str) -> str:
    """The text where it is a time with its zone; a terminal may send anything, and people read this."""
    try:
        return text if len(text) <= LONGEST_MOMENT and datetime.fromisoformat(text).tzinfo else ""
    except ValueError:
        return ""


def heard_of(before: Sighting | None, terminal: str, now: datetime) -> Sighting:
    """A terminal that waits for news says nothing but that it is there."""
    return msgspec.structs.replace(before or Sighting(terminal=terminal, seen=""), seen=_text(now))


def stated(
    before: Sighting | None, terminal: str, at: str, program: str, standing: Standing, now: datetime
) -> Sighting:
    """A terminal said how it stands, without an exchange; what it does not say stays as it was."""
    known = heard_of(before, terminal, now)
    return msgspec.structs.replace(
        known,
        program=program or known.program,
        oldest=_moment(standing.oldest) if standing.unsent else "",
        clock_offset_ms=_offset(at, now),
        mode=_mode(standing),
        unsent=standing.unsent,
    )


def is_due(sighting: Sighting, kept: Sighting | None) -> bool:
    """Whether this one is to be kept: there is none yet, or the one that is kept is old."""
    return kept is None or datetime.fromisoformat(sighting.seen) - datetime.fromisoformat(kept.seen) >= NOTED_AGAIN


def terminal_lines(fleet: Fleet, now: datetime, newer: Mapping[str, Sighting] | None = None) -> list[TerminalLine]:
    """Every terminal, by its id. `newer`: sightings that are not kept yet."""
    seen = {one.terminal: one for one in fleet.sightings()} | dict(newer or {})
    known = {one.id: one for one in fleet.all_terminals()}
    invited = fleet.invited()
    return [
        _line(id, known.get(id), invited.get(id), seen.get(id), now) for id in sorted(known.keys() | invited.keys())
    ]


def _line(
    id: str, known: Terminal | None, invited: tuple[str, str] | None, seen: Sighting | None, now: datetime
) -> TerminalLine:
    states = [] if known is None else ["revoked" if known.revoked else "enrolled"]
    site, expires = invited or ("", "")
    line = TerminalLine(
        terminal=id,
        site=known.site if known else site,
        state=", ".join([*states, *(["invited"] if invited else [])]),
        expires=expires,
        drained=known.drained if known else {},
    )
    if known is None or seen is None:
        return line
    return msgspec.structs.replace(
        line,
        seen=seen.seen,
        online=not known.revoked and now - datetime.fromisoformat(seen.seen) < HEARD_OF_LATELY,
        mode=seen.mode,
        unsent=max(0, seen.head - seen.have_seq) if seen.unsent is None else seen.unsent,
        oldest=seen.oldest,
        program=seen.program,
        clock_offset_ms=seen.clock_offset_ms,
    )


def _newest_offered(stream: StreamOffer) -> str:
    """Operations are offered in order, so those that are left were recorded after the last of these."""
    try:
        return decode_operation(stream.ops[-1]).at if stream.ops else ""
    except WireError:
        return ""


def _offset(at: str, now: datetime) -> int | None:
    try:
        said = datetime.fromisoformat(at)
    except ValueError:
        return None
    return round((said - now).total_seconds() * 1000) if said.tzinfo else None


def _text(now: datetime) -> str:
    return now.isoformat(timespec="milliseconds").replace("+00:00", "Z")


# --- in words, for people at a command line ---------------------------------------------------------------------------


def heard(line: TerminalLine, now: datetime) -> str:
    """`now`, `42m ago`, or empty where it was never heard of."""
    if not line.seen or line.online:
        return "now" if line.online else ""
    return f"{_age(now - datetime.fromisoformat(line.seen))} ago"


def clock(line: TerminalLine) -> str:
    """`+90s`; empty where its clock was never read."""
    return "" if line.clock_offset_ms is None else f"{round(line.clock_offset_ms / 1000):+d}s"


def _age(passed: timedelta) -> str:
    minutes = max(0, int(passed.total_seconds()) // 60)
    if minutes < MINUTES_UP_TO:
        return f"{minutes}m"
    return f"{minutes // 60}h" if minutes < HOURS_UP_TO else f"{minutes // 1440}d"
