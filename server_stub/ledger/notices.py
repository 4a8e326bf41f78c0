"""Messages of the office, and who has read them. Nothing hangs on either: no message keeps anybody from working."""

from __future__ import annotations

import msgspec

from server_stub.ledger.book import Book, Draft, Judgement
from server_stub.ledger.conflicts import next_number
from server_stub.ledger.identity import caused_id
from server_stub.ledger.office import Change
from sync.wire.bodies import Acknowledged
from sync.wire.operation import Operation
from sync.wire.rows import Acknowledgement, Message, row_key

ALREADY_READ = "already_acknowledged"


def send_message(book: Book, message: Message) -> Change:
    """A new message, under an id of its own."""
    draft = Draft(book)
    id = caused_id(book, "message", message.site, next_number(book, message.site))
    draft.put(msgspec.structs.replace(message, id=id))
    return "message_sent", draft


def withdraw_message(book: Book, message: Message) -> Change:
    """Nobody who has not read it yet is shown it any more."""
    draft = Draft(book)
    known = draft.get(Message, message.key)
    if known is not None and not known.withdrawn:
        draft.put(msgspec.structs.replace(known, withdrawn=True))
    return "message_withdrawn", draft


def judge_acknowledgement(draft: Draft, operation: Operation, body: Acknowledged) -> Judgement:
    """Whoever it was has read it, also where a restored ledger does not know the message any more."""
    key = row_key(operation.site, body.message, operation.by)
    if draft.get(Acknowledgement, key) is not None:
        return Judgement("merged", reason=ALREADY_READ)
    draft.put(
        Acknowledgement(
            site=operation.site, message=body.message, by=operation.by, terminal=operation.terminal, at=operation.at
        )
    )
    return Judgement("applied")
