"""Roles as the office writes them: in a cell of a file and on the command line, one form for both."""

from __future__ import annotations

from sync.wire.roles import ROLES

EVERY_SITE = "*"


class BadRoles(ValueError):
    """Why a text cannot be taken as roles; the message names the word, and the roles there are."""


def read_roles(*texts: str) -> dict[str, list[str]]:
    """`picker` or `picker supervisor` (everywhere) or `WH1: picker; WH2: receiver supervisor`. Raises BadRoles."""
    roles: dict[str, list[str]] = {}
    for part in filter(None, (part.strip() for text in texts for part in text.split(";"))):
        site, colon, names = part.rpartition(":")
        held = roles.setdefault((site.strip() if colon else "") or EVERY_SITE, [])
        held.extend(name for name in _names(part, names) if name not in held)
    return roles


def _names(part: str, text: str) -> list[str]:
    """The roles a part names. One that nobody knows would open nothing, and its owner would find an empty menu."""
    names = text.replace(",", " ").split()
    if not names:
        raise BadRoles(f"{part[:80]!r} names no role; there are {', '.join(ROLES)}")
    for name in names:
        if name not in ROLES:
            raise BadRoles(f"there is no role {name[:80]!r}; there are {', '.join(ROLES)}")
    return names
