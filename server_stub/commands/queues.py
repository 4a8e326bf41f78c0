"""`ledger import-queue`: a queue that a terminal wrote to a stick, taken in as if it came over the network (X11)."""

from __future__ import annotations

from base64 import b64decode, b64encode
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import msgspec

from server_stub.commands.asking import Failed, db_option, have_done, key_option, plain_errors, reading
from server_stub.keys import from_base64url, is_signed, load_key
from server_stub.ledger.book import Book, Terminal
from server_stub.ledger.bundle import import_bundle
from server_stub.ledger.incoming import Incoming, Problem, is_sound, read_incoming
from server_stub.office import OfficeRefusal, office_work
from server_stub.place import Place
from server_stub.ports import ServedLedger
from sync.wire.bundle import Bundle, Entry, read_bundle
from sync.wire.operation import Link, WireError

ENTRIES_AT_A_TIME = 500
REVOKED = Problem("terminal_revoked", "the terminal was revoked before its queue was carried here")


class Carried(msgspec.Struct, kw_only=True):
    """What became of a queue: operations by outcome, those left because earlier ones are missing, and links of earlier
    epochs that filled a gap."""

    outcomes: dict[str, int] = {}
    beyond: int = 0
    filled: int = 0


@office_work
def take_queue(
    ledger: ServedLedger, terminal: str, links: list[dict[str, Any]], ops: list[str], fills: bool = False
) -> Carried:
    """Take in a stretch of a terminal's queue. `ops` are the operations' bytes in base64.

    `fills` says that the links are of earlier epochs, which only fill gaps.

    What a revoked terminal recorded is kept in quarantine, for people to judge.
    """
    known = ledger.registry(lambda registry: registry.terminal(terminal))
    if known is None:
        raise _unknown(terminal)
    pairs = zip(msgspec.convert(links, list[Link]), map(b64decode, ops), strict=True)
    incoming = [_read(link, raw, ledger.ledger_id, known) for link, raw in pairs]

    def work(book: Book) -> Carried:
        taken, filling = ([], incoming) if fills else (incoming, [])
        imported = import_bundle(book, book.terminal(terminal) or known, taken, filling)
        carried = Carried(beyond=imported.beyond, filled=imported.filled)
        for one in imported.outcomes:
            carried.outcomes[one.outcome] = carried.outcomes.get(one.outcome, 0) + 1
        return carried

    return ledger.run({known.site}, work)


def _read(link: Link, raw: bytes, ledger_id: str, terminal: Terminal) -> Incoming:
    found = read_incoming(link, raw, ledger_id, terminal.id)
    return replace(found, problem=found.problem or REVOKED) if terminal.revoked else found


def _unknown(terminal: str) -> OfficeRefusal:
    return OfficeRefusal(f"this ledger does not know the terminal {terminal!r}; add it with `ledger terminal add`", 1)


@click.command("import-queue")
@click.argument("file", type=click.Path(path_type=Path))
@key_option
@db_option
def import_queue_command(file: Path, key: Path | None, place: Place) -> None:
    """Take in FILE, which `scanner queue export` wrote. Doing both this and the network is harmless.

    Exit status 1 where operations were left because the ledger lacks earlier ones; they stay on the terminal.

    \b
      ledger import-queue T1.queue
    """
    bundle = _read_file(file)
    with plain_errors():
        _check(bundle, place, key)
    total = _take_all(place, bundle)
    said = ", ".join(f"{count} {outcome}" for outcome, count in sorted(total.outcomes.items())) or "nothing"
    if total.filled:
        said += f"; {total.filled} of them closed a gap"
    click.echo(f"{bundle.header.terminal}: {said}")
    if total.beyond:
        raise Failed(f"{total.beyond} operations were left: the ledger lacks earlier ones; let the terminal sync", 1)


def _read_file(file: Path) -> Bundle:
    try:
        return read_bundle(file.read_bytes())
    except OSError as error:
        raise Failed(f"the file {file} cannot be read: {error.strerror}; name another one") from error
    except WireError as error:
        raise Failed(str(error)) from error


def _check(bundle: Bundle, place: Place, key: Path | None) -> None:
    """The queue is of this ledger and of a terminal it let in: with its present key, or one the ledger certified."""
    header, seal = bundle.header, bundle.seal
    with reading(place) as ledger:
        ledger_id = ledger.ledger_id
        known = ledger.registry(lambda registry: registry.terminal(header.terminal))
    if not all(is_sound(one.link) for one in (*bundle.entries, *bundle.fills)):
        raise OfficeRefusal("the queue has links that no terminal writes; update the terminal and export it again", 1)
    if header.ledger_id != ledger_id:
        raise OfficeRefusal("the queue is of another ledger's terminal; take it to that ledger", 1)
    if known is None:
        raise _unknown(header.terminal)
    if is_signed(known.public_key, seal.signature, bundle.statement):
        return
    certificate = seal.certificate
    certified = certificate is not None and load_key(key or place.key).certified(certificate)
    if not certificate or not certified or certificate.terminal != header.terminal:
        raise OfficeRefusal("the queue is not signed by the terminal it names; export it again", 1)
    if not is_signed(from_base64url(certificate.public_key), seal.signature, bundle.statement):
        raise OfficeRefusal("the queue is not signed by the terminal it names; export it again", 1)


def _take_all(place: Place, bundle: Bundle) -> Carried:
    total = Carried()
    for entries, fills in ((bundle.fills, True), (bundle.entries, False)):
        for at in range(0, len(entries), ENTRIES_AT_A_TIME):
            carried = _take(place, bundle.header.terminal, entries[at : at + ENTRIES_AT_A_TIME], fills=fills)
            for outcome, count in carried.outcomes.items():
                total.outcomes[outcome] = total.outcomes.get(outcome, 0) + count
            total.beyond += carried.beyond
            total.filled += carried.filled
    return total


def _take(place: Place, terminal: str, entries: tuple[Entry, ...], *, fills: bool) -> Carried:
    links = [msgspec.to_builtins(one.link) for one in entries]
    ops = [b64encode(bytes(one.op)).decode() for one in entries]
    return msgspec.convert(have_done(place, take_queue, terminal=terminal, links=links, ops=ops, fills=fills), Carried)
