"""What this process last heard of each terminal: in memory at once, in the database now and then.

A write for every look of every terminal would cost a synced commit each; a service that is killed forgets a minute.
"""

from __future__ import annotations

from collections.abc import Mapping

from server_stub.fleet import Fleet, Sighting, is_due
from server_stub.logs import log
from server_stub.ports import Busy, ServedLedger


class Sightings:
    """Noted in the event loop, read and kept in the ledger's threads: each step replaces one entry of a dictionary."""

    def __init__(self) -> None:
        self._newest: dict[str, Sighting] = {}
        self._kept: dict[str, Sighting] = {}

    def newest(self) -> Mapping[str, Sighting]:
        return dict(self._newest)

    def of(self, terminal: str) -> Sighting | None:
        return self._newest.get(terminal)

    def note(self, sighting: Sighting) -> bool:
        """Whether it is time to keep it."""
        self._newest[sighting.terminal] = sighting
        return is_due(sighting, self._kept.get(sighting.terminal))

    def keep(self, ledger: ServedLedger, terminal: str) -> None:
        """Keep the newest of this terminal. A ledger that is busy keeps a later one."""
        self._keep(ledger, [self._newest[terminal]])

    def keep_all(self, ledger: ServedLedger) -> None:
        self._keep(ledger, [one for id, one in self._newest.items() if self._kept.get(id) != one])

    def _keep(self, ledger: ServedLedger, found: list[Sighting]) -> None:
        def keep(registry: Fleet) -> None:
            for one in found:
                registry.put_sighting(one)

        if not found:
            return
        try:
            ledger.registry(keep)
        except Busy as error:
            log().warning("terminals not noted", text=str(error))
            return
        self._kept.update({one.terminal: one for one in found})
