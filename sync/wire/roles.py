"""Roles: what a person may be at a site. Terminal and ledger know these and no others; flows name them."""

from __future__ import annotations

from sync.wire.decisions import SUPERVISOR

ROLES = ("picker", "receiver", SUPERVISOR, "manager")
