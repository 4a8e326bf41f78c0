"""Panels drawn: the queue with the sync modes, conflicts to read, alerts; each in the four layouts."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from scanner_client.core.cells import pad, right, shorten, width
from scanner_client.core.decisions import CONFLICT
from scanner_client.core.disputed import Concern, Deed
from scanner_client.core.panels import ALERTS, AUTOMATIC, QUEUE, panel_length, panel_rows
from scanner_client.core.rules.goods import item_of
from scanner_client.core.state import Panel
from scanner_client.core.values import Unit
from scanner_client.core.view import disputes, status_row
from scanner_client.core.view.scene import Scene

TALL_RULE = "-" * 20
_NARROW, _WIDE = 20, 40
_TALL_INDENT = 6
_TALL_PROMPT_ROW = 14
_WIDE_NAME = 16
_DISPUTED = "conflict"
Rows = list[str]


def small(one: Scene, panel: Panel) -> Rows:
    """20x4: the title stands in the status row."""
    if panel.shows == CONFLICT:
        return disputes.small(one, panel)
    page, pages = page_of(one, panel)
    return [status_row.titled(one, f"{page}/{pages}"), *_entries(one, panel, _small_entry)][:4]


def tall(one: Scene, panel: Panel) -> Rows:
    """20x16."""
    if panel.shows == CONFLICT:
        return disputes.tall(one, panel)
    page, pages = page_of(one, panel)
    title = f"{one.say(f'panel.{panel.shows}')}  {one.say('panel.page', n=f'{page}/{pages}')}"
    head = [status_row.narrow(one), title, *_entries(one, panel, _tall_entry)]
    if panel.shows == QUEUE:
        told = [TALL_RULE, *counts(one, _NARROW, 2)][-2:]
        head = [*head, *[""] * (10 - len(head)), *told, *_tall_modes(one)]
    return [*head, *[""] * (_TALL_PROMPT_ROW - len(head)), ">", _hints(one, " ")]


def wide_body(one: Scene, panel: Panel, cells: int = _WIDE) -> Rows:
    """The six rows between status and hints at 40x8; in the left pane of 80x24 too."""
    if panel.shows == CONFLICT:
        return disputes.wide_body(one, panel, cells)
    page, pages = page_of(one, panel)
    paging = one.say("panel.page", n=f"{page}/{pages}")
    entries = [*_entries(one, panel, _wide_entry), *[""] * 4][:4]
    if panel.shows != QUEUE:
        return [f"{one.say(f'panel.{panel.shows}')}  {paging}", *entries, ">"]
    mode = one.say("panel.mode", mode=one.say(f"mode.{one.facts.mode()}"))
    (left,) = counts(one, _WIDE)
    told = next((one_of for one_of in (f"{paging}  {mode}", paging) if width(left + one_of) < _WIDE), "")
    modes = " ".join(f"{number}{one.say(f'mode_choice.{name}')}" for number, name in _MODES)
    return [left + right(told, _WIDE - width(left)), *entries, f"{modes} >"]


def help_rows(one: Scene) -> Rows:
    """Where keys lead from a panel; of a conflict what found no room at 20x4."""
    panel = one.state.panel
    return disputes.help_rows(one, panel) if panel and panel.shows == CONFLICT else [one.say("help.panel")]


def hints(one: Scene, panel: Panel, gap: str) -> str:
    return disputes.hints(one, gap) if panel.shows == CONFLICT else _hints(one, gap)


_MODES = ((1, "now"), (2, "offline"), (3, "automatic"))


def page_of(one: Scene, panel: Panel) -> tuple[int, int]:
    """The page shown and how many there are."""
    rows = panel_rows(one.state)
    return panel.first // rows + 1, -(-panel_length(panel, one.facts) // rows) or 1


def counts(one: Scene, cells: int, most: int = 1, gap: str = " ") -> Rows:
    """`存37 发0 收112 冲1` in at most so many rows; what was held back, refused or cannot be read stands there once
    there is any. What was accepted yields first."""
    status = one.status
    always = (
        ("kept", status.kept),
        ("sent", status.sent),
        ("accepted", status.accepted),
        (_DISPUTED, status.conflicts),
    )
    rare = (("held", status.held), ("refused", status.refused), ("quarantined", status.quarantined))
    entries = {name: f"{one.say(f'mark.{name}')}{count}" for name, count in always}
    entries |= {name: f"{one.say(f'mark.{name}')}{count}" for name, count in rare if count}
    rows = _wrapped([*entries.values()], cells, gap)
    entries.pop("accepted")
    return rows if len(rows) <= most else _wrapped([*entries.values()], cells, gap)[:most]


def _wrapped(entries: Sequence[str], cells: int, gap: str) -> Rows:
    rows = [""]
    for entry in entries:
        longer = f"{rows[-1]}{gap}{entry}" if rows[-1] else entry
        rows = [*rows[:-1], longer] if width(longer) <= cells else [*rows, entry]
    return rows


def amount(one: Scene, deed: Deed) -> str:
    if not deed.item:
        return ""
    item = item_of(one.facts, deed.item)
    units = {unit.name: unit for unit in one.facts.units(deed.item)}
    return one.words.amount(deed.units, units.get(deed.unit) or Unit(item.unit, item.one), item)


# --- entries ----------------------------------------------------------------------------------------------------------

Entry = Callable[[Scene, Deed], Rows]


def _entries(one: Scene, panel: Panel, draw: Entry) -> Rows:
    count = panel_rows(one.state)
    if panel.shows == QUEUE:
        deeds = one.facts.deeds(panel.first, count)
        drawn = [row for deed in deeds for row in draw(one, deed)]
    elif panel.shows == ALERTS:
        concerns = one.facts.concerns()[panel.first : panel.first + count]
        drawn = [row for concern in concerns for row in _concern(one, concern, draw)]
    else:
        cells = _WIDE if draw is _wide_entry else _NARROW
        drawn = disputes.listed(one, panel.first, count, cells, one_row=draw is not _tall_entry)
    return drawn or [one.say(f"panel.no_{panel.shows}")]


def _small_entry(one: Scene, deed: Deed) -> Rows:
    """`10:42存拿8箱A-03-02`."""
    gap = "" if one.words.language == "zh_CN" else " "
    what = f"{one.say(f'deed_narrow.{deed.kind}')}{amount(one, deed)}"
    return [
        shorten(f"{status_row.clock(one, deed.at)}{_mark(one, deed)}{gap}{what}{gap}{deed.location}".rstrip(), _NARROW)
    ]


def _tall_entry(one: Scene, deed: Deed) -> Rows:
    first = f"{status_row.clock(one, deed.at)} {_mark(one, deed)} {_deed(one, deed)}{_space(one)}{amount(one, deed)}"
    dispute = f" {one.say(f'dispute.{deed.dispute}')}" if deed.dispute else ""
    return [
        shorten(first.rstrip(), _NARROW),
        shorten(f"{' ' * _TALL_INDENT}{deed.location}{dispute}".rstrip(), _NARROW),
    ]


def _wide_entry(one: Scene, deed: Deed) -> Rows:
    words = (status_row.clock(one, deed.at), _mark(one, deed), _deed(one, deed), amount(one, deed), deed.location)
    told = " ".join(filter(None, words))
    if deed.dispute:
        named = one.say("panel.disputed", kind=one.say(f"dispute.{deed.dispute}"))
    else:
        named = shorten(one.words.item_name(deed.item), _WIDE_NAME) if deed.item else ""
    return [shorten(f"{told} {named}".rstrip(), _WIDE)]


def _mark(one: Scene, deed: Deed) -> str:
    return one.say(f"mark.{deed.state}")


def _deed(one: Scene, deed: Deed) -> str:
    return one.say(f"deed.{deed.kind}")


def _space(one: Scene) -> str:
    return "" if one.words.language == "zh_CN" else " "


def _concern(one: Scene, concern: Concern, draw: Entry) -> Rows:
    """What is wrong and what to do; on the smallest screen the first alone."""
    told = one.say(f"concern.{concern.kind}", **concern.facts)
    cure = one.say(f"concern_cure.{concern.kind}", **concern.facts)
    if draw is _small_entry:
        return [told]
    return [told, f" {cure}"] if draw is _tall_entry else [f"{pad(told, _NARROW)}{cure}"]


def _tall_modes(one: Scene) -> Rows:
    now, offline, automatic = (f"{number}{one.say(f'mode_choice.{name}')}" for number, name in _MODES)
    used = one.say("panel.in_use")
    if one.facts.mode() == AUTOMATIC:
        return [f"{now} {offline}", f"{automatic}{used}"]
    return [f"{now} {automatic}", f"{offline}{used}"]


def _hints(one: Scene, gap: str) -> str:
    return gap.join(one.say(name) for name in ("frame.page", "frame.list_help", "frame.list_back"))
