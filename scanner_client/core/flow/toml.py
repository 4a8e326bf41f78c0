"""Reads a flow from TOML text. Only the form is judged here; whether the flow makes sense is the checker's to say.

Every step and transition remembers its line, so that the checker can name it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from scanner_client.core.flow.model import Flow, Option, Step, StepKind, Transition

_FLOW_KEYS = ("name", "version", "title", "start", "owner", "roles", "steps", "on")
_STEP_KEYS = ("id", "kind", "prompt", "shows", "wants", "help", "options", "options_from", "offers", "on")
_ON_KEYS = ("input", "to", "when", "do", "option", "say", "at")


class FlowError(ValueError):
    """A flow file cannot be read. The message names the line, what is wrong and the nearest valid word."""


def nearest(word: str, known: Iterator[str] | tuple[str, ...] | list[str]) -> str:
    """` (did you mean "…"?)`, or nothing where no known word is near."""
    close = get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f' (did you mean "{close[0]}"?)' if close else ""


def read_flow(toml: str) -> Flow:
    """The flow in `toml`. Raises FlowError."""
    try:
        document = tomllib.loads(toml)
    except tomllib.TOMLDecodeError as error:
        raise FlowError(f"the flow is not TOML: {error}") from error
    lines = _Lines(toml)
    _known_keys(document, _FLOW_KEYS, 1)
    shared = [(_names(one, "at", 0), _transition(one, lines.next_shared())) for one in _tables(document, "on")]
    steps: dict[str, Step] = {}
    for table in _tables(document, "steps"):
        step = _step(table, lines, shared)
        if step.id in steps:
            raise FlowError(f'line {step.line}: the step "{step.id}" stands twice in the flow')
        steps[step.id] = step
    for at, transition in shared:
        for name in at:
            if name not in steps:
                raise FlowError(f'line {transition.line}: no step "{name}"{nearest(name, list(steps))}')
    return Flow(
        name=_text(document, "name", 1),
        version=_number(document, "version"),
        title=_text(document, "title", 1),
        start=_text(document, "start", 1),
        owner=document.get("owner", ""),
        roles=_names(document, "roles", 1),
        steps=steps,
    )


class _Lines:
    """Line numbers of the array headers, which TOML keeps in the file's order."""

    def __init__(self, toml: str) -> None:
        rows = [(number, row.split("#")[0].strip()) for number, row in enumerate(toml.splitlines(), 1)]
        self._steps = iter([number for number, row in rows if row == "[[steps]]"])
        self._ons = iter([number for number, row in rows if row == "[[steps.on]]"])
        self._shared = iter([number for number, row in rows if row == "[[on]]"])

    def next_step(self) -> int:
        return next(self._steps, 0)

    def next_on(self) -> int:
        return next(self._ons, 0)

    def next_shared(self) -> int:
        return next(self._shared, 0)


def _step(table: Mapping[str, Any], lines: _Lines, shared: list[tuple[tuple[str, ...], Transition]]) -> Step:
    line = lines.next_step()
    _known_keys(table, _STEP_KEYS, line)
    id = _text(table, "id", line)
    own = tuple(_transition(one, lines.next_on()) for one in _tables(table, "on"))
    return Step(
        id=id,
        kind=_kind(_text(table, "kind", line), line),
        prompt=_text(table, "prompt", line),
        shows=table.get("shows", ""),
        wants=table.get("wants", ""),
        help=table.get("help", ""),
        transitions=own + tuple(transition for at, transition in shared if id in at),
        options=tuple(Option(_text(one, "value", line), _text(one, "text", line)) for one in _tables(table, "options")),
        options_from=table.get("options_from", ""),
        offers=_names(table, "offers", line),
        line=line,
    )


def _transition(table: Mapping[str, Any], line: int) -> Transition:
    _known_keys(table, _ON_KEYS, line)
    return Transition(
        input=_text(table, "input", line),
        to=_text(table, "to", line),
        when=_names(table, "when", line),
        do=_names(table, "do", line),
        option=table.get("option", ""),
        say=table.get("say", ""),
        line=line,
    )


def _kind(word: str, line: int) -> StepKind:
    known = [kind.value for kind in StepKind]
    if word not in known:
        raise FlowError(f'line {line}: no step kind "{word}"{nearest(word, known)}')
    return StepKind(word)


def _known_keys(table: Mapping[str, Any], known: tuple[str, ...], line: int) -> None:
    for key in table:
        if key not in known:
            raise FlowError(f'line {line}: no field "{key}"{nearest(key, known)}')


def _tables(table: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    found = table.get(key, [])
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise FlowError(f'"{key}" must be a list of tables')
    return found


def _text(table: Mapping[str, Any], key: str, line: int) -> str:
    value = table.get(key)
    if not isinstance(value, str) or not value:
        raise FlowError(f'line {line}: "{key}" is missing or no text')
    return value


def _number(table: Mapping[str, Any], key: str) -> int:
    value = table.get(key)
    if not isinstance(value, int) or value < 1:
        raise FlowError(f'"{key}" must be a whole number from 1 on')
    return value


def _names(table: Mapping[str, Any], key: str, line: int) -> tuple[str, ...]:
    value = table.get(key, [])
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise FlowError(f'line {line}: "{key}" must be a list of names')
    return tuple(value)
