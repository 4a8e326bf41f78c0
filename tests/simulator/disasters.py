"""What befalls a world: each method is one happening of a plan. Whatever it breaks, the world's people mend later."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from simulator.device import Device
from simulator.memory_book import Tables
from simulator.server import Server
from simulator.terminal_state import State

from server_stub.ledger.book import Backup
from sync.core.machine import Mode, ModeChosen, SyncNow
from sync.core.terminal import Offered

if TYPE_CHECKING:
    from simulator.world import World

SAFE_BACKUPS = 2
"""Newest backups of the running history from which `ledger restore` loses nothing that a terminal had."""


ROWS_PER_PART = 12
"""As on the real ledger, the same always: a terminal between two parts of a snapshot may meet another copy of it."""


STRIKES_LATER = (
    "kill_terminal_in_transaction",
    "kill_ledger_before_commit",
    "kill_ledger_after_commit",
    "full_disk",
)
"""These lie in wait for the next transaction."""


class Disasters:
    """A disaster's method returns False where there was nothing for it to strike."""

    def __init__(self, world: World, random: Random) -> None:
        self.world, self.random = world, random
        self.backups: list[tuple[Backup, Tables]] = []
        self.ledger_files: list[Tables] = []
        self.terminal_files: list[tuple[str, State]] = []
        self.sticks: list[tuple[str, list[Offered]]] = []
        self.kills = self.rollbacks = self.clones = self.restores = 0
        self._chosen: list[Device] = []

    def strike(self, name: str) -> None:
        self.world.note("disaster", name)
        self._chosen.clear()
        phases = {device: device.phase for device in self.world.devices}
        if getattr(self, name)() is not False and name not in STRIKES_LATER:
            self.world.struck(name, self._chosen or list(phases), phases)

    def _device(self) -> Device:
        device = self.random.choice(self.world.devices)
        self._chosen.append(device)
        return device

    # --- power

    def reboot(self, device: Device) -> None:
        self.kills += 1
        device.stop()
        self.world.clock.after(self.random.uniform(1, 60), lambda: None if device.running else device.start())

    def kill_terminal(self) -> None:
        self.reboot(self._device())

    def kill_terminal_in_transaction(self) -> None:
        self._device().cut_power = True

    def restart_soon(self, server: Server) -> None:
        self.kills += 1
        server.stop()
        self.world.clock.after(self.random.uniform(1, 40), server.start)

    def kill_ledger(self) -> None:
        self.restart_soon(self.world.server)

    def kill_ledger_before_commit(self) -> None:
        self.world.server.die_before_commit = True

    def kill_ledger_after_commit(self) -> None:
        self.world.server.die_after_commit = True

    def full_disk(self) -> None:
        device = self._device()
        device.disk_full = True
        self.world.clock.after(self.random.uniform(5, 60), lambda: setattr(device, "disk_full", False))

    # --- the line

    def partition(self) -> None:
        name, network = self._device().name, self.world.network
        network.cut_out.add(name)
        self.world.clock.after(self.random.uniform(10, 200), lambda: network.cut_out.discard(name))

    def partition_one_way(self) -> None:
        """Requests get through, replies do not: the ledger hears everything, the terminal nothing."""
        name, network = self._device().name, self.world.network
        network.cut_back.add(name)
        self.world.clock.after(self.random.uniform(10, 100), lambda: network.cut_back.discard(name))

    def small_proxy(self) -> None:
        network = self.world.network
        network.largest = self.random.choice([2_000, 5_000, 12_000])
        self.world.clock.after(self.random.uniform(10, 120), lambda: setattr(network, "largest", None))

    def stay_offline(self) -> None:
        device = self._device()
        self._choose(device, Mode.OFFLINE)
        self.world.clock.after(self.random.uniform(10, 200), lambda: self._choose(device, Mode.AUTOMATIC))

    def _choose(self, device: Device, mode: Mode) -> None:
        device.mode = mode
        device.handle(ModeChosen(mode))

    def sync_now(self) -> None:
        self._device().handle(SyncNow())

    # --- the ledger's disk

    def back_up(self) -> bool:
        if self.world.server.up:
            self.backups.append(self.world.server.ledger.back_up())
        return self.world.server.up

    def copy_ledger_file(self) -> None:
        self.ledger_files.append(self.world.server.ledger.tables.copy())

    def compact(self) -> None:
        feeds = sorted(self.world.server.ledger.tables.log)
        self.world.server.ledger.compact(self.random.choice(feeds), rows_per_part=ROWS_PER_PART)

    def restore_backup(self) -> bool:
        """`ledger restore` of one of the two newest backups of this history: nothing that terminals had is lost."""
        good = [one for one in self.backups[-SAFE_BACKUPS:] if self._counts(one[0])]
        if good:
            self._restore(*self.random.choice(good), harmless=True)
        return bool(good)

    def _counts(self, made: Backup) -> bool:
        """Whether the running ledger lists it and has its position in the log."""
        listed = self.world.server.ledger.lists(made)
        with self.world.server.ledger.transaction(None) as book:
            return listed and all(book.hash_at(feed, n) == there for feed, (n, there) in made.feeds.items())

    def restore_old_backup(self) -> bool:
        if self.backups:
            self._restore(*self.random.choice(self.backups), harmless=False)
        return bool(self.backups)

    def _restore(self, made: Backup, copy: Tables, *, harmless: bool) -> None:
        """`ledger restore` knows which backup it restored, and lists it."""
        self.roll_back(copy, epoch=self.world.new_id(), harmless=harmless)
        self.world.server.ledger.note(made)

    def put_back_ledger_file(self) -> bool:
        """A copied file or a snapshot of the machine: nothing tells the ledger that it is old."""
        if self.ledger_files:
            self.roll_back(self.random.choice(self.ledger_files), epoch=None, harmless=False)
        return bool(self.ledger_files)

    def roll_back(self, tables: Tables, *, epoch: str | None, harmless: bool) -> None:
        self.rollbacks += 1
        server = self.world.server
        with self.world.losing(harmless=harmless):
            server.put_back(tables, epoch)
        if not harmless:
            server.break_with_the_past()
        self._adopt_later()

    def _adopt_later(self) -> None:
        """A person sees the terminals' alert and lets the running ledger go on."""
        self.world.clock.after(self.random.uniform(20, 120), self.adopt_if_needed)

    def adopt_if_needed(self) -> None:
        """`ledger restore --adopt` where a terminal has left the running ledger's epoch behind."""
        epoch = self.world.server.ledger.tables.ledger_epoch
        if any(epoch in device.store.state.ledger_epochs[:-1] for device in self.world.devices):
            self.world.note("office", "adopts the running ledger")
            self.world.server.ledger.begin_epoch(self.world.new_id())

    def two_ledgers(self) -> bool:
        """A copy of the ledger comes alive beside it; a while later one of the two is gone for good."""
        if self.world.second is not None:
            return False
        copies = [copy for _, copy in self.backups[-2:]]
        old = [*copies, *self.ledger_files[-2:], self.world.server.ledger.tables]
        self.world.begin_second(self.random.choice(old), self.random.choice([None, self.world.new_id()]))
        self.world.clock.after(self.random.uniform(20, 200), self.end_two_ledgers)
        return True

    def end_two_ledgers(self) -> None:
        if self.world.second is None:
            return
        self.rollbacks += 1
        with self.world.losing(harmless=False):
            self.world.end_second(keep_second=self.random.random() < 0.5)
        self._adopt_later()

    # --- a terminal's disk

    def copy_terminal_file(self) -> None:
        device = self._device()
        self.terminal_files.append((device.name, device.store.state))

    def restore_terminal(self) -> bool:
        device = self._device()
        old = [state for name, state in self.terminal_files if name == device.name]
        if old:
            self.restores += 1
            device.stop()
            with self.world.losing(harmless=False):
                device.store.state = self.random.choice(old)
            self.world.was_copied(device)
            device.start()
        return bool(old)

    def clone_terminal(self) -> bool:
        device = self._device()
        if len(self.world.devices) >= 6:
            return False
        self.clones += 1
        old = [state for name, state in self.terminal_files if name == device.name]
        store = device.store
        clone = self.world.new_store(store.terminal, store.site, store.feeds, store.state.epoch)
        clone.state = self.random.choice([store.state, *old])
        self.world.add_device(f"{device.name}'", clone)
        self.world.was_copied(device)
        return True

    # --- the stick

    def export_stick(self) -> None:
        device = self._device()
        with device.store.transaction() as tx:
            self.sticks.append((device.store.terminal, list(tx.offer(1, 500))))

    def import_stick(self) -> bool:
        if not self.sticks or not self.world.server.up:
            return False
        terminal, bundle = self.sticks.pop(self.random.randrange(len(self.sticks)))
        imported = self.world.server.take_stick(terminal, bundle)
        if imported.beyond:
            self.sticks.append((terminal, bundle))
        return True
