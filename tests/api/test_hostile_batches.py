"""Batches that no honest terminal sends: nothing of them is stored, and nobody's queue waits behind them."""

from __future__ import annotations

from typing import Any

import pytest
from api.device import Device, error_of

from sync.wire.codec import encode
from sync.wire.operation import decode_operation


async def posted(served: Any, device: Device, body: bytes) -> Any:
    return await served.client.post("/v1/sync", content=body, headers=device.bearer)


async def test_an_operation_altered_on_the_way_is_not_taken_for_the_terminals(served: Any) -> None:
    device = await served.enrolled()
    device.receive("A", "3")
    body = encode(device.request())
    altered = body.replace(b'"quantity":"3"', b'"quantity":"9"')
    assert altered != body
    refused = await posted(served, device, altered)
    assert (refused.status_code, error_of(refused).error.reason) == (401, "bad_signature")
    assert served.stored()[1] == []
    assert (await posted(served, device, body)).status_code == 200
    assert len(served.stored()[1]) == 1


async def test_the_same_id_with_other_bytes_gets_its_own_outcome_each_time(served: Any) -> None:
    first = await served.enrolled()
    taken = first.receive("A", "3")
    await posted(served, first, encode(first.request()))
    second = await served.enrolled("T2")
    id = decode_operation(taken).id
    second.receive("B", "5", id=id)
    for _ in range(2):
        outcomes = (await second.sync(served.client)).outcomes
        assert [(one.outcome, one.reason) for one in outcomes] == [("quarantined", "id_reused")]
        assert outcomes[0].id != id


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(lambda body: body.replace(b'"seq":2', b'"seq":9999999999'), id="links that do not follow on"),
        pytest.param(lambda body: body.replace(b'"seq":1', b'"seq":-1'), id="a negative number"),
        pytest.param(lambda body: body.replace(b'"head":2', b'"head":9223372036854775808'), id="a number past bounds"),
        pytest.param(lambda body: body.replace(b'"epoch":"', b'"epoch":"x'), id="an epoch that is no UUID"),
        pytest.param(
            lambda body: body.replace(b'"fills":[]', b'"fills":' + b"[" * 20_000 + b"]" * 20_000),
            id="nested without end",
        ),
    ],
)
async def test_a_batch_no_program_of_ours_writes_is_malformed(served: Any, broken: Any) -> None:
    device = await served.enrolled()
    device.receive("A")
    device.receive("B")
    body = encode(device.request())
    assert broken(body) != body
    refused = await posted(served, device, broken(body))
    assert (refused.status_code, error_of(refused).error.reason) == (400, "malformed")
    assert served.stored()[1] == []


async def test_a_code_that_no_database_keeps_is_quarantined_and_the_rest_drains(served: Any) -> None:
    device = await served.enrolled()
    device.receive("A", site="HA\x00LL")
    device.receive("B")
    outcomes = (await device.sync(served.client)).outcomes
    assert (outcomes[0].outcome, outcomes[0].reason) == ("quarantined", "malformed")
    assert len(outcomes) == 2
