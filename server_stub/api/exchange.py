"""`POST /v1/sync`: the envelope's checks, then the ledger's answer. Whatever fails here stored nothing."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import anyio.to_thread
import msgspec
from starlette.requests import Request
from starlette.responses import Response

from server_stub.access import AccessRefused, admit_terminal, known_token
from server_stub.api.desk import bearer, desk_of
from server_stub.api.refusals import Refusal, malformed
from server_stub.api.replies import HANDED_OVER_BYTES, reply
from server_stub.fleet import sighted
from server_stub.keys import is_signed_request
from server_stub.ledger.incoming import is_hash, is_sound, is_uuid
from server_stub.logs import log
from server_stub.ports import ServedLedger
from sync.wire.codec import decode
from sync.wire.limits import VERSION
from sync.wire.messages import StreamOffer, SyncReply, SyncRequest
from sync.wire.operation import is_code

MAX_BATCH = 5000
"""Operations in one request: one transaction, and every other terminal waits for it."""


MAX_FEEDS = 100
"""Cursors in one request: a terminal follows two."""

NOT_TAKEN = ("quarantined", "refused")


async def sync(request: Request) -> Response:
    desk = desk_of(request)
    token = bearer(request)
    with desk.place():
        await desk.run(lambda ledger: ledger.registry(lambda registry: known_token(registry, token)))
    body = await request.body()  # takes no place: a slow line must not keep others out
    with desk.place():
        small = len(body) < HANDED_OVER_BYTES
        wanted = read_envelope(body) if small else await anyio.to_thread.run_sync(read_envelope, body)
        request.state.terminal = wanted.terminal
        answer = await desk.run(lambda ledger: exchange(ledger, token, wanted))
        _tell_what_was_not_taken(wanted, answer)
        desk.news.stir()
        await desk.note(sighted(wanted, answer, datetime.now(UTC)))
        return await reply(request, answer)


def _tell_what_was_not_taken(wanted: SyncRequest, answer: SyncReply) -> None:
    """What is put aside, or may not be, is answered like everything else; whoever watches the log hears of it too."""
    found = Counter(f"{one.outcome} {one.reason}" for one in answer.outcomes if one.outcome in NOT_TAKEN)
    if found:
        log().warning("not taken", terminal=wanted.terminal, outcomes=dict(found))


def read_envelope(body: bytes) -> SyncRequest:
    """The request with its operations still raw. Raises a Refusal for what cannot be read at all."""
    try:
        wanted = decode(body, SyncRequest)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise malformed(f"the request cannot be read: {error}; send it again") from error
    if not 1 <= wanted.v <= VERSION:
        raise Refusal(400, "unknown_version", f"the request has version {wanted.v}; this ledger reads 1 to {VERSION}")
    count = len(wanted.stream.ops) + len(wanted.stream.fills)
    if len(wanted.stream.links) != len(wanted.stream.ops):
        raise malformed("the request has not as many links as operations; update the terminal's program")
    if not _can_be_looked_for(wanted):
        raise malformed("a name or hash in the request is none; update the terminal's program")
    if not _is_well_linked(wanted.stream):
        raise malformed("the links are not of one epoch and in order; update the terminal's program")
    if count > MAX_BATCH:
        raise Refusal(413, "too_big", f"the request has {count} operations; send at most {MAX_BATCH} at a time")
    return wanted


def _can_be_looked_for(wanted: SyncRequest) -> bool:
    """Whether all names are such as a database keeps, and all hashes are hashes. Operations are judged one by one."""
    gap, links = wanted.stream.gap, [*wanted.stream.links, *(fill.link for fill in wanted.stream.fills)]
    names = (wanted.terminal, wanted.program, *(cursor.feed for cursor in wanted.feeds))
    sound = is_uuid(wanted.stream.epoch) and all(map(is_sound, links)) and (gap is None or is_hash(gap.hash))
    return sound and len(wanted.feeds) <= MAX_FEEDS and all(map(is_code, names))


def _is_well_linked(stream: StreamOffer) -> bool:
    """One epoch, and numbers that follow on each other."""
    if any(link.epoch != stream.epoch for link in stream.links):
        return False
    first = stream.links[0].seq if stream.links else 1
    return first > 0 and [link.seq for link in stream.links] == list(range(first, first + len(stream.links)))


def exchange(ledger: ServedLedger, token: str, wanted: SyncRequest) -> SyncReply:
    """Let the terminal in and answer it. Raises a Refusal or AccessRefused before anything is stored."""
    let_in(ledger, token, wanted)
    return ledger.sync(wanted)


def let_in(ledger: ServedLedger, token: str, wanted: SyncRequest) -> None:
    """Raises a Refusal or AccessRefused where this is no request of a terminal of this ledger."""
    if wanted.ledger_id != ledger.ledger_id:
        message = "the request is for another ledger; check the terminal's address, or enrol it with this ledger"
        raise Refusal(409, "other_ledger", message)
    terminal = ledger.registry(lambda registry: admit_terminal(registry, token, wanted.terminal))
    if not is_signed_request(terminal.public_key, wanted):
        raise AccessRefused("bad_signature", "the terminal's key did not sign this request; enrol the terminal again")
