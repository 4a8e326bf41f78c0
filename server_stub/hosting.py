"""Many ledger commands one after the other, each in a process of its own that need not load anything any more.

For scripts (`scanner play`) that give dozens of commands: a line of standard input is a JSON list of arguments, a line
of standard output says `{"status": 0, "printed": "…"}`, with what the command wrote on both of its outputs.
"""

from __future__ import annotations

import os
import sys
import tempfile
from importlib import import_module
from typing import BinaryIO

import msgspec

from server_stub.cli import COMMANDS, main, require_extra


class Done(msgspec.Struct):
    """How a command ended."""

    status: int
    printed: str


def run(arguments: list[str]) -> Done:
    """One command in a child process; standard input is empty for it."""
    with tempfile.TemporaryFile() as printed:
        child = os.fork()
        if child == 0:
            _become(arguments, printed)
        _, ended = os.waitpid(child, 0)
        printed.seek(0)
        return Done(os.waitstatus_to_exitcode(ended), printed.read().decode("utf-8", "backslashreplace"))


def _become(arguments: list[str], printed: BinaryIO) -> None:
    """Never returns: what this process holds belongs to its parent."""
    status = 1
    try:
        for number, file in enumerate((os.open(os.devnull, os.O_RDONLY), printed.fileno(), printed.fileno())):
            os.dup2(file, number)
        main(arguments, prog_name="ledger")
    except SystemExit as ended:
        status = ended.code if isinstance(ended.code, int) else 1
    except BaseException:  # noqa: BLE001  # whatever it was, this process must not go on as its parent
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def host() -> None:
    """Until standard input ends."""
    require_extra()
    for module in sorted(set(COMMANDS.values())):
        import_module(f"server_stub.commands.{module}")
    for line in sys.stdin.buffer:
        sys.stdout.buffer.write(msgspec.json.encode(run(msgspec.json.decode(line, type=list[str]))) + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    host()
