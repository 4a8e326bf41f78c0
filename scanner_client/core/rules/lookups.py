"""Looking things up: where an item lies, what lies at a place (R9). Nothing is kept by it."""

from __future__ import annotations

from scanner_client.core.matches import ItemMatch, LocationMatch
from scanner_client.core.rules.registry import Context, effect
from scanner_client.core.values import PART


@effect
def look_for_item(c: Context) -> Context:
    """The scanned item, or that of the chosen row, is what is asked about."""
    match = c.given.match
    return c.with_work(looking=match.item if isinstance(match, ItemMatch) else _chosen(c)[1])


@effect
def look_at_place(c: Context) -> Context:
    """The scanned location, or that of the chosen row, is what is asked about."""
    match = c.given.match
    return c.with_work(looking=match.location.code if isinstance(match, LocationMatch) else _chosen(c)[0])


@effect
def look_no_more(c: Context) -> Context:
    """Nothing is asked about."""
    return c.with_work(looking="")


def _chosen(c: Context) -> tuple[str, str]:
    """Place and item of the row that was chosen."""
    place, item, *_ = [*c.given.text.split(PART), ""]
    return place, item
