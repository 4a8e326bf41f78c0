"""A refusal of the service: its HTTP status, a stable reason for programs and one sentence for people.

Every answer that is not a success has this form, whoever gives it: `{"v":1,"error":{"reason":"…","message":"…"}}`.
What an operation means is never refused here; an operation that cannot be judged is a 200 with `quarantined`.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from starlette.responses import Response

from sync.wire.service import ErrorReply, ErrorText

RETRY_SECONDS = 1


class Refusal(Exception):
    """An answer other than success. A `retry-after` header (seconds) marks one that the same request may outlive."""

    def __init__(self, status: int, reason: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.reason = reason
        self.message = message
        self.headers = dict(headers or {})


def busy(message: str) -> Refusal:
    return Refusal(503, "busy", message, {"retry-after": str(RETRY_SECONDS)})


def malformed(message: str) -> Refusal:
    return Refusal(400, "malformed", message)


def error_body(reason: str, message: str) -> bytes:
    return msgspec.json.encode(ErrorReply(error=ErrorText(reason, message)))


def refusal_response(refusal: Refusal) -> Response:
    challenge = {"www-authenticate": "Bearer"} if refusal.status == 401 else {}
    body = error_body(refusal.reason, refusal.message)
    return Response(body, refusal.status, {**refusal.headers, **challenge}, media_type="application/json")
