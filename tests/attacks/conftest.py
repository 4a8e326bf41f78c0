"""What attacks are tried on: the service in process, and a picture of the whole ledger to compare before and after."""

from __future__ import annotations

from api.conftest import database, logs_as_they_were, new_ledger, served, serving, settings

__all__ = ["database", "logs_as_they_were", "new_ledger", "served", "serving", "settings"]
