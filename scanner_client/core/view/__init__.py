"""`view(…)`: the screen of one moment, drawn as text at the largest layout that fits, with named fields beside it."""

from __future__ import annotations

import msgspec

from scanner_client.core.cells import keep_end, pad, paintable, width
from scanner_client.core.facts import Facts
from scanner_client.core.flow.model import Library, StepKind
from scanner_client.core.matches import ItemMatch
from scanner_client.core.rules.goods import wanted_units
from scanner_client.core.state import State
from scanner_client.core.texts import LANGUAGES, Texts
from scanner_client.core.values import decimal_text, in_unit
from scanner_client.core.view import desk, disputes, people, small, tall, wide
from scanner_client.core.view.drawings import own_rows
from scanner_client.core.view.scene import Scene, scene
from scanner_client.core.view.value import SIZES, Asked, Size, Status, View, layout_for, options_shown

__all__ = ["SIZES", "Asked", "Size", "Status", "View", "alert_view", "layout_for", "options_shown", "view"]

_LAYOUTS = {Size(20, 4): small.rows, Size(20, 16): tall.rows, Size(40, 8): wide.rows, Size(80, 24): desk.rows}


def view(state: State, flows: Library, facts: Facts, status: Status, size: Size, language: str, texts: Texts) -> View:
    """What the operator sees. The state's language, if it has one, goes before `language`."""
    spoken = state.language if state.language in LANGUAGES else language
    state = _with_what_lies_over(state, flows, facts)
    one = scene(state, flows, facts, status, spoken, texts)
    notice, layout = state.notice, layout_for(size)
    return View(
        rows=_fitted(own_rows(one, layout) or _LAYOUTS[layout](one), size, state.entry),
        size=size,
        language=spoken,
        flow=one.flow.name,
        version=one.flow.version,
        step=one.step.id,
        kind=one.step.kind.value,
        prompt=one.prompt,
        entry=people.stars(one) if one.step.kind is StepKind.PIN else state.entry,
        operator=state.operator,
        error=(notice.reason or notice.kind) if notice and notice.refused else "",
        scanned=notice.code if notice and notice.refused else "",
        note=notice.reason if notice and not notice.refused else "",
        question=one.step.shows if one.question[0] or state.approval else "",
        menu=state.menu,
        panel=state.panel.shows if state.panel else "",
        asked=_asked(one),
        options=one.options,
        exceptions=one.exceptions,
    )


def _with_what_lies_over(state: State, flows: Library, facts: Facts) -> State:
    shows = flows[state.flow].steps[state.step].shows
    return msgspec.structs.replace(state, panel=disputes.laid_over(state, shows, facts))


def alert_view(kind: str, message: str, size: Size, language: str, texts: Texts) -> View:
    """A full-screen alert: something could not be kept. `kind` names its text (`alert.KIND`)."""
    known = f"alert.{kind}" if f"alert.{kind}" in texts else "alert.store_failed"
    word = f" {texts.text('alert.store', language)} "
    bar = "#" * ((size.width - width(word)) // 2)
    told = [texts.text(known, language), texts.text("alert.store_cure", language)]
    room = size.height - 3
    said = [message[at : at + size.width] for at in range(0, len(message), size.width)] if room > 4 else []
    rows = [f"{bar}{word}{bar}", *told, *said[:room]]
    return View(rows=_fitted(rows, size), size=size, language=language, alert=kind)


def _asked(one: Scene) -> Asked:
    line, work = one.line, one.state.work
    if line is None:
        return Asked(order=work.order, confirm=one.confirm)
    wanted = wanted_units(line.task, work)
    left = max(0, wanted - work.count)
    codes = tuple(
        (code, match.unit, decimal_text(match.factor, line.item.scale))
        for code, match in one.facts.codes(line.task.item)
        if isinstance(match, ItemMatch)
    )
    even = all(in_unit(units, line.unit, line.item) for units in (wanted, work.count, left))
    counted = [
        in_unit(units, line.unit, line.item) if even else decimal_text(units, line.item.scale)
        for units in (wanted, work.count, left)
    ]
    return Asked(
        order=work.order, task=line.task.id, line=line.task.line, location=line.place, check=line.check,
        item=line.task.item, codes=codes, lot=work.lot or line.task.lot,
        unit=line.unit.name if even else line.item.unit,
        wanted=counted[0], count=counted[1], left=counted[2], left_base=decimal_text(left, line.item.scale),
        confirm=one.confirm,
    )  # fmt: skip


def _fitted(rows: list[str], size: Size, entry: str = "") -> tuple[str, ...]:
    """Exactly as many rows and cells as the screen has; of a long entry its end."""
    rows = [keep_end(row, entry, size.width) for row in rows]
    return tuple(pad(paintable(row), size.width) for row in [*rows, *[""] * size.height][: size.height])
