"""`ledger`: the administrator's command line. Commands live in `server_stub.commands` and are imported when they run.

This module needs click and the standard library alone, so that without the `[ledger]` extra one sentence says what to
install.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

import click

from server_stub.release import release

NEEDED = ("sqlalchemy", "starlette", "structlog", "uvicorn")
COMMANDS = {
    "init": "serving",
    "serve": "serving",
    "migrate": "serving",
    "terminal": "terminals",
    "operator": "operators",
    "site": "sites",
    "order": "orders",
    "token": "tokens",
    "import": "importing",
    "import-folder": "folders",
    "import-queue": "queues",
    "stock": "reading",
    "ops": "reading",
    "conflicts": "deciding",
    "requests": "deciding",
    "message": "messages",
    "claims": "reading",
    "verify": "reading",
    "backup": "backups",
    "restore": "backups",
}
"""Command → module of `server_stub.commands`, in which `import-queue` is called `import_queue_command`."""


class CommandsByName(click.Group):
    """A group whose commands are imported when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 click's signature
        return [name for name in COMMANDS if _exists(COMMANDS[name])]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        require_extra()
        module = import_module(f"server_stub.commands.{COMMANDS[cmd_name]}")
        command = getattr(module, f"{cmd_name.replace('-', '_')}_command")
        assert isinstance(command, click.Command)
        return command


def _exists(module: str) -> bool:
    return find_spec(f"server_stub.commands.{module}") is not None


def require_extra() -> None:
    """Exit 2 with one sentence where the ledger's libraries are not installed."""
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        extra = "`pip install 'scanner-client[ledger]'`"
        click.echo(f"ledger: {missing[0]} is not installed; the ledger needs the extra [ledger]: {extra}", err=True)
        raise SystemExit(2)


def _say_version(ctx: click.Context, _param: click.Parameter, wanted: bool) -> None:
    if wanted:
        click.echo(f"ledger, version {release()}")
        ctx.exit()


@click.group(cls=CommandsByName, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_say_version, help="Show the version."
)
def main() -> None:
    """Keep the ledger of a warehouse: what all terminals recorded, posted once, with the conflicts that people decide.

    A first ledger, with one terminal:

    \b
      export LEDGER_DB=warehouse.db
      ledger init
      ledger site add HALL --name "Main hall"
      ledger terminal add T1 --site HALL        prints the code for `scanner enroll`
      ledger serve

    Exit status: 0 done, 1 the answer is no, 2 usage or environment.
    """


if __name__ == "__main__":
    main()
