"""Panels: views laid over whatever step one stands at: the queue with the sync modes, conflicts, alerts.

A panel is left by `0` or by any scan, which then is judged at the step below; the step itself never notices. At a
conflict that may be decided here a digit chooses the answer, and the flow `decide` asks who gives it.
"""

from __future__ import annotations

import msgspec

from scanner_client.core.decisions import AT_OFFICE, CONFLICT, LATER, answers_of
from scanner_client.core.events import ChooseMode, Command, Journal, Key, SyncNow
from scanner_client.core.facts import Facts
from scanner_client.core.flow.model import RUN, Library
from scanner_client.core.moves import ATTENTION, REFUSED, context, move
from scanner_client.core.rules.registry import Input
from scanner_client.core.state import Decision, Panel, State

QUEUE, CONFLICTS, ALERTS = "queue", "conflicts", "alerts"
OPENING = {"f5": QUEUE, "f6": CONFLICTS, "f7": ALERTS}
"""Keys that open a panel anywhere; `*7` opens the queue, from which `4` and `5` lead on."""

MENU_KEY = "7"
AUTOMATIC, OFFLINE = "automatic", "offline"
_LEAVING = frozenset({"0", "esc", "backspace", "*", "-", "f4", "f10"})
_FROM_QUEUE = {"4": CONFLICTS, "5": ALERTS}
_SMALLEST_OPTIONS = 2
DECIDE = "decide"
"""The flow that asks who gives an answer."""

Result = tuple[State, tuple[Command, ...]]


def panel_rows(state: State) -> int:
    """Entries of a panel on one page: three on the smallest screen, four on any other."""
    return 3 if state.options <= _SMALLEST_OPTIONS else 4


def open_panel(state: State, shows: str) -> State:
    return msgspec.structs.replace(state, panel=Panel(shows=shows), menu=False, help=False)


def press_panel(flows: Library, state: State, name: str, event: Key, facts: Facts) -> Result:
    """The state after a key that opens a panel, or while one is open."""
    panel = state.panel
    if panel is None or name in OPENING:
        return open_panel(state, OPENING[name]), ()
    if name in _LEAVING:
        return _left(state, panel), ()
    if name in ("9", "f1"):
        return msgspec.structs.replace(state, help=True), ()
    if name in ("8", "down"):
        return _turned(state, panel, 1, facts), ()
    if name == "up":
        return _turned(state, panel, -1, facts), ()
    return _key_of(flows, state, panel, name, event, facts)


def _key_of(flows: Library, state: State, panel: Panel, name: str, event: Key, facts: Facts) -> Result:
    """A key that means something at one of the panels alone."""
    if panel.shows == QUEUE:
        return _queue_key(state, name)
    if panel.shows == CONFLICTS and name.isdecimal():
        return _read(state, panel, int(name), facts), ()
    if panel.shows == CONFLICT and name.isdecimal():
        return _answered(flows, state, panel, int(name), event, facts)
    return state, ()


def _queue_key(state: State, name: str) -> Result:
    if name in _FROM_QUEUE:
        return open_panel(state, _FROM_QUEUE[name]), ()
    match name:
        case "1":
            return state, (Journal("sync_asked", {"by": state.operator}), SyncNow())
        case "2" | "3":
            mode = OFFLINE if name == "2" else AUTOMATIC
            return state, (Journal("mode", {"mode": mode, "by": state.operator}), ChooseMode(mode))
        case _:
            return state, ()


def _answered(flows: Library, state: State, panel: Panel, number: int, event: Key, facts: Facts) -> Result:
    """The answer with this number is in hand, and who gives it is asked for; nothing is kept yet."""
    found = facts.disputes()
    dispute = found[min(panel.first, len(found) - 1)] if found else None
    answers = answers_of(dispute.kind) if dispute else ()
    if dispute is None or not dispute.answerable or number > len(answers):
        return state, ()
    answer = answers[number - 1]
    if answer == LATER:
        return _left(state, panel), ()
    if answer in AT_OFFICE or DECIDE not in flows:
        told = msgspec.structs.replace(panel, told="panel.decided_at_office")
        return msgspec.structs.replace(state, panel=told), (REFUSED,)
    chosen = msgspec.structs.replace(
        state,
        panel=None,
        notice=None,
        candidate="",
        approval=None,
        decision=Decision(conflict=dispute.id, answer=answer),
    )
    journal = Journal("answer", {"conflict": dispute.id, "answer": answer, "by": state.operator})
    asked = max(event.at, event.taken)
    to = flows[DECIDE].start if state.flow == DECIDE else RUN + DECIDE
    c = move(flows, context(flows, chosen, facts, Input("arrive"), event.at), to, asked)
    return c.state, (journal, *c.commands, ATTENTION)


def _left(state: State, panel: Panel) -> State:
    if panel.shows == CONFLICT:
        return open_panel(state, CONFLICTS)
    return msgspec.structs.replace(state, panel=None, help=False)


def _turned(state: State, panel: Panel, by: int, facts: Facts) -> State:
    """A page on, or back; after the last comes the first."""
    size = 1 if panel.shows == CONFLICT else panel_rows(state)
    pages = -(-panel_length(panel, facts) // size) or 1
    page = (panel.first // size + by) % pages
    return msgspec.structs.replace(state, panel=msgspec.structs.replace(panel, first=page * size, told=""))


def panel_length(panel: Panel, facts: Facts) -> int:
    """How many entries the panel has, all pages."""
    if panel.shows == QUEUE:
        return facts.deeds_count()
    return len(facts.concerns() if panel.shows == ALERTS else facts.disputes())


def _read(state: State, panel: Panel, number: int, facts: Facts) -> State:
    place = panel.first + number - 1
    if not (1 <= number <= panel_rows(state) and place < len(facts.disputes())):
        return state
    return msgspec.structs.replace(state, panel=Panel(shows=CONFLICT, first=place))
