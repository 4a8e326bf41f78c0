"""What a person chose for this terminal, how its line to the ledger was last seen, how old its token is."""

from __future__ import annotations

from scanner_client.store.identity import Section

AUTOMATIC = "automatic"


class Settings(Section):
    def mode(self) -> str:
        """`automatic` or `offline`."""
        return self._meta("mode") or AUTOMATIC

    def set_mode(self, mode: str) -> None:
        self._set_meta("mode", mode)

    def line(self) -> tuple[bool, str]:
        """Whether the ledger could be reached, and since when (UTC; empty before the first try)."""
        return self._meta("online") == "1", self._meta("line_since") or ""

    def note_line(self, *, online: bool) -> None:
        """Remember a change of the line, with its time."""
        before, since = self.line()
        if before != online or not since:
            self._set_meta("online", str(int(online)))
            self._set_meta("line_since", self._sources.now())

    def token_since(self) -> str:
        """Since when this terminal has its token (UTC); empty where that is not known."""
        return self._meta("token_since") or ""

    def note_token(self, at: str) -> None:
        """The token counts from this time on."""
        self._set_meta("token_since", at)
