"""Enrolment: a one-time code and a fresh key become a registered terminal with a home of its own.

Key and nonce are on the disk before the ledger hears of them, so that an answer lost on the way is asked for again.
`config.toml` comes last: a home that has one is complete.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable

import msgspec

from scanner_client.clock import new_uuid7, utc_now
from scanner_client.files import write_private
from scanner_client.home import Config, Home, HomeError, NotEnrolled
from scanner_client.keys import TerminalKey, is_certified, new_key, read_key
from scanner_client.store import Identity, TerminalStore, create_store
from scanner_client.store.identity import Sources
from sync.wire.canonical import sha256_hex
from sync.wire.service import EnrollReply, EnrollRequest, enrollment_statement

Ask = Callable[[EnrollRequest], EnrollReply]
"""Puts the request to the ledger. Raises sync.faults.SyncFault."""


class _Draft(msgspec.Struct, frozen=True):
    """An enrolment under way: `code_hash` tells a repeated attempt from a new one."""

    code_hash: str
    nonce: str


class OtherTerminal(HomeError):
    """The home holds another terminal's work."""


class OtherLedger(HomeError):
    """The key that signs is not the one this terminal has known."""


def enrol(home: Home, url: str, code: str, *, ask: Ask, ca_file: str = "", new_epoch: Callable[[], str]) -> Config:
    """Register this home with the ledger at `url`. Raises HomeError, SyncFault or StoreError; the home stays usable."""
    home.prepare()
    key, nonce = _key_and_nonce(home, code)
    request = EnrollRequest(code=code, public_key=key.public, nonce=nonce, signature="")
    request = msgspec.structs.replace(request, signature=key.sign(enrollment_statement(request)))
    reply = ask(request)
    _check(home, request, reply)
    _move_in(home, key, reply, new_epoch)
    config = Config(url=url, ledger_id=reply.ledger_id, terminal=reply.terminal, site=reply.site, ca_file=ca_file)
    home.write_config(config)
    for draft in (home.path / "enrolment.json", home.path / "enrolment.key"):
        draft.unlink(missing_ok=True)
    return config


def _key_and_nonce(home: Home, code: str) -> tuple[TerminalKey, str]:
    """Those of an earlier attempt with this code, or new ones, kept before they are used."""
    draft_file, key_file = home.path / "enrolment.json", home.path / "enrolment.key"
    code_hash = sha256_hex(code.encode())
    if draft_file.exists() and key_file.exists():
        draft = msgspec.json.decode(draft_file.read_bytes(), type=_Draft)
        if draft.code_hash == code_hash:
            return read_key(key_file), draft.nonce
    key, nonce = new_key(), secrets.token_urlsafe(16)
    draft_file.unlink(missing_ok=True)
    key.write(key_file)
    write_private(draft_file, msgspec.json.encode(_Draft(code_hash, nonce)))
    return key, nonce


def _check(home: Home, request: EnrollRequest, reply: EnrollReply) -> None:
    """The answer is the ledger's word for this key and this home, or nothing of it is used. Raises HomeError."""
    _check_certificate(home, request, reply)
    try:
        before = home.config()
    except NotEnrolled:
        return
    if (before.ledger_id, before.terminal, before.site) != (reply.ledger_id, reply.terminal, reply.site):
        raise OtherTerminal(
            f"{home.path} holds the work of terminal {before.terminal} at {before.site}, and this code is for"
            f" {reply.terminal} at {reply.site}: name another --home, or ask for a code for {before.terminal}."
        )


def _check_certificate(home: Home, request: EnrollRequest, reply: EnrollReply) -> None:
    """It names this terminal and this key, and is signed: by the key it names, and never by another key than before."""
    certified = reply.certificate
    named = (certified.ledger_id, certified.terminal, certified.site, certified.public_key)
    if named != (reply.ledger_id, reply.terminal, reply.site, request.public_key) or not is_certified(certified):
        raise HomeError("The ledger's certificate is not for this terminal: tell the administrator, and enrol again.")
    before = home.read_certificate()
    if before is not None and (before.ledger_id, before.ledger_key) != (certified.ledger_id, certified.ledger_key):
        raise OtherLedger(
            "The ledger signs with another key than the one that enrolled this terminal before: ask the administrator;"
            f" only if the key was changed on purpose, remove {home.certificate} and enrol again."
        )


def _move_in(home: Home, key: TerminalKey, reply: EnrollReply, new_epoch: Callable[[], str]) -> None:
    """Store first, then what opens the ledger's door. A store that is there keeps its work, in a new epoch."""
    if home.database.exists():
        _relink(home, new_epoch())
    else:
        create_store(home.database, Identity(reply.ledger_id, reply.terminal, reply.site), new_epoch())
    _note_environment(home, reply.environment)
    write_private(home.certificate, msgspec.json.encode(reply.certificate))
    key.write(home.key)
    home.write_token(reply.token)


def _note_environment(home: Home, environment: str) -> None:
    store = TerminalStore(home.database, Sources(new_uuid7, utc_now))
    try:
        with store.step() as tx:
            tx.note_environment(environment)
    finally:
        store.close()


def _relink(home: Home, epoch: str) -> None:
    store = TerminalStore(home.database, Sources(new_uuid7, utc_now))
    try:
        with store.sync_transaction() as tx:
            tx.mint_epoch(epoch)
            tx.note_token(utc_now())
    finally:
        store.close()
