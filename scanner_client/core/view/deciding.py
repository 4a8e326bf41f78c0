"""What an answer to a conflict still lacks, drawn: the item that an unknown code is."""

from __future__ import annotations

from scanner_client.core.cells import shorten
from scanner_client.core.state import Panel
from scanner_client.core.view import disputes, small, tall, wide
from scanner_client.core.view.scene import Scene


def small_rows(one: Scene) -> list[str]:
    return [shorten(_title(one), small.WIDTH), "", small.prompt_row(one)]


def tall_rows(one: Scene) -> list[str]:
    return [shorten(_title(one), tall.WIDTH), tall.RULE, one.say(one.step.help), "", one.prompt, f">{one.state.entry}"]


def wide_rows(one: Scene) -> list[str]:
    rows = [shorten(_title(one), wide.WIDTH), "", one.say(one.step.help), "", ""]
    return [*rows, f"{one.prompt} >{one.state.entry}"]


def _title(one: Scene) -> str:
    """`未知 X-99`: what the conflict in hand is about."""
    conflict = one.state.decision.conflict if one.state.decision else ""
    ids = [dispute.id for dispute in one.facts.disputes()]
    if conflict not in ids:
        return one.say("panel.no_conflicts")
    dispute, *_ = disputes.chosen(one, Panel(shows="conflict", first=ids.index(conflict)))
    return f"{one.say(f'dispute.{dispute.kind}')} {dispute.about}" if dispute else ""
