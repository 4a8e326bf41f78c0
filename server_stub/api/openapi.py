"""`GET /openapi.json`: the service described from its own types, so the description cannot fall behind them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import msgspec

from server_stub.api.health import Health
from server_stub.fleet import TerminalLine
from server_stub.flows import FlowLine
from server_stub.listings import LISTS, MAX_PAGE, OperationLine, filters_of
from sync.wire.messages import SyncReply, SyncRequest
from sync.wire.pins import PinChoice, PinsReply
from sync.wire.quantity import Quantity
from sync.wire.service import (
    DryRunReply,
    EnrollReply,
    EnrollRequest,
    ErrorReply,
    RegisterRequest,
    StandingReport,
    StandingsReply,
    TokenReply,
    WaitReply,
)

REF = "#/components/schemas/{name}"
DecimalText = Annotated[str, msgspec.Meta(pattern=r"^-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,6})?$")]
SHOWN: dict[str, type[msgspec.Struct]] = {
    **{name: one.shown for name, one in LISTS.items()},
    "operations": OperationLine,
    "terminals": TerminalLine,
    "flows": FlowLine,
}
REFUSED = {
    400: "It cannot be read",
    401: "Not let in",
    408: "The body did not arrive in time",
    409: "It is for another ledger",
    413: "Too big",
    415: "The body is packed in a way not known here",
    503: "Busy: the same request is sent again",
}
ASKED = (400, 401, 503)
WITH_A_BODY = (408, 413, 415)
MESSAGES: tuple[type[msgspec.Struct], ...] = (
    SyncRequest,
    SyncReply,
    EnrollRequest,
    EnrollReply,
    RegisterRequest,
    TokenReply,
    WaitReply,
    StandingReport,
    StandingsReply,
    DryRunReply,
    ErrorReply,
    PinsReply,
    PinChoice,
    Health,
)


def document(version: str) -> dict[str, Any]:
    """The OpenAPI 3.1 document."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "Warehouse ledger", "version": version, "license": {"name": "Apache-2.0"}},
        "components": {
            "schemas": _schemas(),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"token": []}],
        "paths": {
            "/v1/sync": {"post": _operation("Push operations and pull changes", SyncReply, takes=SyncRequest)},
            "/v1/wait": {"get": _operation("Wait for news", WaitReply, query=("terminal", "cursors"))},
            "/v1/terminals/enroll": {"post": _open(_operation("Enrol", EnrollReply, takes=EnrollRequest))},
            "/v1/terminals/register": {
                "post": _open(_operation("Register again after a restore", EnrollReply, takes=RegisterRequest))
            },
            "/v1/terminals/token": {"post": _operation("Get the next token", TokenReply)},
            "/v1/terminals/standing": {
                "post": _operation(
                    "Say how a terminal stands, and hear of its site's", StandingsReply, takes=StandingReport
                )
            },
            "/v1/dry-run": {"post": _operation("Try what a sync would do", DryRunReply, takes=SyncRequest)},
            "/v1/pins": {
                "get": _operation("Read the verifiers of the site's PINs", PinsReply),
                "post": _operation("Bring a chosen PIN's verifier", PinsReply, takes=PinChoice),
            },
            **{f"/v1/{name}": {"get": _list(name)} for name in SHOWN},
            "/health": {"get": _open(_answered("Is the service up?", _ref(Health), (503,)))},
            "/openapi.json": {"get": _open(_answered("This document", {"type": "object"}))},
        },
    }


def _schemas() -> dict[str, Any]:
    documented = [*MESSAGES, *{one.__name__: _documented(one) for one in SHOWN.values()}.values()]
    _, schemas = msgspec.json.schema_components(documented, ref_template=REF)
    return schemas


def _documented(kind: type[msgspec.Struct]) -> type[msgspec.Struct]:
    """The type as it looks on the wire: msgspec cannot describe a default that is a value type of ours."""
    fields: list[Any] = []
    for field in msgspec.structs.fields(kind):
        own = field.type is Quantity
        default = str(field.default) if isinstance(field.default, Quantity) else field.default
        entry = (field.encode_name, DecimalText if own else field.type)
        if default is not msgspec.NODEFAULT:
            fields.append((*entry, default))
        elif field.default_factory is not msgspec.NODEFAULT:
            fields.append((*entry, msgspec.field(default_factory=field.default_factory)))
        else:
            fields.append(entry)
    return msgspec.defstruct(kind.__name__, fields, kw_only=True, namespace={"__doc__": kind.__doc__})


def _ref(kind: type[msgspec.Struct]) -> dict[str, str]:
    return {"$ref": REF.format(name=kind.__name__)}


def _content(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def _answered(summary: str, schema: dict[str, Any], refusals: Sequence[int] = ()) -> dict[str, Any]:
    """`refusals`: the statuses it may also have. No other is given, so none is left to `default`."""
    refused = {
        str(status): {"description": REFUSED[status], "content": _content(_ref(ErrorReply))} for status in refusals
    }
    return {"summary": summary, "responses": {"200": {"description": "Done", "content": _content(schema)}, **refused}}


def _operation(
    summary: str,
    gives: type[msgspec.Struct],
    *,
    takes: type[msgspec.Struct] | None = None,
    query: tuple[str, ...] = (),
) -> dict[str, Any]:
    refusals = [*ASKED, *(WITH_A_BODY if takes else ()), *((409,) if takes is SyncRequest else ())]
    operation = _answered(summary, _ref(gives), refusals)
    if takes:
        operation["requestBody"] = {"required": True, "content": _content(_ref(takes))}
    if query:
        operation["parameters"] = [_parameter(name, required=True) for name in query]
    return operation


def _list(name: str) -> dict[str, Any]:
    row = _ref(SHOWN[name])
    schema = {
        "type": "object",
        "required": ["v", "rows", "next"],
        "properties": {
            "v": {"type": "integer"},
            "rows": {"type": "array", "items": row},
            "next": {"type": "string", "description": "`after` of the next page; empty on the last"},
        },
    }
    paging = [
        _parameter("limit", {"type": "integer", "minimum": 1, "maximum": MAX_PAGE}),
        _parameter("after"),
    ]
    filters = [_parameter(one) for one in filters_of(name)]
    return {**_answered(f"List {name.replace('-', ' ')}", schema, ASKED), "parameters": [*filters, *paging]}


def _parameter(name: str, schema: dict[str, Any] | None = None, *, required: bool = False) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": required, "schema": schema or {"type": "string"}}


def _open(operation: dict[str, Any]) -> dict[str, Any]:
    """Answered without a token."""
    return {**operation, "security": []}
