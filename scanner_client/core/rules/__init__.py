"""The named guards and effects that flows may use. Importing this package fills the registry."""

from scanner_client.core.rules import (
    claims,
    deciding,
    effects,
    guards,
    keeping,
    lookups,
    messages,
    news,
    outage,
    people,
    receipts,
    receiving,
    requests,
    returning,
    serials,
    sharing,
)
from scanner_client.core.rules.registry import EFFECTS, GUARDS, Context, Input

__all__ = [
    "EFFECTS", "GUARDS", "Context", "Input", "claims", "deciding", "effects", "guards", "keeping", "lookups",
    "messages", "news", "outage", "people", "receipts", "receiving", "requests", "returning", "serials", "sharing",
]  # fmt: skip
