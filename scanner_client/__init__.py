"""The terminal's program: what an operator holds in the hand.

Here live the pure core (barcodes, flows, the engine), the store on the terminal, the runtime that joins them and the
command line. Drawing lives in `screens`, the exchange with the ledger in `sync`, hardware in `devices`.
"""
