"""The PIN prompt drawn: who scanned a badge, what was wrong, and stars. What is typed here stands in no frame."""

from __future__ import annotations

from scanner_client.core.cells import pad, width
from scanner_client.core.rules.people import locked_ms
from scanner_client.core.view import status_row
from scanner_client.core.view.scene import Scene

_HINT_COLUMN, _NARROW = 14, 20
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
    return [status_row.narrow(one), who(one), trouble(one) or one.note, prompt]


def tall(one: Scene) -> Rows:
    rows = [
        status_row.narrow(one), one.say(f"person.{one.step.shows}"), "-" * _NARROW, who(one), "",
        trouble(one) or one.note, "", one.say(one.step.help),
    ]  # fmt: skip
    rows = [*rows, *[""] * (_TALL_HEIGHT - 3 - len(rows))]
    return [*rows, one.prompt, f">{stars(one)}", one.say("frame.cancel")]


def body(one: Scene) -> Rows:
    """The six rows of 40x8."""
    return [
        one.say(f"person.{one.step.shows}"), who(one), trouble(one) or one.note, one.say(one.step.help), "",
        f"{one.prompt} >{stars(one)}",
    ]  # fmt: skip


def who(one: Scene) -> str:
    """`登录 王芳 已扫牌`."""
    code = one.state.candidate
    operator = one.facts.operator(code)
    return one.say(
        "person.scanned", what=one.say(f"person.{one.step.shows}"), name=(operator.name if operator else "") or code
    )


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
