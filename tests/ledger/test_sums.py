"""Whatever happens, in whatever order, the whole ledger sums to zero per item and lot."""

from __future__ import annotations

from collections import Counter
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from ledger.hall import OTHER, SITE, Hall

from server_stub.ledger.office import cancel_order
from sync.wire.rows import Balance, Order, OrderLine

PLACES = st.sampled_from(["A-01", "A-02", "STAGE", "T-1", "Z-99"])
GOODS = {"item": st.sampled_from(["lamp", "cup", "new"]), "lot": st.sampled_from(["", "L1"])}
QUANTITIES = st.integers(0, 9).map(str)


def fact(kind: str, **places: st.SearchStrategy[str]) -> st.SearchStrategy[tuple[str, dict[str, Any]]]:
    return st.tuples(st.just(kind), st.fixed_dictionaries(GOODS | {"quantity": QUANTITIES} | places))


FACTS = st.one_of(
    fact("moved", location=PLACES, to=PLACES),
    fact("received", location=PLACES),
    fact("damaged", location=PLACES),
    fact("counted", location=PLACES),
    fact("picked", location=PLACES, to=PLACES, order=st.sampled_from(["O1", "O2"]), line=st.just("line1")),
    fact("transferred_out", location=PLACES, to_site=st.just(OTHER)),
    fact("transferred_in", location=PLACES, from_site=st.just(OTHER)),
    st.tuples(st.just("undone"), st.fixed_dictionaries({"target": st.integers(1, 12).map(lambda n: f"LI-{n}")})),
)
ACTS = st.lists(
    st.one_of(st.tuples(st.sampled_from(["LI", "WANG"]), FACTS), st.sampled_from(["cancel", "order", "sync"])),
    max_size=25,
)


@given(ACTS)
def test_any_sequence_of_facts_keeps_the_ledger_at_zero_per_item_and_lot(acts: list[Any]) -> None:
    hall = Hall.empty()
    hall.stock(A_01=5)
    hall.order("O1", line1=3)
    pickers = {name: hall.picker(name) for name in ("LI", "WANG")}
    for act in acts:
        if act == "cancel":
            hall.office(lambda book: cancel_order(book, Order(site=SITE, order="O1")))
        elif act == "order":
            hall.order("O2", line1=4)
        elif act == "sync":
            pickers["LI"].drain()
        else:
            who, (kind, body) = act
            pickers[who].record(kind, body)
    for one in pickers.values():
        one.drain()
    sums: Counter[tuple[str, str]] = Counter()
    for balance in hall.rows(Balance):
        sums[balance.item, balance.lot] += balance.quantity.units
    assert not any(sums.values())
    assert all(line.done.units >= 0 for line in hall.rows(OrderLine))
