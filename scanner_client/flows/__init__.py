"""The shipped flows as TOML files, and the operator texts they name.

A flow is data: the engine in `scanner_client.core` runs it, the checker proves it and `screens` draws it. There is no
code in this package; a site's own flows reach the terminal through the ledger.
"""
