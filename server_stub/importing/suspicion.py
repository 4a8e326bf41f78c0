"""What spreadsheets and old systems do to codes: findings about rows that are well-formed and still look wrong.

Nothing is mended here: a guess that is wrong would put the goods of one item on another.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict

from server_stub.importing.accounting import Account, Record
from server_stub.importing.kinds import Form, Kind

GTIN_LENGTHS = (8, 12, 13, 14)
WRONGLY_DECODED = re.compile("\ufffd|\u00c3[\u0080-\u00bf]|\u00e2\u20ac|锟斤拷|烫烫|[\u00c0-\u00ff]{4}")
_USUAL_SHARE = 0.8


def note_suspicions(account: Account, kind: Kind) -> None:
    """Add the findings of a file by itself to its account."""
    _wrong_encodings(account)
    for field in kind.fields:
        if field.form is Form.CODE and field.required:
            _lost_zeros(account, field.name, barcode=field.name == "barcode")
    match kind.name:
        case "barcodes":
            _factors(account)
        case "orders":
            _repeated_items(account)
            _two_values(account, "item", "description", "name")
            _two_values(account, "item", "unit", "unit")
        case "stock":
            _two_values(account, "item", "unit", "unit")
        case _:
            pass


def _wrong_encodings(account: Account) -> None:
    for row in account.source.rows:
        spoilt = [cell for cell in row.cells.values() if not row.fault and WRONGLY_DECODED.search(cell)]
        if spoilt:
            account.find(row.number, "encoding", f"{spoilt[0][:40]!r} looks like text read in a wrong encoding")


def _lost_zeros(account: Account, name: str, *, barcode: bool) -> None:
    codes = {record.text(name) for record in account.accepted}
    usual = _usual_length(codes)
    for record in account.accepted:
        code = record.text(name)
        reason = ""
        if code.isascii() and code.isdigit():
            reason = _lost_in_barcode(code) if barcode else _lost_in_code(code, codes, usual)
        if reason:
            account.find(record.row, "zeros", f"{name} {code} {reason}")


def _usual_length(codes: set[str]) -> int:
    """The length nearly all codes have; 0 where there is none."""
    lengths = Counter(map(len, codes))
    length, often = lengths.most_common(1)[0] if lengths else (0, 0)
    return length if often >= max(3, _USUAL_SHARE * len(codes)) else 0


def _lost_in_code(code: str, codes: set[str], usual: int) -> str:
    twin = next((other for other in codes if other != code and other.lstrip("0") == code), None)
    if twin:
        return f"may be {twin} without its leading zeros"
    if usual > len(code) and any(other.startswith("0") for other in codes):
        return f"may have lost {usual - len(code)} leading zero(s): the other codes have {usual} characters"
    return ""


def _lost_in_barcode(code: str) -> str:
    if len(code) in GTIN_LENGTHS:
        return "" if has_check_digit(code) else "has a wrong check digit"
    longer = next((length for length in GTIN_LENGTHS if length > len(code) > 6), 0)
    if longer and has_check_digit(code):
        return f"may have lost its leading zeros: with {longer - len(code)} of them it is a GTIN-{longer}"
    return ""


def has_check_digit(code: str) -> bool:
    """Whether the last digit is right for those before it (GS1 General Specifications, 7.9)."""
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(reversed(code)))
    return total % 10 == 0


def _factors(account: Account) -> None:
    """One pack unit of an item holds one number of pieces."""
    seen: dict[tuple[str, str], Record] = {}
    for record in account.accepted:
        before = seen.setdefault((record.text("item"), record.text("unit")), record)
        if before.text("factor") != record.text("factor"):
            unit, here, there = record.text("unit") or "base unit", record.text("factor"), before.text("factor")
            text = f"{record.text('item')}: one {unit} is {here or 1} here and {there or 1} in row {before.row}"
            account.find(record.row, "unit", text)


def _repeated_items(account: Account) -> None:
    rows: defaultdict[tuple[str, str], list[Record]] = defaultdict(list)
    for record in account.accepted:
        rows[record.text("order"), record.text("item")].append(record)
    for (order, item), records in rows.items():
        for record in records[1:]:
            text = f"item {item} stands in order {order} already (row {records[0].row}); kept as a line of its own"
            account.find(record.row, "duplicate", text)


def _two_values(account: Account, of: str, name: str, sort: str) -> None:
    """Note each further value that a code has, once."""
    seen: dict[str, dict[str, Record]] = {}
    for record in account.accepted:
        value = record.text(name)
        before = seen.setdefault(record.text(of), {})
        if before and value and value not in before:
            other, row = next((text, first.row) for text, first in before.items())
            text = f"{of} {record.text(of)} has the {name} {value!r} here and {other!r} in row {row}"
            account.find(record.row, sort, text)
        if value:
            before.setdefault(value, record)
