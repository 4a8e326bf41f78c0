"""No text of ours is ever cut: every step, refusal, remark, panel, alert and conflict, at each size in both languages.

What is drawn is looked at before it is fitted to the screen, with ordinary goods and with names, places, orders and
numbers that are as long as they come. What is data may be shortened, with the mark; a row must fit all the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec
import pytest
from inbound import inbound
from memory_terminal import MORNING, MemoryStore, MemoryTransaction
from msgspec.structs import replace
from panelled import CONFLICT, SECOND, SHORT, Told, at, opened
from panelled import facts as panel_facts

import scanner_client.core.view as drawing
from scanner_client.core.cells import MARK, keep_end, pad, width
from scanner_client.core.disputed import Concern, Deed, Statement
from scanner_client.core.state import Notice, State, Work
from scanner_client.core.texts import LANGUAGES, Texts
from scanner_client.core.view import (
    SIZES,
    Size,
    Status,
    alert_view,
    desk,
    disputes,
    goods_list,
    options_shown,
    panels,
    people,
    questions,
    receiving,
    small,
    view,
    wide,
)
from scanner_client.facts import StoreFacts
from scanner_client.flows import shipped_flows, shipped_texts
from sync.wire.rows import Row

MINUTE = 60_000
CALM = Status(
    now=MORNING, clock="11:24", online=False, since=MORNING - 42 * MINUTE, waiting=37, conflicts=1, training=True,
    battery=62, kept=37, accepted=112,
)  # fmt: skip
BUSY = replace(
    CALM, since=MORNING - 170 * MINUTE, waiting=1234, conflicts=12, concerns=2, kept=1234, accepted=11_212, held=2,
    refused=1, quarantined=3,
)  # fmt: skip
FLOWS = shipped_flows()
TEXTS = shipped_texts()
CODE = "010952123454321317280131101234567"
REAL_FITTED = drawing._fitted  # what comes before it is what this test looks at


def named(prefix: str) -> list[str]:
    return [name for name in TEXTS.table if name.startswith(prefix + ".")]


@pytest.fixture
def cut(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Rows that did not fit their screen."""
    found: list[str] = []

    def looking(rows: Sequence[str], size: Size, entry: str = "") -> tuple[str, ...]:
        kept = [keep_end(row, entry, size.width) for row in rows]
        found.extend(f"{size}: {row!r}" for row in kept if width(row) > size.width)
        found.extend(f"{size}: no room for {row!r}" for row in kept[size.height :] if row.strip())
        return REAL_FITTED(list(rows), size, entry)

    def padded(text: str, cells: int) -> str:
        if width(text) > cells:
            found.append(f"in a column: {text!r}")
        return pad(text, cells)

    monkeypatch.setattr(drawing, "_fitted", looking)
    for module in (desk, disputes, goods_list, panels, people, questions, receiving, small, wide):
        if hasattr(module, "pad"):
            monkeypatch.setattr(module, "pad", padded)
    return found


def draw(state: State, facts: StoreFacts, status: Status, texts: Texts = TEXTS) -> Iterator[str]:
    """The frame at every size in both languages."""
    for size in SIZES:
        for language in LANGUAGES:
            standing = msgspec.structs.replace(state, options=options_shown(size), language=language)
            yield view(standing, FLOWS, facts, status, size, language, texts).text


def longer(row: Row) -> Row:
    """The same row with codes and names as long as they come."""
    more: dict[str, str] = {}
    for name in row.__struct_fields__:
        value = getattr(row, name)
        if name in ("name", "name_zh") and value:
            more[name] = f"{value} {'特别加长的名字系列乙' if name == 'name_zh' else 'of a very long series B'}"
        elif name == "location" or (row.table == "location" and name == "code"):
            more[name] = f"{value}-04-001"
        elif name == "order" and value:
            more[name] = f"X-26-{value}"
        elif name == "lot" and value:
            more[name] = f"LOT2026-{value}"
    return msgspec.structs.replace(row, **more)


def ordinary(flow: str) -> Work:
    if flow == "receive":
        return Work(order="PO-1", task="PO-1\x1f1\x1fTOWEL", count=12, unit="box", to="IN-1")
    return Work(order="SO-1", task="SO-1/1", count=2, offered=99)


def long_winded(flow: str) -> Work:
    if flow == "receive":
        order, place = "X-26-PO-1", "IN-1-04-001"
        return Work(order=order, task=f"{order}\x1f1\x1fTOWEL", count=1200, unit="box", to=place, lot="LOT2026-L1")
    return Work(order="X-26-SO-1", task="SO-1/1", count=2000, offered=99_000, lot="LOT2026-L1", to="T-7-04-001")


WORLDS = {
    "ordinary": (inbound(), ordinary, CALM),
    "long": ([longer(row) for row in inbound()], long_winded, CALM),
    "long and busy": ([longer(row) for row in inbound()], long_winded, BUSY),
}


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("flow", shipped_flows())
def test_no_step_cuts_what_it_says(flow: str, world: str, cut: list[str]) -> None:
    rows, work, status = WORLDS[world]
    facts = StoreFacts(MemoryTransaction(MemoryStore(rows)))
    for step in FLOWS[flow].steps.values():
        standing = State(flow=flow, step=step.id, operator="wang", candidate="wang", work=work(flow))
        variants = [
            standing, msgspec.structs.replace(standing, menu=True), msgspec.structs.replace(standing, help=True),
            msgspec.structs.replace(standing, entry="1234567890123456789012345678901234567890"),
            *(
                msgspec.structs.replace(standing, notice=Notice(kind=name.removeprefix("kind."), code=CODE))
                for name in named("kind")
            ),
        ]  # fmt: skip
        for state in variants:
            list(draw(state, facts, status))
    assert sorted(set(cut)) == []


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("place", ["pick.location", "pick.quantity", "receive.item", "main.pin", "lookup.ask"])
def test_no_refusal_and_no_remark_is_cut(place: str, world: str, cut: list[str]) -> None:
    rows, work, status = WORLDS[world]
    flow, step = place.split(".")
    facts = StoreFacts(MemoryTransaction(MemoryStore(rows)))
    standing = State(flow=flow, step=step, operator="wang", candidate="wang", work=work(flow))
    notices = [
        *(Notice(reason=name, kind=kind, code=code) for name in named("refuse")
          for kind, code in (("item", "TOWEL"), ("text", CODE), ("", ""))),
        *(Notice(refused=False, reason=name) for name in named("note")),
    ]  # fmt: skip
    for notice in notices:
        list(draw(msgspec.structs.replace(standing, notice=notice), facts, status))
    assert sorted(set(cut)) == []


@pytest.mark.parametrize("status", [CALM, BUSY], ids=["calm", "busy"])
@pytest.mark.parametrize("kind", [name.removeprefix("dispute.") for name in named("dispute")])
def test_no_conflict_is_cut(kind: str, status: Status, cut: list[str]) -> None:
    many = tuple(replace(said, units=said.units * 1000 + 1, more=3) for said in SHORT.statements if said.units)
    theirs = tuple(replace(said, who="they", name="boss") if said.who == "you" else said for said in SHORT.statements)
    dated = (Statement("expiry", None, name="2027-03-31"), Statement("expiry_ledger", None, name="2026-12-31"))
    ordered = (Statement("ordered", 144), Statement("received", 96), *SHORT.statements)
    for name in ("李", "Alexandra Konstantinopolou", "阿不都热合曼买买提"):
        for statements in (SHORT.statements, many, theirs, dated, ordered, ()):
            for count, answerable in ((1, True), (15, False)):
                known = panel_facts(li=name)
                one = replace(SHORT, kind=kind, statements=statements, answerable=answerable)
                known.found = [one] * count
                for state in (CONFLICT, msgspec.structs.replace(CONFLICT, help=True), opened("conflicts")):
                    list(draw(state, known, status))
    assert sorted(set(cut)) == []


@pytest.mark.parametrize("status", [CALM, BUSY], ids=["calm", "busy"])
def test_no_alert_queue_or_second_person_is_cut(status: Status, cut: list[str]) -> None:
    class Long(Told):
        def deeds(self, first: int, count: int) -> Sequence[Deed]:  # noqa: ARG002  # every page is the same
            return self.page

        page: Sequence[Deed] = ()

    known = Long(panel_facts()._rows)  # the same rows, other deeds
    for name in named("concern"):
        known.warned = [Concern(name.removeprefix("concern."), {"count": "1234"})] * 9
        list(draw(opened("alerts"), known, status))
    for name in named("deed"):
        for mark in named("mark"):
            deed = Deed("4", name.removeprefix("deed."), at("10:42"), mark.removeprefix("mark."), "TOWEL",
                        "A-03-02-04-11", 96_000, "box", dispute="order_cancelled")  # fmt: skip
            known.page = [deed] * 4
            list(draw(opened("queue"), known, status))
    for notice in (None, *(Notice(reason=name) for name in named("refuse") if "pin" in name)):
        list(draw(msgspec.structs.replace(SECOND, notice=notice), known, status))
    message = "The disk is full, so nothing can be kept: free space, then scan again."
    for name in named("alert"):
        for size in SIZES:
            for language in LANGUAGES:
                alert_view(name.removeprefix("alert."), message, size, language, TEXTS)
    assert sorted(set(cut)) == []


def test_nothing_is_shortened_where_data_are_short() -> None:
    """The mark of shortening stands only for data: goods, people, codes."""
    known = panel_facts(blue="巾", towel="T")
    known.warned = [Concern(name.removeprefix("concern."), {"count": "3"}) for name in named("concern")]
    for kind in (name.removeprefix("dispute.") for name in named("dispute")):
        known.found = [replace(SHORT, kind=kind)]
        for state in (CONFLICT, opened("conflicts"), opened("alerts"), SECOND):
            assert [frame for frame in draw(state, known, replace(CALM, training=False)) if MARK in frame] == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("name", "state"),
    [("concern.revoked", opened("alerts")), ("panel.decide", CONFLICT), ("person.second_person", SECOND)],
)
def test_a_text_that_is_too_long_is_seen(name: str, state: State, language: str, cut: list[str]) -> None:
    """Planted: the tests above would notice."""
    long = {**TEXTS.table[name], language: "x" * 50}
    known = panel_facts()
    known.warned = [Concern("revoked")]
    list(draw(state, known, CALM, Texts({**TEXTS.table, name: long})))
    assert {row.split(":")[0] for row in cut} >= {"20x16", "in a column"}


@pytest.mark.parametrize(
    ("place", "rows"),
    [
        ("A-03-02-04-001", ["A-03-02-04-001 3pcs", "Towel 30x70 b~ 1/3"]),
        ("A-03-02-04-001-17-3", ["A-03-02-04-001-17-3", "3pcs Towel 30x70 bl~"]),
    ],
)
def test_place_and_quantity_never_yield_to_a_long_code(place: str, rows: list[str]) -> None:
    """Rule 2, at the narrowest: the word goes first, then the name."""
    moved = [
        msgspec.structs.replace(row, location=place) if row.table in ("task", "balance") else row for row in inbound()
    ]
    facts = StoreFacts(MemoryTransaction(MemoryStore(moved)))
    standing = State(flow="pick", step="location", operator="wang", work=Work(order="SO-1", task="SO-1/1"))
    assert [row.rstrip() for row in view(standing, FLOWS, facts, CALM, SIZES[-1], "en", TEXTS).rows[1:3]] == rows


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_of_a_long_entry_its_end_is_seen(size: Size) -> None:
    facts = StoreFacts(MemoryTransaction(MemoryStore(inbound())))
    typed = "".join(str(digit % 10) for digit in range(40))
    standing = State(flow="receive", step="description", operator="wang", work=ordinary("receive"), entry=typed)
    text = view(standing, FLOWS, facts, CALM, size, "en", TEXTS).text
    shown = text[text.rindex(">") + 1 :].split("\n")[0].split("|")[0].strip()
    assert shown.startswith(MARK)
    assert len(shown) > 8
    assert typed.endswith(shown.removeprefix(MARK))
