"""The part of `SqlBook` that holds terminals, their streams, links and gaps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import bindparam, select

from server_stub.db import schema
from server_stub.db.session import Session
from server_stub.ledger.book import Stream, Terminal
from sync.wire.messages import Gap, GapRange
from sync.wire.operation import Parent

_Place = tuple[str, str, int]


def _links_between() -> Any:
    link = schema.link.c
    return select(link.seq, link.hash, link.op).where(
        link.terminal == bindparam("x_terminal"),
        link.epoch == bindparam("x_epoch"),
        link.seq >= bindparam("x_from"),
        link.seq <= bindparam("x_to"),
    )


def stream_of(values: Sequence[Any]) -> Stream:
    terminal, epoch, have_seq, have_hash, parent_epoch, parent_seq, parent_hash = values
    parent = Parent(epoch=parent_epoch, seq=parent_seq, hash=parent_hash) if parent_epoch is not None else None
    return Stream(terminal, epoch, have_seq, have_hash, parent)


class StreamPart:
    def __init__(self, session: Session) -> None:
        self._session = session
        self._streams: dict[tuple[str, str], Stream | None] = {}
        self._moved: set[tuple[str, str]] = set()
        self._links: dict[_Place, tuple[str, str | None] | None] = {}
        self._linked: dict[_Place, None] = {}
        self._gaps: dict[str, list[GapRange]] = {}
        self._terminals: dict[str, Terminal | None] = {}

    # streams

    def stream(self, terminal: str, epoch: str) -> Stream | None:
        place = (terminal, epoch)
        if place not in self._streams:
            found = self._session.row(schema.stream, terminal=terminal, epoch=epoch)
            self._streams[place] = stream_of(found) if found else None
        return self._streams[place]

    def set_stream(self, stream: Stream) -> None:
        place = (stream.terminal, stream.epoch)
        self._streams[place] = stream
        self._moved.add(place)

    # links

    def link(self, terminal: str, epoch: str, seq: int) -> str | None:
        found = self._link((terminal, epoch, seq))
        return found[0] if found else None

    def linked_operation(self, terminal: str, epoch: str, seq: int) -> str | None:
        found = self._link((terminal, epoch, seq))
        return found[1] if found else None

    def _link(self, place: _Place) -> tuple[str, str | None] | None:
        if place not in self._links:
            terminal, epoch, seq = place
            found = self._session.row(schema.link, terminal=terminal, epoch=epoch, seq=seq)
            self._links[place] = (found[3], found[4]) if found else None
        return self._links[place]

    def read_links_ahead(self, terminal: str, epoch: str, low: int, high: int) -> list[str]:
        """Read the links low..high in one statement. Returns the ids of their operations."""
        self._links.update({(terminal, epoch, seq): None for seq in range(low, high + 1)})
        found = self._session.all(self._session.sql.made(_links_between), terminal, epoch, low, high)
        self._links.update({(terminal, epoch, seq): (hash, op) for seq, hash, op in found})
        return [op for _, _, op in found if op]

    def add_link(self, terminal: str, epoch: str, seq: int, hash: str, op_id: str) -> None:
        self._set_link((terminal, epoch, seq), hash, op_id)

    def declare_gap(self, terminal: str, epoch: str, gap: Gap) -> None:
        self._set_link((terminal, epoch, gap.to_seq), gap.hash, None)

    def _set_link(self, place: _Place, hash: str, op: str | None) -> None:
        self._links[place] = (hash, op)
        self._linked[place] = None

    # gaps

    def gaps(self, terminal: str) -> Sequence[GapRange]:
        if terminal not in self._gaps:
            found = self._session.rows(schema.gap, terminal=terminal)
            self._gaps[terminal] = [GapRange(epoch=one[1], from_seq=one[2], to_seq=one[3]) for one in found]
        return list(self._gaps[terminal])

    def set_gaps(self, terminal: str, gaps: Sequence[GapRange]) -> None:
        self._gaps[terminal] = list(gaps)
        self._session.drop(schema.gap, terminal=terminal)
        for gap in gaps:
            self._session.put(schema.gap, terminal, gap.epoch, gap.from_seq, gap.to_seq)

    # terminals

    def terminal(self, id: str) -> Terminal | None:
        if id not in self._terminals:
            found = self._session.row(schema.terminal, id=id)
            self._terminals[id] = self._with_drained([found])[0] if found else None
        return self._terminals[id]

    def terminals(self, site: str) -> Sequence[Terminal]:
        found = self._with_drained(self._session.rows(schema.terminal, site=site))
        self._terminals.update({one.id: one for one in found if one.id not in self._terminals})
        known = (self._terminals[one.id] for one in found)
        return [one for one in known if one is not None and not one.revoked]

    def _with_drained(self, found: Sequence[Sequence[Any]]) -> list[Terminal]:
        drained: dict[str, dict[str, int]] = {}
        for terminal, feed, n in self._session.among(schema.drained, "terminal", [one[0] for one in found]):
            drained.setdefault(terminal, {})[feed] = n
        return [Terminal(id, site, key, bool(revoked), drained.get(id, {})) for id, site, key, revoked in found]

    def set_drained(self, terminal: str, feed: str, n: int) -> None:
        known = self.terminal(terminal)
        if known:
            self._terminals[terminal] = replace(known, drained={**known.drained, feed: n})
        self._session.put(schema.drained, terminal, feed, n)

    def _flush_streams(self) -> None:
        for place in self._moved:
            stream = self._streams[place]
            assert stream is not None
            parent = stream.parent
            origin = (parent.epoch, parent.seq, parent.hash) if parent else (None, None, None)
            self._session.put(schema.stream, stream.terminal, stream.epoch, stream.have_seq, stream.have_hash, *origin)
        links = [(*place, *found) for place in self._linked if (found := self._links[place])]
        if links:
            self._session.upsert_many(schema.link, links)
