"""The frames of requests, of messages and of sharing work out at every size, in both languages, cell by cell (X10)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from memory_terminal import SITE, Picker, line, order, warehouse
from supervised import conflict

from scanner_client.core.cells import cells_known, width
from scanner_client.core.view import SIZES, Size
from scanner_client.runtime import Surroundings
from sync.wire.quantity import Quantity
from sync.wire.rows import Claim, Message, Operator, Request, Row

FRAMES = Path(__file__).parent / "frames" / "supervisor"
MINUTE, LONG = 60_000, "SO-20260921-0042"
BOSS = {SITE: ["supervisor"]}
TEXT = {
    "en": "Dock 3 is closed until noon. Please unload at dock 5 and tell your supervisor.",
    "zh_CN": "三号月台中午前关闭,请把货卸到五号月台,并告诉主管。谢谢配合!",
}


def claim(code: str, by: str, at: str) -> Claim:
    return Claim(site=SITE, order=code, by=by, terminal="T9", since=f"2026-09-21T{at}:00Z")


def asked(id: str, by: str, answer: str, quantity: int) -> Request:
    return Request(
        site=SITE, id=id, terminal="T9", by=by, at="2026-09-21T12:00:00Z", conflict=id, answer=answer, item="TOWEL",
        location="A-03-02", quantity=Quantity(quantity),
    )  # fmt: skip


def hall(language: str) -> list[Row]:
    """Two orders that somebody has, two decisions that wait, and a message for pickers."""
    return [
        *warehouse(),
        order(LONG),
        *line(1, "SOAP", "A-03-04", 1, order=LONG),
        Operator(code="boss", name="陈主管", badge="B-BOSS", roles=BOSS, language=language),
        Operator(code="chief", name="Bartholomew Zhou", roles=BOSS),
        Operator(code="zhao", name="赵敏", badge="B-ZHAO", roles={SITE: ["picker"]}, language=language),
        claim("SO-1", "zhao", "12:40"), claim(LONG, "chief", "13:12"),
        conflict("c1"), conflict("c2"), asked("c1", "chief", "adjust", 3), asked("c2", "li", "scrap", 2),
        Message(
            site=SITE, id="m1", text=TEXT[language], by="office", at="2026-09-21T12:58:00Z",
            until="2026-09-22T12:58:00Z", role="picker",
        ),
    ]  # fmt: skip


def opened(found: Picker, what: str, *keys: str) -> Picker:
    """From the menu, on whatever page of it."""
    for _ in range(5):
        shown = {value: digit for digit, value, _ in found.view.options}
        if what in shown:
            return found.press(shown[what], *keys)
        found.press("8")
    raise AssertionError(f"{what} is not in the menu: {found.view.text}")


SHOWN: dict[str, Callable[[Picker], Picker]] = {
    "requests": lambda t: opened(t, "requests"),
    "request": lambda t: opened(t, "requests", "1"),
    "deny": lambda t: opened(t, "requests", "1", "2", "1"),
    "message": lambda t: t,
    "sharing": lambda t: opened(t, "sharing"),
    "share": lambda t: opened(t, "sharing", "1"),
    "whom": lambda t: opened(t, "sharing", "1", "2"),
}


def drawn(what: str, size: Size, language: str) -> list[str]:
    terminal = Picker(hall(language), size=size, language=language)
    terminal.runtime.surroundings = Surroundings(online=False, since=terminal.now - 42 * MINUTE, battery=62)
    terminal.scan("B-ZHAO" if what == "message" else "B-BOSS")
    return list(SHOWN[what](terminal).view.rows)


@pytest.mark.parametrize("language", ["en", "zh_CN"])
@pytest.mark.parametrize("what", SHOWN)
def test_a_frame_is_the_one_that_was_agreed(what: str, language: str) -> None:
    sheet = []
    for size in sorted(SIZES, key=lambda size: (size.width, size.height)):
        rows = drawn(what, size, language)
        assert [width(row) for row in rows] == [size.width] * size.height
        assert all(map(cells_known, rows))
        sheet += [f"[{size}]", *(row.rstrip() for row in rows), ""]
    assert "\n".join(sheet) == (FRAMES / f"{what}-{language}.txt").read_text(encoding="utf-8")
