"""Faults planted into cores, ledger and stores at run time: a checker must find each, or the checker is blind."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from itertools import count
from typing import Any
from unittest.mock import patch

import msgspec
from simulator import device as device_module
from simulator import memory_terminal, terminal_state
from simulator.memory_book import MemoryBook
from simulator.memory_terminal import MemoryTerminal, MemoryTransaction
from simulator.plan import draw_plan
from simulator.terminal_state import Held
from simulator.warehouse import supervisor_of
from simulator.world import World

from server_stub.ledger import claims as ledger_claims
from server_stub.ledger import deciding, posting, rules, sending, settling, streams
from server_stub.ledger import exchange as exchange_module
from server_stub.ledger.book import Draft, Judgement, StoredOperation, Terminal
from server_stub.ledger.incoming import Incoming
from server_stub.ledger.posting import wake
from sync.core import absorb as absorb_module
from sync.core import offer as offer_module
from sync.core.absorb import Absorbed
from sync.core.machine import Action, Machine
from sync.core.offer import Composed, Sent
from sync.core.terminal import Head
from sync.wire.bodies import Decided, Returned
from sync.wire.claims import Claiming, Releasing, after
from sync.wire.effects import Effect, LineProgress, TaskTurn, effects, reversed_effects
from sync.wire.messages import Outcome, Page, SyncReply
from sync.wire.operation import Operation
from sync.wire.rows import Claim, Conflict, Row

MOST_SEEDS = 300
Plant = Callable[[], AbstractContextManager[object]]


@dataclass(frozen=True, slots=True)
class Fault:
    """`found_by`: the checkers that may be the first to notice."""

    name: str
    plant: Plant
    found_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """After how many seeds which checker found the fault; None where none did."""

    fault: Fault
    seeds: int
    checker: str | None

    @property
    def rightly(self) -> bool:
        return self.checker in self.fault.found_by


def find(fault: Fault, most: int = MOST_SEEDS) -> Found:
    """Run worlds with the fault in them until one breaks."""
    for seed in range(1, most + 1):
        with fault.plant():
            broken = World(draw_plan(seed)).run().broken
        if broken:
            return Found(fault, seed, broken.checker)
    return Found(fault, most, None)


# --- the terminal's core ----------------------------------------------------------------------------------------------


@contextmanager
def _have_seq_acknowledges() -> Iterator[None]:
    """Before a ledger whose pages bring no outcomes: with them the fault shows nowhere."""

    def first_to_offer(tx: MemoryTransaction, have_seq: int | None) -> int | None:
        if have_seq is None:
            return tx.first_unanswered()
        return have_seq + 1 if have_seq < tx.head().seq else None

    silent = patch.object(exchange_module, "_covered_too", lambda *_given: ())
    with silent, patch.object(offer_module, "_first_to_offer", first_to_offer):
        yield


def _any_page_fits() -> AbstractContextManager[object]:
    def take_pages(tx: MemoryTransaction, pages: list[Page], told: Collection[str]) -> tuple[bool, bool]:
        moved = more = False
        for page in pages:
            changed, owed = absorb_module._take_page(tx, page, page.from_cursor, told)
            moved, more = moved or changed, more or page.more or owed
        return moved, more

    return patch.object(absorb_module, "_take_pages", take_pages)


@contextmanager
def _head_of_request_time() -> Iterator[None]:
    """The stream is compared with the head that was read when the request was composed."""
    compose, absorb = offer_module.compose, absorb_module.absorb
    heads: dict[int, tuple[Sent, Head]] = {}

    def compose_and_remember(tx: MemoryTransaction, **given: Any) -> Composed:
        composed = compose(tx, **given)
        heads[id(composed.sent)] = (composed.sent, tx.head())
        return composed

    def absorb_with_old_head(tx: MemoryTransaction, sent: Sent, reply: SyncReply, *, new_epoch: str) -> Absorbed:
        _, then = heads[id(sent)]
        streams_disagree = absorb_module._streams_disagree
        with patch.object(absorb_module, "_streams_disagree", lambda _, state, tx: streams_disagree(then, state, tx)):
            return absorb(tx, sent, reply, new_epoch=new_epoch)

    with (
        patch.object(device_module, "compose", compose_and_remember),
        patch.object(device_module, "absorb", absorb_with_old_head),
    ):
        yield


def _gaps_are_kept_silent() -> AbstractContextManager[object]:
    return patch.object(offer_module, "_gap", lambda *_: None)


def _gives_up() -> AbstractContextManager[object]:
    """A flag set by the fifth failure outlives what caused it."""
    on_timer = Machine._on_timer

    def on_timer_unless_tired(self: Machine, event: Any, jitter: float) -> list[Action]:
        return [] if self._failures >= 5 else on_timer(self, event, jitter)

    table = {key: on_timer_unless_tired if rule is on_timer else rule for key, rule in Machine.TABLE.items()}
    return patch.object(Machine, "TABLE", table)


def _forgets_unsafe() -> AbstractContextManager[object]:
    prune = MemoryTransaction.prune
    return patch.object(MemoryTransaction, "prune", lambda self, _: prune(self, 10**9))


# --- the terminal's store ---------------------------------------------------------------------------------------------


@contextmanager
def _cursor_first() -> Iterator[None]:
    """Cursors are committed before the rows: a power cut in between keeps one without the other."""

    @contextmanager
    def transaction(self: MemoryTerminal) -> Iterator[MemoryTransaction]:
        tx = MemoryTransaction(self, self.state.copy())
        try:
            yield tx
        except BaseException:
            self.state = replace(self.state, cursors=tx.state.cursors)
            raise
        self.state = tx.state

    with patch.object(MemoryTerminal, "transaction", transaction):
        yield


def _covers_are_ignored() -> AbstractContextManager[object]:
    return patch.object(MemoryTransaction, "cover", lambda *_, **__: None)


def _shadow_covers_live_rows() -> AbstractContextManager[object]:
    cover = MemoryTransaction.cover

    def cover_both(self: MemoryTransaction, feed: str, ids: Sequence[str], *, shadow: bool) -> None:
        cover(self, feed, ids, shadow=shadow)
        cover(self, feed, ids, shadow=False)

    return patch.object(MemoryTransaction, "cover", cover_both)


def _swap_keeps_old_covers() -> AbstractContextManager[object]:
    def swap_shadow(self: MemoryTransaction, feed: str) -> None:
        shadow = self.state.shadows.pop(feed)
        self.state.rows[feed], self.state.cursors[feed] = shadow.rows, shadow.cursor

    return patch.object(MemoryTransaction, "swap_shadow", swap_shadow)


def _links_only_unanswered() -> AbstractContextManager[object]:
    mint_epoch = MemoryTransaction.mint_epoch

    def mint_for_the_rest(self: MemoryTransaction, epoch: str) -> None:
        self.state.held = {id: one for id, one in self.state.held.items() if one.outcome is None}
        mint_epoch(self, epoch)

    return patch.object(MemoryTransaction, "mint_epoch", mint_for_the_rest)


def _undoes_blindly() -> AbstractContextManager[object]:
    """An undo takes its target back, whatever became of that."""

    def taken_back(self: MemoryTerminal, undo: Held) -> list[Effect]:
        target = self.state.held.get(undo.body.target)
        return reversed_effects(list(target.effects)) if target else []

    return patch.object(MemoryTerminal, "_taken_back", taken_back)


# --- the ledger -------------------------------------------------------------------------------------------------------


@contextmanager
def _posts_known_again() -> Iterator[None]:
    """Each link is posted, whether its operation is known from another epoch or not."""

    def post(book: MemoryBook, terminal: Terminal, one: Incoming) -> Outcome:
        draft = Draft(book)
        return posting._keep(book, draft, terminal, one, posting._judge(draft, terminal, one))

    def add_operation(self: MemoryBook, stored: StoredOperation, home: str) -> None:
        self._set(self._tables.operations, stored.id, stored)
        self._cover(stored.terminal, stored.id, stored.outcome.feeds)

    with (
        patch.object(streams, "post", post),
        patch.object(MemoryBook, "add_operation", add_operation),
    ):
        yield


def _outcome_without_effect() -> AbstractContextManager[object]:
    judge = posting._judge

    def judge_and_forget(draft: Draft, terminal: Terminal, one: Incoming) -> Judgement:
        judgement = judge(draft, terminal, one)
        if one.id.startswith("0"):
            draft.rows.clear()
            draft.postings.clear()
            draft.states.clear()
            return Judgement("applied")
        return judgement

    return patch.object(posting, "_judge", judge_and_forget)


def _known_links_get_no_answer() -> AbstractContextManager[object]:
    return patch.object(streams, "_take_again", lambda *_: None)


def _settles_nothing() -> AbstractContextManager[object]:
    return patch.object(settling, "settle", lambda *_: [])


def _one_backup_is_enough() -> AbstractContextManager[object]:
    return patch.object(exchange_module, "_safe_seq", lambda *given: given[-1])


def _anybody_gives_back() -> AbstractContextManager[object]:
    def after_any(standing: Claim | None, change: Claiming | Releasing) -> Claim | None:
        return None if isinstance(change, Releasing) else after(standing, change)

    return patch.object(ledger_claims, "after", after_any)


def _own_claim_hides_others() -> AbstractContextManager[object]:
    def after_own(_: Claim | None, change: Claiming | Releasing) -> Claim | None:
        return after(None, change)

    return patch.object(terminal_state, "after", after_own)


# --- decisions --------------------------------------------------------------------------------------------------------


def _decides_as_if(*states: str) -> AbstractContextManager[object]:
    """What became of a conflict in these states is no reason to leave it alone."""
    decide = deciding.decide

    def decide_again(draft: Draft, conflict: Conflict, body: Decided, *, by: str) -> Judgement:
        if conflict.state in states:
            conflict = msgspec.structs.replace(conflict, state="open", decision="", decided_by="")
        return decide(draft, conflict, body, by=by)

    return patch.object(deciding, "decide", decide_again)


def _second_decision_overrides() -> AbstractContextManager[object]:
    return _decides_as_if("open", "resolved")


def _decides_what_is_explained() -> AbstractContextManager[object]:
    return _decides_as_if("explained")


def _one_person_is_enough() -> AbstractContextManager[object]:
    return patch.object(deciding, "NEED_SECOND", frozenset())


def _approves_own_request() -> AbstractContextManager[object]:
    second = deciding.second

    def second_by_other(draft: Draft, target: StoredOperation, *, by: str, **said: Any) -> Judgement:
        own = target.operation is not None and target.operation.by == by
        return second(draft, target, by=supervisor_of("everywhere") if own else by, **said)

    return patch.object(deciding, "second", second_by_other)


def _anybody_decides() -> AbstractContextManager[object]:
    return patch.object(deciding, "may_decide", lambda *_: True)


def _tasks_have_random_ids() -> AbstractContextManager[object]:
    numbers = count(1)
    return patch.object(sending, "caused_id", lambda *_: f"task-{next(numbers)}")


def _sends_again_for_what_went_back() -> AbstractContextManager[object]:
    return patch.object(rules, "expect_decision", lambda *_: None)


def _returns_leave_the_line() -> AbstractContextManager[object]:
    def without_progress(operation: Operation, body: Any, target: Any = None) -> list[Effect]:
        found = effects(operation, body, target)
        return [one for one in found if not (isinstance(body, Returned) and isinstance(one, LineProgress))]

    return patch.object(rules, "effects", without_progress)


def _done_work_stays_listed() -> AbstractContextManager[object]:
    def lay_goods(rows: dict[tuple[str, str], Row], effect: Effect) -> None:
        if not isinstance(effect, TaskTurn):
            terminal_state.lay(rows, effect)

    return patch.object(memory_terminal, "lay", lay_goods)


def _decisions_are_not_woken() -> AbstractContextManager[object]:
    return patch.object(posting, "wake", lambda book, *subjects: wake(book, *subjects[:1]))


FAULTS = (
    Fault("have_seq acknowledges, without an outcome", _have_seq_acknowledges, ("liveness",)),
    Fault("a page is applied wherever it starts", _any_page_fits, ("cursor", "no_flicker", "no_crash", "same_rows")),
    Fault("the head is read at request time", _head_of_request_time, ("conflicts", "liveness")),
    Fault("gaps are kept silent", _gaps_are_kept_silent, ("liveness",)),
    Fault("giving up outlives its cause", _gives_up, ("liveness",)),
    Fault("prune ignores safe_seq", _forgets_unsafe, ("retention",)),
    Fault("the cursor is committed before its page", _cursor_first, ("no_flicker", "same_rows", "log_chain")),
    Fault("covers are ignored", _covers_are_ignored, ("no_flicker",)),
    Fault("a shadow page covers the live rows", _shadow_covers_live_rows, ("no_flicker",)),
    Fault("deltas are not computed anew after a swap", _swap_keeps_old_covers, ("no_flicker",)),
    Fault("an undo ignores what became of its target", _undoes_blindly, ("no_flicker",)),
    Fault("a new epoch links only what is unanswered", _links_only_unanswered, ("no_flicker", "exactly_once")),
    Fault("the ledger posts known operations again", _posts_known_again, ("exactly_once",)),
    Fault("an outcome is stored without its effect", _outcome_without_effect, ("effects",)),
    Fault("known links get no answer", _known_links_get_no_answer, ("liveness", "conflicts")),
    Fault("conflicts are never settled", _settles_nothing, ("conflicts",)),
    Fault("what is not backed up is called safe", _one_backup_is_enough, ("retention",)),
    Fault("anybody gives back what others have", _anybody_gives_back, ("claims",)),
    Fault("an own claim hides whoever has the order", _own_claim_hides_others, ("claims",)),
    Fault("the second decision overrides the first", _second_decision_overrides, ("decisions",)),
    Fault("an explained conflict can be decided", _decides_what_is_explained, ("decisions",)),
    Fault("one person alone adjusts the books", _one_person_is_enough, ("decisions",)),
    Fault("the requester approves himself", _approves_own_request, ("decisions",)),
    Fault("anybody decides", _anybody_decides, ("decisions",)),
    Fault("a decision's task has a random id", _tasks_have_random_ids, ("tasks",)),
    Fault("what went back already is sent for again", _sends_again_for_what_went_back, ("tasks",)),
    Fault("what went back stays on its line", _returns_leave_the_line, ("lines", "no_flicker")),
    Fault("what somebody did stays on their list", _done_work_stays_listed, ("no_flicker",)),
    Fault("a conflict wakes no decision", _decisions_are_not_woken, ("decisions",)),
)
