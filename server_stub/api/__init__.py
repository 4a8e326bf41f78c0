"""The ledger's HTTP service: decoding with limits, enrolment, tokens, `/v1/sync`, long poll, the office's routes.

A route translates between HTTP and `server_stub.db`; it holds no rule of its own.
"""
