"""What a barcode's text is by its own form, before anything local is asked: our own result type."""

from __future__ import annotations

from msgspec import Struct

PLAIN, EAN, COMPOSITE, GTIN, SSCC = "plain", "ean", "ean+composite", "gtin", "sscc"
ELEMENTS, DIGITAL_LINK = "gs1_elements", "gs1_digital_link"

Elements = tuple[tuple[str, str], ...]
"""Application identifiers with their values, in order of appearance."""


class Parsed(Struct, frozen=True):
    """`symbology` is the AIM identifier (`]C1`), empty where the scanner sent none. `gtin14` is the item's key.

    `error` is a sentence saying what is wrong with the code; what could be read of it stays in `elements`.
    `broken_rule` is true where each element is right and only their combination breaks a rule of GS1.
    """

    kind: str
    text: str
    symbology: str = ""
    elements: Elements = ()
    gtin14: str = ""
    error: str = ""
    broken_rule: bool = False

    def element(self, ai: str) -> str:
        """The first value of an application identifier, empty where there is none."""
        return next((value for name, value in self.elements if name == ai), "")
