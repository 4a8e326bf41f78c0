"""The office's routes: pages, filters, quantities as text; and a description that is true."""

from __future__ import annotations

import json
import re
from typing import Any

import jsonschema_rs
import pytest
from api.device import SITE, error_of
from starlette.routing import Route

from server_stub.api.openapi import document
from server_stub.changes import change, put_global
from server_stub.ledger.office import opening_stock, put_rows
from server_stub.listings import LISTS, OTHER_FILTERS
from sync.wire.quantity import Quantity
from sync.wire.rows import Balance, Item, Location

NAMES = [*LISTS, *OTHER_FILTERS]


def stock(served: Any) -> None:
    """Seven items, 1.500 kg of each in A-01."""
    balances = [
        Balance(site=SITE, location="A-01", item=f"item-{number}", quantity=Quantity(1500, 3)) for number in range(7)
    ]

    def put(ledger: Any) -> None:
        for number in range(7):
            put_global(ledger, "items_put", "office", Item(code=f"item-{number}", unit="kg", scale=3))
        change(ledger, SITE, "office", lambda book: put_rows(book, [Location(site=SITE, code="A-01")]))
        change(ledger, SITE, "office", lambda book: opening_stock(book, balances))

    served.do(put)


@pytest.mark.parametrize("name", NAMES)
async def test_every_list_answers_a_terminal(served: Any, name: str) -> None:
    """R60-62: nothing the handheld does is private to it."""
    device = await served.enrolled()
    device.receive("4711")
    await device.sync(served.client)
    response = await served.client.get(f"/v1/{name}", headers=device.bearer)
    assert response.status_code == 200, response.text
    assert set(response.json()) == {"v", "rows", "next"}


@pytest.mark.parametrize("name", NAMES)
async def test_no_list_answers_without_a_token(served: Any, name: str) -> None:
    response = await served.client.get(f"/v1/{name}")
    assert (response.status_code, error_of(response).error.reason) == (401, "wrong_token")


async def test_a_list_is_read_page_by_page_to_its_end(served: Any) -> None:
    device = await served.enrolled()
    stock(served)
    codes: list[str] = []
    query = {"limit": "3"}
    while True:
        answer = (await served.client.get("/v1/items", params=query, headers=device.bearer)).json()
        codes += [row["code"] for row in answer["rows"]]
        if not answer["next"]:
            break
        query["after"] = answer["next"]
    assert codes == [f"item-{number}" for number in range(7)]


async def test_stock_is_filtered_and_shown_in_decimal_text_with_its_unit(served: Any) -> None:
    device = await served.enrolled()
    stock(served)
    query = {"location": "A-01", "item": "item-3", "site": SITE}
    answer = (await served.client.get("/v1/stock", params=query, headers=device.bearer)).json()
    assert answer["rows"] == [
        {
            "site": SITE,
            "location": "A-01",
            "item": "item-3",
            "lot": "",
            "serial": "",
            "lpn": "",
            "status": "",
            "quantity": "1.500",
            "unit": "kg",
        }
    ]


async def test_an_operation_is_shown_with_its_bytes_and_its_outcome(served: Any) -> None:
    """R5, X1."""
    device = await served.enrolled()
    raw = device.receive("4711")
    reply = await device.sync(served.client)
    query = {"terminal": "T1", "kind": "received"}
    (row,) = (await served.client.get("/v1/operations", params=query, headers=device.bearer)).json()["rows"]
    assert row["operation"] == json.loads(raw)
    assert row["outcome"]["outcome"] == reply.outcomes[0].outcome


@pytest.mark.parametrize(
    "query", [{"limit": "0"}, {"limit": "1001"}, {"limit": "many"}, {"after": "*"}, {"colour": "red"}], ids=str
)
async def test_a_question_that_makes_no_sense_is_refused(served: Any, query: dict[str, str]) -> None:
    device = await served.enrolled()
    response = await served.client.get("/v1/items", params=query, headers=device.bearer)
    assert (response.status_code, error_of(response).error.reason) == (400, "malformed")


async def test_health_is_open_to_everyone(served: Any) -> None:
    response = await served.client.get("/health")
    assert response.status_code == 200
    assert response.json()["ok"] is True


# --- the description --------------------------------------------------------------------------------------------------


def references(value: Any) -> list[str]:
    match value:
        case dict():
            own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
            return own + [one for inner in value.values() for one in references(inner)]
        case list():
            return [one for inner in value for one in references(inner)]
        case _:
            return []


async def test_the_description_is_served_to_everyone_and_names_every_route(served: Any) -> None:
    described = (await served.client.get("/openapi.json")).json()
    assert set(described["paths"]) == {route.path for route in served.app.routes if isinstance(route, Route)}


def test_every_schema_of_the_description_is_valid_and_every_reference_leads_somewhere() -> None:
    described = document("1.0")
    schemas = described["components"]["schemas"]
    for schema in schemas.values():
        jsonschema_rs.meta.validate({"$schema": "https://json-schema.org/draft/2020-12/schema", **schema})
    assert {one.rpartition("/")[2] for one in references(described)} <= set(schemas)


def test_operations_are_described_as_anything() -> None:
    """They are judged one by one: a batch is never refused for what one of them holds."""
    offer = document("1.0")["components"]["schemas"]["StreamOffer"]
    assert offer["properties"]["ops"]["items"] == {}


async def test_what_the_service_answers_is_what_it_describes(served: Any) -> None:
    device = await served.enrolled()
    stock(served)
    device.receive("4711", "2.50")
    await device.sync(served.client)
    described = document("1.0")
    for name in NAMES:
        answer = (await served.client.get(f"/v1/{name}", headers=device.bearer)).json()
        schema = described["paths"][f"/v1/{name}"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        jsonschema_rs.validate({**schema, "components": described["components"]}, answer)


def test_a_quantity_is_described_as_decimal_text() -> None:
    quantity = document("1.0")["components"]["schemas"]["StockLine"]["properties"]["quantity"]
    assert re.fullmatch(quantity["pattern"], "-12.500")
    assert not re.fullmatch(quantity["pattern"], "1e3")
