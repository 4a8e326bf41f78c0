"""Words of one screen: texts in the operator's language, item names, quantities, ages."""

from __future__ import annotations

from msgspec import Struct

from scanner_client.core.barcode.digits import printed_gtin
from scanner_client.core.facts import Facts
from scanner_client.core.texts import Texts
from scanner_client.core.values import Item, Unit, decimal_text, in_unit

_MINUTE_MS, _HOUR_MS = 60_000, 3_600_000
_HOURS_FROM = 3 * _HOUR_MS
CHINESE = "zh_CN"


class Words(Struct, frozen=True):
    texts: Texts
    language: str
    facts: Facts

    def say(self, name: str, /, **facts: str) -> str:
        return self.texts.text(name, self.language, **facts)

    def unit(self, name: str) -> str:
        """The unit as the language has it; a unit of the site's own as the site wrote it."""
        known = f"unit.{name}"
        return self.say(known) if known in self.texts else name

    def item_name(self, code: str) -> str:
        """The item's name in the operator's language, else any name, else its code as its label has it."""
        item = self.facts.item(code)
        if item is None:
            return printed_gtin(code)
        first, second = (item.name_zh, item.name) if self.language == CHINESE else (item.name, item.name_zh)
        return first or second or code

    def person(self, code: str) -> str:
        """The operator's name, else the code."""
        operator = self.facts.operator(code)
        return (operator.name if operator else "") or code

    def printed_code(self, item: str) -> str:
        """The first of its printed codes as its label has it, else its own."""
        return printed_gtin(next((code for code, _ in self.facts.codes(item)), item))

    def status(self, name: str) -> str:
        """What goods are that are not free, as the language has it; empty for free ones."""
        known = f"status_of_goods.{name}"
        return "" if not name else f"{self.say(known) if known in self.texts else name} "

    def amount(self, units: int, unit: Unit, item: Item) -> str:
        """`12箱`, or in base units where it does not come out even."""
        counted = in_unit(units, unit, item)
        if not counted:
            return f"{decimal_text(units, item.scale)}{self.unit(item.unit)}"
        return f"{counted}{self.unit(unit.name)}"

    def base(self, units: int, item: Item) -> str:
        return f"{decimal_text(units, item.scale)}{self.unit(item.unit)}"

    def age(self, then: int, now: int) -> str:
        """How long ago, empty where never."""
        if not then:
            return ""
        passed = max(0, now - then)
        if passed < _HOURS_FROM:
            return self.say("frame.age", n=str(passed // _MINUTE_MS))
        return self.say("frame.age_hours", n=str(passed // _HOUR_MS))

    def outage(self, since: int, now: int) -> str:
        passed = max(0, now - since) if since else 0
        if passed < _HOURS_FROM:
            return self.say("status.minutes", n=str(passed // _MINUTE_MS))
        return self.say("status.hours", n=str(passed // _HOUR_MS))
