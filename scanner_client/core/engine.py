"""The flow engine: `step(flows, state, event, facts) -> (state, commands)`, pure and total.

One event is read, the first transition it fits is taken, its effects run, and arrival rules route to the next prompt.
What fits nowhere is refused by name. Commands come in the order they must become durable; the signal is the last.
Keys are in `keys`, moving between steps in `moves`.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from scanner_client.core.events import (
    Append,
    Command,
    Event,
    Journal,
    Key,
    PinAnswered,
    PinChecked,
    Resized,
    Scan,
    Signal,
)
from scanner_client.core.facts import Facts
from scanner_client.core.flow.model import Library, StepKind
from scanner_client.core.keys import press
from scanner_client.core.moves import KEPT, REFUSED, attempt, context, journal_scan, move, refuse, stand
from scanner_client.core.pin_entry import refuse_scan, take_answer
from scanner_client.core.recognition import readings
from scanner_client.core.rules.registry import Context, Input
from scanner_client.core.state import HISTORY, Kept, State

DELIBERATE_MS = 700
"""A deviation's question takes only input that arrives this long after it was put (the screen contract, rule 7)."""

MOST_SCANS_REMEMBERED = 100
LONGEST_SCAN_REMEMBERED = 400
START = State(flow="main", step="")


def step(flows: Library, state: State, event: Event, facts: Facts) -> tuple[State, tuple[Command, ...]]:
    """The state after `event` and what must be done, in order. Never raises for an event, whatever the step."""
    state = stand(flows, state)
    match event:
        case Resized(options=options):
            return msgspec.structs.replace(state, options=max(1, options), first=0), ()
        case PinChecked():
            name = "pin_right" if event.right else "pin_wrong"
            return take_answer(flows, state, event.operator, name, event.at, facts)
        case PinAnswered():
            return take_answer(flows, state, event.operator, f"pin_{event.answer}", event.at, facts)
        case Scan() if flows[state.flow].steps[state.step].kind is StepKind.PIN:
            return refuse_scan(state)
        case Scan():
            return _scan(flows, state, event, facts)
        case Key():
            if _too_early(flows, state, event) and event.name == "enter":
                return _early(state, event, Journal("early", {"key": event.name, "step": state.step}))
            return press(flows, state, event, facts)


def begin(flows: Library, state: State | None, facts: Facts, at: int) -> State:
    """Where the terminal stands when it starts: at the saved prompt, or at the start of the main flow."""
    if state is not None and state.flow in flows and state.step in flows[state.flow].steps:
        return state
    fresh = stand(flows, START if state is None else msgspec.structs.replace(START, language=state.language))
    return move(flows, context(flows, fresh, facts, Input("arrive"), at), fresh.step, at).state


def noted(state: State, append: Append, id: str, at: int) -> State:
    """The state that remembers a kept operation, so that it can be shown and undone."""
    if not append.note:
        return state
    kept = msgspec.convert(
        {"id": id, "kind": append.kind, "group": state.group, "at": at, **append.note}, type=Kept, strict=True
    )
    return msgspec.structs.replace(state, kept=(*state.kept, kept)[-HISTORY:])


def _scan(flows: Library, state: State, event: Scan, facts: Facts) -> tuple[State, tuple[Command, ...]]:
    if _too_early(flows, state, event):
        return _early(state, event, Journal("early", {"raw": event.raw, "step": state.step}))
    scanned_at = max(event.at, event.taken)
    state = msgspec.structs.replace(state, menu=False, help=False, panel=None, entry="", scanned_at=scanned_at)
    given = readings(event.raw, state, facts)
    taken = _first_taken(flows, state, given, facts, event)
    if taken is None and state.notice and given[0].name == "confirm":
        return msgspec.structs.replace(state, notice=None), (journal_scan(state, event.raw, given[0], accepted=True),)
    if taken is None:
        refused = refuse(context(flows, state, facts, given[0], event.at), _reasons(flows, state, given, facts, event))
        return refused.state, (journal_scan(state, event.raw, given[0], accepted=False), REFUSED)
    journal = journal_scan(state, event.raw, taken.given, accepted=REFUSED not in taken.commands)
    return taken.state, (journal, *taken.commands)


def _first_taken(flows: Library, state: State, given: Sequence[Input], facts: Facts, event: Scan) -> Context | None:
    scans = (*state.work.scans, event.raw[:LONGEST_SCAN_REMEMBERED])[-MOST_SCANS_REMEMBERED:]
    remembered = msgspec.structs.replace(state, work=msgspec.structs.replace(state.work, scans=scans))
    for one in given:
        taken = attempt(flows, context(flows, remembered, facts, one, event.at), _asked(event), KEPT)
        if isinstance(taken, Context):
            return taken
    return None


def _reasons(flows: Library, state: State, given: Sequence[Input], facts: Facts, event: Scan) -> str:
    """The first reason a guard gave for any reading of the scan."""
    for one in given:
        answer = attempt(flows, context(flows, state, facts, one, event.at), _asked(event), KEPT)
        if isinstance(answer, str) and answer:
            return answer
    return ""


def _asked(event: Scan | Key) -> int:
    return max(event.at, event.taken)


def _too_early(flows: Library, state: State, event: Scan | Key) -> bool:
    confirming = flows[state.flow].steps[state.step].kind is StepKind.CONFIRM and not state.menu
    return confirming and event.at - state.asked_at < DELIBERATE_MS


def _early(state: State, event: Scan | Key, journal: Journal) -> tuple[State, tuple[Command, ...]]:
    """Refused aloud and listed, not counted. A clock that was set back does not lock the question for ever."""
    asked_at = min(state.asked_at, _asked(event))
    return msgspec.structs.replace(state, asked_at=asked_at), (journal, Signal("refused"))
