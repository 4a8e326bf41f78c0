"""The service's log: one JSON object a line on standard error, with `ts`, `level` and `event`, and never a secret.

Fields that could carry a token, a PIN, an enrolment code or a key are withheld by name, wherever they come from; the
trace of an exception tells lines of code and never what their variables held, as structlog's own default would.
"""

from __future__ import annotations

import logging
import sys
from typing import Any, TextIO, cast

import structlog
from structlog.typing import EventDict, FilteringBoundLogger, WrappedLogger

WITHHELD = "(withheld)"
SECRET_FIELDS = frozenset(
    {
        "authorization",
        "body",
        "certificate",
        "code",
        "key",
        "password",
        "pin",
        "private_key",
        "secret",
        "token",
        "verifier",
    }
)


def withhold_secrets(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    for name in event:
        if name.lower() in SECRET_FIELDS:
            event[name] = WITHHELD
    return event


class IntoStructlog(logging.Handler):
    """Standard library records (those of the HTTP server) into the same log."""

    def emit(self, record: logging.LogRecord) -> None:
        log().log(record.levelno, "server", text=record.getMessage(), exc_info=record.exc_info)


def configure_logs(level: str = "info", stream: TextIO | None = None) -> None:
    """Set up the process's log. Programs call it before anything else; else the first line logged does."""

    def to_stream(*_given: object) -> structlog.PrintLogger:
        return structlog.PrintLogger(stream or sys.stderr)

    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="ts"),
            withhold_secrets,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=to_stream,
        cache_logger_on_first_use=False,
    )
    server = logging.getLogger("uvicorn")
    server.handlers = [IntoStructlog()]
    server.setLevel(logging.WARNING)
    server.propagate = False


def log(**fields: Any) -> FilteringBoundLogger:
    if not structlog.is_configured():
        configure_logs()
    return cast("FilteringBoundLogger", structlog.get_logger(**fields))
