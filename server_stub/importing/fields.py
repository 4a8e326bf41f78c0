"""Single cells: text becomes a code, a quantity, a number, yes or no, or a moment; or the reason why it cannot."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from server_stub.importing.kinds import Field, Form
from sync.wire.limits import MAX_CODE_CHARS
from sync.wire.quantity import BadQuantity, Quantity, parse_quantity

Value = str | int | bool | Quantity
SHORTENED = re.compile(r"[0-9]+([.,][0-9]+)?[Ee]\+[0-9]+", re.ASCII)
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_NUMBER = re.compile(r"-?[0-9]{1,12}", re.ASCII)
_YES = frozenset({"yes", "y", "true", "1", "x", "是"})
_NO = frozenset({"no", "n", "false", "0", "", "否"})
_ISO = "%Y-%m-%dT%H:%M"


class BadCell(ValueError):
    """Why a cell cannot be what its field needs; the message names field, cell and cause."""


def read_cell(field: Field, text: str, pattern: str = "") -> Value | None:
    """The value of a cell; None where an optional one is empty. `pattern` is a time's form. Raises BadCell."""
    if not text:
        if field.required:
            raise BadCell(f"{field.name} is missing")
        return None
    match field.form:
        case Form.CODE:
            return _code(field.name, text)
        case Form.QUANTITY:
            return _quantity(field.name, text)
        case Form.NUMBER:
            return _number(field.name, text)
        case Form.YES_NO:
            return _yes_no(field.name, text)
        case Form.TIME:
            return _time(field.name, text, pattern)
        case Form.TEXT:
            return _text(field, text)


def _code(name: str, text: str) -> str:
    if SHORTENED.fullmatch(text):
        raise BadCell(
            f"{name} {text} was shortened by a spreadsheet and its digits are lost; format the column as text and"
            " export it again"
        )
    if CONTROL.search(text):
        raise BadCell(f"{name} {CONTROL.sub('?', text)[:40]} holds a control character")
    if len(text) > MAX_CODE_CHARS:
        raise BadCell(f"{name} {text[:20]}… has {len(text)} characters; at most {MAX_CODE_CHARS} are allowed")
    if text.startswith("@"):
        raise BadCell(f"{name} {text[:40]} starts with @, which is kept for places outside the warehouse")
    return text


def _quantity(name: str, text: str) -> Quantity:
    plain = text.replace(",", "") if re.fullmatch(r"-?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?", text, re.ASCII) else text
    try:
        quantity = parse_quantity(plain)
    except BadQuantity as error:
        raise BadCell(f"{name}: {error}") from error
    if quantity.units <= 0:
        raise BadCell(f"{name} {text} is not above zero")
    while quantity.scale and quantity.units % 10 == 0:
        quantity = Quantity(quantity.units // 10, quantity.scale - 1)
    return quantity


def _number(name: str, text: str) -> int:
    if not _NUMBER.fullmatch(text):
        raise BadCell(f"{name} {text[:40]} is not a whole number")
    return int(text)


def _yes_no(name: str, text: str) -> bool:
    word = text.casefold()
    if word not in _YES | _NO:
        raise BadCell(f"{name} {text[:40]} is neither yes nor no")
    return word in _YES


def _time(name: str, text: str, pattern: str) -> str:
    """A moment of the site's own clock, to the minute, as ISO 8601."""
    try:
        moment = datetime.strptime(text, pattern).replace(tzinfo=UTC) if pattern else datetime.fromisoformat(text)
    except ValueError as error:
        raise BadCell(f"{name} {text[:40]} is not a time of the form {pattern or _ISO}") from error
    return moment.strftime(_ISO)


def _text(field: Field, text: str) -> str:
    if field.words and text.casefold() not in field.words:
        raise BadCell(f"{field.name} {text[:40]} is none of {', '.join(field.words)}")
    if CONTROL.search(text):
        raise BadCell(f"{field.name} holds a control character")
    return text.casefold() if field.words else text
