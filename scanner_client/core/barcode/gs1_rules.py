"""What GS1 demands of elements beyond their form: check digits, piece numbers, what excludes or needs what.

The source of each rule is the GS1 General Specifications: section 3 for values, section 4.13 for combinations.
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner_client.core.barcode.digits import check_digit_fits
from scanner_client.core.barcode.result import Elements

_GLNS = {"410", "411", "412", "413", "414", "415", "416", "417"}
_WITH_KEY: dict[str, int] = {
    "00": 18,
    "01": 14,
    "02": 14,
    "253": 13,
    "255": 13,
    "402": 17,
    "8003": 14,
    "8006": 14,
    "8017": 18,
    "8018": 18,
    "8026": 14,
    **dict.fromkeys(_GLNS, 13),
}
"""Application identifiers that begin with a key, and the key's length, its check digit included."""

_PIECES = {"8006", "8026"}
"""A GTIN, then two digits piece number and two digits total."""

_EXCLUDED = (("01", "02"), ("01", "37"), ("01", "255"), ("235", "02"), ("21", "235"), ("8006", "01"), ("8026", "02"))
_SIGNED = ("00", "01", "253", "255", "8003", "8004", "8006", "8010", "8017", "8018", "414", "415")
_DEMANDED = (("02", ("37",)), ("02", ("00",)), ("37", ("02", "8026")), ("8030", _SIGNED))


def wrong_values(elements: Elements) -> Iterator[str]:
    """A sentence for each element whose value cannot be."""
    for ai, value in elements:
        length = _WITH_KEY.get(ai)
        if length and not check_digit_fits(value[:length]):
            yield f"AI ({ai}): the check digit is wrong"
        if ai in _PIECES and not 1 <= int(value[14:16]) <= int(value[16:18]):
            yield f"AI ({ai}): there is no such piece of that many"


def wrong_together(elements: Elements) -> Iterator[str]:
    """A sentence for each combination that cannot be; the elements themselves are right."""
    values = dict(elements)
    for ai, value in elements:
        if values[ai] != value:
            yield f"AI ({ai}) stands twice with different values"
    for one, other in _EXCLUDED:
        if one in values and other in values:
            yield f"AI ({one}) and AI ({other}) exclude each other"
    for ai, needed in _DEMANDED:
        if ai in values and not values.keys() & set(needed):
            yield f"AI ({ai}) needs AI ({') or ('.join(needed)})"
