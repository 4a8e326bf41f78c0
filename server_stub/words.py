"""Codes that people choose for terminals, sites and operators, and what such a code may look like."""

from __future__ import annotations

import re

from server_stub.office import OfficeRefusal
from sync.wire.messages import GLOBAL_FEED

_CODE = re.compile(r"[^\s\x00-\x1f/@:,][^\s\x00-\x1f/]{0,39}")


def checked_code(of_what: str, code: str) -> str:
    """The code itself. Raises OfficeRefusal where it could not be a file name, a feed or part of a key."""
    if not _CODE.fullmatch(code) or code in {GLOBAL_FEED, ".", ".."}:
        rule = "1 to 40 characters without blanks and slashes, not beginning with @ : or ,"
        raise OfficeRefusal(f"the code {code[:40]!r} of {of_what} cannot be used: {rule}")
    return code
