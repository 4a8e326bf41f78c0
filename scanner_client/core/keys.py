"""Keys: entries, menus, choices. Digits, Enter and Backspace do everything; other keys are shortcuts (rule 4)."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

import msgspec

from scanner_client.core.events import Command, Journal, Key
from scanner_client.core.facts import Facts
from scanner_client.core.flow.model import BACK, CHOOSING, EXCEPTIONS, RUN, Library, Step, StepKind
from scanner_client.core.lists import LISTS, shown_at_once
from scanner_client.core.matches import OrderMatch
from scanner_client.core.moves import KEPT, REFUSED, attempt, context, fitting, refuse
from scanner_client.core.panels import MENU_KEY, OPENING, QUEUE, open_panel, press_panel
from scanner_client.core.pin_entry import press_secret
from scanner_client.core.recognition import keyed_label
from scanner_client.core.rules.registry import Context, Input
from scanner_client.core.state import State
from scanner_client.core.texts import LANGUAGES

AFTER_SCAN_MS = 150
"""An Enter this soon after a scan is the scanner's own, not a person's."""

LONGEST_ENTRY = 40
PAGE_KEY, HELP_KEY, BACK_KEY = "8", "9", "0"
MENU_KEYS = frozenset({"*", "-", "f4"})
_SHORTCUTS = {"f1": "help", "f10": BACK, "f8": "language"}
_ENTRY_KINDS = frozenset({StepKind.SCAN, StepKind.QUANTITY, StepKind.TEXT, StepKind.CONFIRM, StepKind.CUSTOM})
Result = tuple[State, tuple[Command, ...]]


def press(flows: Library, state: State, event: Key, facts: Facts) -> Result:
    """The state after a key. A key that means nothing here changes nothing."""
    name = normalised(event.name)
    step = flows[state.flow].steps[state.step]
    if state.help:
        return msgspec.structs.replace(state, help=False), ()
    if step.kind is StepKind.PIN:
        return press_secret(flows, state, name, event, facts)
    if state.panel is not None or name in OPENING:
        return press_panel(flows, state, name, event, facts)
    return _press_at_step(flows, state, step, name, event, facts)


def _press_at_step(flows: Library, state: State, step: Step, name: str, event: Key, facts: Facts) -> Result:
    if state.menu:
        return _menu_key(flows, state, name, event, facts)
    if name in MENU_KEYS and not (name == "-" and step.kind is StepKind.TEXT):
        return msgspec.structs.replace(state, menu=True), ()
    if name in _SHORTCUTS:
        return _command(flows, state, _SHORTCUTS[name], event, facts)
    if name == "enter":
        return _enter_key(flows, state, step, event, facts)
    return _edit_or_choose(flows, state, step, name, event, facts)


def normalised(name: str) -> str:
    """A key's name, or its character as NFKC has it: a Chinese input method sends `１`."""
    plain = unicodedata.normalize("NFKC", name)
    return plain.lower() if len(plain) > 1 else plain


def legal_exceptions(flows: Library, state: State, facts: Facts, at: int) -> Sequence[str]:
    """Exception paths that may be taken now, in the order the flow's author gave them."""
    step = flows[state.flow].steps[state.step]
    return [
        name
        for name in step.inputs
        if name in EXCEPTIONS and not isinstance(fitting(context(flows, state, facts, Input(name), at)), str)
    ]


def options(flows: Library, state: State, facts: Facts) -> Sequence[str]:
    """Values that can be chosen at this step, all pages; of flows only those the operator may do (R21)."""
    step = flows[state.flow].steps[state.step]
    if step.options_from:
        return LISTS[step.options_from](state, facts)
    return [option.value for option in step.options if _can_choose(flows, state, step, option.value, facts)]


def _can_choose(flows: Library, state: State, step: Step, value: str, facts: Facts) -> bool:
    """Whether anything would come of it now, and the operator may do it."""
    leads = fitting(context(flows, state, facts, Input("chosen", text=value), 0))
    return not isinstance(leads, str) and _may_run(flows, state, step, value, facts)


def _may_run(flows: Library, state: State, step: Step, value: str, facts: Facts) -> bool:
    ways = [way.to.removeprefix(RUN) for way in step.on("chosen") if way.option == value and way.to.startswith(RUN)]
    return all(name in flows and _permitted(flows[name].roles, state.operator, facts) for name in ways)


def _permitted(roles: Sequence[str], code: str, facts: Facts) -> bool:
    """Whether somebody may do what these roles do. Where no role of theirs is on record at all, nothing limits them."""
    operator = facts.operator(code)
    if not roles or operator is None or not operator.bound:
        return True
    return not set(roles).isdisjoint(operator.roles)


def _edit_or_choose(flows: Library, state: State, step: Step, name: str, event: Key, facts: Facts) -> Result:
    if name == "backspace":
        return msgspec.structs.replace(state, entry=state.entry[:-1]), ()
    if name == "esc":
        return msgspec.structs.replace(state, entry="", notice=None if not state.entry else state.notice), ()
    if step.kind in CHOOSING:
        return _choose(flows, state, name, event, facts)
    character = " " if name == "space" else name
    if step.kind not in _ENTRY_KINDS or not _enters(step, character) or len(state.entry) >= LONGEST_ENTRY:
        return state, ()
    return msgspec.structs.replace(state, entry=state.entry + character), ()


def _enters(step: Step, character: str) -> bool:
    if len(character) != 1 or not character.isprintable():
        return False
    return step.kind is not StepKind.QUANTITY or character.isdigit() or character == "."


def _choose(flows: Library, state: State, name: str, event: Key, facts: Facts) -> Result:
    every = options(flows, state, facts)
    size = shown_at_once(flows[state.flow].steps[state.step], state)
    if name in (PAGE_KEY, "down") and len(every) > size:
        following = state.first + size
        return msgspec.structs.replace(state, first=following if following < len(every) else 0), ()
    if name == BACK_KEY:
        return _command(flows, state, BACK, event, facts)
    if name == HELP_KEY:
        return _command(flows, state, "help", event, facts)
    shown = every[state.first : state.first + size]
    if not (name.isdigit() and 1 <= int(name) <= len(shown)):
        return state, ()
    return _submit(flows, state, [Input("chosen", text=shown[int(name) - 1])], event, facts)


def _enter_key(flows: Library, state: State, step: Step, event: Key, facts: Facts) -> Result:
    if state.entry:
        return _typed(flows, state, step, event, facts)
    if event.at - state.scanned_at < AFTER_SCAN_MS and state.scanned_at <= event.at:
        return state, ()
    if state.notice:
        return msgspec.structs.replace(state, notice=None), ()
    if step.on("enter"):
        return _submit(flows, state, [Input("enter")], event, facts)
    return msgspec.structs.replace(state, menu=True), ()


def _typed(flows: Library, state: State, step: Step, event: Key, facts: Facts) -> Result:
    labels = keyed_label(state.entry, step, state, facts) if step.kind is not StepKind.QUANTITY else []
    if len({one.match for one in labels}) > 1:
        return _refused(flows, state, Input("typed", text=state.entry), "refuse.ambiguous", event, facts)
    return _submit(flows, state, [Input("typed", text=state.entry), *labels], event, facts)


def _submit(flows: Library, state: State, given: Sequence[Input], event: Key, facts: Facts) -> Result:
    """Take the first reading that fits; refuse what fits nowhere."""
    reason = ""
    for one in given:
        answer = attempt(flows, context(flows, state, facts, one, event.at), max(event.at, event.taken), KEPT)
        if isinstance(answer, Context):
            return answer.state, (_journal(state, one, accepted=True), *answer.commands)
        reason = reason or answer
    return _refused(flows, state, given[0], reason, event, facts)


def _refused(flows: Library, state: State, given: Input, reason: str, event: Key, facts: Facts) -> Result:
    refused = refuse(context(flows, state, facts, given, event.at), reason)
    return refused.state, (_journal(state, given, accepted=False), REFUSED)


def _journal(state: State, given: Input, *, accepted: bool) -> Journal:
    code = given.match.code if isinstance(given.match, OrderMatch) else given.text
    entry: dict[str, str | int | bool] = {
        "entry": code, "input": given.name, "flow": state.flow, "step": state.step, "accepted": accepted,
        "by": state.operator, "task": state.work.task,
    }  # fmt: skip
    return Journal("keyed" if given.keyed or given.name == "typed" else "key", entry)


def _menu_key(flows: Library, state: State, name: str, event: Key, facts: Facts) -> Result:
    closed = msgspec.structs.replace(state, menu=False)
    if name == BACK_KEY:
        return _command(flows, closed, BACK, event, facts)
    if name == MENU_KEY:
        return open_panel(closed, QUEUE), ()
    if name in (HELP_KEY, PAGE_KEY):
        return _command(flows, closed, "help" if name == HELP_KEY else "language", event, facts)
    by_number = {str(number): exception for exception, number in EXCEPTIONS.items()}
    if name in by_number:
        return _exception(flows, closed, by_number[name], event, facts)
    leaving = name in MENU_KEYS or name in ("enter", "esc", "backspace")
    return (closed if leaving else state), ()


def _exception(flows: Library, state: State, name: str, event: Key, facts: Facts) -> Result:
    if name not in legal_exceptions(flows, state, facts, event.at):
        return state, (REFUSED,)
    return _submit(flows, state, [Input(name)], event, facts)


def _command(flows: Library, state: State, command: str, event: Key, facts: Facts) -> Result:
    if command == "help":
        return msgspec.structs.replace(state, help=True), ()
    if command == "language":
        current = state.language if state.language in LANGUAGES else LANGUAGES[0]
        following = LANGUAGES[(LANGUAGES.index(current) + 1) % len(LANGUAGES)]
        return msgspec.structs.replace(state, language=following), ()
    if not flows[state.flow].steps[state.step].on(command):
        return state, ()
    state, commands = _submit(flows, state, [Input(command)], event, facts)
    return state, tuple(one for one in commands if one != KEPT)
