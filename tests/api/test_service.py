"""The service as a process: one per file, commands through its socket, stopped politely and with kill -9."""

from __future__ import annotations

import asyncio
import json
import shutil
import socket
import ssl
import stat
import threading
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import httpx
import pytest
from api.device import SITE, Device, error_of
from api.programs import Running, ledger, service, told
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from sync.wire.codec import decode, encode
from sync.wire.messages import SyncReply
from sync.wire.service import EnrollReply

BATCH = 400


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new ledger with one site, made by the commands themselves."""
    file = tmp_path_factory.mktemp("made") / "ledger.db"
    for words in (("init",), ("site", "add", SITE, "--name", "Main hall")):
        ran = ledger(file, *words)
        assert ran.status == 0, ran.err
    return file


@pytest.fixture
def database(made_once: Path, tmp_path: Path) -> Path:
    """A ledger of the test's own, with its key."""
    for file in made_once.parent.iterdir():
        shutil.copy(file, tmp_path)
    return tmp_path / made_once.name


def enrolled(database: Path, running: Running, terminal: str = "T1") -> Device:
    code = told(database, "terminal", "add", terminal, "--site", SITE, "--json")["code"]
    device = Device()
    response = httpx.post(f"{running.address}/v1/terminals/enroll", content=encode(device.enrollment(code)))
    assert response.status_code == 200, response.text
    device.accept(decode(response.content, EnrollReply))
    return device


def push(running: Running, device: Device, after: int = 0, count: int = BATCH) -> SyncReply:
    body = encode(device.request(after=after, count=count))
    response = httpx.post(f"{running.address}/v1/sync", content=body, headers=device.bearer, timeout=40)
    assert response.status_code == 200, response.text
    return decode(response.content, SyncReply)


def test_a_new_ledger_keeps_file_and_key_to_its_owner(database: Path) -> None:
    for file in (database, database.with_name("ledger.db.key")):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_ledger_is_not_made_over_another(database: Path) -> None:
    ran = ledger(database, "init")
    assert ran.status == 2
    assert "File exists" in ran.err


def test_a_command_is_done_in_the_running_service(database: Path) -> None:
    with service(database) as running:
        assert stat.S_IMODE(database.with_name("ledger.db.sock").stat().st_mode) == 0o600
        device = enrolled(database, running)
        device.receive("4711")
        push(running, device)
        assert [line["state"] for line in told(database, "terminal", "list", "--json")] == ["enrolled"]
        assert ledger(database, "terminal", "revoke", "T1").status == 0
        response = httpx.post(f"{running.address}/v1/sync", content=encode(device.request()), headers=device.bearer)
        assert error_of(response).error.reason == "revoked"
        status, log = running.stop()
    assert status == 0
    assert [entry["work"].rpartition(":")[2] for entry in log if entry["event"] == "office"] == [
        "add_terminal",
        "revoke_terminal",
    ]
    assert not database.with_name("ledger.db.sock").exists()


def test_what_the_office_refuses_is_one_sentence_through_the_socket_too(database: Path) -> None:
    alone = ledger(database, "terminal", "revoke", "T9")
    with service(database):
        served = ledger(database, "terminal", "revoke", "T9")
    assert (alone.status, alone.err) == (served.status, served.err) == (1, alone.err)
    assert len(alone.err.splitlines()) == 1


def test_a_second_service_is_refused_and_told_which_process_has_the_file(database: Path) -> None:
    with service(database) as running:
        second = ledger(database, "serve", "--port", "0")
        assert second.status == 2
        assert f"process {running.process.pid}" in second.err
        assert len(second.err.splitlines()) == 1


def test_a_service_starts_over_the_socket_of_one_that_was_killed(database: Path) -> None:
    with service(database) as running:
        running.kill()
    assert database.with_name("ledger.db.sock").exists()
    with service(database):
        assert told(database, "token", "list", "--json") == []
        assert ledger(database, "token", "add", "reports").status == 0


def test_a_service_that_is_stopped_answers_the_long_poll_first(database: Path) -> None:
    with service(database) as running:
        device = enrolled(database, running)
        cursors = encode([]).decode()

        async def wait() -> httpx.Response:
            async with httpx.AsyncClient(base_url=running.address, timeout=40) as client:
                query = {"terminal": device.id, "cursors": cursors}
                waiting = asyncio.create_task(client.get("/v1/wait", params=query, headers=device.bearer))
                while (await client.get("/health")).json()["waiting"] == 0:
                    continue
                running.process.terminate()
                return await waiting

        response = asyncio.run(wait())
        assert (response.status_code, response.json()["news"]) == (200, [])
        assert [entry for entry in running.stop()[1] if entry["level"] == "error"] == []


def test_what_is_not_http_is_refused_in_our_form(database: Path) -> None:
    with (
        service(database) as running,
        socket.create_connection(("127.0.0.1", running.announced["port"]), timeout=30) as connection,
    ):
        connection.sendall(b"\x16\x03\x01 hello\r\n\r\n")
        answer = b"".join(iter(lambda: connection.recv(4096), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400")
    assert json.loads(body)["error"]["reason"] == "not_http"


def test_a_body_of_ten_megabytes_gets_its_answer_over_the_network(database: Path) -> None:
    with service(database) as running:
        device = enrolled(database, running)
        body = b" " * 10 * 1024 * 1024
        response = httpx.post(f"{running.address}/v1/sync", content=body, headers=device.bearer, timeout=40)
        assert (response.status_code, error_of(response).error.reason) == (413, "too_big")
        refusals = [entry for entry in running.stop()[1] if entry["event"] == "refused"]
    assert [entry["reason"] for entry in refusals] == ["too_big"]


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A self-signed certificate for 127.0.0.1 with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "ledger")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file = tmp_path / "hall.pem"
    file.write_bytes(made.public_bytes(Encoding.PEM) + pem)
    return file


def test_with_a_certificate_it_speaks_https_only(database: Path, certificate: Path) -> None:
    with service(database, "--tls-cert", str(certificate), "--tls-key", str(certificate)) as running:
        assert running.address.startswith("https://127.0.0.1:")
        trusting = ssl.create_default_context(cafile=certificate)
        assert httpx.get(f"{running.address}/health", verify=trusting).json()["ok"] is True
        with pytest.raises(httpx.TransportError):
            httpx.get(f"http://127.0.0.1:{running.announced['port']}/health")


def test_a_certificate_that_is_none_is_said_in_one_sentence(database: Path, tmp_path: Path) -> None:
    (tmp_path / "hall.pem").write_text("not a certificate", encoding="ascii")
    ran = ledger(database, "serve", "--port", "0", "--tls-cert", str(tmp_path / "hall.pem"))
    assert ran.status == 2
    assert "--tls-cert" in ran.err
    assert len(ran.err.splitlines()) == 1


def test_the_port_in_use_is_named(database: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ran = ledger(database, "serve", "--port", str(taken.getsockname()[1]))
    assert ran.status == 2
    assert "choose --host and --port" in ran.err


def test_a_service_without_its_key_does_not_start(database: Path) -> None:
    database.with_name("ledger.db.key").unlink()
    ran = ledger(database, "serve", "--port", "0")
    assert ran.status == 2
    assert "ledger.db.key" in ran.err


@pytest.mark.slow
def test_a_service_killed_in_the_middle_of_a_batch_has_each_operation_once_after_the_resend(database: Path) -> None:
    """R33, X6: the write-ahead log has begun to grow when the process dies; the terminal sends everything again."""
    device: Device | None = None
    for _round in range(3):
        with service(database) as running:
            device = device or enrolled(database, running)
            done = len(device.ops)
            for number in range(BATCH):
                device.receive(f"item-{number}")
            kill_while_writing(database, running, device, done)
        with service(database) as running:
            reply = push(running, device)
            while reply.stream.have_seq < len(device.ops):
                reply = push(running, device, after=reply.stream.have_seq)
            assert {one.id for one in reply.outcomes} <= ids_of(device)
    assert device
    lines = told(database, "ops", "--json")
    assert sorted(line["id"] for line in lines) == sorted(ids_of(device))
    assert ledger(database, "verify").status == 0


def ids_of(device: Device) -> set[str]:
    return {json.loads(op)["id"] for op in device.ops}


def kill_while_writing(database: Path, running: Running, device: Device, after: int) -> None:
    log = database.with_name("ledger.db-wal")
    before = size(log)
    errors: list[Any] = []

    def send() -> None:
        try:
            push(running, device, after)
        except httpx.TransportError as error:
            errors.append(error)

    sending = threading.Thread(target=send)
    sending.start()
    while size(log) == before and sending.is_alive():
        continue
    running.kill()
    sending.join(30)


def size(file: Path) -> int:
    return file.stat().st_size if file.exists() else 0
