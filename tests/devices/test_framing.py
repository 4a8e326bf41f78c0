"""Where a code begins and ends on a line."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.framing import Ends, Fault, Frame, Framer, Framing

CODES = st.lists(
    st.binary(min_size=1, max_size=40).filter(lambda raw: not set(raw) & set(b"\r\n\x02\x03")), min_size=1, max_size=8
)


def _fed(framing: Framing, *reads: tuple[bytes, float]) -> list[Frame]:
    """As a reader does that is never late: nothing came between two reads."""
    framer = Framer(framing)
    frames = [frame for data, at in reads for frame in [*framer.tick(at), *framer.feed(data, at)]]
    return frames + framer.tick(1e9)


def _cut(data: bytes, places: list[int]) -> list[bytes]:
    edges = [0, *sorted(place % (len(data) + 1) for place in places), len(data)]
    return [data[start:end] for start, end in pairwise(edges) if start < end]


@pytest.mark.parametrize(
    ("ends", "sent", "codes"),
    [
        ("cr-or-lf", b"A1\rB2\nC3\r\nD4\r", [b"A1", b"B2", b"C3", b"D4"]),
        ("cr", b"A1\rB2\r\nC\n3\r", [b"A1", b"B2", b"C\n3"]),
        ("lf", b"A1\nB\r2\n", [b"A1", b"B\r2"]),
        ("stx-etx", b"\x02A1\x03\r\n\x02B\r2\x03", [b"A1", b"B\r2"]),
        ("cr-or-lf", b"\r\n\r\r\n", []),
        ("cr-or-lf", b"]C10109520000123451\x1d10L2411\r", [b"]C10109520000123451\x1d10L2411"]),
        ("cr-or-lf", b" A1 \r", [b" A1 "]),
    ],
)
def test_a_code_ends_where_the_profile_says(ends: Ends, sent: bytes, codes: list[bytes]) -> None:
    assert _fed(Framing(ends=ends), (sent, 1.0)) == [Frame(code, 1.0) for code in codes]


@given(codes=CODES, places=st.lists(st.integers(0, 400)), ends=st.sampled_from(["cr-or-lf", "cr", "stx-etx"]))
def test_any_cutting_into_reads_gives_the_same_codes(codes: list[bytes], places: list[int], ends: Ends) -> None:
    sent = b"".join(b"\x02" + code + b"\x03" if ends == "stx-etx" else code + b"\r\n" for code in codes)
    reads = [(piece, 1.0 + number * 0.02) for number, piece in enumerate(_cut(sent, places))]
    framer = Framer(Framing(ends=ends))
    frames: list[Frame] = []
    for piece, at in reads:
        frames += framer.tick(at - 0.01) + framer.feed(piece, at)
    assert [(frame.raw, frame.fault) for frame in frames + framer.tick(1e9)] == [(code, None) for code in codes]


@given(
    reads=st.lists(st.tuples(st.binary(max_size=30), st.floats(0, 3))),
    ticks=st.integers(0, 3),
    ends=st.sampled_from(["cr-or-lf", "cr", "lf", "stx-etx"]),
)
def test_how_often_the_clock_is_looked_at_changes_nothing(
    reads: list[tuple[bytes, float]], ticks: int, ends: Ends
) -> None:
    framing = Framing(ends=ends, max_length=20)
    at, timed = 0.0, list[tuple[bytes, float]]()
    for data, gap in reads:
        at += gap
        timed.append((data, at))
    framer, seen, before = Framer(framing), list[Frame](), 0.0
    for data, at in timed:
        for step in range(ticks):
            seen += framer.tick(before + (at - before) * step / ticks)
        seen += framer.tick(at) + framer.feed(data, at)
        before = at
    assert seen + framer.tick(1e9) == _fed(framing, *timed)


@given(reads=st.lists(st.binary(max_size=60)), ends=st.sampled_from(["cr-or-lf", "cr", "lf", "stx-etx"]))
def test_no_byte_is_lost_but_what_frames(reads: list[bytes], ends: Ends) -> None:
    frames = _fed(Framing(ends=ends, max_length=16), *((data, 1.0) for data in reads))
    framing_bytes = b"\r\n\x02\x03"
    kept = b"".join(frame.raw for frame in frames).translate(None, framing_bytes)
    assert kept == b"".join(reads).translate(None, framing_bytes)


def test_a_frame_that_stands_still_is_a_partial_and_so_is_its_rest() -> None:
    frames = _fed(Framing(), (b"952000", 1.0), (b"0123451\r", 1.5), (b"A-03-02\r", 1.6))
    assert frames == [
        Frame(b"952000", 1.0, Fault.UNFINISHED),
        Frame(b"0123451", 1.5, Fault.UNFINISHED),
        Frame(b"A-03-02", 1.6),
    ]


def test_a_code_after_a_broken_one_is_whole_again() -> None:
    frames = _fed(Framing(), (b"952000", 1.0), (b"A-03-02\r", 2.1))
    assert frames == [Frame(b"952000", 1.0, Fault.UNFINISHED), Frame(b"A-03-02", 2.1)]


def test_a_reader_that_comes_late_breaks_no_frame() -> None:
    """Only a reader that found nothing knows of silence; bytes that waited for it are no new frame."""
    framer = Framer(Framing())
    assert framer.feed(b"952000", 1.0) == []
    assert framer.feed(b"0123451\r", 9.0) == [Frame(b"9520000123451", 9.0)]


def test_a_stall_shorter_than_the_idle_time_breaks_nothing() -> None:
    assert _fed(Framing(), (b"95200", 1.0), (b"00123451\r", 1.09)) == [Frame(b"9520000123451", 1.09)]


def test_noise_without_an_end_is_given_in_bounded_pieces_and_the_next_code_is_whole() -> None:
    frames = _fed(Framing(max_length=100), (b"\xff" * 1000, 1.0), (b"tail\rA1\r", 1.0))
    assert all(frame.fault is Fault.TOO_LONG and len(frame.raw) <= 101 for frame in frames[:-1])
    assert frames[-1] == Frame(b"A1", 1.0)


def test_noise_between_stx_frames_is_shown_and_spoils_none() -> None:
    frames = _fed(Framing(ends="stx-etx"), (b"\x02A1\x03\xff\x00\x02B2\x03", 1.0))
    assert frames == [Frame(b"A1", 1.0), Frame(b"\xff\x00", 1.0, Fault.OUTSIDE), Frame(b"B2", 1.0)]


def test_a_frame_that_begins_again_leaves_its_first_half_as_a_partial() -> None:
    frames = _fed(Framing(ends="stx-etx"), (b"\x02A1\x02B2\x03", 1.0))
    assert frames == [Frame(b"A1", 1.0, Fault.UNFINISHED), Frame(b"B2", 1.0)]


def test_a_line_that_is_gone_leaves_a_partial_that_joins_nothing() -> None:
    framer = Framer(Framing())
    framer.feed(b"952000", 1.0)
    assert framer.reset() == [Frame(b"952000", 1.0, Fault.UNFINISHED)]
    assert framer.feed(b"0123451\r", 1.01) == [Frame(b"0123451", 1.01)]


@pytest.mark.parametrize(
    "wrong", [{"idle_s": 0.0}, {"idle_s": 2.0, "stall_s": 1.0}, {"max_length": 0}], ids=["idle", "order", "length"]
)
def test_a_framing_that_cannot_work_cannot_be_made(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="must be"):
        Framing(**wrong)  # type: ignore[arg-type]
