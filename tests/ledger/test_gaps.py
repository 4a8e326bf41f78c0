"""Links that nobody had when the stream went on: what is offered for the gap later must fit the links around it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ledger.hall import SITE, Hall
from ledger.twins import Twin, carry, chains, notices, original, problems

from server_stub.ledger.book import Terminal
from server_stub.ledger.exchange import exchange
from server_stub.ledger.incoming import Incoming
from sync.wire.messages import Fill, Gap, SyncReply, SyncRequest
from sync.wire.operation import Parent

Offering = Callable[[Hall, Twin, Sequence[Incoming]], object]


def say(hall: Hall, request: SyncRequest, incoming: Sequence[Incoming] = ()) -> SyncReply:
    return hall.writing({SITE}, lambda book: exchange(book, Terminal("LI", SITE), request, list(incoming)))


def by_network(hall: Hall, twin: Twin, links: Sequence[Incoming]) -> SyncReply:
    """Offer links for a gap, as a terminal does that hears of one."""
    fills = [Fill(link=one.link, op=msgspec.Raw(one.raw)) for one in links]
    request = twin.request(push=0)
    return say(hall, msgspec.structs.replace(request, stream=msgspec.structs.replace(request.stream, fills=fills)))


def by_stick(hall: Hall, twin: Twin, links: Sequence[Incoming]) -> None:
    carry(hall, [], links)


def declare(hall: Hall, twin: Twin, first: int, last: int) -> None:
    """Say that the links `first` to `last` are gone, and go on behind them."""
    (end,) = twin.stick(last, last)
    gap = Gap(from_seq=first, to_seq=last, hash=end.link_hash)
    request = twin.request(push=0)
    stream = msgspec.structs.replace(request.stream, gap=gap)
    say(hall, msgspec.structs.replace(request, stream=stream), twin.stick(last + 1))


def with_gap(hall: Hall) -> tuple[Twin, Twin]:
    """A terminal whose scans 2 to 5 of six are missing, and a copy that parted from it behind the first."""
    hall.stock(A_01=50)
    li = original(hall)
    li.scan()
    li.sync()
    twin = Twin(li, "TWIN")
    li.scan(5)
    twin.scan(5)
    declare(hall, li, 2, 5)
    assert missing(hall) == [(2, 5)]
    return li, twin


def missing(hall: Hall) -> list[tuple[int, int]]:
    with hall.ledger.transaction(None) as book:
        return sorted((gap.from_seq, gap.to_seq) for gap in book.gaps("LI"))


@pytest.mark.parametrize("offering", [by_network, by_stick])
@pytest.mark.parametrize(
    ("held", "offered"),
    [(None, 5), (2, 3), (3, 2), (5, 4)],
    ids=["in the place of the known end", "behind a known one", "before a known one", "before the end that came"],
)
def test_a_link_of_another_stream_is_not_taken_into_the_gap(
    each_hall: Hall, offering: Offering, held: int | None, offered: int
) -> None:
    li, twin = with_gap(each_hall)
    if held:
        offering(each_hall, li, li.stick(held, held))
    before = missing(each_hall)
    offering(each_hall, twin, twin.stick(offered, offered))
    assert missing(each_hall) == before
    with each_hall.ledger.transaction(None) as book:
        assert book.operation(f"TWIN-{offered}") is None
    offering(each_hall, li, li.stick(2, 5))
    assert missing(each_hall) == [], "the gap is still open for what belongs into it"
    assert problems(each_hall) == []


@pytest.mark.parametrize("order", [(2, 3, 4, 5), (5, 4, 3, 2), (3, 5, 2, 4)])
def test_what_belongs_into_the_gap_fills_it_in_any_order_and_explains_it(
    each_hall: Hall, order: tuple[int, ...]
) -> None:
    li, _ = with_gap(each_hall)
    for seq in order:
        by_network(each_hall, li, li.stick(seq, seq))
    assert missing(each_hall) == []
    assert [(one.kind, one.state) for one in each_hall.conflicts()] == [("stream_gap", "explained")]
    assert each_hall.held() == {"A-01": 44, "A-02": 6}
    assert problems(each_hall) == []


def test_an_epoch_whose_first_links_were_missing_learns_with_them_where_it_came_from(each_hall: Hall) -> None:
    """And that there was a fork: the ledger was put back to a time before it."""
    each_hall.stock(A_01=50)
    li = original(each_hall)
    li.scan(2)
    li.sync()
    li.begin_epoch("own")
    li.scan(2)
    declare(each_hall, li, 1, 3)
    by_network(each_hall, li, li.stick(1, 3))
    assert missing(each_hall) == []
    assert [one.facts["epoch"] for one in notices(each_hall)] == ["own"]
    assert each_hall.held() == {"A-01": 46, "A-02": 4}
    assert problems(each_hall) == []


def test_only_the_first_link_of_an_epoch_says_where_it_came_from(each_hall: Hall) -> None:
    each_hall.stock(A_01=50)
    li = original(each_hall)
    li.scan(2)
    li.exchange(push=1)
    li._links[1] = msgspec.structs.replace(li._links[1], parent=Parent(epoch="other", seq=7, hash="f" * 64))
    li.exchange()
    with each_hall.ledger.transaction(None) as book:
        stream = book.stream("LI", li.epoch)
    assert stream is not None
    assert (stream.have_seq, stream.parent) == (2, None)
    assert problems(each_hall) == []


@given(st.lists(st.tuples(st.booleans(), st.integers(2, 5)), max_size=12))
def test_whoever_offers_what_the_links_that_are_held_follow_from_one_another(offers: list[tuple[bool, int]]) -> None:
    hall = Hall.empty()
    li, twin = with_gap(hall)
    for mine, seq in offers:
        who = li if mine else twin
        by_network(hall, who, who.stick(seq, seq))
    assert chains(hall) == []
