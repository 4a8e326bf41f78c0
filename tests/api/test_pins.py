"""PINs over HTTP: terminals read verifiers and bring new ones; a supervisor's code resets one (R21)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from api.device import SITE

from server_stub.changes import put_global
from server_stub.commands.operators import add_operator, give_operator_code, reset_operator_pin
from server_stub.office import OfficeRefusal
from server_stub.pins import MOST_WRONG_CODES, KeptPin, choose_pin, pins_for, reset_pin
from sync.wire.codec import decode, encode
from sync.wire.pins import Pin, PinChoice, PinsReply, is_pin, new_verifier, pin_matches
from sync.wire.rows import Operator

SALT = bytes(range(16))
FIRST, NEXT = new_verifier("1234", SALT), new_verifier("9876", SALT)


@pytest.fixture
async def terminal(served: Any, enrolled: Any) -> Any:
    """A terminal of SITE on a live ledger with WANG, who works there, and OTHER, who works elsewhere."""
    for operator in (Operator(code="WANG", roles={SITE: ["picker"]}), Operator(code="OTHER", roles={"X": ["picker"]})):
        served.do(lambda ledger, one=operator: put_global(ledger, "operator_added", "office", one))
    return enrolled


@pytest.fixture
async def enrolled(served: Any) -> Any:
    return await served.enrolled()


async def told(served: Any, terminal: Any) -> PinsReply:
    response = await served.client.get("/v1/pins", headers=terminal.bearer)
    assert response.status_code == 200, response.text
    return decode(response.content, PinsReply)


async def choose(served: Any, terminal: Any, operator: str, verifier: str, code: str = "") -> PinsReply:
    choice = encode(PinChoice(operator=operator, verifier=verifier, code=code))
    response = await served.client.post("/v1/pins", content=choice, headers=terminal.bearer)
    assert response.status_code == 200, response.text
    return decode(response.content, PinsReply)


def handed_out(served: Any, operator: str = "WANG", digits: str = "") -> str:
    """The one-time code that came with the badge."""
    code: str = served.do(lambda ledger: give_operator_code(ledger, code=operator, digits=digits))
    return code


async def chosen(served: Any, terminal: Any, operator: str = "WANG", verifier: str = FIRST) -> None:
    code = handed_out(served, operator)
    assert (await choose(served, terminal, operator, verifier, code)).refused == ""


async def test_a_first_pin_is_told_to_the_terminals_of_the_operators_site(served: Any, terminal: Any) -> None:
    await chosen(served, terminal)
    assert (await told(served, terminal)).pins == [Pin(operator="WANG", verifier=FIRST)]


async def test_a_badge_alone_chooses_no_pin(served: Any, terminal: Any) -> None:
    """Whoever finds a new badge would else be its owner. No code was handed out, or it is another one."""
    assert (await told(served, terminal)).pins == [Pin(operator="WANG", by_code=True)]
    for code in ("", "0000000000"):
        assert (await choose(served, terminal, "WANG", FIRST, code)).refused == "wrong_code"
    await chosen(served, terminal)


async def test_a_new_operator_gets_a_code_with_the_badge(served: Any, enrolled: Any) -> None:
    added: dict[str, Any] = {"code": "LI", "name": "", "badge": "B-2", "roles": {}, "language": "", "by": "anna"}
    code = served.do(lambda ledger: add_operator(ledger, **added))
    assert served.do(lambda ledger: add_operator(ledger, **added | {"name": "Li"})) == "", "a change voids no code"
    assert (await choose(served, enrolled, "LI", FIRST, code)).refused == ""


async def test_a_printed_code_is_taken_as_the_one_time_code(served: Any, terminal: Any) -> None:
    assert handed_out(served, digits="1029384756") == "1029384756"
    assert (await choose(served, terminal, "WANG", FIRST, "1029384756")).refused == ""


@pytest.mark.parametrize(
    ("operator", "digits", "says"),
    [("NOBODY", "", "no operator"), ("WANG", "123", "10 digits"), ("WANG", "12345678９0", "10 digits")],
)
async def test_a_code_is_for_somebody_and_of_ten_digits(
    served: Any, terminal: Any, operator: str, digits: str, says: str
) -> None:
    with pytest.raises(OfficeRefusal, match=says):
        handed_out(served, operator, digits)


async def test_who_has_a_pin_gets_no_code_for_a_first_one(served: Any, terminal: Any) -> None:
    await chosen(served, terminal)
    with pytest.raises(OfficeRefusal, match="reset-pin WANG"):
        handed_out(served)


class Drawer(dict[str, KeptPin]):
    """PINs in a drawer."""

    def pin(self, operator: str) -> KeptPin | None:
        return self.get(operator)

    def pins(self) -> list[KeptPin]:
        return list(self.values())

    def put_pin(self, pin: KeptPin) -> None:
        self[pin.operator] = pin


def test_where_no_pin_is_needed_the_first_one_takes_no_code() -> None:
    """Training and test."""
    drawer = Drawer()
    wang = Operator(code="WANG")
    assert pins_for(drawer, [wang], needed=False) == []
    choice = PinChoice(operator="WANG", verifier=FIRST)
    assert choose_pin(drawer, choice, datetime.now(UTC), needed=False) == ""
    assert pins_for(drawer, [wang], needed=False) == [Pin(operator="WANG", verifier=FIRST)]


async def test_a_live_ledger_needs_pins(served: Any, terminal: Any) -> None:
    assert (await told(served, terminal)).needed


async def test_a_pin_that_is_there_is_not_replaced_without_a_code(served: Any, terminal: Any) -> None:
    await chosen(served, terminal)
    assert (await choose(served, terminal, "WANG", NEXT)).refused == "pin_chosen"
    assert (await choose(served, terminal, "WANG", FIRST)).refused == "", "the same choice, sent again"
    assert (await told(served, terminal)).pins == [Pin(operator="WANG", verifier=FIRST)]


async def test_a_one_time_code_resets_a_pin_once(served: Any, terminal: Any) -> None:
    await chosen(served, terminal)
    code = served.do(lambda ledger: reset_operator_pin(ledger, code="WANG"))
    assert (await told(served, terminal)).pins == [Pin(operator="WANG", by_code=True)]
    assert (await choose(served, terminal, "WANG", NEXT)).refused == "wrong_code"
    assert (await choose(served, terminal, "WANG", NEXT, code)).refused == ""
    assert (await choose(served, terminal, "WANG", FIRST, code)).refused == "pin_chosen"


async def test_a_code_that_was_guessed_at_too_often_is_void(served: Any, terminal: Any) -> None:
    code = served.do(lambda ledger: reset_operator_pin(ledger, code="WANG"))
    for _ in range(MOST_WRONG_CODES):
        assert (await choose(served, terminal, "WANG", NEXT, "0")).refused == "wrong_code"
    assert (await choose(served, terminal, "WANG", NEXT, code)).refused == "wrong_code"


async def test_a_code_expires_after_a_day(served: Any, terminal: Any) -> None:
    long_ago = datetime.now(UTC) - timedelta(hours=25)
    code = served.do(lambda ledger: ledger.registry(lambda registry: reset_pin(registry, "WANG", long_ago)))
    assert (await choose(served, terminal, "WANG", NEXT, code)).refused == "wrong_code"


async def test_operators_of_another_site_are_no_concern_of_this_terminal(served: Any, terminal: Any) -> None:
    assert (await choose(served, terminal, "OTHER", FIRST)).refused == "unknown_operator"


async def test_what_is_no_verifier_is_not_kept(served: Any, terminal: Any) -> None:
    assert (await choose(served, terminal, "WANG", "1234")).refused == "malformed"


async def test_pins_are_for_terminals_alone(served: Any, terminal: Any) -> None:
    for headers in ({}, {"authorization": "Bearer nobody"}):
        assert (await served.client.get("/v1/pins", headers=headers)).status_code == 401


async def test_no_verifier_and_no_code_reaches_the_log_or_the_feeds(served: Any, terminal: Any) -> None:
    code = served.do(lambda ledger: reset_operator_pin(ledger, code="WANG"))
    await choose(served, terminal, "WANG", FIRST, code)
    entries = served.do(lambda ledger: ledger.run(["global"], lambda book: list(book.entries("global", 0, 1000))))
    assert entries
    assert all(secret not in str(entries) + str(served.logged) for secret in (FIRST, code))


# --- the verifier -----------------------------------------------------------------------------------------------------


def test_a_verifier_knows_its_pin_and_no_other() -> None:
    assert pin_matches("1234", FIRST)
    assert not pin_matches("1235", FIRST)
    assert new_verifier("1234", SALT[::-1]) != FIRST


@pytest.mark.parametrize(
    "verifier",
    [
        "",
        "1234",
        "scrypt$40$8$1$AAAA$AAAA",
        FIRST + "x",
        FIRST.replace("scrypt", "md5"),
        "scrypt$x$8$1$$",
        "scrypt$14$8$1$é$é",
    ],
)
def test_what_is_no_verifier_matches_nothing(verifier: str) -> None:
    assert not pin_matches("1234", verifier)


@pytest.mark.parametrize(
    ("text", "good"), [("1234", True), ("123", False), ("12a4", False), ("1" * 13, False), ("１２３４", False)]
)
def test_a_pin_is_four_to_twelve_digits(text: str, good: bool) -> None:
    assert is_pin(text) is good
