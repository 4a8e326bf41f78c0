"""Typing at a PIN prompt: digits that no frame, journal or stored state holds; `*` cancels, scans are refused."""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from scanner_client.core.events import CheckPin, ChoosePin, Command, Journal, Key
from scanner_client.core.facts import Facts
from scanner_client.core.flow.model import BACK, Library
from scanner_client.core.moves import KEPT, REFUSED, attempt, context
from scanner_client.core.rules.registry import Context, Input
from scanner_client.core.state import Notice, State

MOST_DIGITS = 12
_CANCELLING = frozenset({"*", "-", "f4", "f10", "esc"})
_SILENT = (CheckPin, ChoosePin)
Result = tuple[State, tuple[Command, ...]]


def press_secret(flows: Library, state: State, name: str, event: Key, facts: Facts) -> Result:
    """The state after a key at a PIN prompt."""
    entry = state.secrets.entry
    asked = bool(flows[state.flow].steps[state.step].on("typed"))
    if name in _CANCELLING:
        return _taken(flows, _with_entry(state, ""), Input(BACK), event, facts)
    if not asked or (name == "enter" and not entry):
        return msgspec.structs.replace(state, notice=None), ()
    if name == "enter":
        return _taken(flows, _with_entry(state, ""), Input("typed", text=entry), event, facts)
    if name == "backspace":
        return _with_entry(state, entry[:-1]), ()
    if len(name) == 1 and name.isascii() and name.isdigit() and len(entry) < MOST_DIGITS:
        return _with_entry(msgspec.structs.replace(state, notice=None), entry + name), ()
    return state, ()


def refuse_scan(state: State) -> Result:
    """A scan at a PIN prompt may be somebody's PIN on a label: neither frame nor journal shows it."""
    refused = msgspec.structs.replace(_with_entry(state, ""), notice=Notice(reason="refuse.scan_at_pin"))
    return refused, (_journal(state, "scan"), REFUSED)


def take_answer(flows: Library, state: State, operator: str, name: str, at: int, facts: Facts) -> Result:
    """The answer to a PIN that was typed or chosen; one that nobody waits for any more changes nothing."""
    step = flows[state.flow].steps[state.step]
    if operator != state.candidate or not step.on(name):
        return state, ()
    answer = attempt(flows, context(flows, state, facts, Input(name), at), at, KEPT)
    if isinstance(answer, str):
        return state, ()
    return answer.state, (_journal(state, name), *answer.commands)


def _taken(flows: Library, state: State, given: Input, event: Key, facts: Facts) -> Result:
    answer = attempt(flows, context(flows, state, facts, given, event.at), max(event.at, event.taken), KEPT)
    if isinstance(answer, str):
        refused = msgspec.structs.replace(state, notice=Notice(reason=answer or "refuse.pin_short"))
        return refused, (_journal(state, given.name), REFUSED)
    answer = _without_the_secret(answer)
    return answer.state, (_journal(state, given.name), *answer.commands)


def _without_the_secret(answer: Context) -> Context:
    """A notice names what was given, and here that is the PIN; and what is being asked sounds only when answered."""
    notice = answer.state.notice
    if notice is not None:
        answer = answer.with_state(notice=msgspec.structs.replace(notice, kind="", code=""))
    asking = any(isinstance(one, _SILENT) for one in answer.commands)
    return replace(answer, commands=tuple(one for one in answer.commands if not (asking and one == KEPT)))


def _with_entry(state: State, entry: str) -> State:
    return msgspec.structs.replace(state, secrets=msgspec.structs.replace(state.secrets, entry=entry))


def _journal(state: State, what: str) -> Journal:
    return Journal("pin", {"input": what, "flow": state.flow, "step": state.step, "by": state.candidate})
