"""How a terminal gets in: a code used once, a key, a certificate; then tokens, their rotation and their end."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import msgspec
import pytest
from api.device import SITE, Device, error_of

from server_stub.access import OFFICE, TERMINAL, mint_token
from server_stub.commands.terminals import add_terminal, revoke_terminal, rotate_terminal
from server_stub.commands.tokens import add_token, revoke_token
from server_stub.fleet import terminal_lines
from server_stub.office import OfficeRefusal
from sync.wire.codec import decode, encode
from sync.wire.service import EnrollRequest, TokenReply


async def enrolling(served: Any, request: EnrollRequest) -> httpx.Response:
    response: httpx.Response = await served.client.post("/v1/terminals/enroll", content=encode(request))
    return response


async def refusal_of_enrolling(served: Any, request: EnrollRequest) -> tuple[int, str]:
    response = await enrolling(served, request)
    return response.status_code, error_of(response).error.reason


async def test_a_code_lets_one_terminal_in_with_all_it_needs(served: Any) -> None:
    device = Device()
    reply = await served.enroll(device, served.code("T1"))
    assert (reply.terminal, reply.site, reply.feeds) == ("T1", SITE, ["global", SITE])
    device.accept(reply)
    device.receive("4711")
    assert (await device.sync(served.client)).stream.have_seq == 1


async def test_a_code_is_read_as_people_type_it(served: Any) -> None:
    typed = served.code().lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert (await served.enroll(Device(), typed)).terminal == "T1"


async def test_the_ledger_certifies_the_terminals_key(served: Any) -> None:
    """X6: with its certificate a restored ledger can register the terminal again."""
    device = Device()
    certificate = (await served.enroll(device, served.code())).certificate
    assert certificate.public_key == device.public_key
    assert served.key.certified(certificate)
    assert not served.key.certified(msgspec.structs.replace(certificate, terminal="T2"))


async def test_a_code_works_once(served: Any) -> None:
    code = served.code()
    await served.enroll(Device(), code)
    assert await refusal_of_enrolling(served, Device().enrollment(code)) == (401, "code_used")
    assert len(served.refusals) == 1


async def test_an_answer_lost_on_the_way_is_given_again(served: Any) -> None:
    code, device = served.code(), Device()
    first = await served.enroll(device, code)
    second = await served.enroll(device, code)
    for reply in (first, second):
        device.accept(reply)
        await device.sync(served.client)


async def test_a_resend_after_the_terminal_has_spoken_finds_the_code_used(served: Any) -> None:
    code, device = served.code(), Device()
    device.accept(await served.enroll(device, code))
    await device.sync(served.client)
    assert await refusal_of_enrolling(served, device.enrollment(code)) == (401, "code_used")


async def test_a_code_that_nobody_gave_out_is_refused(served: Any) -> None:
    assert await refusal_of_enrolling(served, Device().enrollment("00000-00000")) == (401, "wrong_code")


async def test_a_code_expires(served: Any) -> None:
    code = served.code(now=datetime.now(UTC) - timedelta(days=2))
    assert await refusal_of_enrolling(served, Device().enrollment(code)) == (401, "code_expired")


async def test_a_newer_code_voids_the_older(served: Any) -> None:
    older, newer = served.code(), served.code()
    assert await refusal_of_enrolling(served, Device().enrollment(older)) == (401, "wrong_code")
    assert (await enrolling(served, Device().enrollment(newer))).status_code == 200


@pytest.mark.parametrize(
    ("changed", "answer"),
    [
        ({"signature": ""}, (401, "bad_signature")),
        ({"nonce": "another"}, (401, "bad_signature")),
        ({"public_key": "AAAA"}, (400, "malformed")),
        ({"public_key": "*"}, (400, "malformed")),
        ({"nonce": ""}, (400, "malformed")),
    ],
)
async def test_a_key_that_did_not_sign_is_not_registered(
    served: Any, changed: dict[str, str], answer: tuple[int, str]
) -> None:
    code = served.code()
    request = msgspec.structs.replace(Device().enrollment(code), **changed)
    assert await refusal_of_enrolling(served, request) == answer
    assert (await enrolling(served, Device().enrollment(code))).status_code == 200


async def test_a_body_that_is_no_enrolment_is_refused(served: Any) -> None:
    response = await served.client.post("/v1/terminals/enroll", content=b'{"code":')
    assert (response.status_code, error_of(response).error.reason) == (400, "malformed")


# --- tokens -----------------------------------------------------------------------------------------------------------


async def next_token(served: Any, device: Device) -> str:
    response = await served.client.post("/v1/terminals/token", headers=device.bearer)
    assert response.status_code == 200, response.text
    return decode(response.content, TokenReply).token


async def status_of_sync(served: Any, device: Device) -> int:
    response = await served.client.post("/v1/sync", content=encode(device.request()), headers=device.bearer)
    return int(response.status_code)


async def test_the_old_token_is_good_until_the_new_one_was_used(served: Any) -> None:
    device = await served.enrolled()
    renewed = replace(device, token=await next_token(served, device))
    assert await status_of_sync(served, device) == 200
    assert await status_of_sync(served, renewed) == 200
    assert await status_of_sync(served, device) == 401


async def test_a_token_lost_on_the_way_shuts_nobody_out(served: Any) -> None:
    device = await served.enrolled()
    lost, kept = await next_token(served, device), await next_token(served, device)
    assert await status_of_sync(served, replace(device, token=kept)) == 200
    assert await status_of_sync(served, replace(device, token=lost)) == 401


async def test_the_ledger_keeps_only_hashes_of_tokens_and_codes(served: Any) -> None:
    device = await served.enrolled()
    held = served.do(lambda ledger: ledger.registry(lambda r: [*r.tokens(TERMINAL), *r.invitations()]))
    assert held
    assert device.token not in repr(held)


async def test_a_revoked_terminal_is_told_so_and_nothing_of_its_queue_is_taken(served: Any) -> None:
    """R23."""
    device = await served.enrolled()
    device.receive("4711")
    served.do(lambda ledger: revoke_terminal(ledger, "T1"))
    before = served.stored()
    response = await served.client.post("/v1/sync", content=encode(device.request()), headers=device.bearer)
    assert (response.status_code, error_of(response).error.reason) == (401, "revoked")
    assert served.stored() == before


async def test_a_revoked_terminal_is_let_in_again_with_a_new_key_and_its_old_stream(served: Any) -> None:
    device = await served.enrolled()
    device.receive("4711")
    await device.sync(served.client)
    served.do(lambda ledger: revoke_terminal(ledger, "T1"))
    invited = served.do(lambda ledger: rotate_terminal(ledger, "T1", 1.0))
    renewed = Device(epoch=device.epoch, links=device.links, ops=device.ops)
    renewed.accept(await served.enroll(renewed, invited["code"]))
    assert (await renewed.sync(served.client)).stream.have_seq == 1
    assert await status_of_sync(served, device) == 401


async def test_an_office_token_reads_and_does_not_speak_for_a_terminal(served: Any) -> None:
    token = served.do(lambda ledger: add_token(ledger, "reports"))
    office = {"authorization": f"Bearer {token}"}
    assert (await served.client.get("/v1/stock", headers=office)).status_code == 200
    assert (await served.client.post("/v1/terminals/token", headers=office)).status_code == 401
    served.do(lambda ledger: revoke_token(ledger, "reports"))
    assert (await served.client.get("/v1/stock", headers=office)).status_code == 401


async def test_an_office_token_is_not_a_terminal_of_that_name(served: Any) -> None:
    device = await served.enrolled("T1")
    token = served.do(lambda ledger: ledger.registry(lambda registry: mint_token(registry, OFFICE, "T1")))
    assert await status_of_sync(served, replace(device, token=token)) == 401


# --- what the office does ---------------------------------------------------------------------------------------------


def refused_work(served: Any, work: Any, *arguments: Any) -> tuple[str, int]:
    with pytest.raises(OfficeRefusal) as refusal:
        served.do(lambda ledger: work(ledger, *arguments))
    return str(refusal.value), refusal.value.status


async def test_a_terminal_is_invited_to_a_site_that_exists(served: Any) -> None:
    message, status = refused_work(served, add_terminal, "T1", "NOWHERE", 1.0)
    assert "ledger site add NOWHERE" in message
    assert status == 2


@pytest.mark.parametrize("code", ["", "T 1", "../T1", "@customer", "global", "T\x1f1", "x" * 41])
async def test_a_terminal_needs_a_code_that_can_be_a_name(served: Any, code: str) -> None:
    message, status = refused_work(served, add_terminal, code, SITE, 1.0)
    assert "cannot be used" in message
    assert status == 2


async def test_an_enrolled_terminal_is_not_invited_as_a_new_one(served: Any) -> None:
    await served.enrolled("T1")
    message, _ = refused_work(served, add_terminal, "T1", SITE, 1.0)
    assert "ledger terminal rotate T1" in message


async def test_the_list_says_how_each_terminal_stands(served: Any) -> None:
    await served.enrolled("T1")
    await served.enrolled("T2")
    served.code("T3")
    served.do(lambda ledger: revoke_terminal(ledger, "T2"))
    lines = served.do(lambda ledger: ledger.registry(lambda registry: terminal_lines(registry, datetime.now(UTC))))
    assert {line.terminal: line.state for line in lines} == {"T1": "enrolled", "T2": "revoked", "T3": "invited"}
