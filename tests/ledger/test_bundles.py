"""Queues carried on a stick, once or again, beside the network or against it: each scan counts once, each fork is told
once, and what was read before leaves no trace."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from ledger.hall import Hall
from ledger.twins import Twin, carry, chains, newest, notices, original, problems

from sync.wire.messages import Outcome


def two_who_part(hall: Hall) -> tuple[Twin, Twin]:
    """A terminal and its copy, of one mind up to their first operation. The first has sent three, the copy nothing."""
    hall.stock(A_01=50)
    li = original(hall)
    li.scan()
    twin = Twin(li, "TWIN")
    li.scan(2)
    li.sync()
    twin.scan(2)
    return li, twin


def known(hall: Hall, *ops: str) -> list[Outcome]:
    return [hall.outcome(op) for op in ops]


def made_epoch(hall: Hall) -> tuple[int, int]:
    """Of the one epoch that was made for the stick: where its parent ends, and how many links it has."""
    (notice,) = notices(hall)
    with hall.ledger.transaction(None) as book:
        stream = book.stream("LI", notice.facts["epoch"])
    assert stream is not None
    assert stream.parent is not None
    return stream.parent.seq, stream.have_seq


def test_a_contradicting_stick_read_three_times_makes_one_epoch_and_one_notice(each_hall: Hall) -> None:
    _, twin = two_who_part(each_hall)
    first = carry(each_hall, twin.stick())
    before = newest(each_hall)
    for _ in range(2):
        assert carry(each_hall, twin.stick()) == first
    assert newest(each_hall) == before, "nothing was logged again"
    assert [one.outcome for one in first.outcomes] == ["applied"] * 3
    assert made_epoch(each_hall) == (1, 2)
    assert each_hall.held() == {"A-01": 45, "A-02": 5}
    assert problems(each_hall) == []


def test_a_longer_stick_goes_on_in_the_epoch_of_the_shorter_one_whatever_the_network_brings(each_hall: Hall) -> None:
    li, twin = two_who_part(each_hall)
    carry(each_hall, twin.stick())
    li.scan(2)
    li.sync()
    twin.scan(2)
    for _ in range(2):
        carry(each_hall, twin.stick())
        carry(each_hall, twin.stick(last=2))
    assert made_epoch(each_hall) == (1, 4)
    assert each_hall.held() == {"A-01": 41, "A-02": 9}
    assert problems(each_hall) == []


def test_a_copy_whose_stick_was_read_comes_by_network_and_its_scans_keep_their_outcomes(each_hall: Hall) -> None:
    """The epoch that it begins is told of by a notice of its own; the stick's is read again without a trace."""
    _, twin = two_who_part(each_hall)
    late = twin.stick()
    carry(each_hall, late)
    before = known(each_hall, "TWIN-2", "TWIN-3")
    twin.begin_epoch("own")
    twin.scan()
    twin.sync()
    told = notices(each_hall)
    assert len(told) == 2
    carry(each_hall, late)
    assert notices(each_hall) == told
    assert known(each_hall, "TWIN-2", "TWIN-3") == before
    assert each_hall.held() == {"A-01": 44, "A-02": 6}
    assert problems(each_hall) == []


def test_a_stick_whose_scans_came_in_an_epoch_of_their_own_brings_no_second_notice(each_hall: Hall) -> None:
    _, twin = two_who_part(each_hall)
    late = twin.stick()
    twin.begin_epoch("own")
    twin.sync()
    before = newest(each_hall)
    carry(each_hall, late)
    carry(each_hall, late)
    assert newest(each_hall) == before
    assert [one.facts["epoch"] for one in notices(each_hall)] == ["own"]
    assert each_hall.held() == {"A-01": 45, "A-02": 5}
    assert problems(each_hall) == []


def test_what_the_network_brought_only_in_part_comes_by_stick_in_one_epoch_too(each_hall: Hall) -> None:
    _, twin = two_who_part(each_hall)
    twin.scan(2)
    carried = Twin(twin, "CARRIED")
    twin.begin_epoch("own")
    twin.exchange(push=3)
    for last in (4, 5, 5):
        carry(each_hall, carried.stick(last=last))
    assert sorted(one.facts["seq"] for one in notices(each_hall)) == ["3", "5"]
    assert each_hall.held() == {"A-01": 43, "A-02": 7}
    assert problems(each_hall) == []


def test_a_copy_of_the_copy_has_an_epoch_and_a_notice_of_its_own(each_hall: Hall) -> None:
    _, twin = two_who_part(each_hall)
    third = Twin(twin, "THIRD")
    third.scan(2)
    twin.scan(1)
    for _ in range(2):
        carry(each_hall, twin.stick())
        carry(each_hall, third.stick())
    assert sorted(one.facts["seq"] for one in notices(each_hall)) == ["1", "3"]
    assert each_hall.held() == {"A-01": 42, "A-02": 8}
    assert problems(each_hall) == []


def test_a_queue_that_goes_by_stick_and_by_network_counts_once(each_hall: Hall) -> None:
    each_hall.stock(A_01=50)
    li = original(each_hall)
    li.scan(4)
    li.exchange(push=2)
    carry(each_hall, li.stick())
    li._sent = 2
    li.sync()
    assert carry(each_hall, li.stick()).beyond == 0
    assert each_hall.held() == {"A-01": 46, "A-02": 4}
    assert (notices(each_hall), problems(each_hall)) == ([], [])


STEPS = st.tuples(st.sampled_from(["scan", "copy", "stick", "send"]), st.integers(0, 3))


@given(st.lists(STEPS, max_size=30))
def test_whatever_copies_carry_and_send_each_scan_counts_once_and_a_second_reading_changes_nothing(
    story: list[tuple[str, int]],
) -> None:
    hall = Hall.empty()
    hall.stock(A_01=1000)
    twins, scans = [original(hall)], 0
    for act, who in story:
        twin = twins[who % len(twins)]
        match act:
            case "scan":
                scans += len(twin.scan(who + 1))
            case "copy":
                twins.append(Twin(twin, f"T{len(twins)}"))
            case "stick":
                carry(hall, twin.stick())
            case _:
                twin.send()
    sticks = [twin.stick() for twin in twins]
    for stick in sticks:
        assert carry(hall, stick).beyond == 0
    before = newest(hall)
    for stick in sticks:
        carry(hall, stick)
    assert newest(hall) == before
    assert hall.held().get("A-02", 0) == scans
    assert chains(hall) == []
