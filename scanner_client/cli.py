"""The `scanner` command: which commands there are, each loaded when asked for, and how errors reach a person.

Exit status: 0 done · 1 the answer is no · 2 usage or environment, with one sentence that names the cure.
"""

from __future__ import annotations

import importlib
from typing import Any

import click

COMMANDS = {
    "demo": "demo",
    "doctor": "doctor",
    "enroll": "enroll",
    "parse": "parse",
    "play": "play",
    "queue": "queue",
    "run": "run",
    "status": "status",
    "stop": "stop",
    "sync": "sync",
    "verify": "verify",
}


class Stop(click.ClickException):
    """Ends the program with one sentence on standard error."""

    exit_code = 2

    def show(self, file: Any = None) -> None:
        click.echo(self.message, file=file, err=True)


class Commands(click.Group):
    """Loads `scanner_client.commands.NAME` for the command NAME."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  # the same
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"scanner_client.commands.{COMMANDS[cmd_name]}")
        command: click.Command = module.command
        return command

    def invoke(self, ctx: click.Context) -> Any:
        from scanner_client.home import HomeError
        from scanner_client.ports import StoreError
        from sync.faults import SyncFault

        try:
            return super().invoke(ctx)
        except (HomeError, StoreError, SyncFault) as error:
            raise Stop(str(error)) from error


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="scanner-client")
def main() -> None:
    """A warehouse scanner terminal that keeps every scan, with or without the network.

    \b
    scanner enroll https://ledger.example:8443 7F3K9-M2QXA
    scanner run
    """


if __name__ == "__main__":
    main()
