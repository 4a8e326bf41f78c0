"""Limits of the protocol. Both sides enforce them; an answer past a limit names it."""

VERSION = 1
"""`v` of every payload this code writes. A reader accepts 1..VERSION and keeps anything newer in quarantine."""

MAX_OPERATION_BYTES = 64 * 1024
MAX_BODY_COMPRESSED_BYTES = 2 * 1024 * 1024
MAX_BODY_BYTES = 8 * 1024 * 1024
DEFAULT_BATCH = 500
"""Operations pushed, and changes pulled, in one round trip unless a limit was lowered."""

MAX_DRY_RUN = 2000
"""Operations of one dry run: they are judged in one go, and on SQLite others wait so long."""

MIN_BATCH = 1
MAX_FILLS = 100
MAX_CODE_CHARS = 200
"""Longest code, lot, serial or key part accepted from a terminal or an import."""

MAX_SCANS = 500
MAX_SCAN_CHARS = 400

MAX_PUSH_BYTES = 4 * 1024 * 1024
MAX_PAGE_BYTES = 2 * 1024 * 1024
"""A push, and a page, ends where its operations or changes pass this many bytes (at least one always goes)."""

MAX_NUMBER = 2**53 - 1
"""Largest sequence or change number: exact in every JSON reader and every database."""
