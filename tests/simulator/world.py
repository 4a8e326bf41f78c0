"""A world: one warehouse business with its terminals, network and ledger, made and driven by one seed.

It runs through a time of work and faults, then the faults end, and without a further scan everything must come to rest.
"""

from __future__ import annotations

import hashlib
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any
from uuid import UUID

import msgspec
from simulator.broken import Broken
from simulator.checks import Checks
from simulator.clock import Clock
from simulator.device import Device
from simulator.disasters import Disasters
from simulator.memory_book import MemoryLedger, Tables
from simulator.memory_terminal import MemoryTerminal
from simulator.network import REQUEST_TIMEOUT, Answer, Network
from simulator.people import Operator
from simulator.plan import Plan
from simulator.server import Server
from simulator.strikes import Strikes
from simulator.supervisors import Supervisor
from simulator.warehouse import SITES, Office, furnish, furnish_for_decisions

from server_stub.ledger.book import Terminal
from sync.core.backoff import Backoff
from sync.core.machine import Failed, Mode, ModeChosen, Phase, Trouble
from sync.core.offer import Composed
from sync.wire.codec import decode, encode
from sync.wire.decisions import APPROVED, DECIDED, DENIED
from sync.wire.effects import Effect, effects
from sync.wire.messages import GLOBAL_FEED, SyncReply, SyncRequest
from sync.wire.operation import Operation

STRAGGLERS = 50.0
"""Seconds within which the last message that a fault had delayed has arrived."""
ROUND_TRIP = 0.4
VERDICTS = (DECIDED, APPROVED, DENIED)
LONGEST_DRAIN = 2 * Backoff().cap + REQUEST_TIMEOUT
SETTLING = 120.0
"""Seconds in which, with empty queues, the last pages are read and provisional conflicts settle."""


@dataclass(frozen=True, slots=True)
class Result:
    seed: int
    hash: str
    operations: int
    kills: int
    rollbacks: int
    copies: int
    broken: Broken | None = None
    struck: Strikes = field(default_factory=dict)


class World:
    def __init__(self, plan: Plan, tell: Callable[[str], None] = lambda _: None) -> None:
        self.plan = plan
        self.random = Random(f"world {plan.seed}")
        self.supervising = Random(f"supervisors {plan.seed}")
        self.clock = Clock()
        self.network = Network(self.clock, self.random, plan.weather, struck=self._struck_message)
        self.ledger_id = self.new_id()
        self.known: dict[str, tuple[Operation, Any]] = {}
        """Every operation that anybody confirmed, with its body."""
        self.checks = Checks(self, self.ledger_id)
        self.server = self.new_server("ledger-1", self.new_id())
        self.second: Server | None = None
        self.devices: list[Device] = []
        self.disasters = Disasters(self, self.random)
        self.confirmed: dict[str, str] = {}
        self.true_effects: dict[str, tuple[Effect, ...]] = {}
        self.destroyed: set[str] = set()
        self.places_of_destroyed: dict[str, list[tuple[str, str, int]]] = {}
        self.copied: set[str] = set()
        self.gapped: set[str] = set()
        self.told_late: set[str] = set()
        self._lost_from_disk: set[str] = set()
        self._strikes: Counter[tuple[str, str]] = Counter()
        self._working = True
        self._tell = tell
        self._hash = hashlib.sha256()
        self._servers = 1

    def new_id(self) -> str:
        return str(UUID(int=self.random.getrandbits(128), version=4))

    def note(self, who: str, what: str) -> None:
        """One line of the world's log; its hash is the seed's fingerprint."""
        line = f"{self.clock.now:9.3f} {who} {what}"
        self._hash.update(line.encode() + b"\n")
        self._tell(line)

    # --- making it

    def new_server(self, name: str, epoch: str) -> Server:
        ledger = MemoryLedger(self.ledger_id, epoch, self.clock.stamp)
        return Server(name, ledger, self.sees_server_commit, self.sees_reply, self.sees_death)

    def new_store(self, terminal: str, site: str, feeds: Sequence[str], epoch: str) -> MemoryTerminal:
        return MemoryTerminal(terminal, site, ledger_id=self.ledger_id, feeds=feeds, epoch=epoch, new_id=self.new_id)

    def lose_power(self, _store: MemoryTerminal) -> None:
        """A terminal goes dark: what it had not committed was never there."""

    # --- what goes over the line, as bytes and back

    def written(self, composed: Composed) -> bytes:
        return encode(composed.request)

    def understood(self, answer: Answer) -> SyncReply | Failed:
        """What a terminal makes of what came back."""
        if answer.trouble is not None:
            return Failed(answer.trouble, answer.retry_after)
        try:
            return decode(answer.body, SyncReply)
        except msgspec.DecodeError:
            return Failed(Trouble.NOT_A_LEDGER)

    def build(self) -> None:
        names = [f"T{number}" for number in range(1, self.plan.terminals + 1)]
        for number, name in enumerate(names):
            site = SITES[number % 2] if self.plan.both_sites else SITES[0]
            self.server.ledger.register(Terminal(name, site))
            both = self.random.random() < 0.2
            feeds = [GLOBAL_FEED, *(SITES if both else (site,))]
            self.devices.append(Device(self, name, self.new_store(name, site, feeds, self.new_id())))
        furnish(self.server, names)
        if self.plan.decisions:
            furnish_for_decisions(self.server)
        for device in self.devices:
            device.start()
        self._give_work()

    def _give_work(self) -> None:
        seconds = self.plan.minutes * 60
        offices = [Office(site, self.random) for site in SITES]
        for office in offices:
            for _ in range(3):
                self._office_acts(office)
        for _ in range(self.plan.operations):
            self.clock.after(self.random.uniform(2, seconds), self._someone_works)
        for _ in range(self.plan.operations // 12):
            self.clock.after(self.random.uniform(0, seconds), lambda: self._office_acts(self.random.choice(offices)))
        for _ in range(self.plan.decisions):
            self.clock.after(self.supervising.uniform(0.1, 1) * seconds, self._someone_decides)
        for at, name in self.plan.disasters:
            self.clock.after(at, lambda name=name: self.disasters.strike(name))  # type: ignore[misc]

    def _office_acts(self, office: Office) -> None:
        if self.server.up and self._working:
            self.note(f"office {office.site}", office.act(self.server))

    def _someone_works(self) -> None:
        device = self.random.choice(self.devices)
        if self._working:
            Operator(device, self.random, self.clock.stamp, self.plan.odd_operations).act()

    def _someone_decides(self) -> None:
        device = self.supervising.choice(self.devices)
        if self._working:
            site = device.store.site
            said = [one for one in self.known.values() if one[0].kind in VERDICTS and one[0].site == site]
            Supervisor(device, self.supervising, self.clock.stamp, said).decide()

    def add_device(self, name: str, store: MemoryTerminal) -> None:
        device = Device(self, name, store)
        self.devices.append(device)
        device.start()

    # --- running it

    def run(self) -> Result:
        broken = None
        try:
            self.build()
            self.clock.run_until(self.plan.minutes * 60)
            self._working = False
            self._mend_everything()
            self.clock.run_until(self.clock.now + STRAGGLERS)
            self._come_to_rest()
        except Broken as found:
            broken = found
        except Exception as error:  # noqa: BLE001  (whatever a core raises is a finding, and names its seed)
            self._tell(traceback.format_exc())
            broken = Broken("no_crash", f"{type(error).__name__}: {error}")
        if broken:
            self.note("broken", str(broken))
        return self._result(broken)

    def _mend_everything(self) -> None:
        """The end of all faults; what follows must go by itself."""
        self.note("world", "mends everything")
        self.network.clear_up()
        if self.second is not None:
            self.disasters.end_two_ledgers()
        for server in (self.server,):
            server.die_before_commit = server.die_after_commit = False
            server.start()
        self.disasters.adopt_if_needed()
        for device in self.devices:
            device.disk_full = device.cut_power = False
            device.mode = Mode.AUTOMATIC
            if device.running:
                device.handle(ModeChosen(Mode.AUTOMATIC))
            else:
                device.start()

    def _come_to_rest(self) -> None:
        queued = max(len(device.store.state.held) for device in self.devices)
        self.clock.run_until(self.clock.now + LONGEST_DRAIN + 3 * ROUND_TRIP * (1 + queued // 500))
        self.checks.liveness()
        self.clock.run_until(self.clock.now + SETTLING)
        self.checks.at_rest()

    def _result(self, broken: Broken | None) -> Result:
        for feed in sorted(self.server.ledger.tables.log):
            self.note(feed, self.server.ledger.head(feed).hash)
        return Result(
            seed=self.plan.seed,
            hash=self._hash.hexdigest(),
            operations=len(self.confirmed),
            kills=self.disasters.kills,
            rollbacks=self.disasters.rollbacks,
            copies=self.disasters.clones + self.disasters.restores,
            broken=broken,
            struck=self._strikes,
        )

    # --- what struck whom

    def struck(self, kind: str, devices: Sequence[Device], phases: Mapping[Device, Phase | None] | None = None) -> None:
        """A fault took effect on these terminals, in the states in which they are, or had been just before."""
        for device in devices:
            phase = phases[device] if phases else device.phase
            if phase is not None:
                self._strikes[kind, phase.value] += 1

    def _struck_message(self, kind: str, sender: str) -> None:
        self.struck(kind, [device for device in self.devices if device.name == sender])

    # --- two ledgers

    def route(self) -> Server:
        """The ledger that the next request reaches."""
        if self.second is not None and self.random.random() < 0.5:
            return self.second
        return self.server

    def begin_second(self, tables: Tables, ledger_epoch: str | None) -> None:
        self._servers += 1
        self.second = self.new_server(f"ledger-{self._servers}", "")
        self.second.put_back(tables, ledger_epoch)

    def end_second(self, *, keep_second: bool) -> None:
        assert self.second is not None
        kept, dropped = (self.second, self.server) if keep_second else (self.server, self.second)
        self.server, self.second = kept, None
        dropped.stop()
        dropped.break_with_the_past()
        kept.start()

    # --- what the checks hear

    def sees_confirmed(self, device: Device, id: str) -> None:
        one = device.store.state.held.get(id)
        if one is None:
            raise Broken("kept", f"{device.name} confirmed {id} and does not hold it")
        self.note(device.name, f"confirms {one.operation.kind} {id}")
        self.known[id] = (one.operation, one.body)
        self.confirmed[id] = one.op_hash
        self.true_effects[id] = tuple(effects(one.operation, one.body, self.known.get(getattr(one.body, "target", ""))))
        self.checks.view(device)

    def sees_request(self, device: Device, request: SyncRequest) -> None:
        offer = request.stream
        self.note(device.name, f"offers {len(offer.ops)} behind {offer.head} fills={len(offer.fills)} gap={offer.gap}")
        if offer.gap:
            self.gapped.add(device.store.terminal)
        self.checks.asked(request)

    def sees_server_commit(self, server: Server) -> None:
        learnt = self.checks.committed(server)
        if learnt:
            self.note(server.name, f"logs {learnt}")

    def sees_death(self, server: Server, of: str) -> None:
        self.note(server.name, "dies over a request")
        self.struck(of, self.devices)
        self.disasters.restart_soon(server)

    def sees_reply(self, server: Server, reply: SyncReply) -> None:
        self.checks.replied(server, reply)

    def sees_commit(self, device: Device) -> None:
        self.checks.view(device)

    def was_copied(self, device: Device) -> None:
        self.copied.add(device.store.terminal)

    # --- where copies of operations are

    @contextmanager
    def losing(self, *, harmless: bool) -> Iterator[None]:
        """Something that may destroy the last copy of operations. `harmless`: it must not, as far as disks were left
        alone; else a terminal forgot too early."""
        copies, disks = self._copies(), self._on_disks()
        places = self._places()
        yield
        self._lost_from_disk |= disks - self._on_disks()
        if not harmless:
            # What terminals have forgotten is in two backups of the history it was forgotten in; this may be another.
            self._lost_from_disk |= self._copies() - self._on_disks()
        # What was destroyed before and came back by stick is held by no terminal.
        for id in sorted(copies - self._copies()):
            if harmless and id not in self._lost_from_disk | self.destroyed:
                raise Broken("retention", f"the operation {id} was forgotten before two backups held it")
            self.destroyed.add(id)
            if id in places:
                self.places_of_destroyed[id] = places[id]

    def _on_disks(self) -> set[str]:
        return {id for device in self.devices for id in device.store.state.held}

    def _copies(self) -> set[str]:
        servers = [self.server, *([self.second] if self.second else [])]
        return self._on_disks() | {id for server in servers for id in server.ledger.tables.operations}

    def _places(self) -> dict[str, list[tuple[str, str, int]]]:
        found: dict[str, list[tuple[str, str, int]]] = {}
        for place, (_, id) in self.server.ledger.tables.links.items():
            if id is not None:
                found.setdefault(id, []).append(place)
        return found
