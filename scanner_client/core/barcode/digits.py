"""Check digits of GTIN, SSCC and GLN (GS1 General Specifications, section 7.9: modulo 10, weights 3 and 1)."""

from __future__ import annotations

GTIN_LENGTHS = (8, 12, 13, 14)
SSCC_LENGTH = 18


def check_digit(payload: str) -> str:
    """The digit that follows `payload`, which holds ASCII digits only."""
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(payload)))
    return str(-total % 10)


def is_digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


def check_digit_fits(code: str) -> bool:
    return len(code) > 1 and is_digits(code) and check_digit(code[:-1]) == code[-1]


def gtin14(code: str) -> str:
    """The 14 digits of a GTIN-8, -12, -13 or -14, empty where it is none."""
    fits = len(code) in GTIN_LENGTHS and check_digit_fits(code) and code.strip("0") != ""
    return code.zfill(14) if fits else ""


def printed_gtin(code: str) -> str:
    """A GTIN as its label has it: 14 digits without the zeros that lengthened a GTIN-13, -12 or -8. Else the code."""
    if len(code) != GTIN_LENGTHS[-1] or not gtin14(code):
        return code
    return next(code[-length:] for length in GTIN_LENGTHS if code.startswith("0" * (len(code) - length)))


def is_sscc(code: str) -> bool:
    return len(code) == SSCC_LENGTH and check_digit_fits(code)
