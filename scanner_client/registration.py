"""Registering again with a ledger that was put back and has forgotten this terminal, by the certificate it once gave.

Nobody is needed for it. A ledger that knows the terminal refuses, and then only a code from the administrator helps.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Protocol

import msgspec

from scanner_client.home import Home, HomeError
from scanner_client.keys import read_key
from scanner_client.logs import log
from sync.faults import SyncFault, Unauthorised
from sync.wire.service import Certificate, EnrollReply, RegisterRequest, registration_statement

FORGOTTEN = ("wrong_token", "unknown_terminal")
"""The ledger's words for a terminal that it does not know, or whose token it does not know."""


class RegisteringLine(Protocol):
    """`sync.shell.LedgerLine`. What is asked of the ledger raises SyncFault."""

    @property
    def token(self) -> str: ...
    def change_token(self, token: str) -> None: ...
    async def register(self, request: RegisterRequest) -> EnrollReply: ...
    async def ledger_epoch(self) -> str: ...


async def registered_again(line: RegisteringLine, home: Home, fault: Unauthorised) -> bool:
    """Whether the ledger that refused with `fault` has let this terminal in by its certificate; `line` then goes on."""
    if fault.reason not in FORGOTTEN:
        return False
    try:
        certificate = await asyncio.to_thread(home.read_certificate)
        if certificate is None:
            return False
        request = await asyncio.to_thread(_signed, home, certificate, await line.ledger_epoch())
        token = (await line.register(request)).token
        await asyncio.to_thread(home.write_token, token)
    except (SyncFault, HomeError, OSError) as error:
        log("not registered again", logging.WARNING, said=str(error))
        return False
    line.change_token(token)
    log("registered again")
    return True


def _signed(home: Home, certificate: Certificate, ledger_epoch: str) -> RegisterRequest:
    request = RegisterRequest(certificate=certificate, ledger_epoch=ledger_epoch, signature="")
    signature = read_key(home.key).sign(registration_statement(request))
    return msgspec.structs.replace(request, signature=signature)
