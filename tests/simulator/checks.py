"""What must hold while a world runs, and when it has come to rest. Each check raises Broken with its own name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from simulator import decided
from simulator.broken import Broken
from simulator.device import Device
from simulator.history import History, Moment, heard
from simulator.server import Server
from simulator.terminal_state import Held, State, read_row, tenths
from simulator.warehouse import SUPERVISORS

from sync.core.offer import Sent
from sync.wire.bodies import Posting, Returned, Undone
from sync.wire.claims import Claiming, Releasing
from sync.wire.effects import Effect, LineProgress, set_aside
from sync.wire.messages import GLOBAL_FEED, Change, SyncReply, SyncRequest
from sync.wire.operation import decode_operation
from sync.wire.rows import ACTIVE, BY_TABLE, Balance, Claim, Conflict, Order, OrderLine, Task, row_key
from sync.wire.undoing import UNDONE

if TYPE_CHECKING:
    from simulator.world import World


class Checks:
    def __init__(self, world: World, ledger_id: str) -> None:
        self.world = world
        self.history = History(ledger_id, self.effects, self._said_by, world.known.get)
        self.times_sent: Counter[str] = Counter()
        self._first: dict[tuple[str, int, str], tuple[str, int]] = {}

    # --- while it runs

    def committed(self, server: Server) -> int:
        """The log hangs together, and each operation is posted once. Returns how many entries are new."""
        return self.history.learn(server.ledger)

    def effects(self, change: Change, postings: list[Posting]) -> None:
        """A fact is posted with all its effects (goods of an unknown code stand on `@unknown` for a while)."""
        if change.op not in self.world.true_effects or change.outcome not in ("applied", "conflict"):
            return
        due = self.world.true_effects[change.op]
        wanted = sorted(_goods(one) for one in due if isinstance(one, Posting) and one.site == change.feed)
        found = sorted(map(_goods, postings))
        # A stock that this fact brought may release more: goods that had been set aside.
        if Counter(wanted) - Counter(found):
            raise Broken("effects", f"{change.op} ({change.kind}) was posted with {found} instead of {wanted}")

    def replied(self, server: Server, reply: SyncReply) -> None:
        """A resend gets the first outcome, for as long as the ledger's history goes on."""
        for one in reply.outcomes:
            key = (server.name, server.incarnation, one.id)
            first = self._first.setdefault(key, (one.outcome, one.n))
            if first != (one.outcome, one.n):
                raise Broken("first_outcome", f"{one.id} was {first} and is now {(one.outcome, one.n)}")

    def asked(self, request: SyncRequest) -> None:
        self.times_sent.update(decode_operation(raw).id for raw in request.stream.ops)

    def cursors(self, device: Device, before: State) -> None:
        """A cursor falls only by reading the feed again into a shadow."""
        after = device.store.state
        for feed, cursor in after.cursors.items():
            old = before.cursors.get(feed)
            if old and cursor.n < old.n and feed not in before.shadows:
                raise Broken("cursor", f"{device.name} fell from {old.n} to {cursor.n} in {feed} without a resync")

    def epochs(self, device: Device, before: State, sent: Sent, reply: SyncReply) -> None:
        """An answer to what was asked in an epoch that ended, or of a ledger that was left behind, stores nothing."""
        current = before.ledger_epochs[-1] if before.ledger_epochs else ""
        of_the_past = reply.ledger_epoch in before.ledger_epochs[:-1] or reply.stream.epoch != before.epoch
        if not of_the_past and sent.ledger_epoch == current:
            return
        if replace(device.store.state, alerts=()) != replace(before, alerts=()):
            raise Broken("epoch", f"{device.name} stored an answer of another epoch than it asked in")

    def view(self, device: Device) -> None:
        """The local stock is what the feed held at the cursor, and own work that is not in it, each piece once."""
        state = device.store.state
        for feed in device.store.feeds:
            if feed == GLOBAL_FEED:
                continue
            cursor = state.cursors.get(feed)
            moment = self.history.at(feed, cursor.hash) if cursor else Moment(0)
            expected = dict(moment.balances)
            own = list(self._own_work(state, moment, feed))
            for effects in own:
                _add(expected, effects, feed)
            found, wanted = device.store.stock(feed), {key: units for key, units in expected.items() if units}
            if found != wanted:
                raise Broken("no_flicker", f"{device.name} shows {_difference(found, wanted)} in {feed}")
            self._claims_in_view(device, moment, feed)
            self._returns_in_view(device, moment, feed, own)

    def _said_by(self, op: str) -> Claiming | Releasing | None:
        """What a confirmed operation said of who works on what."""
        found = (one for one in self.world.true_effects.get(op, ()) if isinstance(one, Claiming | Releasing))
        return next(found, None)

    def _claims_in_view(self, device: Device, moment: Moment, feed: str) -> None:
        """Who has what, as the feed had it at the cursor and own words since say."""
        wanted = moment.holders
        for id, one in device.store.state.held.items():
            said = self._said_by(id) if id not in moment.operations and _may_come(one, feed) else None
            wanted = heard(wanted, said) if said and said.site == feed else wanted
        found = device.store.holders(feed)
        if found != wanted:
            raise Broken("claims", f"{device.name} shows {found} in {feed} where {dict(wanted)} is right")

    def _returns_in_view(self, device: Device, moment: Moment, feed: str, own: Iterable[Iterable[Effect]]) -> None:
        """What somebody brought back, and no page tells of yet, is off its line and off the list of what is to do."""
        held = device.store.state.held
        undone = [
            held[one.body.target] for one in held.values() if isinstance(one.body, Undone) and one.body.target in held
        ]
        open_again = {one.operation.task for one in undone}
        brought = [
            one
            for one in held.values()
            if isinstance(one.body, Returned) and not moment.operations & {one.id} and _may_come(one, feed)
        ]
        if not brought:
            return
        rows = device.store.view(feed)
        for one in brought:
            task = rows.get((Task.table, row_key(feed, one.operation.task or "")))
            if isinstance(task, Task) and task.state != "done" and task.id not in open_again:
                raise Broken("no_flicker", f"{device.name} shows the task {task.id}, which {one.id} has done")
        wanted = Counter(moment.lines)
        for effects in own:
            wanted.update({one.key: one.done.units for one in effects if isinstance(one, LineProgress)})
        for line in [row for row in rows.values() if isinstance(row, OrderLine)]:
            if line.done.units != wanted[line.key]:
                raise Broken("no_flicker", f"{device.name} shows {line.done} of {line.key!r}, not {wanted[line.key]}")

    def _own_work(self, state: State, moment: Moment, feed: str) -> Iterator[Iterable[Effect]]:
        """What the ledger would post of the work that is not in the feed at this moment, were it offered now.

        Of an undo whose target the terminal has forgotten, it cannot know.
        """
        pending = {id for id, one in state.held.items() if id not in moment.operations and _may_come(one, feed)}
        taken_back: set[str] = set()
        for id, one in state.held.items():
            target = getattr(one.body, "target", "")
            if id not in pending:
                continue
            if not target:
                yield self.world.true_effects[id]
            elif (
                target in state.held
                and target not in taken_back
                and (target in pending or _stands(state.held[target], one, moment))
            ):
                taken_back.add(target)
                yield set_aside(list(self.world.true_effects[id]), moment.unknown_to(target), feed)

    # --- after the last fault

    def liveness(self) -> None:
        """Every queue is empty, and no scan was needed for it."""
        streams = self.world.server.ledger.tables.streams
        for device in self.world.devices:
            state = device.store.state
            waiting = [one.id for one in state.held.values() if one.outcome is None]
            if waiting:
                raise Broken("liveness", f"{device.name} still queues {len(waiting)}: {waiting[0]}")
            held = streams.get((device.store.terminal, state.head.epoch))
            have_seq = held.have_seq if held else 0
            if have_seq != state.head.seq:
                raise Broken("liveness", f"{device.name} is at {state.head.seq}, the ledger at {have_seq}")

    def at_rest(self) -> None:
        """Everything that must hold once nothing moves any more."""
        self.exactly_once()
        self.gaps_reported()
        self.told()
        self.order()
        self.sums()
        self.same_rows()
        self.claims()
        self.conflicts()
        self.decisions()
        self.calm_cost()

    def exactly_once(self) -> None:
        """Each confirmed operation is in the ledger, its own bytes, unless every copy was destroyed; and none else."""
        held = self.world.server.ledger.tables.operations
        for id, hash in self.world.confirmed.items():
            found = held.get(id)
            if found is None and id not in self.world.destroyed:
                raise Broken("exactly_once", f"the operation {id} was confirmed and is not in the ledger")
            if found is not None and found.op_hash != hash:
                raise Broken("exactly_once", f"the operation {id} is in the ledger with other bytes")
        for id in held:
            if id not in self.world.confirmed:
                raise Broken("exactly_once", f"the operation {id} is in the ledger and was never confirmed")

    def gaps_reported(self) -> None:
        """What a rollback destroyed for good is listed as a gap of the stream it was in."""
        tables = self.world.server.ledger.tables
        for id, links in self.world.places_of_destroyed.items():
            if id in tables.operations or any(terminal in self.world.copied for terminal, _, _ in links):
                continue
            gaps = [(terminal, gap) for terminal, found in tables.gaps.items() for gap in found]
            if not any(
                terminal == owner and gap.epoch == epoch and gap.from_seq <= seq <= gap.to_seq
                for terminal, epoch, seq in links
                for owner, gap in gaps
            ):
                raise Broken("gap_reported", f"the operation {id} is gone and no gap says so")

    def told(self) -> None:
        """A terminal has heard what became by now of what it holds.

        An answer that comes too late may say how things had been; no real terminal reads it. And what was heard of
        another history (its change numbers tell) stays where a ledger is put back twice, in the end to what was read.
        """
        operations = self.world.server.ledger.tables.operations
        for device in self.world.devices:
            for id, one in device.store.state.held.items():
                if one.outcome is None or id not in operations or id in self.world.told_late:
                    continue
                stands, found = operations[id].outcome, operations[id].outcome.state
                if one.outcome.state != found and (one.outcome.feeds == stands.feeds or not self._was_put_back_twice()):
                    raise Broken("told", f"{device.name} has {id} as {one.outcome.state!r}, the ledger as {found!r}")

    def _was_put_back_twice(self) -> bool:
        return self.world.disasters.rollbacks > 1

    def order(self) -> None:
        """Each stream was posted in its order (where nobody copied the terminal, and no gap was filled)."""
        tables = self.world.server.ledger.tables
        last: dict[tuple[str, str], int] = {}
        for (terminal, epoch, _), (_, id) in sorted(tables.links.items()):
            if terminal in self.world.copied or terminal in self.world.gapped or id is None:
                continue
            n = tables.operations[id].outcome.n
            if n < last.get((terminal, epoch), 0):
                raise Broken("order", f"{id} of {terminal} was posted before an earlier one")
            last[(terminal, epoch)] = n

    def sums(self) -> None:
        """The whole ledger sums to zero per item and lot, and balances are what the log's postings add up to."""
        ledger = self.world.server.ledger
        rows = ledger.tables.rows.get(Balance.table, {})
        totals: Counter[tuple[str, str]] = Counter()
        for row in rows.values():
            assert isinstance(row, Balance)
            totals[(row.item, row.lot)] += row.quantity.units
        if any(totals.values()):
            raise Broken("sums", f"the ledger does not sum to zero: {+totals or -totals}")
        for feed in ledger.tables.log:
            moment = self.history.at(feed, ledger.head(feed).hash)
            wanted = {key: units for key, units in moment.balances.items() if units}
            found = {
                key: tenths(row.quantity)
                for key, row in rows.items()
                if row.feed == feed and isinstance(row, Balance) and row.quantity
            }
            if found != wanted:
                raise Broken("sums", f"{feed} holds {_difference(found, wanted)} by its postings")

    def same_rows(self) -> None:
        """Each terminal shows what the ledger shows, and nothing of its own hangs on."""
        for device in self.world.devices:
            state = device.store.state
            if state.shadows:
                raise Broken("same_rows", f"{device.name} is still reading {sorted(state.shadows)} again")
            for feed in device.store.feeds:
                self._same_feed(device, feed)

    def _same_feed(self, device: Device, feed: str) -> None:
        found = {key: read_row(key[0], data) for key, data in device.store.state.rows.get(feed, {}).items()}
        wanted = {
            (table, key): row
            for table, rows in self.world.server.ledger.tables.rows.items()
            for key, row in rows.items()
            if row.feed == feed
        }
        if found != wanted:
            differing = sorted(key for key in found.keys() | wanted.keys() if found.get(key) != wanted.get(key))
            raise Broken("same_rows", f"{device.name} differs from the ledger in {feed}: {differing[:3]}")
        if device.store.pending(feed):
            raise Broken("same_rows", f"{device.name} still lays own work over {feed}")

    def claims(self) -> None:
        """Whoever has an order is who the whole log says has it."""
        ledger = self.world.server.ledger
        for feed in ledger.tables.log:
            rows = ledger.tables.rows.get(Claim.table, {}).values()
            found = {row.order: row.by for row in rows if isinstance(row, Claim) and row.site == feed}
            wanted = self.history.at(feed, ledger.head(feed).hash).holders
            if found != wanted:
                raise Broken("claims", f"the ledger says {found} in {feed} where the log says {dict(wanted)}")

    # --- conflicts

    def conflicts(self) -> None:
        """One open conflict per subject, none left provisional, and none that the complete log does not justify."""
        rows = self.world.server.ledger.tables.rows.get(Conflict.table, {}).values()
        active = [row for row in rows if isinstance(row, Conflict) and row.state in ACTIVE]
        for (site, kind, subject), times in Counter((one.site, one.kind, one.subject) for one in active).items():
            if times > 1:
                raise Broken("conflicts", f"{kind} on {subject!r} of {site} is open {times} times")
        for one in active:
            if one.state == "provisional":
                raise Broken("conflicts", f"{one.kind} on {one.subject!r} is still provisional")
            if not self._justified(one):
                raise Broken("conflicts", f"{one.kind} on {one.subject!r} is open without a cause")

    def _justified(self, one: Conflict) -> bool:
        tables = self.world.server.ledger.tables
        match one.kind:
            case "stock_short":
                row = tables.rows[Balance.table].get(one.subject)
                return isinstance(row, Balance) and row.quantity.units < 0
            case "task_done_twice":
                return len(self._standing(one)) > 1
            case "order_cancelled" | "order_changed":
                return one.subject in tables.rows[Order.table] and bool(self._standing(one))
            case "reference_unknown":
                table, key = one.subject.split("\x1f", 1)
                assert table in BY_TABLE
                return key not in tables.rows.get(table, {})
            case "not_permitted":
                return any(self._lacks_right(id) for id in self._standing(one))
            case "over_received" | "order_closed":
                return any(self._is_beyond(id) for id in self._standing(one))
            case "stream_gap" | "stream_forked":
                return self._stream_is_broken(one)
            case _:
                return False

    def _stream_is_broken(self, one: Conflict) -> bool:
        terminal = one.facts["terminal"]
        if one.kind == "stream_forked":
            return terminal in self.world.copied
        gaps = self.world.server.ledger.tables.gaps.get(terminal, ())
        return any(one.facts["epoch"] == gap.epoch for gap in gaps)

    def _standing(self, one: Conflict) -> list[str]:
        held = self.world.server.ledger.tables.operations
        return [id for id in one.ops if id in held and held[id].outcome.state != UNDONE]

    def _lacks_right(self, id: str) -> bool:
        operation, _ = self.world.known[id]
        return operation.by in SUPERVISORS and not {operation.site, "*"} & set(SUPERVISORS[operation.by])

    def _is_beyond(self, id: str) -> bool:
        """Whether a receipt's line has more than it wants, or does not want it any more."""
        operation, body = self.world.known[id]
        rows = self.world.server.ledger.tables.rows
        order = rows[Order.table].get(row_key(operation.site, body.order))
        line = rows[OrderLine.table].get(row_key(operation.site, body.order, body.line))
        assert isinstance(order, Order)
        assert isinstance(line, OrderLine)
        return order.state == "cancelled" or (line.done + line.short - line.quantity).units > 0

    def decisions(self) -> None:
        """What people decided, and what they did for it, stands in the books as the log has it."""
        ledger = self.world.server.ledger
        for feed in ledger.tables.log:
            decided.stands(ledger, feed, self.history.at(feed, ledger.head(feed).hash), self.world.known.get)

    # --- cost

    def calm_cost(self) -> None:
        """Where nothing is lost, each operation is sent once."""
        if self.world.plan.calm:
            for id, times in sorted(self.times_sent.items()):
                if times != 1:
                    raise Broken("cost", f"the operation {id} was sent {times} times although nothing was lost")


def _may_come(one: Held, feed: str) -> bool:
    """Whether an entry of this feed may yet hold the operation; not one that was posted in other feeds only."""
    return one.outcome is None or feed in one.outcome.feeds


def _stands(target: Held, undo: Held, moment: Moment) -> bool:
    """Whether an undo finds anything of its target in the ledger, by the feed at this moment; or by a later word, since
    a resend is answered with how things stand, ahead of the page that shows it.

    Where the feed has it as undone and this undo took effect all the same, the ledger was put back and has lost who
    undid it first: until the feed is read again, the view lays what the ledger says now over rows of a lost history.
    """
    told = target.outcome is not None and target.outcome.state == UNDONE
    by_this_one = undo.outcome is not None and undo.outcome.outcome in ("applied", "conflict")
    if told and not by_this_one:
        return False
    if target.id in moment.undone and by_this_one and not told:
        return True
    return target.id in moment.operations and target.id not in moment.unposted | moment.undone


def _add(balances: dict[str, int], effects: Iterable[Effect], feed: str) -> None:
    for effect in effects:
        if isinstance(effect, Posting) and effect.site == feed:
            balances[effect.account] = balances.get(effect.account, 0) + tenths(effect.quantity)


def _goods(posting: Posting) -> tuple[str, str, int]:
    return posting.item, posting.lot, posting.quantity.units


def _difference(found: dict[str, int], wanted: dict[str, int]) -> str:
    differing = sorted(key for key in found.keys() | wanted.keys() if found.get(key, 0) != wanted.get(key, 0))
    key = differing[0]
    return f"{found.get(key, 0)} of {key!r} where {wanted.get(key, 0)} is right ({len(differing)} differ)"
