"""The wire: what terminal and ledger say to each other, as pure values. No I/O, nothing of ours imported.

`canonical` bytes and hashes · `quantity` decimals · `codec` JSON · `operation` operations and links · `bodies` by kind,
with their postings · `rows` that feeds carry · `messages` of `/v1/sync` · `service`: enrolment, tokens,
long poll, refusals · `limits`.
"""
