"""The PIN prompt drawn: who scanned a badge and what for, what was wrong, and stars. What is typed stands in no frame.

Somebody logs in, or a second person agrees to what the first one asks for (`State.approval`): then what is agreed to
never yields, and what was wrong takes the row of who was scanned.
"""

from __future__ import annotations

from scanner_client.core.cells import pad, shorten, width
from scanner_client.core.rules.people import locked_ms
from scanner_client.core.view import status_row
from scanner_client.core.view.approvals import agreed
from scanner_client.core.view.scene import Scene

_HINT_COLUMN, _NARROW, _WIDE = 14, 20, 40
_TALL_HEIGHT = 16
_SECOND_MS, _MINUTE_MS = 1000, 60_000
_MINUTES_FROM = 2 * _MINUTE_MS
Rows = list[str]


def stars(one: Scene) -> str:
    return "*" * len(one.state.secrets.entry)


def small(one: Scene) -> Rows:
    prompt, cancel = f"{one.prompt} {stars(one)}", one.say("frame.cancel")
    if width(prompt) + 1 + width(cancel) <= _NARROW:
        prompt = pad(prompt, max(min(_HINT_COLUMN, _NARROW - width(cancel)), width(prompt) + 1)) + cancel
    asked, wrong = approved(one, _NARROW), trouble(one)
    if asked:
        return [status_row.narrow(one), wrong or who(one, _NARROW), asked, prompt]
    return [status_row.narrow(one), who(one, _NARROW), wrong or one.note, prompt]


def tall(one: Scene) -> Rows:
    rows = [
        status_row.narrow(one), one.say(f"person.{one.step.shows}"), "-" * _NARROW, who(one, _NARROW), "",
        *_asked_rows(one), trouble(one) or one.note, "", one.say(one.step.help),
    ]  # fmt: skip
    rows = [*rows, *[""] * (_TALL_HEIGHT - 3 - len(rows))]
    return [*rows, one.prompt, f">{stars(one)}", one.say("frame.cancel")]


def small_asking(one: Scene) -> Rows:
    """The badge of a second person is asked for."""
    prompt, back = f"{one.prompt}>", one.say("frame.list_back")
    apart = one.say("decide.apart_narrow") if any(value == "apart" for _, value, _ in one.options) else ""
    if width(prompt) + width(apart) + 1 + width(back) < _NARROW:
        prompt = f"{prompt} {apart}".rstrip()
    return [who(one, _NARROW), approved(one, _NARROW), pad(prompt, _NARROW - width(back)) + back]


def tall_asking(one: Scene) -> Rows:
    return [
        who(one, _NARROW), "-" * _NARROW, *_asked_rows(one), *(f"{digit} {text}" for digit, _, text in one.options), "",
        one.say(one.step.help), "", one.prompt, ">",
    ]  # fmt: skip


def wide_asking(one: Scene) -> Rows:
    asked = "  ".join(filter(None, (approved(one, _WIDE), _item(one))))
    options = " ".join(f"{digit} {text}" for digit, _, text in one.options)
    return [who(one, _WIDE), shorten(asked, _WIDE), options, one.say(one.step.help), "", f"{one.prompt} >"]


def body(one: Scene) -> Rows:
    """The six rows of 40x8."""
    asked = "  ".join(filter(None, (approved(one, _WIDE), _item(one))))
    rows = [
        one.say(f"person.{one.step.shows}"), who(one, _WIDE), *([shorten(asked, _WIDE)] if asked else []),
        trouble(one) or one.note, one.say(one.step.help),
    ]  # fmt: skip
    return [*rows, *[""] * (5 - len(rows)), f"{one.prompt} >{stars(one)}"]


def who(one: Scene, cells: int) -> str:
    """`登录 王芳 已扫牌`, the name shortened where it does not fit."""
    code, what = one.state.candidate, one.say(f"person.{one.step.shows}")
    operator = one.facts.operator(code)
    name = (operator.name if operator else "") or code
    if not code:
        return what
    room = cells - width(one.say("person.scanned", what=what, name=""))
    return one.say("person.scanned", what=what, name=shorten(name, room))


def approved(one: Scene, cells: int) -> str:
    """`账+3箱 A-03-02`: what is agreed to; where it is tight, the quantity and the place alone."""
    return agreed(one.words, one.state.approval, cells) if one.state.approval else ""


def _item(one: Scene) -> str:
    asked = one.state.approval
    return one.words.item_name(asked.item) if asked and asked.item else ""


def _asked_rows(one: Scene) -> Rows:
    return [approved(one, _NARROW), shorten(_item(one), _NARROW), ""] if one.state.approval else []


def trouble(one: Scene) -> str:
    """What was wrong with the last entry, and how long the prompt stays locked."""
    notice = one.state.notice
    if notice is None or not notice.refused:
        return ""
    left = locked_ms(one.state, one.status.now)
    if left >= _MINUTES_FROM:
        wait = one.say("person.minutes", n=str(-(-left // _MINUTE_MS)))
    else:
        wait = one.say("person.seconds", n=str(-(-left // _SECOND_MS)))
    reason = "refuse.pin_locked" if left else notice.reason
    return f"{one.say('frame.error_narrow')}{one.say(reason, wait=wait)}"
