"""A terminal that was let in and lies: with another's key, a chain that does not hold, another's work, a right it gives
itself. Whatever comes of it, the books stay as they were, and the log names the reason."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec
import pytest
from api.device import SITE, Device, error_of
from attacks.picture import picture

from server_stub.changes import change, put_global
from server_stub.ledger.office import put_rows
from sync.wire.canonical import ZERO_HASH
from sync.wire.codec import encode
from sync.wire.messages import Outcome
from sync.wire.operation import decode_operation
from sync.wire.pins import new_verifier
from sync.wire.rows import Item, Location, Operator, Site

YARD = "YARD"


@pytest.fixture
async def hall(served: Any) -> Any:
    """The service of two sites, an item, a place to receive at, and a supervisor of the yard."""
    for row in (Site(code=YARD), Item(code="4711"), Operator(code="BOSS", roles={YARD: ["supervisor"]})):
        served.do(lambda ledger, row=row: put_global(ledger, "put", "office", row))
    served.do(lambda ledger: change(ledger, SITE, "office", lambda book: put_rows(book, [STAGE])))
    return served


STAGE = Location(site=SITE, code="STAGE")


def stock(served: Any) -> Any:
    return served.do(picture)["stock"]


def not_taken(served: Any) -> list[tuple[str, dict[str, int]]]:
    return [(one["terminal"], one["outcomes"]) for one in served.logged if one["event"] == "not taken"]


async def lied(served: Any, device: Device, raw: bytes) -> Outcome:
    """What becomes of an operation that this terminal links and signs as its own."""
    device.keep(raw)
    *_, outcome = (await device.sync(served.client)).outcomes
    return outcome


async def test_a_link_that_another_key_signed_is_not_taken(hall: Any) -> None:
    device, thief = await hall.enrolled("T1"), await hall.enrolled("T2")
    device.receive("4711")
    before = hall.do(picture)
    request = replace(device, key=thief.key).request()
    response = await hall.client.post("/v1/sync", content=encode(request), headers=device.bearer)
    assert (response.status_code, error_of(response).error.reason) == (401, "bad_signature")
    assert [(one["reason"], one["terminal"]) for one in hall.refusals] == [("bad_signature", "T1")]
    assert not [one for one in hall.logged if device.token in str(one)]
    assert hall.do(picture) == before


@pytest.mark.parametrize("prev", [ZERO_HASH, "f" * 64], ids=["begun anew", "of another chain"])
async def test_a_chain_that_does_not_hold_is_not_taken(hall: Any, prev: str) -> None:
    device = await hall.enrolled()
    device.receive("4711")
    await device.sync(hall.client)
    before = hall.do(picture)
    device.receive("4711", "900")
    broken = msgspec.structs.replace(device.links[1], prev=prev)
    offer = msgspec.structs.replace(device.request(after=1).stream, links=[broken])
    reply = await device.sync(hall.client, device.signed(offer))
    assert (reply.stream.have_seq, len(reply.outcomes)) == (1, 1), "the first, which the page covers"
    assert hall.do(picture) == before


async def test_another_terminals_work_is_put_aside_and_that_terminals_own_still_counts(hall: Any) -> None:
    """Whoever has a stick of unsent work and is let in as another terminal neither posts it nor stands in its way."""
    device, thief = await hall.enrolled("T1"), await hall.enrolled("T2")
    raw = device.receive("4711", "3")
    before = stock(hall)
    outcome = await lied(hall, thief, raw)
    assert (outcome.outcome, outcome.reason) == ("quarantined", "not_this_terminal")
    assert outcome.id != decode_operation(raw).id
    assert not_taken(hall) == [("T2", {"quarantined not_this_terminal": 1})]
    assert stock(hall) == before
    assert [one.outcome for one in (await device.sync(hall.client)).outcomes] == ["applied"]
    assert stock(hall) != before
    assert hall.do(lambda ledger: ledger.verify()) == []


async def test_no_terminal_changes_another_site(hall: Any) -> None:
    device, before = await hall.enrolled(), stock(hall)
    outcome = await lied(hall, device, device.receipt("4711", site=YARD))
    assert (outcome.outcome, outcome.reason) == ("quarantined", "not_this_site")
    assert not_taken(hall) == [("T1", {"quarantined not_this_site": 1})]
    assert stock(hall) == before


ROLES: dict[str, dict[str, Any]] = {
    "as a kind of its own": {"kind": "operator_changed", "body": {"code": "BOSS", "roles": {SITE: ["supervisor"]}}},
    "in the name of the office": {"kind": "operators_put", "by": "office", "body": {"code": "BOSS"}},
    "with more in its body": {"kind": "decided", "body": {"conflict": "x", "answer": "accept", "roles": {SITE: ["s"]}}},
    "as a row": {"body": {"item": "4711", "quantity": "1", "location": "STAGE", "set": [["operator", "BOSS", {}]]}},
}


@pytest.mark.parametrize("what", ROLES)
async def test_nobody_gives_a_role_by_an_operation(hall: Any, what: str) -> None:
    device = await hall.enrolled()
    people = hall.do(lambda ledger: ledger.rows(Operator, {}, "", 100))
    await lied(hall, device, device.receipt("4711", **ROLES[what]))
    assert hall.do(lambda ledger: ledger.rows(Operator, {}, "", 100)) == people


async def test_guessing_at_the_code_for_a_pin_is_told_and_tells_nothing(hall: Any) -> None:
    """What the guesses lead to (the code is void after ten) is tried in tests/api/test_pins.py."""
    hall.do(lambda ledger: put_global(ledger, "put", "office", Operator(code="LI")))
    device = await hall.enrolled()
    choice = {"operator": "LI", "verifier": new_verifier("2468", bytes(16)), "code": "0000000000"}
    answer = await hall.client.post("/v1/pins", content=encode(choice), headers=device.bearer)
    assert answer.json()["refused"] == "wrong_code"
    (entry,) = [one for one in hall.logged if one["event"] == "PIN refused"]
    assert (entry["terminal"], entry["operator"], entry["reason"]) == ("T1", "LI", "wrong_code")
    assert not [secret for secret in (choice["verifier"], choice["code"], device.token) if secret in str(hall.logged)]


async def test_who_may_decide_elsewhere_decides_nothing_here(hall: Any) -> None:
    """Refused and told, and the conflict stays."""
    device = await hall.enrolled()
    device.receive("never-seen")
    (outcome,) = (await device.sync(hall.client)).outcomes
    before = stock(hall)
    body = {"conflict": outcome.conflicts[0], "answer": "create"}
    word = await lied(hall, device, device.receipt("", kind="decided", body=body, by="BOSS"))
    assert (word.outcome, word.reason) == ("refused", "not_permitted")
    assert not_taken(hall) == [("T1", {"refused not_permitted": 1})]
    assert stock(hall) == before
