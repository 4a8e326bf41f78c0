"""One conflict, and the list of them: what each side says (`statements`), the legal answers, the one being given.

Where it cannot be decided on this terminal the answers are shown all the same, so that people on the floor can say what
they want.
"""

from __future__ import annotations

from scanner_client.core.cells import pad, shorten, width
from scanner_client.core.decisions import CONFLICT, answers_of
from scanner_client.core.disputed import Dispute
from scanner_client.core.facts import Facts
from scanner_client.core.state import Panel, State
from scanner_client.core.view import statements, status_row
from scanner_client.core.view.scene import Scene
from scanner_client.core.view.statements import amount, clock, doer, person

RULE = "-" * 20
_NARROW, _EDGE, _TALL_NAME = 20, 19, 18
_WIDE, _WIDE_COLUMN, _WIDE_ANSWER, _WIDE_NUMBER = 40, 20, 16, 2
_DESK_ANSWER, _DESK_NAME = 14, 12
_DESK = 44
_TALL_ROWS = 4
_SMALL_ANSWERS = 3
Rows = list[str]


def laid_over(state: State, shows: str, facts: Facts) -> Panel | None:
    """The panel that is drawn: the open one, or that of the conflict about which a step asks."""
    covered = state.panel or state.menu or (state.notice and state.notice.refused)
    if covered or shows != CONFLICT or state.decision is None:
        return state.panel
    ids = [dispute.id for dispute in facts.disputes()]
    return Panel(shows=CONFLICT, first=ids.index(state.decision.conflict) if state.decision.conflict in ids else 0)


def chosen(one: Scene, panel: Panel) -> tuple[Dispute | None, int, int]:
    """The conflict that is read, its number and how many there are."""
    found = one.facts.disputes()
    place = min(panel.first, len(found) - 1)
    return (found[place] if found else None), place + 1, len(found)


def listed(one: Scene, first: int, count: int, cells: int, *, one_row: bool) -> Rows:
    """`1 缺货 A-03-02`: the list from which one is read."""
    rows: Rows = []
    for number, dispute in enumerate(one.facts.disputes()[first : first + count], 1):
        what = one.say(f"dispute.{dispute.kind}")
        if dispute.decided:
            what = f"{what} {one.say('panel.decided_narrow', answer=_answer_in_short(one, dispute.decided))}"
        about = _about(dispute)
        if one_row:
            rows.append(shorten(f"{number} {what} {about} {one.words.item_name(dispute.item)}".rstrip(), cells))
        else:
            rows += [f"{number} {what}", shorten(f"  {about} {one.words.item_name(dispute.item)}".rstrip(), _NARROW)]
    return rows


def _about(dispute: Dispute) -> str:
    return dispute.location or dispute.about


def small(one: Scene, panel: Panel) -> Rows:
    dispute, place, total = chosen(one, panel)
    if dispute is None:
        return [status_row.narrow(one), one.say("panel.no_conflicts")]
    about = shorten(_about(dispute), _EDGE)
    return [
        _small_title(one, dispute, f"{place}/{total}"),
        f"{about} {shorten(one.words.item_name(dispute.item), _EDGE - width(about) - 1)}" if dispute.item else about,
        statements.all_in_one(one, dispute),
        _small_prompt(one, panel, dispute),
    ]


def help_rows(one: Scene, panel: Panel) -> Rows:
    """What yields at 20x4: when it was scanned, and the answers that found no room."""
    dispute, _, _ = chosen(one, panel)
    if dispute is None:
        return [one.say("help.panel")]
    told = [said for said in dispute.statements if said.at and said.who in ("you", "they")][:2]
    more = _numbered(one, dispute, "answer_narrow")[_SMALL_ANSWERS:]
    rows = [statements.tall_row(one, dispute, said) for said in told]
    return [*rows, " ".join(f"{number}{text}" for number, text in more)]


def tall(one: Scene, panel: Panel) -> Rows:
    dispute, place, total = chosen(one, panel)
    if dispute is None:
        return [status_row.narrow(one), one.say("panel.no_conflicts")]
    said = [
        statements.tall_row(one, dispute, statement) for statement in statements.shown(dispute.statements, _TALL_ROWS)
    ]
    title = f"{one.say(f'dispute.{dispute.kind}')}  {_about(dispute)}"
    return [
        status_row.narrow(one, f"{place}/{total}"),
        shorten(title, _NARROW),
        shorten(one.words.item_name(dispute.item), _TALL_NAME),
        RULE, *[*said, *[""] * _TALL_ROWS][:_TALL_ROWS],
        RULE, *_tall_answers(one, dispute),
        RULE, _prompt(one, panel, dispute), ">",
    ]  # fmt: skip


def _tall_answers(one: Scene, dispute: Dispute) -> Rows:
    """One a row; where there are too many the last ones share it."""
    rows = [f"{number} {text}" for number, text in _numbered(one, dispute, "answer")]
    if len(rows) > _TALL_ROWS:
        last = _numbered(one, dispute, "answer_narrow")[_TALL_ROWS - 1 :]
        rows = [*rows[: _TALL_ROWS - 1], " ".join(f"{number}{text}" for number, text in last)]
    return [*rows, *[""] * _TALL_ROWS][:_TALL_ROWS]


def wide_title(one: Scene, panel: Panel) -> str:
    """The status row at 40x8, which has the conflict's kind in it."""
    dispute, place, total = chosen(one, panel)
    kind = one.say(f"dispute.{dispute.kind}") if dispute else ""
    return status_row.wide(one, f"{place}/{total} {kind}", who=True)


def wide_body(one: Scene, panel: Panel, cells: int) -> Rows:
    dispute, place, total = chosen(one, panel)
    if dispute is None:
        return [one.say("panel.no_conflicts")]
    return _desk(one, panel, dispute, f"{place}/{total}") if cells >= _DESK else _wide(one, panel, dispute)


def hints(one: Scene, gap: str) -> str:
    return gap.join(one.say(name) for name in ("frame.list_help", "frame.list_back"))


def _wide(one: Scene, panel: Panel, dispute: Dispute) -> Rows:
    said = statements.shown(dispute.statements)
    half = -(-len(said) // 2)
    left = [statements.wide_row(one, dispute, side, _WIDE_NUMBER, _WIDE_COLUMN + 1) for side in said[:half]]
    column = max(_WIDE_COLUMN, *(width(row) + 1 for row in left)) if left else _WIDE_COLUMN
    other = [statements.wide_row(one, dispute, side, 0, _WIDE - column) for side in said[half:]]
    facing = [pad(a, column) + b for a, b in zip(left, [*other, *[""] * half], strict=False)]
    return [
        shorten(f"{_about(dispute)}  {one.words.item_name(dispute.item)}".strip(), _WIDE),
        *[*facing, *[""] * 2][:2],
        *_wide_answers(one, dispute),
        f"{_prompt(one, panel, dispute)} >",
    ]


def _wide_answers(one: Scene, dispute: Dispute) -> Rows:
    """Two columns; where there are too many, in short."""
    answers = [f"{number}{text}" for number, text in _numbered(one, dispute, "answer_wide", _WIDE // 2)]
    column = max(_WIDE_ANSWER, *(width(row) + 2 for row in answers[::2]))
    rows = [pad(a, column) + b for a, b in zip(answers[::2], [*answers[1::2], ""], strict=False)]
    if len(rows) > 2 or any(width(row) > _WIDE for row in rows):
        short = [f"{number}{text}" for number, text in _numbered(one, dispute, "answer_narrow")]
        rows = ["  ".join(short[:3]), "  ".join(short[3:])]
    return [*rows, "", ""][:2]


def _desk(one: Scene, panel: Panel, dispute: Dispute, number: str) -> Rows:
    answers = [f"{digit} {text}" for digit, text in _numbered(one, dispute, "answer_desk")]
    more = [_more(one, dispute, name) for name in answers_of(dispute.kind)]
    name = shorten(one.words.item_name(dispute.item), _DESK_NAME)
    title = f"{one.say('panel.conflict')} {number}  {one.say(f'dispute.{dispute.kind}')}  {_about(dispute)}  {name}"
    return [
        shorten(title.rstrip(), _DESK - 1),
        *(statements.desk_row(one, dispute, said, _DESK - 1) for said in dispute.statements),
        *(
            shorten(f"{pad(text, max(_DESK_ANSWER, width(text)) + 1)}{told}".rstrip(), _DESK - 1)
            for text, told in zip(answers, more, strict=True)
        ),
        f"{_prompt(one, panel, dispute)} >",
    ]


def _prompt(one: Scene, panel: Panel, dispute: Dispute) -> str:
    """What a key does here, or why the last one did nothing; while an answer is given, which, and what is asked."""
    if dispute.decided:
        return one.say("panel.decided", answer=_answer_in_short(one, dispute.decided))
    if _is_being_decided(one, dispute) and one.state.decision:
        return f"{_being_given(one, dispute, one.state.decision.answer)} {one.prompt}"
    return one.say(panel.told or ("panel.decide" if dispute.answerable else "panel.decided_at_office"))


def _answer_in_short(one: Scene, answer: str) -> str:
    return one.say(f"answer_narrow.{answer}")


def _is_being_decided(one: Scene, dispute: Dispute) -> bool:
    return one.state.decision is not None and one.state.decision.conflict == dispute.id


def _being_given(one: Scene, dispute: Dispute, answer: str) -> str:
    """`3撤销`: the answer in hand as it is numbered."""
    found = (f"{number}{text}" for number, text in _numbered(one, dispute, "answer_narrow"))
    names = answers_of(dispute.kind)
    return dict(zip(names, found, strict=True)).get(answer, "")


def _small_prompt(one: Scene, panel: Panel, dispute: Dispute) -> str:
    if not (panel.told or dispute.decided or _is_being_decided(one, dispute)):
        return f"{_small_answers(one, dispute)} >"
    prompt, back = f"{_prompt(one, panel, dispute)}>", one.say("frame.list_back")
    return pad(prompt, _NARROW - width(back)) + back if width(prompt) + width(back) < _NARROW else prompt


def _small_title(one: Scene, dispute: Dispute, number: str) -> str:
    they = next((said for said in dispute.statements if said.who == "they" and said.units is not None), None)
    who, time = (person(one, they.name), clock(one, they.at)) if they else ("", "")
    return status_row.disputed(one, number, dispute.kind, who, time)


# --- answers ----------------------------------------------------------------------------------------------------------


def _numbered(one: Scene, dispute: Dispute, table: str, cells: int = _NARROW - 2) -> list[tuple[int, str]]:
    return [
        (number, _answer(one, dispute, table, name, cells)) for number, name in enumerate(answers_of(dispute.kind), 1)
    ]


def _answer(one: Scene, dispute: Dispute, table: str, name: str, cells: int) -> str:
    """The wording for this size where it has one of its own; of somebody else's work, where that is another one. Where
    it does not fit, a shorter one."""
    theirs = "" if statements.with_mine(dispute) else "_theirs"
    tried = (f"{table}.{name}{theirs}", f"{table}.{name}", f"answer.{name}{theirs}", f"answer.{name}")
    own = next((text for text in tried if text in one.words.texts), f"answer.{name}")
    shorter = (f"answer_desk.{name}", f"answer_narrow.{name}")
    texts = [own, *(text for text in shorter if text in one.words.texts)]
    return status_row.fitting([one.say(text, **_amounts(one, dispute)) for text in texts], cells)


def _amounts(one: Scene, dispute: Dispute) -> dict[str, str]:
    """What the answers would do: `missing` brings the account to nothing, `mine` is what an undo takes back."""
    ledger = next((said.units for said in dispute.statements if said.who == "ledger"), None)
    done = doer(dispute)
    return {
        "missing": amount(one, dispute, abs(ledger or 0)),
        "mine": amount(one, dispute, (done.units if done else None) or 0),
    }


def _more(one: Scene, dispute: Dispute, name: str) -> str:
    """What an answer brings about, and for whom: whoever did the work in question."""
    text = f"answer_more.{name}"
    if text not in one.words.texts:
        return ""
    return one.say(text, name=person(one, dispute.by or one.state.operator), **_amounts(one, dispute))


def _small_answers(one: Scene, dispute: Dispute) -> str:
    numbered = _numbered(one, dispute, "answer_narrow")
    return "".join(f"{number}{text}" for number, text in numbered[:_SMALL_ANSWERS])
