"""Backups of a ledger: taking and checking them, putting one back, and saying what only the lost ledger knew."""
