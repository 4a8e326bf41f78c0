"""What the ledger told of operators' PINs: verifiers, beside the feeds, in nothing that is sent or logged."""

from __future__ import annotations

from scanner_client.store.identity import Section
from sync.wire.pins import Pin, PinsReply

_ENVIRONMENT, _NEEDED = "environment", "pins_needed"
LIVE = "live"


class Pins(Section):
    def put_pins(self, told: PinsReply) -> None:
        """Replace what was known by what the ledger tells now."""
        self.note_environment(told.environment)
        self._set_meta(_NEEDED, str(int(told.needed)))
        self._sql.execute("DELETE FROM pin")
        self._sql.executemany(
            "INSERT OR REPLACE INTO pin (operator, verifier, by_code) VALUES (?, ?, ?)",
            [(one.operator, one.verifier, int(one.by_code)) for one in told.pins],
        )

    def note_environment(self, environment: str) -> None:
        """What the ledger is for; one that is live needs PINs, until it says otherwise."""
        self._set_meta(_ENVIRONMENT, environment)
        self._set_meta(_NEEDED, str(int(environment == LIVE)))

    def pin(self, operator: str) -> Pin | None:
        found = self._sql.execute("SELECT verifier, by_code FROM pin WHERE operator = ?", [operator]).fetchone()
        return None if found is None else Pin(operator=operator, verifier=found[0], by_code=bool(found[1]))

    def pins_needed(self) -> bool:
        """Until a ledger has said that it is none where goods are real, it is one."""
        return self._meta(_NEEDED) != "0"

    def environment(self) -> str:
        """What the ledger is for: `live`, `training` or `test`."""
        return self._meta(_ENVIRONMENT) or LIVE
