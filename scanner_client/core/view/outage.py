"""The outage view drawn: the terminals of the site in a list, and one of them in full (R33, X4).

`离42分` stays offline by choice and was last heard of 42 minutes ago; `断42分` fell silent without saying so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scanner_client.core.cells import pad, shorten, width
from scanner_client.core.outage import OFFLINE, UNKNOWN, Around, Neighbour
from scanner_client.core.view import small, status_row, tall, wide
from scanner_client.core.view.receiving import two_columns
from scanner_client.core.view.scene import Scene

_TALL_ROWS, _WIDE_ROWS, _DESK_ROWS = 7, 4, 7
Rows = list[str]


def small_rows(one: Scene) -> Rows:
    rows = [*_listed(one, small.WIDTH, in_full=False), "", ""][:2]
    hint = one.say("frame.page") if one.more else ""
    told = _age(one)
    return [*rows, f"{pad(f'{told}>', small.WIDTH - width(hint))}{hint}"]


def tall_rows(one: Scene) -> Rows:
    rows = [*_listed(one, tall.WIDTH, in_full=False), *[""] * _TALL_ROWS][:_TALL_ROWS]
    return [tall.title(one), tall.RULE, _total(one), _age(one), tall.RULE, *rows, one.prompt, ">"]


def wide_rows(one: Scene, rows: int = _WIDE_ROWS, cells: int = wide.WIDTH) -> Rows:
    head = two_columns(f"{one.say(one.flow.title)}  {_total(one)}", _age(one), cells)
    return [head, *[*_listed(one, cells, in_full=True), *[""] * rows][:rows], f"{one.prompt} >"]


def desk_rows(one: Scene) -> Rows:
    return wide_rows(one, _DESK_ROWS, wide.WIDTH)


# --- one terminal -----------------------------------------------------------------------------------------------------


def small_one(one: Scene) -> Rows:
    neighbour = _chosen(one)
    if neighbour is None:
        return [_age(one), "", _again(one, small.WIDTH)]
    row = _row(one, "", neighbour, small.WIDTH, in_full=False)
    more = [*_oldest(one, neighbour), *_clock(one, neighbour)]
    return [row, shorten(" ".join(more), small.WIDTH), _again(one, small.WIDTH)]


def tall_one(one: Scene) -> Rows:
    neighbour = _chosen(one)
    told = list(_in_full(one, neighbour)) if neighbour else []
    rows = [*told, *[""] * _TALL_ROWS][:_TALL_ROWS]
    return [_name(one, neighbour), tall.RULE, *rows, tall.RULE, _age(one), "", _again(one, tall.WIDTH)]


def wide_one(one: Scene) -> Rows:
    neighbour = _chosen(one)
    told = list(_in_full(one, neighbour)) if neighbour else []
    halves = zip(told[::2], [*told[1::2], ""], strict=False)
    rows = [pad(left, wide.WIDTH // 2) + right for left, right in halves]
    head = two_columns(_name(one, neighbour), _age(one), wide.WIDTH)
    return [head, *[*rows, *[""] * _WIDE_ROWS][:_WIDE_ROWS], _again(one, wide.WIDTH)]


def _chosen(one: Scene) -> Neighbour | None:
    around = one.facts.around()
    wanted = one.state.work.looking
    return next((here for here in _shown(around) if here.terminal == wanted), None)


def _name(one: Scene, neighbour: Neighbour | None) -> str:
    own = one.say("outage.own") if neighbour and neighbour.own else ""
    return shorten(f"{one.state.work.looking}{own}", tall.WIDTH)


def _in_full(one: Scene, here: Neighbour) -> Iterator[str]:
    """When it was heard of and what it held then, as far as it said."""
    if here.own or here.online:
        yield _how(one, here)
    else:
        yield one.say("outage.never") if here.silent < 0 else one.say("outage.heard", age=_passed(one, here.silent))
    if here.own or here.unsent > UNKNOWN:
        yield one.say("outage.unsent" if _is_known_now(here) else "outage.then", n=_unsent(one, here))
    yield from _oldest(one, here)
    if mode := one.facts.mode() if here.own else here.mode:
        yield one.say("outage.mode", mode=one.say(f"mode.{mode}"))
    yield from _clock(one, here)
    if here.program:
        yield shorten(one.say("outage.version", n=here.program), tall.WIDTH)


def _again(one: Scene, cells: int) -> str:
    options = " ".join(f"{digit} {text}" for digit, _, text in one.options)
    return shorten(f"{options} >", cells)


# --- the list ---------------------------------------------------------------------------------------------------------


def _shown(around: Around | None) -> Sequence[Neighbour]:
    return around.terminals if around else ()


def _listed(one: Scene, cells: int, *, in_full: bool) -> Rows:
    known = {here.terminal: here for here in _shown(one.facts.around())}
    return [
        _row(one, f"{digit} ", known[value], cells, in_full=in_full)
        for digit, value, _ in one.options
        if value in known
    ]


def _row(one: Scene, before: str, here: Neighbour, cells: int, *, in_full: bool) -> str:
    """`1 LI      待37 断42分`; where there is room with the age of the oldest and the clock. The name yields."""
    doubt = "?" if here.unsent > UNKNOWN and not _is_known_now(here) else ""
    parts = [one.say("status.waiting", n=_unsent(one, here) + doubt), _how(one, here)]
    if in_full:
        parts = [*_clock(one, here), *_oldest(one, here), *parts]
    own = one.say("outage.own_narrow") if here.own else ""
    return two_columns(f"{before}{here.terminal}{own}", " ".join(parts), cells)


def _is_known_now(here: Neighbour) -> bool:
    """Of one that stays offline or fell silent the ledger knows what it held then, and not what it scanned since."""
    return here.own or (here.online and here.mode != OFFLINE)


def _unsent(one: Scene, here: Neighbour) -> str:
    """Of this terminal what it knows itself."""
    if here.own:
        return str(one.status.waiting)
    return "?" if here.unsent <= UNKNOWN else str(here.unsent)


def _how(one: Scene, here: Neighbour) -> str:
    if here.own:
        return status_row.connection(one, wide=False)
    if here.silent < 0:
        return one.say("outage.never")
    if here.online and here.mode != OFFLINE:
        return one.say("status.on")
    name = "outage.stays" if here.mode == OFFLINE else "outage.lost"
    return one.say(name, age=_passed(one, here.silent))


def _passed(one: Scene, milliseconds: int) -> str:
    return one.words.outage(1, 1 + milliseconds)


def _oldest(one: Scene, here: Neighbour) -> list[str]:
    held = here.unsent > 0 and here.oldest > UNKNOWN and not here.own
    return [one.say("outage.oldest", age=_passed(one, here.oldest))] if held else []


def _clock(one: Scene, here: Neighbour) -> list[str]:
    """Where its clock is off by a minute or more; less is the way of the request."""
    seconds = round((here.clock_ms or 0) / 1000)
    return [one.say("outage.clock", n=f"{seconds:+d}")] if abs(seconds) >= _CLOCK_SECONDS else []


_CLOCK_SECONDS = 60


def _total(one: Scene) -> str:
    known = _shown(one.facts.around())
    unsent = sum(one.status.waiting if here.own else max(0, here.unsent) for here in known)
    return one.say("outage.total", n=str(len(known)), q=str(unsent)) if known else ""


def _age(one: Scene) -> str:
    """How old the picture is; what is shown without a network is what the ledger said then."""
    around = one.facts.around()
    if around is None:
        return one.say("outage.unknown")
    return one.say("outage.as_of", age=one.words.age(around.at, one.status.now))
