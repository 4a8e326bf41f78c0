"""The administrator's commands on a ledger that no service holds: what they do, print and answer."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import click.testing
import msgspec
import pytest
from api.device import SITE, Device, base64url
from api.programs import environment
from loaded_programs import ROOT

from server_stub.access import enroll
from server_stub.changes import change
from server_stub.cli import main
from server_stub.db import open_ledger
from server_stub.keys import create_key, load_key
from server_stub.ledger.book import Book
from server_stub.ledger.incoming import read_offer
from server_stub.ledger.office import opening_stock, put_order, put_rows
from server_stub.ledger.streams import take_offer
from server_stub.place import place_of
from sync.wire.bundle import Entry, Header, write_bundle
from sync.wire.messages import Fill, Gap, StreamOffer
from sync.wire.operation import Link, Parent, link_hash
from sync.wire.quantity import Quantity
from sync.wire.rows import Balance, Claim, Item, Location, Order, OrderLine, row_key


class Office:
    """Runs commands on one ledger."""

    def __init__(self, database: str) -> None:
        self.database = database
        self.file = place_of(database).file

    def run(self, *words: str, status: int = 0) -> str:
        result = click.testing.CliRunner().invoke(main, words, env={"LEDGER_DB": self.database})
        assert result.exit_code == status, result.output
        return result.output

    def json(self, *words: str) -> Any:
        return json.loads(self.run(*words, "--json"))


@pytest.fixture
def office(database: str) -> Office:
    made = Office(database)
    create_key(place_of(database).key)
    made.run("site", "add", SITE, "--name", "Main hall")
    return made


def stocked(office: Office) -> None:
    """An order of 5 of item 4711, of which 12 lie in A-01."""
    ledger = open_ledger(office.database)
    order = Order(site=SITE, order="S-1")
    line = OrderLine(site=SITE, order="S-1", line="1", item="4711", quantity=Quantity(5))
    stock = Balance(site=SITE, location="A-01", item="4711", quantity=Quantity(12))
    change(ledger, "global", "office", lambda book: put_rows(book, [Item(code="4711")]))
    change(ledger, SITE, "office", lambda book: put_rows(book, [Location(site=SITE, code="A-01")]))
    change(ledger, SITE, "office", lambda book: opening_stock(book, [stock]))
    change(ledger, SITE, "office", lambda book: put_order(book, order, [line]))
    ledger.close()


def enrolled(office: Office, terminal: str = "T1") -> Device:
    code = office.json("terminal", "add", terminal, "--site", SITE)["code"]
    ledger, device = open_ledger(office.database), Device()
    key = load_key(place_of(office.database).key)
    now = datetime.now(UTC)
    device.accept(ledger.registry(lambda registry: enroll(registry, device.enrollment(code), key, now)))
    ledger.close()
    return device


def test_sites_are_added_once(office: Office) -> None:
    assert [site["name"] for site in office.json("site", "list")] == ["Main hall"]
    assert "already" in office.run("site", "add", SITE, status=1)


def test_a_role_that_does_not_exist_is_refused(office: Office) -> None:
    assert "no role 'manger'; there are picker, receiver" in office.run(
        "operator", "add", "LI", "--role", f"{SITE}:manger", status=2
    )
    assert office.json("operator", "list") == []


def test_an_operator_is_added_changed_and_deactivated(office: Office) -> None:
    office.run(
        "operator", "add", "WANG", "--name", "王芳", "--badge", "B-1", "--role", f"{SITE}:picker", "--role", "receiver"
    )
    (operator,) = office.json("operator", "list")
    assert operator["roles"] == {SITE: ["picker"], "*": ["receiver"]}
    office.run("operator", "deactivate", "WANG")
    assert office.json("operator", "list")[0]["active"] is False
    assert "no operator" in office.run("operator", "deactivate", "LI", status=1)


def test_a_badge_belongs_to_one_person(office: Office) -> None:
    office.run("operator", "add", "WANG", "--badge", "B-1")
    assert "belongs to WANG" in office.run("operator", "add", "LI", "--badge", "B-1", status=1)


def test_stock_is_told_in_decimal_text_with_its_unit(office: Office) -> None:
    stocked(office)
    assert office.json("stock", "--location", "A-01") == [
        {
            "site": SITE,
            "location": "A-01",
            "item": "4711",
            "lot": "",
            "serial": "",
            "lpn": "",
            "status": "",
            "quantity": "12",
            "unit": "pcs",
        }
    ]
    assert "A-01" in office.run("stock")


def test_the_office_sees_who_has_an_order_and_frees_it(office: Office) -> None:
    stocked(office)
    held = Claim(site=SITE, order="S-1", by="wang", terminal="T1", since="2026-11-02T01:40:00Z")
    ledger = open_ledger(office.database)
    change(ledger, SITE, "office", lambda book: put_rows(book, [held], "task_claimed"))
    ledger.close()
    assert [(one["order"], one["by"], one["terminal"]) for one in office.json("claims", "--by", "wang")] == [
        ("S-1", "wang", "T1")
    ]
    assert "S-1 is free" in office.run("order", "release", "S-1", "--site", SITE)
    assert "nobody had S-1" in office.run("order", "release", "S-1", "--site", SITE)
    assert "no order" in office.run("order", "release", "S-9", "--site", SITE, status=1)
    assert (office.json("claims"), office.json("verify")["ok"]) == ([], True)
    ledger = open_ledger(office.database)
    order = ledger.get(Order, row_key(SITE, "S-1"))
    ledger.close()
    assert order is not None
    assert order.state == "open", "and the order is as it was"


def test_a_cancelled_order_leaves_no_work(office: Office) -> None:
    stocked(office)
    assert "is cancelled" in office.run("order", "cancel", "S-1", "--site", SITE)
    assert "before" in office.run("order", "cancel", "S-1", "--site", SITE)
    assert "no order" in office.run("order", "cancel", "S-9", "--site", SITE, status=1)


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("--line", "1", "--quantity", "7"), 0, "now wants 7"),
        (("--line", "1", "--quantity", "5"), 0, "nothing to change"),
        (("--line", "2", "--quantity", "7"), 1, "its lines are 1"),
        (("--line", "1", "--quantity", "1.5"), 2, "cannot be used"),
        (("--line", "1", "--quantity", "-1"), 2, "negative"),
    ],
)
def test_what_a_line_wants_is_changed(office: Office, words: tuple[str, ...], status: int, said: str) -> None:
    stocked(office)
    assert said in office.run("order", "change", "S-1", "--site", SITE, *words, status=status)


def test_a_ledger_that_agrees_with_its_log_is_verified(office: Office) -> None:
    """R27."""
    stocked(office)
    assert "agrees" in office.run("verify")
    assert office.json("verify")["ok"] is True


def test_an_altered_row_is_found_and_named(office: Office) -> None:
    """R27."""
    stocked(office)
    with sqlite3.connect(str(office.file)) as connection:
        connection.execute("UPDATE balances SET quantity = 13 WHERE location = 'A-01'")
    connection.close()
    said = office.run("verify", status=1)
    assert "A-01" in said
    assert "4711" in said


def test_a_token_is_shown_once_and_listed_by_its_name(office: Office) -> None:
    token = office.run("token", "add", "reports").strip()
    assert office.json("token", "list") == [{"name": "reports", "used": False}]
    assert token not in office.run("token", "list")
    assert "already" in office.run("token", "add", "reports", status=1)
    office.run("token", "revoke", "reports")
    assert office.json("token", "list") == []
    assert "no token" in office.run("token", "revoke", "reports", status=1)


# --- a queue on a stick -----------------------------------------------------------------------------------------------


def queue(device: Device, file: Path, *, after: int = 0, signed_by: Device | None = None) -> Path:
    header = Header(
        ledger_id=device.ledger_id, terminal=device.id, site=device.site, epoch=device.epoch, head=len(device.ops)
    )
    pairs = zip(device.links[after:], device.ops[after:], strict=True)
    entries = [Entry(link=link, op=msgspec.Raw(op)) for link, op in pairs]
    key = (signed_by or device).key
    file.write_bytes(write_bundle(header, entries, sign=lambda text: base64url(key.sign(text)), certificate=None))
    return file


def test_a_queue_carried_by_hand_is_taken_in_once(office: Office, tmp_path: Path) -> None:
    """X11."""
    device = enrolled(office)
    for number in range(3):
        device.receive(f"item-{number}")
    for _time in range(2):
        assert "T1: 3 " in office.run("import-queue", str(queue(device, tmp_path / "T1.queue")))
    assert len(office.json("ops")) == 3


def test_a_queue_that_begins_beyond_what_is_held_stays_on_the_stick(office: Office, tmp_path: Path) -> None:
    device = enrolled(office)
    for number in range(3):
        device.receive(f"item-{number}")
    said = office.run("import-queue", str(queue(device, tmp_path / "T1.queue", after=1)), status=1)
    assert "2 operations were left" in said
    assert office.json("ops") == []


def with_a_gap(office: Office, device: Device) -> None:
    """Over the network the ledger took the first and the third operation; the second is said to be lost."""
    first, lost, third = device.links
    hash_ = link_hash(lost, ledger_id=device.ledger_id, terminal=device.id)
    take(office, device, links=[first], ops=device.ops[:1])
    take(office, device, links=[third], ops=device.ops[2:], gap=Gap(from_seq=2, to_seq=2, hash=hash_))


def take(office: Office, device: Device, *, ops: list[bytes], **offered: Any) -> None:
    offer = StreamOffer(epoch=device.epoch, head=3, ops=[msgspec.Raw(op) for op in ops], **offered)
    incoming = read_offer(offer, device.ledger_id, device.id)

    def work(book: Book) -> None:
        terminal = book.terminal(device.id)
        assert terminal
        take_offer(book, terminal, offer, incoming)

    ledger = open_ledger(office.database)
    ledger.run({SITE}, work)
    ledger.close()


def copy_that_holds_the_second(device: Device, file: Path) -> Path:
    """The queue of a copy of the terminal: it holds one operation, linked anew in an epoch of its own."""
    lost, head = device.links[1], device.links[2]
    hash_ = link_hash(head, ledger_id=device.ledger_id, terminal=device.id)
    parent = Parent(epoch=device.epoch, seq=3, hash=hash_)
    link = Link(epoch=str(uuid4()), seq=1, prev=hash_, op_hash=lost.op_hash, parent=parent)
    header = Header(ledger_id=device.ledger_id, terminal=device.id, site=SITE, epoch=link.epoch, head=1)
    entries = [Entry(link=link, op=msgspec.Raw(device.ops[1]))]
    file.write_bytes(
        write_bundle(
            header, entries, earlier=[lost], sign=lambda text: base64url(device.key.sign(text)), certificate=None
        )
    )  # fmt: skip
    return file


@pytest.mark.parametrize("network_first", [False, True])
def test_a_link_of_an_earlier_epoch_closes_a_gap_once_however_it_comes(
    office: Office, tmp_path: Path, network_first: bool
) -> None:
    """X11: carried by hand and sent over the network, either first."""
    device = enrolled(office)
    ops = [device.receive(f"item-{number}") for number in range(3)]
    with_a_gap(office, device)
    assert gaps(office) == ["open"]
    file = copy_that_holds_the_second(device, tmp_path / "T1.queue")

    def fill() -> None:
        take(office, device, ops=[], fills=[Fill(link=device.links[1], op=msgspec.Raw(ops[1]))])

    def carry() -> None:
        said = office.run("import-queue", str(file))
        assert ("closed a gap" in said) is not network_first

    for way in (fill, carry) if network_first else (carry, fill):
        way()
        assert gaps(office) == ["explained"]
        assert len(office.json("ops")) == 3
    assert [one["kind"] for one in office.json("conflicts") if one["state"] == "open"].count("stream_forked") == 1


def gaps(office: Office) -> list[str]:
    """How the notices of gaps stand."""
    return [one["state"] for one in office.json("conflicts") if one["kind"] == "stream_gap"]


def test_the_queue_of_a_revoked_terminal_goes_into_quarantine(office: Office, tmp_path: Path) -> None:
    """R23."""
    device = enrolled(office)
    device.receive("4711")
    office.run("terminal", "revoke", "T1")
    assert "1 quarantined" in office.run("import-queue", str(queue(device, tmp_path / "T1.queue")))
    assert office.json("ops")[0]["reason"] == "terminal_revoked"


def test_a_queue_that_another_key_signed_is_refused(office: Office, tmp_path: Path) -> None:
    device, thief = enrolled(office, "T1"), enrolled(office, "T2")
    device.receive("4711")
    said = office.run("import-queue", str(queue(device, tmp_path / "T1.queue", signed_by=thief)), status=1)
    assert "not signed" in said
    assert office.json("ops") == []


def test_a_file_that_is_no_queue_is_refused(office: Office, tmp_path: Path) -> None:
    file = tmp_path / "T1.queue"
    file.write_bytes(b"hello\n")
    assert "scanner queue export" in office.run("import-queue", str(file), status=2)


# --- where it cannot work ---------------------------------------------------------------------------------------------


def test_a_ledger_that_is_not_there_is_said_in_one_sentence(tmp_path: Path) -> None:
    nowhere = Office(f"sqlite:///{tmp_path / 'nowhere.db'}")
    for words in (("stock",), ("site", "add", "X"), ("serve", "--port", "0"), ("verify",)):
        said = nowhere.run(*words, status=2)
        assert len(said.splitlines()) == 1
        assert "ledger init" in said
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_ledger_is_said_in_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("not a database, only some notes that somebody took\n" * 100, encoding="utf-8")
    said = Office(str(file)).run("stock", status=2)
    assert len(said.splitlines()) == 1
    assert "Traceback" not in said


def test_without_the_extra_one_sentence_names_it(tmp_path: Path) -> None:
    hide = (
        "import sys, importlib.util as u\n"
        "real = u.find_spec\n"
        "u.find_spec = lambda name, *more: None if name == 'starlette' else real(name, *more)\n"
        "from server_stub.cli import main\n"
        "main(['stock'])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", hide],
        env=environment(tmp_path / "x.db"),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 2
    assert "[ledger]" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_the_command_line_starts_without_the_ledgers_libraries() -> None:
    code = "import sys, server_stub.cli; print([n for n in ('sqlalchemy', 'starlette', 'msgspec') if n in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=30, check=True
    )
    assert done.stdout.strip() == "[]"
