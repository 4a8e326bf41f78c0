"""What a second person agrees to, in words: what would be posted and where, in as many cells as there are."""

from __future__ import annotations

from scanner_client.core.cells import width
from scanner_client.core.rules.goods import item_of
from scanner_client.core.state import Approval
from scanner_client.core.values import Unit
from scanner_client.core.view.words import Words


def agreed(words: Words, asked: Approval, cells: int) -> str:
    """`账+3箱 A-03-02`; where it is tight, the quantity and the place alone."""
    item = item_of(words.facts, asked.item)
    units = {unit.name: unit for unit in words.facts.units(asked.item)}
    counted = words.amount(abs(asked.units), units.get(asked.unit) or Unit(item.unit, item.one), item)
    amount = f"{'-' if asked.units < 0 else '+'}{counted}" if asked.units else ""
    told = _named(words, asked, amount)
    return told if width(told) <= cells else f"{amount} {asked.location}".strip()


def _named(words: Words, asked: Approval, amount: str) -> str:
    """In the words that a second person is asked with, where there are any, else as the answer is named in short."""
    text = f"approval.{asked.kind}"
    if text in words.texts:
        return words.say(text, amount=amount, place=asked.location).strip()
    return " ".join(filter(None, (words.say(f"answer_narrow.{asked.kind}"), amount, asked.location)))


def request_row(words: Words, id: str, cells: int) -> str:
    """A request in a list of them: what it would post, and who asked; empty for an id that is no request."""
    found = next((one for one in words.facts.requests() if one.id == id), None)
    if found is None:
        return ""
    asked = Approval(kind=found.answer, item=found.item, location=found.location, units=found.units, unit=found.unit)
    return f"{agreed(words, asked, cells)} {words.person(found.by)}"
