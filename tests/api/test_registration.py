"""A ledger put back from a backup lets in again whom it had certified, and nobody else (X6)."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from api.device import SITE, Device, error_of

from server_stub.commands.terminals import add_terminal, revoke_terminal
from sync.wire.codec import decode, encode
from sync.wire.service import Certificate, EnrollReply, RegisterRequest


@pytest.fixture
async def backup(database: str, serving: Any, tmp_path: Path) -> Path:
    """The ledger as it was before any terminal was enrolled."""
    async with serving():
        pass
    return Path(shutil.copy(database.removeprefix("sqlite:///"), tmp_path / "backup.db"))


@pytest.fixture
async def enrolled(backup: Path, serving: Any) -> tuple[Device, Certificate]:
    """A terminal that has sent one of its two operations."""
    device = Device()
    async with serving() as served:
        reply = await served.enroll(device, served.code())
        device.accept(reply)
        device.receive("4711")
        await device.sync(served.client)
        device.receive("4712")
    return device, reply.certificate


@pytest.fixture
async def restored(enrolled: Any, backup: Path, database: str, serving: Any) -> AsyncIterator[Any]:
    """The service over the ledger that was put back."""
    shutil.copy(backup, database.removeprefix("sqlite:///"))
    async with serving() as served:
        yield served


async def registering(served: Any, request: RegisterRequest) -> httpx.Response:
    response: httpx.Response = await served.client.post("/v1/terminals/register", content=encode(request))
    return response


def of(served: Any, device: Device, certificate: Certificate) -> RegisterRequest:
    return device.registration(certificate, served.app.state.desk.ledger.ledger_epoch)


def refused(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, error_of(response).error.reason


async def test_a_forgotten_terminal_is_let_in_by_its_certificate_with_all_its_work(
    enrolled: Any, restored: Any
) -> None:
    device, certificate = enrolled
    response = await restored.client.post("/v1/sync", content=encode(device.request()), headers=device.bearer)
    assert refused(response) == (401, "wrong_token")
    response = await registering(restored, of(restored, device, certificate))
    assert response.status_code == 200, response.text
    reply = decode(response.content, EnrollReply)
    assert (reply.terminal, reply.site, reply.certificate) == ("T1", SITE, certificate)
    device.accept(reply)
    assert (await device.sync(restored.client)).stream.have_seq == 2


async def test_an_answer_lost_on_the_way_is_given_again_until_the_terminal_has_spoken(
    enrolled: Any, restored: Any
) -> None:
    device, certificate = enrolled
    request = of(restored, device, certificate)
    assert (await registering(restored, request)).status_code == 200
    response = await registering(restored, request)
    assert response.status_code == 200
    device.accept(decode(response.content, EnrollReply))
    await device.sync(restored.client)
    assert refused(await registering(restored, request)) == (401, "registered")


async def test_a_terminal_that_the_ledger_knows_needs_a_code(served: Any) -> None:
    """Else an old copy of its home, which has certificate and key, would open the ledger for ever."""
    device = Device()
    reply = await served.enroll(device, served.code())
    assert refused(await registering(served, of(served, device, reply.certificate))) == (401, "registered")


async def test_a_revoked_terminal_does_not_come_back_by_its_certificate(enrolled: Any, restored: Any) -> None:
    device, certificate = enrolled
    await registering(restored, of(restored, device, certificate))
    restored.do(lambda ledger: revoke_terminal(ledger, "T1"))
    assert refused(await registering(restored, of(restored, device, certificate))) == (401, "revoked")


@pytest.mark.parametrize("changed", [{"terminal": "T2"}, {"site": "YARD"}, {"ledger_id": "another"}, {"signature": ""}])
async def test_a_certificate_that_the_ledger_did_not_sign_opens_nothing(
    enrolled: Any, restored: Any, changed: dict[str, str]
) -> None:
    device, certificate = enrolled
    forged = msgspec.structs.replace(certificate, **changed)
    assert refused(await registering(restored, of(restored, device, forged))) == (401, "bad_certificate")
    assert restored.do(lambda ledger: ledger.registry(lambda registry: registry.all_terminals())) == []


async def test_who_has_the_certificate_and_not_the_key_is_not_let_in(enrolled: Any, restored: Any) -> None:
    _, certificate = enrolled
    assert refused(await registering(restored, of(restored, Device(), certificate))) == (401, "bad_signature")


async def test_a_request_of_an_earlier_restore_is_worth_nothing(enrolled: Any, restored: Any) -> None:
    device, certificate = enrolled
    old = device.registration(certificate, "the epoch before")
    assert refused(await registering(restored, old)) == (401, "bad_signature")


async def test_a_body_that_is_no_registration_is_refused(served: Any) -> None:
    response = await served.client.post("/v1/terminals/register", content=b"{}")
    assert refused(response) == (400, "malformed")


async def test_a_new_key_after_the_restore_comes_in_by_a_code_under_the_same_name(enrolled: Any, restored: Any) -> None:
    """The home was lost with its key, or the ledger's key was changed: certificate and code are for the new key."""
    device, old = enrolled
    code = restored.do(lambda ledger: add_terminal(ledger, "T1", SITE, 1.0))["code"]
    renewed = Device(epoch=device.epoch, links=device.links, ops=device.ops)
    reply = await restored.enroll(renewed, code)
    renewed.accept(reply)
    assert (reply.terminal, reply.certificate.public_key != old.public_key) == ("T1", True)
    assert (await renewed.sync(restored.client)).stream.have_seq == 2
    assert refused(await registering(restored, of(restored, device, old))) == (401, "registered")


async def test_registering_uses_up_a_code_that_was_made_meanwhile(enrolled: Any, restored: Any) -> None:
    device, certificate = enrolled
    code = restored.do(lambda ledger: add_terminal(ledger, "T1", SITE, 1.0))["code"]
    assert (await registering(restored, of(restored, device, certificate))).status_code == 200
    response = await restored.client.post("/v1/terminals/enroll", content=encode(Device().enrollment(code)))
    assert refused(response) == (401, "wrong_code")
