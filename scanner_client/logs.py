"""The terminal's log: HOME/log/scanner.jsonl, one JSON object a line (ts, level, event, fields), 5 files of 1 MB.

Never a token, a key, a PIN or the text of a scan. Lines are written by a thread of their own: no event loop waits.
"""

from __future__ import annotations

import logging
import logging.handlers
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from queue import SimpleQueue

import msgspec

MAX_BYTES = 1_000_000
FILES = 5

_log = logging.getLogger("scanner")


class JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "ts": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return msgspec.json.encode(line, enc_hook=str).decode()


class LogFile(logging.handlers.RotatingFileHandler):
    """A log that cannot be written (the disk is full) stays silent: the store says so, and a screen must stay whole."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  # logging's name
        pass


class Log:
    """An open log file. Close it, so that the last lines are written."""

    def __init__(self, path: Path) -> None:
        with suppress(OSError):  # then nothing is logged
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = LogFile(path, maxBytes=MAX_BYTES, backupCount=FILES - 1, encoding="utf-8", delay=True)
        file.setFormatter(JsonLines())
        queue: SimpleQueue[logging.LogRecord] = SimpleQueue()
        self._handler = logging.handlers.QueueHandler(queue)
        # The queue stays inside this process; the file's own formatter wants the record as it was made.
        self._handler.prepare = lambda record: record  # type: ignore[method-assign]
        self._file = file
        self._listener = logging.handlers.QueueListener(queue, file)
        self._listener.start()
        _log.addHandler(self._handler)
        _log.setLevel(logging.INFO)
        _log.propagate = False

    def close(self) -> None:
        _log.removeHandler(self._handler)
        self._listener.stop()
        self._file.close()


def log(event: str, level: int = logging.INFO, error: BaseException | None = None, **fields: object) -> None:
    """One line. Without an open Log it goes nowhere."""
    _log.log(level, event, extra={"fields": fields}, exc_info=error)


_log.addHandler(logging.NullHandler())
