"""The exchange between a terminal and the ledger: `wire` (messages), `core` (the client machine), `shell` (HTTP).

`wire` and `core` are pure. Only `shell` opens connections, waits and reads a clock. The ledger shares `wire` and
nothing else of this package.
"""
