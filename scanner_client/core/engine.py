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
    News,
    Partial,
    PinAnswered,
    PinChecked,
    Resized,
    Scan,
    Signal,
)
from scanner_client.core.facts import Facts
from scanner_client.core.flow.model import CHOOSING, DELIBERATE, NEWS, Library, Step, StepKind
from scanner_client.core.keys import normalised, press
from scanner_client.core.matches import TextMatch
from scanner_client.core.moves import ATTENTION, KEPT, REFUSED, attempt, context, journal_scan, move, refuse, stand
from scanner_client.core.pin_entry import refuse_scan, take_answer
from scanner_client.core.recognition import readings
from scanner_client.core.rules.news import is_news
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
        case PinChecked() | PinAnswered():
            return take_answer(flows, state, event.operator, _about_the_pin(event), event.at, facts)
        case News():
            return _heard(flows, state, event, facts)
        case Scan() | Partial() if flows[state.flow].steps[state.step].kind is StepKind.PIN:
            return refuse_scan(state)
        case Scan():
            return _scan(flows, state, event, facts)
        case Partial():
            return _partial(flows, state, event, facts)
        case Key():
            if _too_early(flows, state, event) and _acts(flows[state.flow].steps[state.step], event):
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
    every = (*state.kept, kept)
    # What closed one line together is undone together, however many operations it took.
    together = sum(one.group == state.group for one in every)
    return msgspec.structs.replace(state, kept=every[-max(HISTORY, together) :])


def _about_the_pin(event: PinChecked | PinAnswered) -> str:
    """The answer as flows name it."""
    if isinstance(event, PinAnswered):
        return f"pin_{event.answer}"
    return "pin_right" if event.right else "pin_wrong"


def _heard(flows: Library, state: State, event: News, facts: Facts) -> tuple[State, tuple[Command, ...]]:
    """Told at once where nothing is being entered or refused, in place of an older remark; else it waits for the next
    such moment. One piece of news stays until somebody does something."""
    shown = state.notice
    if state.entry or state.panel or state.menu or state.help or (shown and (shown.refused or is_news(shown))):
        return state, ()
    quiet = msgspec.structs.replace(state, notice=None)
    told = attempt(flows, context(flows, quiet, facts, Input(NEWS), event.at), event.at, ATTENTION)
    return (state, ()) if isinstance(told, str) else (told.state, told.commands)


def _scan(flows: Library, state: State, event: Scan, facts: Facts) -> tuple[State, tuple[Command, ...]]:
    if _too_early(flows, state, event):
        return _early(state, event, Journal("early", {"raw": event.raw, "step": state.step}))
    state = _at_prompt(state, event)
    given = readings(event.raw, state, facts)
    taken = _first_taken(flows, state, given, facts, event)
    if taken is None and state.notice and given[0].name == "confirm":
        return msgspec.structs.replace(state, notice=None), (journal_scan(state, event.raw, given[0], accepted=True),)
    if taken is None:
        refused = refuse(context(flows, state, facts, given[0], event.at), _reasons(flows, state, given, facts, event))
        return refused.state, (journal_scan(state, event.raw, given[0], accepted=False), REFUSED)
    journal = journal_scan(state, event.raw, taken.given, accepted=REFUSED not in taken.commands)
    return taken.state, (journal, *taken.commands)


def _partial(flows: Library, state: State, event: Partial, facts: Facts) -> tuple[State, tuple[Command, ...]]:
    """Refused by name and listed; the same code in full goes on at once."""
    state = _at_prompt(state, event)
    refused = refuse(context(flows, state, facts, Input("text", TextMatch(event.raw)), event.at), "refuse.partial")
    return refused.state, (Journal("partial", {"raw": event.raw, "step": state.step, "by": state.operator}), REFUSED)


def _at_prompt(state: State, event: Scan | Partial) -> State:
    """The state when something was scanned: whatever lay over the prompt is gone."""
    scanned_at = max(event.at, event.taken)
    return msgspec.structs.replace(state, menu=False, help=False, panel=None, entry="", scanned_at=scanned_at)


def _first_taken(flows: Library, state: State, given: Sequence[Input], facts: Facts, event: Scan) -> Context | None:
    remembered = state if state.decision or state.reply else _with_scan(state, event.raw[:LONGEST_SCAN_REMEMBERED])
    for one in given:
        taken = attempt(flows, context(flows, remembered, facts, one, event.at), _asked(event), KEPT)
        if isinstance(taken, Context):
            return taken
    return None


def _with_scan(state: State, raw: str) -> State:
    """The scan belongs to the line in hand; those of people who decide do not."""
    scans = (*state.work.scans, raw)[-MOST_SCANS_REMEMBERED:]
    return msgspec.structs.replace(state, work=msgspec.structs.replace(state.work, scans=scans))


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
    asked = flows[state.flow].steps[state.step].kind in DELIBERATE and not state.menu
    return asked and event.at - state.asked_at < DELIBERATE_MS


def _acts(step: Step, event: Key) -> bool:
    """Whether the key may answer the step by itself; the digits of an entry do so only with Enter."""
    name = normalised(event.name)
    return name == "enter" or (step.kind in CHOOSING and name.isdecimal())


def _early(state: State, event: Scan | Key, journal: Journal) -> tuple[State, tuple[Command, ...]]:
    """Refused aloud and listed, not counted. A clock that was set back does not lock the question for ever."""
    asked_at = min(state.asked_at, _asked(event))
    return msgspec.structs.replace(state, asked_at=asked_at), (journal, Signal("refused"))
