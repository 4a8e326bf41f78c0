"""The pure rules of the ledger: postings that sum to zero, outcomes, the finding and settling of conflicts.

Given the state an operation meets, these rules say what is posted and what is answered. They read no clock and no
table; `server_stub.db` loads the state before and stores the result after, in one transaction.
"""
