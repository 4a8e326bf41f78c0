"""Messages of the office: shown between two lines, page by page, until whoever works here says that they were read."""

from __future__ import annotations

from scanner_client.core.events import Append
from scanner_client.core.messages import Message, pages
from scanner_client.core.rules.registry import Context, effect, guard, unless

ACKNOWLEDGED = "acknowledged"


@guard
def message_waiting(c: Context) -> str | None:
    """The office has something to say to whoever works here, and no remark stands over the prompt."""
    return unless(c.state.notice is None and bool(_unread(c)))


@guard
def message_goes_on(c: Context) -> str | None:
    """The message in hand has another page."""
    known = c.facts.message(c.state.message)
    return unless(known is not None and c.state.first + 1 < len(pages(known.text, c.state.options)))


@effect
def take_message(c: Context) -> Context:
    """The oldest unread message is in hand."""
    found = _unread(c)
    return c.with_state(message=found[0].id if found else "")


@effect
def turn_page(c: Context) -> Context:
    """The next page of the message in hand is shown, and again takes a while to be read."""
    return c.with_state(first=c.state.first + 1, asked_at=c.at)


@effect
def acknowledge(c: Context) -> Context:
    """Whoever works here has read the message in hand."""
    said = Append(ACKNOWLEDGED, {"message": c.state.message}, by=c.state.operator, flow=c.flow.label)
    return c.ordering(said).with_state(message="")


def _unread(c: Context) -> list[Message]:
    """As things stand after this very event: the facts are of the moment before it."""
    read = [one.body.get("message") for one in c.commands if isinstance(one, Append) and one.kind == ACKNOWLEDGED]
    return [one for one in c.facts.messages(c.state.operator, c.at) if one.id not in read]
