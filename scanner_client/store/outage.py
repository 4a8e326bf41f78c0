"""What the ledger last told of the site's terminals, and the answer to the last dry run: beside the feeds, never sent.

Each is one value that replaces the one before. One that cannot be read, for another version wrote it, is as good as
none. Their types are loaded when one is asked for: a start does not wait for what only supervisors look at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import msgspec

from scanner_client.store.identity import Section

if TYPE_CHECKING:
    from scanner_client.told import Picture, Trial

T = TypeVar("T")
_PICTURE, _TRIAL = "terminals_told", "dry_run_told"


class Outage(Section):
    def put_picture(self, picture: Picture) -> None:
        self._set_meta(_PICTURE, msgspec.json.encode(picture).decode())

    def picture(self) -> Picture | None:
        from scanner_client.told import Picture  # noqa: PLC0415  # as said above

        return self._read(_PICTURE, Picture)

    def put_trial(self, trial: Trial) -> None:
        self._set_meta(_TRIAL, msgspec.json.encode(trial).decode())

    def trial(self) -> Trial | None:
        from scanner_client.told import Trial  # noqa: PLC0415  # as said above

        return self._read(_TRIAL, Trial)

    def _read(self, key: str, kind: type[T]) -> T | None:
        stored = self._meta(key)
        try:
            return None if stored is None else msgspec.json.decode(stored, type=kind)
        except msgspec.DecodeError:
            return None
