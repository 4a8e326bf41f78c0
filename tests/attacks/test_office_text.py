"""Texts that mean something to a database or a file system, in the words of commands and in files brought in."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import msgspec
import pytest
from api.device import SITE, Device, base64url
from attacks.picture import SQL, picture
from click.testing import CliRunner

from server_stub.access import enroll
from server_stub.cli import main
from server_stub.db import open_ledger
from server_stub.keys import create_key, load_key
from sync.wire.bundle import Entry, Header, write_bundle

pytestmark = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
"""What one database takes for text, another may not."""

ELSEWHERE = "../../../tmp/elsewhere"

NOT_GIVEN = {"init", "serve", "migrate", "backup", "restore", "import", "import-folder", "import-queue"}
"""Those that take files, of which the ones that bring text have tests of their own."""


def commands(group: click.Group, *before: str) -> Iterator[tuple[list[str], click.Command]]:
    """Every command with the words that call it."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from commands(command, *before, name)
        elif command and name not in NOT_GIVEN:
            yield [*before, name], command


def given(command: click.Command) -> list[str]:
    """A word with SQL for each argument and option that takes text, and a plain one where something else is asked."""
    words: list[str] = []
    for one in command.params:
        text = SQL if isinstance(one.type, click.types.StringParamType) else ""
        if isinstance(one, click.Option) and one.name != "place" and text:
            words += [one.opts[0], text]
        elif isinstance(one, click.Argument) and text:
            words.append(text)
    return words


@pytest.fixture
def office(database: str, tmp_path: Path) -> Callable[..., Any]:
    """Runs commands on the ledger."""
    create_key(tmp_path / "office.key")
    runner = CliRunner(env={"LEDGER_DB": database, "LEDGER_KEY": str(tmp_path / "office.key")})
    return lambda *words: runner.invoke(main, words)


def test_sql_in_every_word_of_every_command_is_a_name_nobody_has(office: Callable[..., Any], database: str) -> None:
    assert isinstance(main, click.Group)
    asked = 0
    for words, command in commands(main):
        if not given(command):
            continue
        ran = office(*words, *given(command))
        assert ran.exit_code in (0, 1, 2), (words, ran.output)
        assert ran.exception is None or isinstance(ran.exception, SystemExit), (words, ran.exception)
        asked += 1
    assert asked > 15
    assert office("verify").exit_code == 0, "the log and its tables agree, and all tables are there"
    found = pictured(database)
    assert (found["stock"], found["operations"]) == ({}, [])


def test_sql_in_a_file_that_is_imported_is_kept_as_text(office: Callable[..., Any], tmp_path: Path) -> None:
    file = tmp_path / "items.csv"
    quoted = SQL.replace('"', '""')
    file.write_text(f'code,name\n"A {quoted}","{quoted}"\n', encoding="utf-8")
    assert office("import", "items", str(file)).exit_code == 0
    assert office("verify").exit_code == 0


@pytest.mark.parametrize("epoch", [ELSEWHERE, "x\x00y", SQL], ids=["a path", "NUL", "SQL"])
def test_no_link_of_a_queue_names_anything_but_its_stream(
    office: Callable[..., Any], database: str, tmp_path: Path, epoch: str
) -> None:
    """Also where the terminal itself signs it: nothing is read or written but the file that was named."""
    device = enrolled(office, database, tmp_path)
    device.epoch = epoch
    device.receive(ELSEWHERE, id=ELSEWHERE)
    header = Header(ledger_id=device.ledger_id, terminal=device.id, site=ELSEWHERE, epoch=epoch, head=1)
    entry = Entry(link=device.links[0], op=msgspec.Raw(device.ops[0]))
    file = tmp_path / "T1.queue"
    sign = lambda text: base64url(device.key.sign(text))  # noqa: E731
    file.write_bytes(write_bundle(header, [entry], sign=sign, certificate=None))
    before = files(tmp_path), pictured(database)
    ran = office("import-queue", str(file))
    assert (ran.exit_code, len(ran.output.splitlines())) == (1, 1), ran.output
    assert (files(tmp_path), pictured(database)) == before


def enrolled(office: Callable[..., Any], database: str, folder: Path) -> Device:
    assert office("site", "add", SITE).exit_code == 0
    code = json.loads(office("terminal", "add", "T1", "--site", SITE, "--json").output)["code"]
    ledger, device, key = open_ledger(database), Device(), load_key(folder / "office.key")
    now = datetime.now(UTC)
    device.accept(ledger.registry(lambda registry: enroll(registry, device.enrollment(code), key, now)))
    ledger.close()
    return device


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.parent.rglob("*") if not path.name.startswith("ledger.db-"))


def pictured(database: str) -> dict[str, Any]:
    ledger = open_ledger(database)
    found = picture(ledger)
    ledger.close()
    return found
