"""The terminal's half of the sync protocol, without I/O: what to offer, what to make of a reply, when to speak.

`terminal` is what it asks of the disk · `offer` composes a request · `absorb` stores a reply · `machine` decides when ·
`backoff` and `limits` say how long and how much. Time, randomness and ids come in as arguments.
"""
