"""A scanner that types, and a person who types, on one keyboard."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.burst import WedgeRules
from devices.ports import Scan, SourceEvent, SourceState
from devices.wedge import Heard, Typed, Wedge, WedgeSource

CODE = b"9520000123451"
GS1 = b"]C10109520000123451\x1d10L2411"


def _hear(rules: WedgeRules, *reads: tuple[bytes, float], code_page: str = "") -> list[Heard]:
    """As a shell does that is never late: nothing came between two reads."""
    wedge = Wedge(rules, code_page=code_page)
    heard = [one for data, at in reads for one in [*wedge.tick(at), *wedge.feed(data, at)]]
    return heard + wedge.tick(1e9)


def _paced(data: bytes, gap: float, start: float = 1.0) -> list[tuple[bytes, float]]:
    return [(bytes([byte]), start + number * gap) for number, byte in enumerate(data)]


def _texts(heard: list[Heard]) -> list[str]:
    return [one.text for one in heard if isinstance(one, Scan)]


def _typed(heard: list[Heard]) -> bytes:
    return b"".join(one.raw for one in heard if isinstance(one, Typed))


# --- scans ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", [b"\r", b"\n", b"\r\n", b"\t", b""], ids=["CR", "LF", "CRLF", "TAB", "silence"])
@pytest.mark.parametrize("gap", [0.0, 0.001, 0.008, 0.02])
def test_a_fast_burst_is_one_scan_whatever_ends_it(gap: float, end: bytes) -> None:
    heard = _hear(WedgeRules(), *_paced(CODE + end, gap))
    assert [one.raw for one in heard if isinstance(one, Scan)] == [CODE]
    assert len(heard) == 1


def test_a_group_separator_stays_where_it_is() -> None:
    assert _texts(_hear(WedgeRules(), (GS1 + b"\r", 1.0))) == [GS1.decode()]


@given(st.lists(st.integers(0, 300), max_size=40))
def test_any_cutting_into_reads_gives_the_same_scans(places: list[int]) -> None:
    codes = [CODE, GS1, b"A-03-02", "批L2411".encode(), b"\x03\x11\x1a\x1b caf\xe9"]
    sent = b"".join(code + b"\r\n" for code in codes)
    edges = [0, *sorted(place % (len(sent) + 1) for place in places), len(sent)]
    reads = [(sent[a:b], 1.0 + 0.002 * n) for n, (a, b) in enumerate(pairwise(edges))]
    heard = _hear(WedgeRules(), *reads)
    assert [one.raw for one in heard if isinstance(one, Scan)] == codes
    assert len(heard) == len(codes)


@pytest.mark.parametrize("announced", [b"]C1", b"\x02"], ids=["AIM id", "prefix"])
@pytest.mark.parametrize("stalls", [(0,), (1, 3), (2, 3, 4), (5, 9, 12)])
def test_a_scan_that_is_announced_stays_one_through_stalls(announced: bytes, stalls: tuple[int, ...]) -> None:
    at, reads = 1.0, list[tuple[bytes, float]]()
    for place, byte in enumerate(announced + CODE + b"\r"):
        reads.append((bytes([byte]), at))
        at += 0.13 if place in stalls else 0.003
    rules = WedgeRules(prefix="\x02" if announced == b"\x02" else "")
    text = (announced.removeprefix(b"\x02") + CODE).decode()
    assert _texts(_hear(rules, *reads)) == [text]


def test_a_scanner_known_to_end_its_codes_may_stall_without_an_announcement() -> None:
    reads = [*_paced(CODE[:5], 0.003), *_paced(CODE[5:] + b"\r", 0.003, start=1.142)]
    assert _texts(_hear(WedgeRules(terminated=True), *reads)) == [CODE.decode()]


def test_half_a_code_is_shown_and_not_posted_where_codes_have_an_end() -> None:
    heard = _hear(WedgeRules(terminated=True), *_paced(CODE[:6], 0.003))
    assert len(heard) == 1
    assert isinstance(heard[0], SourceState)
    assert (heard[0].event, heard[0].raw) == (SourceEvent.PARTIAL, CODE[:6])


@pytest.mark.parametrize("rest", [b"1", b"51", b"451"])
def test_the_rest_of_a_code_that_stalled_is_never_typed(rest: bytes) -> None:
    """Else its digits and its Enter would be a quantity."""
    first = CODE.removesuffix(rest)
    heard = _hear(WedgeRules(), *_paced(first, 0.001), *_paced(rest + b"\r", 0.001, start=1.12))
    assert _texts(heard) == [first.decode()]
    assert [one.raw for one in heard if isinstance(one, SourceState)] == [rest + b"\r"]
    assert not _typed(heard)


def test_the_end_of_a_code_that_comes_late_is_no_key() -> None:
    heard = _hear(WedgeRules(), *_paced(CODE, 0.001), (b"\r\n", 1.15))
    assert (_texts(heard), len(heard)) == ([CODE.decode()], 1)


def test_a_key_that_a_person_types_after_a_code_without_an_end_is_a_key() -> None:
    arrow = b"\x1b[A"
    assert _typed(_hear(WedgeRules(), *_paced(CODE, 0.001), (b"7", 1.2), (b"\r", 1.4))) == b"7\r"
    assert _typed(_hear(WedgeRules(), *_paced(CODE, 0.001), (arrow, 1.1))) == arrow


@pytest.mark.parametrize("end", [b"\r", b""], ids=["CR", "silence"])
@pytest.mark.parametrize("code", [CODE, b"]E0" + CODE], ids=["bare", "AIM id"])
def test_ten_scans_of_one_code_100_ms_apart_are_ten(code: bytes, end: bytes) -> None:
    """R12"""
    reads = [read for number in range(10) for read in _paced(code + end, 0.001, start=1.0 + 0.1 * number)]
    assert _texts(_hear(WedgeRules(), *reads)) == [code.decode()] * 10


def test_a_shell_that_comes_late_finds_one_scan_and_not_two() -> None:
    wedge = Wedge()
    assert wedge.feed(CODE[:7], 1.0) == []
    assert _texts(wedge.feed(CODE[7:] + b"\r", 9.0)) == [CODE.decode()]
    assert wedge.feed(b"\n", 12.0) == []


def test_scans_at_full_speed_keep_their_order() -> None:
    codes = [f"LOC-{number:04d}-{'x' * 21}" for number in range(1000)]
    assert _texts(_hear(WedgeRules(), ("\r".join([*codes, ""]).encode(), 1.0))) == codes


def test_control_characters_are_put_back_where_the_scanner_types_something_else() -> None:
    rules = WedgeRules(substitutions={"|": "\x1d", "\x1b[19~": "\x1e", "\x1b[19~|": "\x04"})
    heard = _hear(rules, (b"]d2[)>\x1b[19~06|1T\x1b[19~|X\r", 1.0))
    assert _texts(heard) == ["]d2[)>\x1e06\x1d1T\x04X"]
    assert [one.raw for one in heard if isinstance(one, Scan)] == [b"]d2[)>\x1b[19~06|1T\x1b[19~|X"]


def test_prefix_and_suffix_are_no_part_of_the_code() -> None:
    assert _texts(_hear(WedgeRules(prefix="~", suffix="!"), (b"~A-03-02!\r", 1.0))) == ["A-03-02"]


def test_where_scanners_send_a_prefix_everything_without_it_is_typing() -> None:
    rules = WedgeRules(prefix="~")
    assert _typed(_hear(rules, (b"123456\r", 1.0))) == b"123456\r"
    assert _texts(_hear(rules, (b"]E0" + CODE + b"\r", 1.0))) == ["]E0" + CODE.decode()]


@pytest.mark.parametrize(
    ("raw", "code_page", "text"),
    [
        ("毛巾A1-02".encode(), "gb18030", "毛巾A1-02"),
        ("毛巾A1-02".encode("gb18030"), "gb18030", "毛巾A1-02"),
        (b"CAF\xe9-01", "", "CAF\xe9-01"),
        (b"CAF\xe9-01", "gb18030", "CAF\xe9-01"),
        (b"\xff\xfe\x00\x80AB-9", "gb18030", "\xff\xfe\x00\x80AB-9"),
    ],
)
def test_a_burst_is_decoded_as_a_whole(raw: bytes, code_page: str, text: str) -> None:
    heard = _hear(WedgeRules(), (raw + b"\r", 1.0), code_page=code_page)
    assert _texts(heard) == [text]


# --- typing -----------------------------------------------------------------------------------------------------------


@given(
    keys=st.binary(min_size=1, max_size=30),
    gaps=st.lists(st.floats(0.03, 0.4), min_size=30, max_size=30),
    prefix=st.sampled_from(["", "]"]),
)
def test_typing_at_human_speed_is_never_a_scan_and_loses_no_key(keys: bytes, gaps: list[float], prefix: str) -> None:
    at, reads = 1.0, list[tuple[bytes, float]]()
    for byte, gap in zip(keys, gaps, strict=False):
        reads.append((bytes([byte]), at))
        at += gap
    heard = _hear(WedgeRules(prefix=prefix), *reads)
    assert all(isinstance(one, Typed) for one in heard)
    dropped = sum(a == 0x0D and b == 0x0A for (a, b) in pairwise(keys))
    assert len(keys) - dropped <= len(_typed(heard)) <= len(keys)
    assert _typed(heard).translate(None, b"\n") == keys.translate(None, b"\n")


def test_a_key_is_handed_on_after_a_twentieth_of_a_second() -> None:
    wedge = Wedge()
    assert wedge.feed(b"7", 1.0) == []
    assert wedge.deadline == pytest.approx(1.05)
    assert wedge.tick(1.04) == []
    assert wedge.tick(1.05) == [Typed(b"7", 1.0)]
    assert wedge.deadline is None


def test_enter_after_typed_digits_is_handed_on_at_once() -> None:
    wedge = Wedge()
    wedge.feed(b"12", 1.0)
    assert wedge.feed(b"\r", 1.02) == [Typed(b"12", 1.0), Typed(b"\r", 1.02)]


def test_a_key_that_is_held_down_does_not_wait_for_its_end() -> None:
    wedge = Wedge()
    heard = [one for data, at in _paced(b"\x7f" * 30, 0.033) for one in [*wedge.tick(at), *wedge.feed(data, at)]]
    assert len(_typed(heard)) >= 26


@pytest.mark.parametrize("times", [1, 5])
@pytest.mark.parametrize("key", [b"\x1b[A", b"\x1bOP", b"\x1b[19~", b"\x1b[<0;10;5M"], ids=["up", "F1", "F8", "mouse"])
def test_arrows_function_keys_and_the_mouse_are_no_scans(key: bytes, times: int) -> None:
    assert _typed(_hear(WedgeRules(), (key * times, 1.0))) == key * times
    assert _typed(_hear(WedgeRules(), (key * times + b"\r", 1.0))) == key * times + b"\r"


def test_words_of_an_input_method_are_no_scans() -> None:
    for word in ("毛巾三十", "１２３４"):
        assert _typed(_hear(WedgeRules(), (word.encode(), 1.0), (b"\r", 1.4))) == word.encode() + b"\r"
    slow = [(character.encode(), 1.0 + 0.2 * place) for place, character in enumerate("毛巾三十\r")]
    assert _texts(_hear(WedgeRules(), *slow)) == []


@pytest.mark.parametrize("byte", range(256))
def test_a_single_byte_from_anywhere_is_only_ever_handed_on(byte: int) -> None:
    assert _hear(WedgeRules(), (bytes([byte]), 1.0)) == [Typed(bytes([byte]), 1.0)]


@given(
    reads=st.lists(st.tuples(st.binary(max_size=40), st.floats(0, 0.3)), max_size=30),
    rules=st.sampled_from(
        [WedgeRules(), WedgeRules(terminated=True), WedgeRules(prefix="\x02", suffix="!"), WedgeRules(max_length=10)]
    ),
)
def test_no_byte_string_fails_and_no_byte_is_lost(reads: list[tuple[bytes, float]], rules: WedgeRules) -> None:
    at, timed, sent = 1.0, list[tuple[bytes, float]](), b""
    for data, gap in reads:
        timed.append((data, at := at + gap))
        sent += data
    ends = b"\r\n\t"
    heard = _hear(rules, *timed)
    assert b"".join(one.raw for one in heard).translate(None, ends) == sent.translate(None, ends)


@given(reads=st.lists(st.tuples(st.binary(max_size=12), st.floats(0, 0.3)), max_size=30), steps=st.integers(1, 4))
def test_how_often_the_clock_is_looked_at_changes_nothing(reads: list[tuple[bytes, float]], steps: int) -> None:
    wedge, seen, at, timed = Wedge(), list[Heard](), 1.0, list[tuple[bytes, float]]()
    for data, gap in reads:
        for step in range(steps):
            seen += wedge.tick(at + gap * step / steps)
        at += gap
        timed.append((data, at))
        seen += wedge.tick(at) + wedge.feed(data, at)
    assert seen + wedge.tick(1e9) == _hear(WedgeRules(), *timed)


def test_more_than_a_code_can_hold_is_given_in_pieces_and_the_next_scan_is_whole() -> None:
    heard = _hear(WedgeRules(max_length=100), (b"x" * 950 + b"\r" + CODE + b"\r", 1.0))
    partials = [one for one in heard if isinstance(one, SourceState)]
    assert sum(len(one.raw) for one in partials) == 950
    assert _texts(heard) == [CODE.decode()]


def test_a_flood_that_breaks_off_does_not_spoil_the_next_scan() -> None:
    heard = _hear(WedgeRules(max_length=100), (b"x" * 101, 1.0), (CODE + b"\r", 3.0))
    assert _texts(heard) == [CODE.decode()]


@pytest.mark.parametrize(
    "wrong",
    [{"prefix": "毛"}, {"substitutions": {"": "x"}}, {"hold_s": 0.0}, {"idle_s": 0.2}, {"min_length": 0}],
    ids=["no byte", "nothing", "no hold", "order", "no length"],
)
def test_rules_that_cannot_work_cannot_be_made(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"must be|not made of|nothing"):
        WedgeRules(**wrong)  # type: ignore[arg-type]


def test_scans_and_keys_leave_the_source_in_the_order_they_came() -> None:
    now, order = [1.0], list[str]()
    source = WedgeSource(Wedge(), lambda typed: order.append(typed.raw.decode()), lambda: now[0])
    source.start(lambda one: order.append(one.text if isinstance(one, Scan) else one.event.value))
    source.feed(b"7")
    now[0] += 0.06
    source.tick()
    source.feed(CODE + b"\r8")
    source.stop()
    source.feed(CODE + b"\r")
    assert order == ["connected", "7", CODE.decode(), "8"]
