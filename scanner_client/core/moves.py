"""Moving through a flow: trying transitions, running their effects, following targets, refusing by name."""

from __future__ import annotations

from msgspec.structs import replace

from scanner_client.core.events import Journal, Signal
from scanner_client.core.facts import Facts
from scanner_client.core.flow.model import (
    ARRIVE,
    DELIBERATE,
    EXCEPTIONS,
    EXIT,
    REFUSING,
    RETURN,
    RUN,
    STAY,
    Library,
    Transition,
)
from scanner_client.core.recognition import subject
from scanner_client.core.rules.registry import EFFECTS, GUARDS, Context, Input
from scanner_client.core.state import Notice, Place, State

KEPT, ATTENTION, REFUSED = Signal("kept"), Signal("attention"), Signal("refused")
MAIN = "main"


def stand(flows: Library, state: State) -> State:
    """The state on a step that exists: a flow or step that is gone leads to the start of the main flow."""
    flow = flows.get(state.flow)
    if flow is not None and state.step in flow.steps:
        return state
    return replace(state, flow=MAIN, step=flows[MAIN].start, stack=(), menu=False, entry="")


def context(flows: Library, state: State, facts: Facts, given: Input, at: int) -> Context:
    return Context(flows[state.flow], state, facts, given, at)


def fitting(c: Context) -> Transition | str:
    """The transition the input takes at this step, or the first reason a guard gave ("" where none gave any)."""
    first = ""
    for transition in c.step.on(c.given.name):
        if transition.option and transition.option != c.given.text:
            continue
        reasons = [answer for name in transition.when if (answer := GUARDS[name](c)) is not None]
        if not reasons:
            return transition
        first = first or next(filter(None, reasons), "")
    return first


def attempt(flows: Library, c: Context, asked: int, signal: Signal) -> Context | str:
    """The context after the input was taken, its signal ordered last; or why no transition takes it."""
    transition = fitting(c)
    if isinstance(transition, str):
        return transition
    before = c.state
    c = c.with_state(notice=None)
    for name in transition.do:
        c = EFFECTS[name](c)
    if transition.input in EXCEPTIONS and transition.to != STAY:
        c = c.with_state(came_from=before.step)
    if transition.say and not transition.say.startswith(REFUSING):
        c = c.with_state(notice=Notice(refused=False, reason=transition.say))
    c = move(flows, c, transition.to, asked)
    return _signalled(c, before, transition, signal)


def _signalled(c: Context, before: State, transition: Transition, signal: Signal) -> Context:
    if transition.say.startswith(REFUSING):
        kind, code = subject(c.given)
        c = c.with_state(notice=Notice(reason=transition.say, kind=kind, code=code), entry="")
        return replace(c, commands=(*c.commands, REFUSED))
    asks = c.step.kind in DELIBERATE and c.state.place != before.place
    return replace(c, commands=(*c.commands, ATTENTION if asks or transition.say else signal))


def move(flows: Library, c: Context, to: str, asked: int) -> Context:
    """Follow a target, and arrival rules from there on. Bounded, for a flow that was never checked must not hang."""
    for _ in range(2 * len(c.flow.steps) + 2):
        if to == STAY:
            return c
        c = _enter(flows, c, to, asked)
        arrival = fitting(replace(c, given=replace(c.given, name=ARRIVE)))
        if isinstance(arrival, str):
            return c
        for name in arrival.do:
            c = EFFECTS[name](c)
        to = arrival.to
    return c


def _enter(flows: Library, c: Context, to: str, asked: int) -> Context:
    if to == EXIT:
        *below, place = c.state.stack or (Place(MAIN, flows[MAIN].start),)
        return _at(
            flows, c.with_state(stack=tuple(below)), stand(flows, State(flow=place.flow, step=place.step)), asked
        )
    if to.startswith(RUN):
        flow = flows.get(to.removeprefix(RUN), c.flow)
        c = c.with_state(stack=(*c.state.stack, c.state.place))
        return _at(flows, c, State(flow=flow.name, step=flow.start), asked)
    came_from = c.state.came_from if c.state.came_from in c.flow.steps else c.flow.start
    step = came_from if to == RETURN else to
    return _at(flows, c, State(flow=c.flow.name, step=step), asked)


def _at(flows: Library, c: Context, place: State, asked: int) -> Context:
    c = c.with_state(flow=place.flow, step=place.step, entry="", menu=False, first=0)
    c = replace(c, flow=flows[place.flow])
    return c.with_state(asked_at=asked) if c.step.kind in DELIBERATE else c


def refuse(c: Context, reason: str) -> Context:
    """The notice that names what was given and, where a guard said it, why it does not fit."""
    kind, code = subject(c.given)
    error = getattr(c.given.match, "error", "")
    return c.with_state(notice=Notice(reason=reason or error, kind=kind, code=code), entry="")


def journal_scan(state: State, raw: str, given: Input, *, accepted: bool) -> Journal:
    kind, code = subject(given)
    entry: dict[str, str | int | bool] = {
        "raw": raw, "flow": state.flow, "step": state.step, "meant": kind, "code": code, "accepted": accepted,
        "by": state.operator, "task": state.work.task,
    }  # fmt: skip
    return Journal("scan", entry)
