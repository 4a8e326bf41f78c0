"""A request drawn: who asked and when, what it would post, and what is being said to it."""

from __future__ import annotations

from scanner_client.core.cells import pad, shorten, width
from scanner_client.core.requests import HeldRequest
from scanner_client.core.view import people, small, status_row, tall, wide
from scanner_client.core.view.scene import Scene

Rows = list[str]


def small_rows(one: Scene) -> Rows:
    """20x4: the two answers are the prompt."""
    answers, back = f"{_options(one)}>", one.say("frame.list_back")
    room = width(answers) + 1 + width(back) <= small.WIDTH
    return [
        _asker(one, small.WIDTH),
        people.approved(one, small.WIDTH),
        pad(answers, small.WIDTH - width(back)) + back if room else answers,
    ]


def tall_rows(one: Scene) -> Rows:
    options = [f"{digit} {text}" for digit, _, text in one.options]
    return [
        one.say(one.flow.title), tall.RULE, _asker(one, tall.WIDTH), "", people.approved(one, tall.WIDTH),
        shorten(_item(one), tall.WIDTH), tall.RULE, *options, "", one.say(one.step.help), "", one.prompt, ">",
    ]  # fmt: skip


def wide_rows(one: Scene) -> Rows:
    told = "  ".join(filter(None, (people.approved(one, wide.WIDTH), _item(one))))
    return [
        f"{one.say(one.flow.title)}  {_asker(one, wide.WIDTH - width(one.say(one.flow.title)) - 2)}",
        shorten(told, wide.WIDTH), _options(one), one.say(one.step.help), "", f"{one.prompt} >",
    ]  # fmt: skip


def small_asking(one: Scene) -> Rows:
    """The badge of whoever answers is asked for; what was chosen stands above it."""
    return [_answer(one, small.WIDTH), *people.small_asking(one)[1:]]


def tall_asking(one: Scene) -> Rows:
    return [_answer(one, tall.WIDTH), *people.tall_asking(one)[1:]]


def wide_asking(one: Scene) -> Rows:
    return [_answer(one, wide.WIDTH), *people.wide_asking(one)[1:]]


def _asker(one: Scene, cells: int) -> str:
    """`李主管 09:41 请求`."""
    request = _request(one)
    if request is None:
        return one.say("note.request_gone")
    at = status_row.clock(one, request.at)
    room = cells - width(one.say("requests.asker", name="", at=at))
    return one.say("requests.asker", name=shorten(one.words.person(request.by), room), at=at)


def _answer(one: Scene, cells: int) -> str:
    """`不批准:先盘点`."""
    reply = one.state.reply
    if reply is None or not reply.word:
        return ""
    why = one.say(f"denial.{reply.reason}") if reply.reason else ""
    return shorten(one.say(f"requests.word_{reply.word}", why=why), cells)


def _request(one: Scene) -> HeldRequest | None:
    id = one.state.reply.request if one.state.reply else ""
    return next((found for found in one.facts.requests() if found.id == id), None)


def _item(one: Scene) -> str:
    asked = one.state.approval
    return one.words.item_name(asked.item) if asked and asked.item else ""


def _options(one: Scene) -> str:
    return " ".join(f"{digit} {text}" for digit, _, text in one.options)
