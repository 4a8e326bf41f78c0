"""`ledger order`: cancelling orders, changing what a line wants, freeing an order that somebody has. What was picked
already stays where it is."""

from __future__ import annotations

from typing import Any

import click
import msgspec

from server_stub.changes import change
from server_stub.commands.asking import db_option, have_done, office_user, site_option
from server_stub.ledger.book import Book
from server_stub.ledger.office import Change, cancel_order, put_order, release_claims
from server_stub.office import OfficeRefusal, office_work
from server_stub.ports import ServedLedger
from sync.wire.quantity import BadQuantity, Quantity, parse_quantity
from sync.wire.rows import Item, Order, OrderLine, row_key


@office_work
def cancel(ledger: ServedLedger, site: str, order: str, by: str) -> bool:
    """False where the order was cancelled before."""
    return change(ledger, site, by, lambda book: cancel_order(book, _order(book, site, order)))


@office_work
def free(ledger: ServedLedger, site: str, order: str, by: str) -> bool:
    """False where nobody had the order."""
    return change(ledger, site, by, lambda book: release_claims(book, _order(book, site, order)))


@office_work
def change_line(ledger: ServedLedger, site: str, order: str, line: str, quantity: str, by: str) -> bool:
    """Give one line of an order another quantity. False where it has that quantity already."""

    def work(book: Book) -> Change:
        known = _order(book, site, order)
        if known.state == "cancelled":
            raise OfficeRefusal(f"the order {order} was cancelled; import it again to open it", 1)
        lines = list(book.select(OrderLine, site=site, order=order))
        if line not in {one.line for one in lines}:
            raise OfficeRefusal(f"the order {order} has no line {line!r}; its lines are {_names(lines)}", 1)
        return put_order(
            book, known, [_with_quantity(book, one, quantity) if one.line == line else one for one in lines]
        )

    return change(ledger, site, by, work)


def _order(book: Book, site: str, order: str) -> Order:
    found = book.get(Order, row_key(site, order))
    if found is None:
        raise OfficeRefusal(f"site {site} has no order {order!r}; check both", 1)
    return found


def _names(lines: list[OrderLine]) -> str:
    return ", ".join(one.line for one in lines[:10]) + (" …" if len(lines) > 10 else "")


def _with_quantity(book: Book, line: OrderLine, text: str) -> OrderLine:
    item = book.get(Item, line.item)
    scale = item.scale if item else line.quantity.scale
    try:
        quantity = parse_quantity(text).at(scale)
    except BadQuantity as error:
        raise OfficeRefusal(f"the quantity {text!r} cannot be used: {error}") from error
    if quantity.units < 0:
        raise OfficeRefusal(f"the quantity {text!r} is negative; 0 ends the line")
    return msgspec.structs.replace(line, quantity=Quantity(quantity.units, scale))


@click.group("order")
def order_command() -> None:
    """Cancel orders, change their lines, free those that somebody has."""


@order_command.command("cancel")
@click.argument("order")
@site_option
@db_option
def cancel_command(order: str, site: str, place: Any) -> None:
    """Cancel ORDER: no more work on it. Who has picked of it meanwhile, offline, gets a conflict to settle.

    \b
      ledger order cancel 536365 --site HALL
    """
    changed = have_done(place, cancel, site=site, order=order, by=office_user())
    click.echo(f"{order} is cancelled" if changed else f"{order} was cancelled before")


@order_command.command("change")
@click.argument("order")
@click.option("--line", required=True, help="The line of the order.")
@click.option("--quantity", required=True, help="What the line now wants, in the item's base unit.")
@site_option
@db_option
def change_command(order: str, line: str, quantity: str, site: str, place: Any) -> None:
    """Change what a line of ORDER wants. Its pick tasks follow.

    \b
      ledger order change 536365 --site HALL --line 3 --quantity 12
    """
    changed = have_done(place, change_line, site=site, order=order, line=line, quantity=quantity, by=office_user())
    click.echo(f"line {line} of {order} now wants {quantity}" if changed else "nothing to change")


@order_command.command("release")
@click.argument("order")
@site_option
@db_option
def release_command(order: str, site: str, place: Any) -> None:
    """Free ORDER for others, whoever has it. Lines that are done stay done; who works on at it all the same has it
    again with the next line.

    \b
      ledger order release 536365 --site HALL
    """
    freed = have_done(place, free, site=site, order=order, by=office_user())
    click.echo(f"{order} is free" if freed else f"nobody had {order}")
