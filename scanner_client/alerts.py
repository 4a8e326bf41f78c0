"""The sentences of alerts, for people at a command line; screens have their own, shorter ones."""

from __future__ import annotations

import msgspec

from scanner_client.ports import Alert

_SENTENCES = {
    "two_ledgers": "Two ledgers answer in turn, or an old copy of one was put back, so nothing is sent: tell the"
    " administrator.",
    "stream_forked": "This terminal was restored or copied at operation {seq}: what it holds is sent again under a new"
    " epoch, and the work at hand was parked; check by hand what was done last.",
    "resync": "The ledger was put back to an earlier state: {feed} is read again, and figures are older until then.",
    "page_damaged": "News of {feed} came damaged and was not taken in; it is asked for again. Where this stays, tell"
    " the administrator.",
    "quarantined": "{count} operations could not be judged by the ledger and wait there in quarantine: see `scanner"
    " queue list`.",
    "revoked": "{said}",
    "unauthorised": "{said}",
    "wrong_ledger": "{said}",
}


class ToldAlert(msgspec.Struct, frozen=True, kw_only=True):
    """An alert in the shape of `scanner status --json`; `says` is its sentence."""

    kind: str
    facts: dict[str, str]
    says: str


def told(alert: Alert) -> ToldAlert:
    """The alert with its sentence; one that this program has no words for is named as it is."""
    sentence = _SENTENCES.get(alert.kind, alert.kind)
    facts = dict.fromkeys(("seq", "feed", "count", "said"), "") | alert.facts
    return ToldAlert(kind=alert.kind, facts=alert.facts, says=sentence.format(**facts) or alert.kind)
