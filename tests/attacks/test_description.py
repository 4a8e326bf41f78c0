"""The service against its own description (`/openapi.json`), with requests that schemathesis makes up from it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest
import schemathesis
from api.device import SITE, Device
from api.programs import Running, ledger, service, told
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import one_of
from schemathesis import GenerationMode, checks
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    allow_header_conformance,
    content_type_conformance,
    ignored_auth,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from server_stub.api.openapi import document
from server_stub.listings import LISTS
from sync.wire.codec import decode, encode
from sync.wire.service import EnrollReply

EXAMPLES, FEWER = 8, 2
ALIKE = {f"GET /v1/{name}" for name in LISTS} - {"GET /v1/stock"}
"""Lists that one route answers: what one of them does with a question, all do."""

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    allow_header_conformance,
    unsupported_method,
    ignored_auth,
]
LEFT_OUT = {
    "negative_data_rejection": "fields that are not known are left alone, so that a newer terminal is understood",
    "positive_data_acceptance": "no schema can say what is signed, or which code is the right one",
    "missing_required_header": "the description asks for no header but the token, which ignored_auth looks at",
    "use_after_free": "nothing is deleted over HTTP",
    "ensure_resource_availability": "nothing is created at an address of its own",
    "object_level_authorization": "there are no addresses of single things",
}


SCHEMA = schemathesis.openapi.from_dict(document("1.0"))
OPERATIONS = {one.ok().label: one.ok() for one in SCHEMA.get_all_operations() if isinstance(one, Ok)}


NEED_MORE_THAN_A_TOKEN = {
    "POST /v1/sync",
    "POST /v1/dry-run",
    "GET /v1/wait",
    "POST /v1/terminals/enroll",
    "POST /v1/terminals/register",
    "POST /v1/terminals/standing",
}
"""A signature, a code, or the terminal's own name, which nobody makes up."""


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    """The real program. Its log is read all the time: a pipe that is full would stop it."""
    database = tmp_path / "ledger.db"
    for words in (("init",), ("site", "add", SITE, "--name", "Main hall")):
        ran = ledger(database, *words)
        assert ran.status == 0, ran.err
    with service(database) as one:
        assert one.process.stderr
        reader = Thread(target=one.process.stderr.read)
        reader.start()
        yield one
        one.process.terminate()
        reader.join(30)


def at_work(running: Running, database: Path) -> Device:
    """A terminal that has sent something, so that lists have rows."""
    device = Device()
    code = told(database, "terminal", "add", "T1", "--site", SITE, "--json")["code"]
    enrolled = httpx.post(f"{running.address}/v1/terminals/enroll", content=encode(device.enrollment(code)))
    device.accept(decode(enrolled.content, EnrollReply))
    device.receive("4711")
    sent = httpx.post(f"{running.address}/v1/sync", content=encode(device.request()), headers=device.bearer)
    assert sent.status_code == 200, sent.text
    return device


def answers(label: str, address: str, headers: dict[str, str]) -> Counter[int]:
    """How often each status was answered to made-up requests. Raises what a check finds."""
    seen: Counter[int] = Counter()

    @settings(
        max_examples=FEWER if label in ALIKE else EXAMPLES,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=one_of(*(OPERATIONS[label].as_strategy(generation_mode=mode) for mode in GenerationMode)))
    def ask(case: Any) -> None:
        response = case.call(base_url=address, headers=headers)
        seen[response.status_code] += 1
        case.validate_response(response, checks=CHECKS, headers=headers)

    ask()
    return seen


def test_every_check_of_schemathesis_is_made_or_left_out_for_a_reason() -> None:
    assert {check.__name__ for check in checks.CHECKS.get_all()} == {check.__name__ for check in CHECKS} | set(LEFT_OUT)


def test_whatever_is_asked_the_answer_is_one_that_is_described(running: Running, tmp_path: Path) -> None:
    device = at_work(running, tmp_path / "ledger.db")
    stranger = {label: answers(label, running.address, {}) for label in OPERATIONS}
    let_in = {label: answers(label, running.address, device.bearer) for label in OPERATIONS}
    assert {label for label, seen in stranger.items() if seen[200]} == {"GET /health", "GET /openapi.json"}
    assert {label for label, seen in let_in.items() if not seen[200]} == NEED_MORE_THAN_A_TOKEN
