"""Proves a flow before anyone works with it.

Every step can be reached and left, no step routes in a circle without input, every name (guard, effect, text, target,
frame, list) is known, every text exists in each language and fits each of the four sizes where it stands there. A
finding names the line and, for a name that is not known, the nearest one that is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from msgspec import Struct

from scanner_client.core.cells import cells_known
from scanner_client.core.flow.model import (
    ANSWERS,
    ARRIVE,
    BACK,
    CHOOSING,
    EXCEPTIONS,
    EXIT,
    INPUTS,
    REFUSING,
    RETURN,
    RUN,
    STAY,
    Flow,
    Step,
    StepKind,
    Transition,
    targets,
)
from scanner_client.core.flow.room import cells_of, too_narrow
from scanner_client.core.flow.toml import nearest
from scanner_client.core.texts import LANGUAGES, Texts

_TYPED = frozenset({"typed", BACK, *ANSWERS})
_ALLOWED: dict[StepKind, frozenset[str]] = {
    StepKind.CHOICE: frozenset(INPUTS) - {"typed"},
    StepKind.INFO: frozenset(INPUTS) - {"typed", "chosen"},
    StepKind.CONFIRM: frozenset(INPUTS) - {"typed", "chosen", "item"},
    StepKind.QUESTION: frozenset(INPUTS) - {"typed", "item"},
    StepKind.SCAN: frozenset(INPUTS) - {"chosen"},
    StepKind.QUANTITY: frozenset(INPUTS) - {"chosen"},
    StepKind.TEXT: frozenset(INPUTS) - {"chosen"},
    StepKind.PIN: _TYPED,
    StepKind.CUSTOM: frozenset(INPUTS),
}


class Finding(Struct, frozen=True):
    line: int
    message: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.message}" if self.line else self.message


class Words(Struct, frozen=True):
    """The names a flow may use."""

    guards: Collection[str]
    effects: Collection[str]
    frames: Collection[str]
    wants: Collection[str]
    lists: Collection[str]
    texts: Texts
    flows: Collection[str] = ()


def check_flow(flow: Flow, words: Words) -> list[Finding]:
    """What is wrong with the flow, in the file's order; empty where nothing is."""
    found = [*_start(flow), *_texts(flow.title, "title", 0, words)]
    for step in flow.steps.values():
        found += _step(flow, step, words)
    found += [*_unreachable(flow), *_circles(flow)]
    return sorted(set(found), key=lambda finding: (finding.line, finding.message))


def _start(flow: Flow) -> Iterator[Finding]:
    if flow.start not in flow.steps:
        yield Finding(1, f'the flow starts at "{flow.start}", which is no step{nearest(flow.start, list(flow.steps))}')


def _step(flow: Flow, step: Step, words: Words) -> Iterator[Finding]:
    yield from _texts(step.prompt, "pin" if step.kind is StepKind.PIN else "prompt", step.line, words)
    yield from _texts(step.help, "help", step.line, words)
    for option in step.options:
        yield from _texts(option.text, "option", step.line, words)
    yield from _name(step.shows, words.frames, "frame", step.line)
    yield from _name(step.wants, words.wants, "thing to ask for", step.line)
    yield from _name(step.options_from, words.lists, "list", step.line)
    for offer in step.offers:
        yield from _name(offer, EXCEPTIONS, "exception", step.line)
    if not _has_exit(step):
        yield Finding(step.line, f'the step "{step.id}" has no exit: no input leads anywhere else')
    if step.kind in CHOOSING and not (step.options or step.options_from):
        yield Finding(step.line, f'the {step.kind} "{step.id}" has nothing to choose: give it options or options_from')
    for transition in step.transitions:
        yield from _transition(flow, step, transition, words)


def _transition(flow: Flow, step: Step, transition: Transition, words: Words) -> Iterator[Finding]:
    line = transition.line
    yield from _name(transition.input, INPUTS, "input", line)
    if transition.input in INPUTS and transition.input not in _ALLOWED[step.kind]:
        yield Finding(line, f'a {step.kind} step takes no "{transition.input}"')
    for guard in transition.when:
        yield from _name(guard, words.guards, "guard", line)
    for effect in transition.do:
        yield from _name(effect, words.effects, "effect", line)
    yield from _texts(transition.say, "refusal" if transition.say.startswith(REFUSING) else "note", line, words)
    values = [option.value for option in step.options]
    if transition.option and transition.option not in values:
        yield Finding(line, f'no option "{transition.option}"{nearest(transition.option, values)}')
    yield from _target(flow, transition, words)


def _target(flow: Flow, transition: Transition, words: Words) -> Iterator[Finding]:
    to, line = transition.to, transition.line
    if to.startswith(RUN):
        yield from _name(to.removeprefix(RUN), words.flows, "flow", line)
    elif to not in (STAY, RETURN, EXIT) and to not in flow.steps:
        yield Finding(line, f'no step "{to}"{nearest(to, [*flow.steps, STAY, RETURN, EXIT])}')


def _name(name: str, known: Collection[str], what: str, line: int) -> Iterator[Finding]:
    if name and name not in known:
        yield Finding(line, f'no {what} "{name}"{nearest(name, list(known))}')


def _texts(name: str, role: str, line: int, words: Words) -> Iterator[Finding]:
    if not name:
        return
    if name not in words.texts:
        yield Finding(line, f'no text "{name}"{nearest(name, list(words.texts.table))}')
        return
    for language in LANGUAGES:
        wording = words.texts.table[name].get(language, "")
        if not wording:
            yield Finding(line, f'the text "{name}" is missing in {language}')
        elif sizes := ", ".join(f"{room} fit at {size}" for size, room in too_narrow(wording, role)):
            yield Finding(line, f'the {role} "{name}" has {cells_of(wording)} cells in {language}; {sizes}')
        elif not cells_known(wording):
            yield Finding(line, f'the text "{name}" has a character in {language} whose width differs by terminal')


def _has_exit(step: Step) -> bool:
    return any(one.input != ARRIVE and one.to not in (STAY, step.id) for one in step.transitions)


def _unreachable(flow: Flow) -> Iterator[Finding]:
    seen, todo = set[str](), [flow.start]
    while todo:
        id = todo.pop()
        if id in seen or id not in flow.steps:
            continue
        seen.add(id)
        todo += targets(flow.steps[id])
    for step in flow.steps.values():
        if step.id not in seen:
            yield Finding(step.line, f'no input ever leads to the step "{step.id}"')


def _circles(flow: Flow) -> Iterator[Finding]:
    """Steps that route into each other on arrival: such a flow could turn for ever without an input."""
    for step in flow.steps.values():
        seen, todo = set[str](), _arrivals(step)
        while todo:
            id = todo.pop()
            if id == step.id:
                yield Finding(step.line, f'the step "{step.id}" can route back to itself without any input')
                break
            if id not in seen and id in flow.steps:
                seen.add(id)
                todo += _arrivals(flow.steps[id])


def _arrivals(step: Step) -> list[str]:
    return [one.to for one in step.on(ARRIVE) if not one.to.startswith("@")]
