"""Readings of an event: which inputs a scan, or a label typed because it could not be read, can stand for at a step."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scanner_client.core.barcode.meaning import bare_text, meaning
from scanner_client.core.facts import Facts
from scanner_client.core.flow.model import Step
from scanner_client.core.matches import (
    CommandMatch,
    ExpiryMatch,
    ItemMatch,
    LocationMatch,
    LotMatch,
    Match,
    OrderMatch,
    SerialMatch,
    TextMatch,
)
from scanner_client.core.rules.registry import Input
from scanner_client.core.state import State
from scanner_client.core.values import Task

TAIL = 4
"""Fewest characters of an unreadable label that may be typed (the screen contract, rule 5)."""

_PHONE = {letter: key for key, letters in zip("23456789", ("ABC", "DEF", "GHI", "JKL", "MNO", "PQRS", "TUV", "WXYZ"),
          strict=True) for letter in letters}  # fmt: skip


def readings(raw: str, state: State, facts: Facts) -> list[Input]:
    """Everything the scan can be, most trusted first; never empty."""
    task = facts.task(state.work.task) if state.work.task else None
    matches = [*meaning(raw, facts)]
    text = bare_text(raw)
    if task and text and (text in (task.lot, state.work.lot) or facts.lot(task.item, text)):
        unknown = all(isinstance(one, TextMatch) for one in matches)
        matches.insert(0 if unknown else len(matches), LotMatch(text))
    # The lot of another item's label is no answer to the question for this item's lot.
    items = [one for one in matches if isinstance(one, ItemMatch) and task and one.item == task.item]
    lots = [one for one in matches if isinstance(one, LotMatch)]
    matches += [LotMatch(one.lot, one.expiry) for one in items if one.lot]
    dated: list[ItemMatch | LotMatch] = [*items, *lots]
    matches += [ExpiryMatch(one.expiry) for one in dated if one.expiry and one.lot in ("", state.work.lot)]
    matches += [SerialMatch(one.serial, one.lot) for one in items if one.serial]
    # A lot or a serial number that came in no GS1 code and is in no table looks like any text.
    unknown_texts = [one.code for one in matches if isinstance(one, TextMatch) and not one.error]
    matches += [match for text in unknown_texts for match in (LotMatch(text), SerialMatch(text))]
    return [Input(name, match, raw=raw) for match in matches for name in _inputs_of(match)]


def _inputs_of(match: Match) -> tuple[str, ...]:
    match match:
        case LocationMatch() if match.kind == "tote":
            return ("tote", "location")
        case CommandMatch():
            return (match.code,)
        case _:
            return (match.kind,)


def subject(given: Input) -> tuple[str, str]:
    """Kind and code of what was scanned, as a notice names them."""
    return (given.match.kind, given.match.code) if given.match else ("entry", given.text)


# --- labels that could not be read ------------------------------------------------------------------------------------


def as_phone_keys(text: str) -> str:
    """Letters and digits of `text` as a phone's number keys; everything else is left out."""
    return "".join(_PHONE.get(c, c) for c in text.upper() if c.isascii() and c.isalnum())


def keyed_label(entry: str, step: Step, state: State, facts: Facts) -> list[Input]:
    """Inputs whose code ends in the typed entry, among the codes that are legal at this step; several are ambiguous."""
    keys = as_phone_keys(entry)
    if len(keys) < TAIL:
        return []
    return [
        Input(name, match, text=entry, keyed=True)
        for name, code, match in _legal(step, state, facts)
        if as_phone_keys(code).endswith(keys)
    ]


def _legal(step: Step, state: State, facts: Facts) -> Iterator[tuple[str, str, Match]]:
    task = facts.task(state.work.task) if state.work.task else None
    inputs = step.inputs
    if "order" in inputs:
        listed = facts.open_receipts() if step.options_from == "open_receipts" else facts.open_orders()
        yield from (("order", one.order, OrderMatch(one.order)) for one in listed)
    if task is None or task.is_receipt:
        yield from _legal_at_receipt(inputs, task, state, facts)
        return
    if "location" in inputs:
        location = facts.location(task.to if step.wants == "target" else task.location)
        if location and not location.check:
            yield "location", location.code, LocationMatch(location)
    if "item" in inputs:
        yield from (("item", code, match) for code, match in _codes(task.item, facts))
    if "lot" in inputs:
        yield from (("lot", one.lot, LotMatch(one.lot, one.expiry)) for one in facts.lots(task.item))


def _legal_at_receipt(
    inputs: Sequence[str], task: Task | None, state: State, facts: Facts
) -> Iterator[tuple[str, str, Match]]:
    """Goods of the order in hand, and the place where its goods were put before."""
    place = facts.location(state.work.to) if state.work.to and "location" in inputs else None
    if place and not place.check:
        yield "location", place.code, LocationMatch(place)
    if "item" in inputs and state.work.order:
        items = [task.item] if task else [one.item for one in facts.tasks(state.work.order)]
        for item in dict.fromkeys(items):
            yield from (("item", code, match) for code, match in _codes(item, facts))


def _codes(item: str, facts: Facts) -> Sequence[tuple[str, Match]]:
    known = facts.item(item)
    if known is None:
        return []
    return [(item, ItemMatch(item, known.unit, known.one)), *facts.codes(item)]
