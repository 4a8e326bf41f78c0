"""`ledger verify` (R27, X5): one altered byte anywhere in what it checks is found, and the entry named."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import pytest
from ledger.hall import LEDGER, OTHER, SITE, Hall, Picker

from server_stub.db import Ledger, open_ledger
from server_stub.ledger.book import Terminal
from server_stub.ledger.bundle import import_bundle
from server_stub.ledger.incoming import read_incoming
from server_stub.ledger.office import cancel_order, put_rows
from sync.wire.rows import Item, Order


@pytest.fixture(scope="module")
def day(empty_ledger_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A day with picks, an undo, a waiting undo, a transfer, conflicts open and explained, and a quarantined fact."""
    file = tmp_path_factory.mktemp("day") / "day.db"
    shutil.copy(empty_ledger_file, file)
    ledger = open_ledger(f"sqlite:///{file}")
    _live_through(ledger)
    ledger.close()
    return file


@pytest.fixture
def ledger(day: Path, tmp_path: Path, opened: Callable[[str], Ledger]) -> Ledger:
    file = tmp_path / "day.db"
    shutil.copy(day, file)
    return opened(f"sqlite:///{file}")


def _live_through(ledger: Ledger) -> None:
    hall = Hall.over(ledger)
    hall.stock(A_01=9, A_02=9)
    hall.order("O1", line1=3)
    hall.order("O2", line1=2)
    li, wang = hall.picker("LI"), hall.picker("WANG")
    li.sync()
    wang.sync()
    li.undo(li.pick(hall.task("O1")))
    wang.pick(hall.task("O2"))
    wang.undo("LI-9")
    li.record("transferred_out", {"item": "lamp", "quantity": "1", "location": "A-02", "to_site": OTHER})
    li.record("moved", {"item": "lamp", "quantity": "1.5", "location": "A-01", "to": "A-02"})
    li.move(1, "STAGE", "T-1")
    hall.office(lambda book: cancel_order(book, Order(site=SITE, order="O2")))
    li.sync()
    wang.sync()
    li.receive(1, "STAGE")
    li.drain()
    wang.drain()


def alter(ledger: Ledger, statement: str) -> int:
    connection = ledger._engine.raw_connection()
    cursor = connection.cursor()
    cursor.execute(statement)
    changed: int = cursor.rowcount
    connection.close()
    return changed


def test_an_untouched_ledger_has_no_problem(ledger: Ledger) -> None:
    assert ledger.verify() == []


LAST_BYTE = "substr({0}, 1, length({0}) - 1) || 'x'"
ALTERED: list[tuple[str, str, str, str]] = [
    ("log", "body", "n = 5 AND feed = 'HALL'", "feed HALL: entry 5 was altered"),
    ("log", "hash", "n = 5 AND feed = 'HALL'", "feed HALL: entry 5 was altered"),
    ("feed", "hash", "feed = 'HALL'", "feed HALL: the log ends"),
    ("operation", "raw", "id = 'LI-1'", "operation LI-1: its bytes"),
    ("operation", "op_hash", "id = 'LI-1'", "operation LI-1:"),
    ("operation", "terminal", "id = 'LI-1'", "operation LI-1: the log has another"),
    ("operation", "site", "id = 'LI-1'", "operation LI-1: its site"),
    ("operation", "kind", "id = 'LI-1'", "operation LI-1: its site, kind"),
    ("operation", "outcome", "id = 'LI-1'", "operation LI-1: its site, kind or outcome"),
    ("operation_feed", "op", "op = 'LI-1'", "operation LI-1: that feed HALL"),
    ("operation_feed", "feed", "op = 'LI-1'", "operation LI-1: that feed HALL"),
    ("link", "hash", "seq = 2 AND terminal = 'LI'", "stream LI epoch-LI: link 2 was altered"),
    ("link", "op", "seq = 2 AND terminal = 'LI'", "stream LI epoch-LI: link 2 names"),
    ("stream", "have_hash", "terminal = 'LI'", "stream LI epoch-LI: it stands"),
    ("waiting", "op", "1", "operation WANG-2: whether it waits"),
    ("items", "name", "code = 'lamp'", "items: the row lamp"),
    ("locations", "code", "code = 'A-01'", "locations: the row HALL/A-01"),
    ("orders", "state", "1", "orders: the row HALL/O"),
    ("order_lines", "item", "1", "order_lines: the row HALL/O"),
    ("tasks", "location", "1", "tasks: the row HALL/"),
    ("balances", "lot", "location = 'A-01'", "balances: the row HALL/A-01/lamp"),
    ("conflicts", "kind", "1", "conflicts: the row HALL/"),
]


@pytest.mark.parametrize(("table", "column", "where", "named"), ALTERED, ids=[f"{one[0]}.{one[1]}" for one in ALTERED])
def test_an_altered_byte_is_found_and_the_entry_named(
    ledger: Ledger, table: str, column: str, where: str, named: str
) -> None:
    cast = LAST_BYTE.format(f"CAST({column} AS TEXT)")
    value = f"CAST({cast} AS BLOB)" if column in ("raw", "body") else cast
    if column == "name":
        value = "'Lamp'"
    assert alter(ledger, f"UPDATE {table} SET {column} = {value} WHERE {where}")
    found = ledger.verify()
    assert any(problem.startswith(named) for problem in found), found


NUMBERS: list[tuple[str, str, str]] = [
    ("feed SET n = n + 1 WHERE feed = 'HALL'", "feed HALL: the log ends", "head"),
    ("balances SET quantity = quantity + 1 WHERE location = 'A-01'", "balances: the row HALL/A-01/lamp", "quantity"),
    ("operation_feed SET n = n + 1000 WHERE op = 'LI-1'", "operation LI-1: that feed HALL", "cover"),
    ("stream SET have_seq = have_seq + 1 WHERE terminal = 'LI'", "stream LI epoch-LI:", "have_seq"),
    ("link SET seq = seq + 100 WHERE terminal = 'LI' AND seq = 2", "stream LI epoch-LI:", "link"),
    ("operation SET answer = replace(answer, 'applied', 'merged') WHERE id = 'LI-3'", "operation LI-3: its", "answer"),
    ("operation SET answer = replace(answer, '\"n\":', '\"n\":9') WHERE id = 'LI-3'", "operation LI-3: its", "number"),
    ("operation SET answer = replace(answer, 'undone', 'none') WHERE id = 'LI-1'", "operation LI-1: its", "state"),
]


@pytest.mark.parametrize(("update", "named", "name"), NUMBERS, ids=[one[2] for one in NUMBERS])
def test_an_altered_number_is_found(ledger: Ledger, update: str, named: str, name: str) -> None:
    assert alter(ledger, f"UPDATE {update}")
    found = ledger.verify()
    assert any(problem.startswith(named) for problem in found), found


DELETED: list[tuple[str, str]] = [
    ("log WHERE n = 5 AND feed = 'HALL'", "feed HALL: entry 5 is missing"),
    ("log WHERE n = (SELECT max(n) FROM log WHERE feed = 'HALL') AND feed = 'HALL'", "feed HALL: the log ends"),
    ("operation WHERE id = 'LI-1'", "operation LI-1: the log names it"),
    ("operation_conflict", "operation LI-"),
    ("link WHERE terminal = 'LI' AND seq = 2", "stream LI epoch-LI: its open gaps"),
    ("stream WHERE terminal = 'LI'", "stream LI epoch-LI: there are links and no stream"),
    ("waiting", "operation WANG-2: whether it waits"),
    ("operation_feed WHERE op = 'LI-1'", "operation LI-1: that feed"),
    ("tasks", "tasks: the row HALL/"),
]


@pytest.mark.parametrize(("what", "named"), DELETED, ids=[one[0].split()[0] for one in DELETED])
def test_a_deleted_entry_is_found(ledger: Ledger, what: str, named: str) -> None:
    assert alter(ledger, f"DELETE FROM {what}")
    found = ledger.verify()
    assert any(problem.startswith(named) for problem in found), found


def test_a_stretch_of_links_that_contradict_the_stream_is_no_alteration(
    sqlite_url: str, opened: Callable[[str], Ledger]
) -> None:
    """The ledger keeps them in an epoch it made; their hashes are those of the places they were offered for."""
    ledger = opened(sqlite_url)
    hall = Hall.over(ledger)
    hall.stock(A_01=9)
    li = hall.picker("LI")
    for _ in range(3):
        li.move(1, "A-01", "A-02")
    li.sync()
    twin = Picker(hall, "LI", SITE)
    twin.epoch = li.epoch
    for number in range(3):
        twin.record("moved", {"item": "lamp", "quantity": "1", "location": "A-01", "to": "A-03"}, id=f"TWIN-{number}")
    incoming = [read_incoming(link, raw, LEDGER, "LI") for link, raw in zip(twin._links, twin._raw, strict=True)]
    imported = ledger.run({SITE}, lambda book: import_bundle(book, Terminal("LI", SITE), incoming))
    assert [one.outcome for one in imported.outcomes] == ["applied"] * 3
    assert ledger.verify() == []


def test_an_account_that_was_empty_for_a_while_may_count_in_other_decimals_since(
    sqlite_url: str, opened: Callable[[str], Ledger]
) -> None:
    ledger = opened(sqlite_url)
    hall = Hall.over(ledger)
    li = hall.picker("LI")
    for scale, quantity in ((2, "1.00"), (0, "1")):
        hall.office(partial(put_rows, rows=[Item(code="cup", scale=scale)]))
        for source, to in (("A-01", "A-02"), ("A-02", "A-01")):
            li.record("moved", {"item": "cup", "quantity": quantity, "location": source, "to": to})
        li.sync()
    li.record("moved", {"item": "cup", "quantity": "1", "location": "A-01", "to": "A-03"})
    li.sync()
    assert ledger.verify() == []


def test_an_altered_entry_is_named_once_and_its_neighbours_are_not(ledger: Ledger) -> None:
    alter(ledger, "UPDATE log SET hash = replace(hash, substr(hash, 1, 1), 'z') WHERE n = 5 AND feed = 'HALL'")
    assert [problem for problem in ledger.verify() if "was altered" in problem] == [
        "feed HALL: entry 5 was altered, its hash does not follow from the entry before"
    ]


def test_a_row_written_past_the_log_is_found(ledger: Ledger) -> None:
    alter(
        ledger,
        "INSERT INTO items SELECT 'x', 'x', name, name_zh, unit, scale, tracking, item_class, blocked FROM items"
        " WHERE code = 'lamp'",
    )
    assert ledger.verify() == ["items: the row x is not what the log says"]


def test_a_compacted_feed_still_verifies(ledger: Ledger) -> None:
    ledger.compact(SITE)
    assert ledger.verify() == []
    alter(ledger, "UPDATE balances SET quantity = quantity + 1 WHERE location = 'A-01'")
    assert ledger.verify() != []


def test_the_whole_day_is_the_same_from_the_log_on_postgresql(
    postgres_url: str, opened: Callable[[str], Ledger]
) -> None:
    ledger = opened(postgres_url)
    hall = Hall.over(ledger)
    hall.stock(A_01=9)
    hall.order("O1", line1=3)
    li = hall.picker("LI")
    li.sync()
    li.undo(li.pick(hall.task("O1")))
    li.drain()
    assert hall.held() == {"A-01": 9}
    assert ledger.verify() == []


BESIDE_THE_LOG = {
    "alembic_version", "backup", "drained", "invitation", "meta", "pin", "sighting", "terminal", "token",
}  # fmt: skip
"""Tables that nothing could rebuild (docs/administration.md)."""


def test_of_a_hundred_random_alterations_each_is_found_and_none_makes_verify_fail(
    day: Path, tmp_path: Path, opened: Callable[[str], Ledger]
) -> None:
    """One byte of one value, anywhere in what is checked; put back before the next."""
    file = tmp_path / "day.db"
    shutil.copy(day, file)
    ledger, draw = opened(f"sqlite:///{file}"), Random(20)
    with closing(sqlite3.connect(file, isolation_level=None)) as tables:
        values = [one for one in _values(tables) if one.value not in (None, "", b"")]
        made = 0
        while made < 100:
            one = draw.choice(values)
            new = _with_another_byte(one.value, draw)
            try:
                one.put(tables, one.value, new)
            except sqlite3.IntegrityError:
                continue  # the database itself refuses another row's key
            made += 1
            assert ledger.verify(), f"{one.table}.{one.column}: {one.value!r} became {new!r}"
            one.put(tables, new, one.value)
    assert ledger.verify() == []


@dataclass(frozen=True)
class Value:
    """One value of one row; `row` are the row's other values, by which it is found."""

    table: str
    column: str
    value: Any
    row: dict[str, Any]

    def put(self, tables: sqlite3.Connection, old: Any, new: Any) -> None:
        named = {self.column: old, **self.row}
        where = " AND ".join(f'"{name}" IS ?' for name in named)
        done = tables.execute(f'UPDATE "{self.table}" SET "{self.column}" = ? WHERE {where}', [new, *named.values()])
        assert done.rowcount == 1


def _values(tables: sqlite3.Connection) -> Iterator[Value]:
    tables.row_factory = sqlite3.Row
    names = {name for (name,) in tables.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    for table in sorted(names - BESIDE_THE_LOG):
        for record in tables.execute(f'SELECT * FROM "{table}"').fetchall():
            row = dict(record)
            for column, value in row.items():
                yield Value(table, column, value, {name: other for name, other in row.items() if name != column})


def _with_another_byte(value: Any, draw: Random) -> Any:
    """A bit of a number, a character of a text, a byte of bytes."""
    if isinstance(value, int):
        return value ^ 1 << draw.randrange(8)
    at = draw.randrange(len(value))
    if isinstance(value, bytes):
        return value[:at] + bytes([value[at] ^ 1 << draw.randrange(8)]) + value[at + 1 :]
    return value[:at] + chr(ord(value[at]) ^ 1 << draw.randrange(5)) + value[at + 1 :]
