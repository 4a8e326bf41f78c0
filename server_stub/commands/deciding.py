"""`ledger conflicts` and `ledger requests`: what people have to decide, deciding it at the office, and the second word.

Who runs these commands owns the ledger; in whose name it is decided is said with `--by`, and the rules ask whether that
person may, as they do at a terminal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import click

from server_stub.changes import change
from server_stub.commands.asking import (
    SITE_HELP,
    Failed,
    MeantByDefault,
    db_option,
    have_done,
    json_option,
    lines,
    office_user,
    reading,
    say_json,
    say_rows,
)
from server_stub.commands.columns import readable
from server_stub.ledger.book import Book, Draft, Judgement
from server_stub.ledger.deciding import APPLIED, HELD, decide, second
from server_stub.ledger.office import Change
from server_stub.office import OfficeRefusal, office_work
from server_stub.ports import ServedLedger
from sync.wire.bodies import Decided
from sync.wire.rows import SEPARATOR, Conflict

COLUMNS = ("id", "site", "kind", "state", "subject", "ops", "decision", "decided_by")
REQUEST_COLUMNS = ("id", "site", "terminal", "at", "by", "conflict", "answer", "reason")
CURES = {
    "already_decided": "it was decided before, and the first decision stands; see `ledger conflicts show`",
    "explained": "it closed by itself, and there is nothing left to decide",
    "not_permitted": "that person is no active supervisor of this site; see `ledger operator list`",
    "approver_not_permitted": "the second person is no active supervisor of this site; see `ledger operator list`",
    "same_person": "nobody can be the second person of a decision of their own",
    "not_an_answer": "this kind of conflict has other answers; see `ledger conflicts show`",
    "no_such_operation": "it is about no operation of this conflict that could be dealt with so; name one with --op",
    "already_undone": "that operation was undone before",
    "nothing_to_return": "that operation brought no goods anywhere that could go back",
    "nothing_to_keep": "that operation picked nothing",
    "nothing_to_count": "that operation names no place with goods to count",
    "nothing_counted": "that operation is no count",
    "no_such_line": "there is no other open line of the same item there; name one with --order and --line",
    "no_room": "that line does not want so much",
    "no_such_item": "there is no such item; name one with --item",
    "not_an_item": "it is not about a code of goods, so that no item can be named",
    "code_of_another": "that code is a barcode of another item or unit",
    "not_a_name": "nothing can have that name",
    "no_date": "there is no date to keep",
    "goods_gone": "the goods are no longer where that operation put them",
    "too_large": "an account would count more than can be written",
    "not_held": "it does not wait for a second person any more",
}
"""Why a decision was not taken, for people; the words are those of outcomes."""


# --- the work ---------------------------------------------------------------------------------------------------------


@office_work
def resolve(ledger: ServedLedger, id: str, author: str, by: str, **answer: str) -> bool:
    """Answer the conflict of this id in the name of `by`; `author` runs the command."""
    known = _conflict(ledger, id)
    body = Decided(conflict=id, **answer)

    def judged(book: Book, draft: Draft) -> Judgement:
        conflict = book.get(Conflict, known.key)
        assert conflict is not None, "no conflict ever goes away"
        return decide(draft, conflict, body, by=by)

    outcome = _logged(ledger, known.site, author, "conflict_decided", judged)
    if outcome.outcome == HELD:
        raise OfficeRefusal(f"{body.answer} takes two people; name the second with --approved-by", 1)
    return True


@office_work
def answer_request(ledger: ServedLedger, id: str, author: str, by: str, denied: bool) -> bool:
    """Let a held request take effect, or turn it down, in the name of `by`."""
    found = ledger.run((), lambda book: book.operation(id))
    if found is None or found.operation is None:
        raise OfficeRefusal(f"no request has the id {id[:80]!r}; see `ledger requests list`", 1)

    def judged(book: Book, draft: Draft) -> Judgement:
        target = book.operation(id)
        assert target is not None, "no operation ever goes away"
        return second(draft, target, by=by, denied=denied)

    _logged(ledger, found.operation.site, author, "request_denied" if denied else "request_approved", judged)
    return True


def _conflict(ledger: ServedLedger, id: str) -> Conflict:
    found = ledger.rows(Conflict, {"id": id}, "", 1)
    if not found:
        raise OfficeRefusal(f"no conflict has the id {id[:80]!r}; see `ledger conflicts`", 1)
    return found[0]


def _logged(
    ledger: ServedLedger, site: str, author: str, kind: str, judged: Callable[[Book, Draft], Judgement]
) -> Judgement:
    """Log what a decision changed. Raises OfficeRefusal where it was not taken; what fell with it is logged too."""
    said: list[Judgement] = []

    def work(book: Book) -> Change:
        draft = Draft(book)
        said.append(judged(book, draft))
        return kind, draft

    change(ledger, site, author, work)
    judgement = said[-1]  # a transaction that had to begin again judged anew
    if judgement.outcome not in (APPLIED, HELD):
        raise OfficeRefusal(f"not done: {CURES.get(judgement.reason, judgement.reason)}", 1)
    return judgement


# --- conflicts --------------------------------------------------------------------------------------------------------


@click.group("conflicts", cls=MeantByDefault, meant="list")
def conflicts_command() -> None:
    """Show conflicts (`ledger conflicts`, the same as `ledger conflicts list`), or decide one.

    \b
      ledger conflicts --state open
      ledger conflicts resolve 5f0c… count_now --by chen
    """


@conflicts_command.command("list")
@click.option("--site", help=SITE_HELP)
@click.option("--kind", help="Only this kind, as stock_short.")
@click.option("--state", help="Only in this state: provisional, open, explained or resolved.")
@json_option
@db_option
def list_command(as_json: bool, place: Any, **equal: str | None) -> None:
    """Show conflicts: what disagrees with what, and how it was settled.

    \b
      ledger conflicts --state open
    """
    with reading(place) as ledger:
        shown = lines(ledger, "conflicts", {name: value for name, value in equal.items() if value is not None})
    say_rows(shown if as_json else [_narrow(one) for one in shown], COLUMNS, as_json=as_json)


def _narrow(line: dict[str, Any]) -> dict[str, Any]:
    """The site has a column of its own, and of the operations `ledger conflicts show` tells the ids."""
    subject = line.get("subject", "").removeprefix(f"{line['site']}{SEPARATOR}")
    return {**line, "subject": subject, "ops": len(line.get("ops", ()))}


@conflicts_command.command("show")
@click.argument("conflict")
@json_option
@db_option
def show_command(conflict: str, as_json: bool, place: Any) -> None:
    """Show the conflict with the id CONFLICT: both sides, and the answers that can be given.

    \b
      ledger conflicts show 5f0c1b7e-…
    """
    with reading(place) as ledger:
        found = [one for one in lines(ledger, "conflicts") if one["id"] == conflict]
    if not found:
        raise Failed(f"no conflict has the id {conflict[:80]!r}; see `ledger conflicts`", 1)
    if as_json:
        say_json(found[0])
        return
    told = {name: value for name, value in found[0].items() if name != "facts"} | found[0].get("facts", {})
    for name, value in told.items():
        click.echo(f"{name}: {readable(' '.join(value) if isinstance(value, list) else str(value))}")


@conflicts_command.command("resolve")
@click.argument("conflict")
@click.argument("answer")
@click.option("--by", required=True, help="The operator who decides.")
@click.option("--approved-by", default="", help="The second person, where the answer takes two.")
@click.option("--op", default="", help="The operation it is about; the newest of the conflict unless named.")
@click.option("--order", default="", help="The order that the goods are kept for.")
@click.option("--line", default="", help="Its line.")
@click.option("--item", default="", help="What an unknown code is.")
@click.option("--reason", default="", help="Why, for those who read it later.")
@db_option
def resolve_command(conflict: str, place: Any, **body: str) -> None:
    """Give the conflict with the id CONFLICT one of the answers that `ledger conflicts show` names.

    \b
      ledger conflicts resolve 5f0c… adjust --by chen --approved-by zhao
    """
    have_done(place, resolve, id=conflict, author=office_user(), **body)
    click.echo(f"{conflict} is resolved: {body['answer']}")


# --- requests ---------------------------------------------------------------------------------------------------------


@click.group("requests")
def requests_command() -> None:
    """Decisions that wait for a second person."""


@requests_command.command("list")
@click.option("--site", help=SITE_HELP)
@json_option
@db_option
def requests_list_command(site: str | None, as_json: bool, place: Any) -> None:
    """Show what waits for a second person, oldest first.

    \b
      ledger requests list
    """
    with reading(place) as ledger:
        shown = sorted(_held(ledger, {"site": site} if site else {}), key=lambda one: one["id"])
    say_rows(shown, REQUEST_COLUMNS, as_json=as_json)


def _held(ledger: ServedLedger, equal: dict[str, str]) -> Iterator[dict[str, Any]]:
    """Those whose first outcome says so, and those that had waited for their conflict before."""
    for first in (HELD, "waiting"):
        for line in lines(ledger, "operations", equal | {"outcome": first}):
            if (line["outcome"].get("state") or first) == HELD:
                operation = line["operation"]
                told = {name: line[name] for name in ("id", "terminal", "at", "by")} | {"site": operation["site"]}
                yield told | {name: operation["body"].get(name, "") for name in ("conflict", "answer", "reason")}


@requests_command.command("approve")
@click.argument("request")
@click.option("--by", required=True, help="The operator who approves; not the one who asked.")
@db_option
def approve_command(request: str, by: str, place: Any) -> None:
    """Let REQUEST take effect.

    \b
      ledger requests approve 0193f2c0-… --by zhao
    """
    have_done(place, answer_request, id=request, author=office_user(), by=by, denied=False)
    click.echo(f"{request} has taken effect")


@requests_command.command("deny")
@click.argument("request")
@click.option("--by", required=True, help="The operator who turns it down; not the one who asked.")
@db_option
def deny_command(request: str, by: str, place: Any) -> None:
    """Turn REQUEST down. The conflict stays for another decision.

    \b
      ledger requests deny 0193f2c0-… --by zhao
    """
    have_done(place, answer_request, id=request, author=office_user(), by=by, denied=True)
    click.echo(f"{request} is turned down")
