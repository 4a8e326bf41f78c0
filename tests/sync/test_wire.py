"""The wire: canonical bytes, hashes and quantities, held to golden vectors that other implementations can use too."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.wire.bodies import Picked, decode_body, postings
from sync.wire.canonical import FloatFound, canonical
from sync.wire.codec import decode, encode
from sync.wire.effects import effects
from sync.wire.messages import Page, StreamOffer, feed_origin, signed_statement
from sync.wire.operation import Cursor, Link, Parent, WireError, decode_operation, link_hash, new_operation, op_hash
from sync.wire.quantity import BadQuantity, Quantity, parse_quantity
from sync.wire.rows import ROW_TYPES, Balance

GOLDEN = json.loads((Path(__file__).parent.parent / "vectors" / "wire.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("vector", GOLDEN["operations"], ids=lambda v: v["name"])
def test_an_operations_bytes_and_hash_are_golden(vector: dict[str, Any]) -> None:
    fields = dict(vector["fields"])
    fields["basis"] = tuple(Cursor(**cursor) for cursor in fields["basis"])
    fields["scans"] = tuple(fields["scans"])
    raw = new_operation(**fields)
    assert raw.decode() == vector["bytes"]
    assert op_hash(raw) == vector["op_hash"]


@pytest.mark.parametrize("vector", GOLDEN["links"], ids=lambda v: v["name"])
def test_a_links_hash_is_golden(vector: dict[str, Any]) -> None:
    link = decode(json.dumps(vector["link"]).encode(), Link)
    assert link_hash(link, ledger_id=vector["ledger_id"], terminal=vector["terminal"]) == vector["hash"]


def test_a_feeds_origin_and_a_signed_statement_are_golden() -> None:
    vector = GOLDEN["statements"]
    offer = decode(json.dumps(vector["offer"]).encode(), StreamOffer)
    assert feed_origin(vector["ledger_id"], "global") == vector["feed_origin"]
    assert signed_statement(vector["ledger_id"], "T1", offer, vector["last_hash"]).decode() == vector["statement"]


def test_a_float_anywhere_in_an_operation_is_refused() -> None:
    with pytest.raises(FloatFound):
        canonical({"a": [{"b": 1.5}]})


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "malformed"),
        (b"{", "malformed"),
        (b"[]", "malformed"),
        (b'{"v":1}', "malformed"),
        (b'\xff{"v":1}', "malformed"),
        (b" " * 70_000, "too_big"),
    ],
)
def test_bytes_that_are_no_operation_name_their_reason(raw: bytes, reason: str) -> None:
    with pytest.raises(WireError) as caught:
        decode_operation(raw)
    assert caught.value.reason == reason


def picked(**changes: Any) -> bytes:
    fields: dict[str, Any] = {
        "id": "018f3f00-0000-7000-8000-000000000001",
        "ledger_id": "L",
        "site": "S1",
        "terminal": "T1",
        "kind": "picked",
        "at": "2026-11-22T02:42:00Z",
        "offset": "+08:00",
        "by": "wang",
        "task": "task-1",
        "body": Picked(item="I", quantity=Quantity(12), order="SO-1", line="2", location="A-03-02", to="TOTE:T1"),
    }
    return new_operation(**fields | changes)


def test_an_operation_of_a_newer_version_is_told_from_a_broken_one() -> None:
    newer = picked().replace(b'"v":1', b'"v":99')
    with pytest.raises(WireError) as caught:
        decode_operation(newer)
    assert caught.value.reason == "unknown_version"


@pytest.mark.parametrize("kind", ["teleported", ""])
def test_an_unknown_kind_is_told_apart(kind: str) -> None:
    with pytest.raises(WireError) as caught:
        decode_body(decode_operation(picked(kind=kind)))
    assert caught.value.reason == "unknown_kind"


@pytest.mark.parametrize("quantity", ["-1", "1e3", "01", "1.", ".5", "1.1234567", "9" * 30, "", "NaN", 3])
def test_a_quantity_that_is_no_plain_decimal_is_malformed(quantity: object) -> None:
    body = {"item": "I", "quantity": quantity, "order": "O", "line": "1", "location": "A", "to": "B"}
    with pytest.raises(WireError):
        decode_body(decode_operation(picked(body=body)))


def test_what_the_screen_knew_is_read_and_posts_nothing() -> None:
    body = {"item": "I", "quantity": "2", "order": "O", "line": "1", "location": "A", "to": "B"}
    plain = decode_operation(picked(body=body))
    telling = decode_operation(picked(body=body | {"known": "-1.5", "as_of": "2026-11-22T02:00:00Z"}))
    read = decode_body(telling)
    assert (read.known, read.as_of) == (Quantity(-15, 1), "2026-11-22T02:00:00Z")
    assert postings(telling, read) == postings(plain, decode_body(plain))


def test_a_pick_moves_goods_from_its_location_to_the_tote_and_closes_its_task() -> None:
    operation = decode_operation(picked())
    body = decode_body(operation)
    moved = {(p.location, str(p.quantity)) for p in postings(operation, body)}
    assert moved == {("A-03-02", "-12"), ("TOTE:T1", "12")}
    kinds = sorted(type(effect).__name__ for effect in effects(operation, body))
    assert kinds == ["LineProgress", "Posting", "Posting", "TaskTurn"]


units = st.integers(-(10**12), 10**12)
scales = st.integers(0, 6)


@given(units, scales)
def test_a_quantity_survives_its_text(number: int, scale: int) -> None:
    assert parse_quantity(str(Quantity(number, scale))) == Quantity(number, scale)


@given(units, scales, units, scales)
def test_quantities_add_exactly_whatever_their_scales(a: int, a_scale: int, b: int, b_scale: int) -> None:
    total = Quantity(a, a_scale) + Quantity(b, b_scale)
    assert total.units == a * 10 ** (total.scale - a_scale) + b * 10 ** (total.scale - b_scale)
    assert total - Quantity(b, b_scale) == Quantity(a, a_scale).at(total.scale)


def test_a_quantity_does_not_lose_digits_silently() -> None:
    with pytest.raises(BadQuantity):
        Quantity(1, 3).at(0)


def test_a_quantity_does_not_change() -> None:
    with pytest.raises(AttributeError):
        Quantity(1).units = 2  # type: ignore[misc]


def test_rows_and_pages_survive_the_codec() -> None:
    row = Balance(site="S1", location="A", item="I", quantity=Quantity(1250, 2))
    assert decode(encode(row), Balance) == row
    page = Page(
        feed="S1",
        from_cursor=Cursor(feed="S1", n=0, hash="h"),
        n=1,
        hash="i",
        changes=[msgspec.Raw(b'{"n":1}')],
        covers=["x"],
    )
    again = decode(encode(page), Page)
    assert bytes(again.changes[0]) == b'{"n":1}'
    assert again.from_cursor == page.from_cursor


def test_every_row_type_has_its_own_table_and_a_key() -> None:
    assert len({kind.table for kind in ROW_TYPES}) == len(ROW_TYPES)
    assert all(set(kind.key_fields) <= set(kind.__struct_fields__) for kind in ROW_TYPES)


def test_a_parent_names_where_a_new_epoch_came_from() -> None:
    link = Link(epoch="E2", seq=1, prev="ab", op_hash="cd", parent=Parent(epoch="E1", seq=9, hash="ab"))
    assert decode(encode(link), Link) == link
