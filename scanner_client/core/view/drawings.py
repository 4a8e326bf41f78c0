"""Frames with a drawing of their own, by the name a step `shows`; the layouts draw all others, menus, help, errors."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec import Struct

from scanner_client.core.flow.model import StepKind
from scanner_client.core.view import (
    deciding,
    desk,
    dry_run,
    goods_list,
    messages,
    outage,
    people,
    questions,
    receiving,
    requests,
    returning,
    serials,
    small,
    status_row,
    tall,
    wide,
)
from scanner_client.core.view.scene import Scene
from scanner_client.core.view.value import Size

Rows = Callable[[Scene], list[str]]


class Drawing(Struct, frozen=True):
    """The rows between the status row and the hints at each size; `small` ends with its prompt.

    `refusal`: the text of the refusal that this drawing is, so that it need not be covered by it.
    """

    small: Rows
    tall: Rows
    wide: Rows
    desk: Rows
    refusal: str = ""

    def rows(self, one: Scene, layout: Size) -> list[str]:
        match layout.width, layout.height:
            case _, small.HEIGHT:
                return [status_row.narrow(one), *self.small(one)]
            case tall.WIDTH, _:
                return tall.framed(one, self.tall(one))
            case wide.WIDTH, _:
                return wide.framed(one, self.wide(one))
            case _:
                return desk.framed(one, self.desk(one))


_RECEIVING = Drawing(receiving.small_rows, receiving.tall_rows, receiving.wide_rows, receiving.wide_rows)
_STRAY = Drawing(
    receiving.small_stray, receiving.tall_stray, receiving.wide_stray, receiving.wide_stray, "refuse.unknown_item"
)
_QUESTION = Drawing(questions.small_rows, questions.tall_rows, questions.wide_rows, questions.wide_rows)
_SERIALS = Drawing(serials.small_rows, serials.tall_rows, serials.wide_rows, serials.wide_rows)
_GOODS = Drawing(goods_list.small_rows, goods_list.tall_rows, goods_list.wide_rows, goods_list.desk_rows)

_SECOND = Drawing(people.small_asking, people.tall_asking, people.wide_asking, people.wide_asking)
_REQUEST = Drawing(requests.small_rows, requests.tall_rows, requests.wide_rows, requests.wide_rows)
_APPROVER = Drawing(requests.small_asking, requests.tall_asking, requests.wide_asking, requests.wide_asking)
_MESSAGE = Drawing(messages.small_rows, messages.tall_rows, messages.wide_rows, messages.wide_rows)
_WHOM = Drawing(questions.small_whom, questions.tall_whom, questions.wide_whom, questions.wide_whom)
_RETURN = Drawing(returning.small_rows, returning.tall_rows, returning.wide_rows, returning.wide_rows)
_DETAIL = Drawing(deciding.small_rows, deciding.tall_rows, deciding.wide_rows, deciding.wide_rows)
_TERMINALS = Drawing(outage.small_rows, outage.tall_rows, outage.wide_rows, outage.desk_rows)
_TERMINAL = Drawing(outage.small_one, outage.tall_one, outage.wide_one, outage.wide_one)
_DRY_RUN = Drawing(dry_run.small_rows, dry_run.tall_rows, dry_run.wide_rows, dry_run.wide_rows)

DRAWINGS: Mapping[str, Drawing] = {
    "terminals": _TERMINALS, "terminal": _TERMINAL, "dry_run": _DRY_RUN,
    "receipt": _RECEIVING, "staging": _RECEIVING, "stray": _STRAY, "serial": _SERIALS,
    "lines": _GOODS, "lookup": _GOODS, "second_person": _SECOND, "detail": _DETAIL, "return": _RETURN,
    "request": _REQUEST, "approver": _APPROVER, "message": _MESSAGE, "whom": _WHOM,
}  # fmt: skip


def own_rows(one: Scene, layout: Size) -> list[str] | None:
    """The step's own drawing, None where the layout draws: no drawing, or something else lies over it."""
    asks, state = one.step.kind is StepKind.QUESTION, one.state
    drawing = DRAWINGS.get(one.step.shows) or (_QUESTION if asks else None)
    if drawing is None or one.step.kind is StepKind.PIN or state.menu or state.help or state.panel is not None:
        return None
    refused = state.notice is not None and state.notice.refused
    is_it = drawing.refusal and state.notice is not None and state.notice.reason == drawing.refusal
    return None if refused and not is_it else drawing.rows(one, layout)
