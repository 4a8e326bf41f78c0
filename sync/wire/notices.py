"""Messages of the office: how long they are, what they may hold, and the kind of operation that says one was read."""

from __future__ import annotations

ACKNOWLEDGED = "acknowledged"
"""Kind of the operation by which somebody says that they have read a message."""

MAX_MESSAGE_CHARS = 200
"""Longest message: ten pages of the smallest screen, in Chinese."""


def harmless(text: str) -> str:
    """The text in one line: what a terminal would carry out or hide (controls, marks of direction) is a blank."""
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())
