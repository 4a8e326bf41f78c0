"""What terminal and service say to each other beside `/v1/sync`: enrolment, tokens, the long poll, refusals.

`POST /v1/terminals/enroll` takes EnrollRequest and gives EnrollReply · `POST /v1/terminals/register` takes
RegisterRequest and gives EnrollReply · `POST /v1/terminals/token` gives TokenReply ·
`GET /v1/wait?terminal=…&cursors=…` (`cursors`: JSON list as `SyncRequest.feeds`) gives WaitReply ·
`POST /v1/terminals/standing` takes StandingReport and gives StandingsReply · `POST /v1/dry-run` takes a SyncRequest and
gives DryRunReply · every answer that is not a success is an ErrorReply. Requests after the enrolment carry
`Authorization: Bearer TOKEN`.
"""

from __future__ import annotations

import msgspec

from sync.wire.canonical import canonical
from sync.wire.limits import VERSION
from sync.wire.messages import Standing


class EnrollRequest(msgspec.Struct, frozen=True, kw_only=True):
    """`code` is the one-time code an administrator handed out; `public_key` the raw Ed25519 key and `signature` that of
    `enrollment_statement`, both base64url without padding.

    `nonce` is random and kept until the answer is stored: the same code with the same key and nonce is a resend and is
    answered again, anything else finds the code used up.
    """

    v: int = VERSION
    code: str
    public_key: str
    nonce: str
    signature: str


class Certificate(msgspec.Struct, frozen=True, kw_only=True):
    """The ledger's word that this key is this terminal's, so that a restored ledger can register it again.

    `ledger_key` is the ledger's raw Ed25519 key and `signature` its signature of `certificate_statement`, base64url.
    """

    v: int = VERSION
    ledger_id: str
    terminal: str
    site: str
    public_key: str
    issued: str
    ledger_key: str
    signature: str = ""


class RegisterRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A terminal that a restored ledger has forgotten shows its certificate. `signature`, base64url, is the certified
    key's of `registration_statement`; `ledger_epoch` is the one that `/health` names, so that a copy of this request
    is of no use to whoever has it after the next restore."""

    v: int = VERSION
    certificate: Certificate
    ledger_epoch: str
    signature: str


class EnrollReply(msgspec.Struct, frozen=True, kw_only=True):
    """`feeds` are those the terminal follows, `global` first. `token` is said once; the ledger keeps only its hash.
    `environment`: what the ledger is for, `live`, `training` or `test`."""

    v: int = VERSION
    terminal: str
    site: str
    ledger_id: str
    ledger_epoch: str
    token: str
    certificate: Certificate
    feeds: list[str]
    environment: str = "live"


class TokenReply(msgspec.Struct, frozen=True, kw_only=True):
    """The terminal's next token. The one it has stays valid until the new one was used once."""

    v: int = VERSION
    terminal: str
    token: str


class WaitReply(msgspec.Struct, frozen=True, kw_only=True):
    """`news`: the feeds, of those asked for, that are no longer where the cursor is; empty is "no news"."""

    v: int = VERSION
    ledger_id: str
    ledger_epoch: str
    news: list[str] = []


class StandingReport(msgspec.Struct, frozen=True, kw_only=True):
    """How a terminal stands, told without an exchange. `at` and `program` as in SyncRequest."""

    v: int = VERSION
    terminal: str
    at: str = ""
    program: str = ""
    standing: Standing


class TerminalStanding(msgspec.Struct, frozen=True, kw_only=True):
    """A terminal as the ledger last heard of it. `seen`: when that was (UTC, empty for never), and `online` whether
    that was lately. `mode`, `unsent` and `oldest` are of that time, as in Standing; `unsent` is null where it never
    said. `clock_offset_ms`: its clock less the ledger's."""

    terminal: str
    seen: str = ""
    online: bool = False
    mode: str = ""
    unsent: int | None = None
    oldest: str = ""
    program: str = ""
    clock_offset_ms: int | None = None


class StandingsReply(msgspec.Struct, frozen=True, kw_only=True):
    """The enrolled terminals of the asking terminal's site, those in most trouble first. `at`: the ledger's time."""

    v: int = VERSION
    ledger_id: str
    ledger_epoch: str
    at: str
    terminals: list[TerminalStanding]


class DryRunReply(msgspec.Struct, frozen=True, kw_only=True):
    """What would become of the operations offered, were they sent now; claims are left out of every number.

    `outcomes`: how many by outcome, `explained` for those in conflicts that others of them would explain. `conflicts`:
    how many operations by the kind of conflict that stays. `left`: not offered, for the queue is longer than a dry run.
    `unplaced`: they do not follow on from the stream that the ledger holds, so nothing can be said of them.
    """

    v: int = VERSION
    ledger_id: str
    ledger_epoch: str
    at: str
    outcomes: dict[str, int] = {}
    conflicts: dict[str, int] = {}
    left: int = 0
    unplaced: int = 0


class ErrorText(msgspec.Struct, frozen=True):
    """`reason` is one of a small set of stable words; `message` says what, why and the cure."""

    reason: str
    message: str


class ErrorReply(msgspec.Struct, frozen=True, kw_only=True):
    v: int = VERSION
    error: ErrorText


def enrollment_statement(request: EnrollRequest) -> bytes:
    """The bytes a terminal signs to show that it holds the private key it enrols."""
    return canonical({"code": request.code, "nonce": request.nonce, "public_key": request.public_key})


def registration_statement(request: RegisterRequest) -> bytes:
    """The bytes a terminal signs to show that it holds the certified key."""
    return canonical({"certificate": request.certificate.signature, "ledger_epoch": request.ledger_epoch})


def certificate_statement(certificate: Certificate) -> bytes:
    """The bytes the ledger signs: the certificate without its signature."""
    return canonical({**msgspec.to_builtins(certificate), "signature": ""})
