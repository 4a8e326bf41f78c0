"""Item names within so many cells, such that no two items of one order look alike (the screen contract, rule 9)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from itertools import pairwise

from scanner_client.core.cells import MARK, cut, shorten, width

FEWEST_CELLS = 6
"""Names are told apart in this many cells or more."""


def short_names(names: Mapping[str, str], cells: int, code_of: Callable[[str], str]) -> dict[str, str]:
    """By item the name that it goes by: no two the same, none wider than `cells`.

    First the beginning; where others look like it, the name without the beginning they share; where even that does not
    tell, the end of the code, which `code_of` gives. `names` are all items of the order by their codes.
    """
    given = {item: shorten(name, cells) for item, name in names.items()}
    alike = _alike(given, given)
    if not alike:
        return given
    shared = _shared_beginnings(names, given, alike)
    given |= {item: _rest(names[item], shared[item], cells) for item in alike}
    for code in (code_of, str):
        given |= {item: _code_tail(code(item), cells) for item in _alike(given, alike)}
    return given | _numbered(given, _alike(given, alike), cells)


def _alike(given: Mapping[str, str], among: Iterable[str]) -> list[str]:
    """Those items of `among` whose name is empty or another's too."""
    counted = Counter(given.values())
    return [item for item in among if not given[item] or counted[given[item]] > 1]


def _shared_beginnings(names: Mapping[str, str], given: Mapping[str, str], alike: Iterable[str]) -> dict[str, int]:
    """How much of its beginning each has in common with another that looks like it: in sorted order a neighbour."""
    ordered = sorted(alike, key=lambda item: (given[item], names[item]))
    shared = dict.fromkeys(ordered, 0)
    for one, other in pairwise(ordered):
        if given[one] == given[other]:
            common = _shared_beginning(names[one], names[other])
            shared[one], shared[other] = max(shared[one], common), max(shared[other], common)
    return shared


def _rest(name: str, shared: int, cells: int) -> str:
    """The name without its beginning; empty where nothing is left of it."""
    rest = name[shared:].lstrip()
    return shorten(MARK + rest, cells) if rest else ""


def _shared_beginning(one: str, other: str) -> int:
    for place, (a, b) in enumerate(zip(one, other, strict=False)):
        if a != b:
            return place
    return min(len(one), len(other))


def _code_tail(code: str, cells: int) -> str:
    """As much of the code's end as fits: there codes differ."""
    tail = code
    while width(tail) > cells - 1:
        tail = tail[1:]
    return MARK + tail


def _numbered(given: Mapping[str, str], alike: Iterable[str], cells: int) -> dict[str, str]:
    """Codes that end alike too are told apart by a number of their own."""
    taken, found, number = set(given.values()), dict[str, str](), 0
    for item in sorted(alike):
        while True:
            number += 1
            ending = f"{MARK}{number}"
            shown = cut(given[item].removeprefix(MARK), cells - len(ending)) + ending
            if shown not in taken:
                break
        taken.add(shown)
        found[item] = shown
    return found
