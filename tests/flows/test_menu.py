"""The menu by role (R21), and the panels that lie over any step: queue, sync modes, conflicts, alerts (X1, X2, X8)."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from memory_terminal import Picker, picker, warehouse

from scanner_client.core.events import ChooseMode, SyncNow
from scanner_client.core.view import Size
from scanner_client.flows import shipped_flows
from scanner_client.ports import Alert, NewOperation
from sync.wire.roles import ROLES
from sync.wire.rows import Conflict, Operator, row_key

TOWEL = "9520000123451"


def menu_of(roles: dict[str, list[str]]) -> list[str]:
    terminal = Picker([*warehouse(), Operator(code="zhou", badge="B-ZHOU", roles=roles)]).scan("B-ZHOU")
    assert terminal.view.step == "menu"
    return [value for _, value, _ in terminal.view.options]


@pytest.mark.parametrize("roles", [{"S1": ["picker"]}, {"*": ["manager"]}, {"S1": ["receiver", "supervisor"]}])
def test_who_may_pick_finds_it_in_the_menu(roles: dict[str, list[str]]) -> None:
    assert "pick" in menu_of(roles)


@pytest.mark.parametrize("roles", [{"S1": ["receiver"]}, {"S2": ["picker"]}, {"*": ["driver"]}])
def test_who_may_not_pick_here_does_not_find_it(roles: dict[str, list[str]]) -> None:
    assert "pick" not in menu_of(roles)


def test_every_role_that_a_flow_names_can_be_given() -> None:
    named = {role for flow in shipped_flows().values() for role in flow.roles}
    assert named == set(ROLES)


def test_where_no_role_is_on_record_nothing_limits_the_menu() -> None:
    assert "pick" in menu_of({})


def test_a_digit_beyond_the_menu_does_nothing() -> None:
    terminal = Picker([*warehouse(), Operator(code="zhou", badge="B-ZHOU", roles={"*": ["driver"]})]).scan("B-ZHOU")
    assert terminal.press("7").view.flow == "main"


# --- panels -----------------------------------------------------------------------------------------------------------


def test_the_queue_opens_from_the_menu_of_any_prompt_and_leaves_it_as_it_was() -> None:
    terminal = picker().scan("A-03-02", TOWEL)
    before = terminal.view
    assert terminal.press("*", "7").view.panel == "queue"
    assert terminal.press("0").view == before


@pytest.mark.parametrize(("key", "panel"), [("f5", "queue"), ("f6", "conflicts"), ("f7", "alerts")])
def test_function_keys_are_shortcuts(key: str, panel: str) -> None:
    assert picker().press(key).view.panel == panel


def test_a_scan_closes_the_panel_and_counts_at_the_prompt_below() -> None:
    terminal = picker().press("f5").scan("A-03-02")
    assert (terminal.view.panel, terminal.view.step) == ("", "item")


def test_a_panel_is_still_open_after_a_restart() -> None:
    assert picker().press("f5").restart().view.panel == "queue"


def test_the_queue_lists_what_was_kept_newest_first_in_pages() -> None:
    terminal = picker()
    for _ in range(5):
        terminal.press("*", "1").scan("CONFIRM")
    assert len(terminal.kept) == 3, "three lines of SO-1 reported short"
    terminal.runtime.resize(Size(20, 4))
    terminal.press("f5")
    assert "1/1" in terminal.view.rows[0]


def test_pages_turn_round() -> None:
    terminal = picker()
    terminal.store.operations = [(str(n), *_short(terminal)) for n in range(9)]
    terminal.press("f5")
    assert [terminal.press("8").state.panel.first for _ in range(3)] == [4, 8, 0]  # type: ignore[union-attr]
    assert terminal.press("up").state.panel.first == 8  # type: ignore[union-attr]


def _short(terminal: Picker) -> tuple[NewOperation, Any]:
    donor = picker().press("*", "1").scan("CONFIRM")
    return donor.operations[0]


def test_the_sync_modes_go_out_as_orders_to_the_line() -> None:
    """X8."""
    terminal = picker().press("f5")
    assert terminal.press("1").shown.outward == (SyncNow(),)
    assert terminal.press("2").shown.outward == (ChooseMode("offline"),)
    assert terminal.press("3").shown.outward == (ChooseMode("automatic"),)
    assert [entry["mode"] for kind, entry in terminal.store.journal if kind == "mode"] == ["offline", "automatic"]


def test_conflicts_are_listed_and_one_is_read() -> None:
    """X2: what I did, what others did, the legal answers."""
    terminal = picker().scan("A-03-02", TOWEL, TOWEL, TOWEL)
    conflict = Conflict(
        site="S1", id="c1", kind="task_done_twice", state="open", subject=row_key("S1", "SO-1/1"), ops=["op-1"],
        facts={
            "item": "TOWEL", "location": "A-03-02", "did_kind": "picked", "did_terminal": "WANG", "did_by": "wang",
            "did_quantity": "3", "they_kind": "picked", "they_by": "li", "they_terminal": "LI", "they_quantity": "2",
        },
    )  # fmt: skip
    terminal.store.live[(conflict.table, conflict.key)] = conflict
    decided = msgspec.structs.replace(conflict, id="c0", state="resolved")
    terminal.store.live[(decided.table, decided.key)] = decided
    terminal.press("f5", "4", "1")
    assert terminal.view.panel == "conflict"
    assert all(
        part in terminal.view.text for part in ("C1/1", "TWICE", "you took 3pcs", "Li took  2pcs", "2 for another")
    )
    assert terminal.press("0").view.panel == "conflicts"


def test_alerts_of_the_ledger_are_seen_in_the_status_row_and_read_in_the_panel(monkeypatch: pytest.MonkeyPatch) -> None:
    """X6."""
    terminal = picker()
    monkeypatch.setattr(
        "memory_terminal.MemoryTransaction.alerts", lambda _: [Alert("stream_forked"), Alert("revoked")]
    )
    assert terminal.press("f5", "5").view.panel == "alerts"
    assert all(part in terminal.view.text for part in ("!", "SCANNER WAS COPIED", "SCANNER SHUT OUT"))
