"""Every command, option, setting and module is documented: what is not written down does not exist for a user."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PACKAGES = ("scanner_client", "screens", "sync", "devices", "server_stub")
PROGRAMS = {"scanner": "scanner_client.cli", "ledger": "server_stub.cli"}
SETTING = re.compile(r"(?:SCANNER|LEDGER)_[A-Z][A-Z_]*")


def _commands(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command, info_name=path)
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None, f"{path} lists {name} and does not have it"
            yield from _commands(inner, f"{path} {name}")


def _sections() -> dict[str, str]:
    """Command → the text under its heading, which reads ### `scanner queue list`."""
    text = (DOCS / "commands.md").read_text(encoding="utf-8")
    parts = re.split(r"^#+ `([a-z][a-z -]*)`.*$", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


@pytest.mark.parametrize("program", PROGRAMS)
def test_every_command_and_option_is_documented(program: str) -> None:
    main = importlib.import_module(PROGRAMS[program]).main
    assert isinstance(main, click.Command)
    sections, missing = _sections(), list[str]()
    for path, command in _commands(main, program):
        if path not in sections:
            missing.append(path)
            continue
        options = [
            parameter for parameter in command.params if isinstance(parameter, click.Option) and not parameter.hidden
        ]
        names = [max(option.opts, key=len) for option in options]
        missing += [f"{path} {name}" for name in names if not re.search(rf"{name}(?![\w-])", sections[path])]
    assert not missing, f"docs/commands.md does not say what these do: {', '.join(missing)}"


@pytest.mark.parametrize("program", PROGRAMS)
def test_no_command_is_documented_that_does_not_exist(program: str) -> None:
    main = importlib.import_module(PROGRAMS[program]).main
    real = {path for path, _ in _commands(main, program)}
    told = {path for path in _sections() if path.split()[0] == program}
    assert told - real == set()


def _modules() -> list[Path]:
    return sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


def _settings_in(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return {text for text in texts if SETTING.fullmatch(text)}


def test_every_environment_setting_is_documented() -> None:
    settings = set[str]().union(*map(_settings_in, _modules()))
    documented = set(SETTING.findall("".join(path.read_text(encoding="utf-8") for path in DOCS.rglob("*.md"))))
    assert settings - documented == set()


def test_every_module_has_its_place_in_the_architecture() -> None:
    text = (DOCS / "architecture.md").read_text(encoding="utf-8")
    paths = [str(path.relative_to(ROOT)) for path in _modules() if path.name != "__init__.py"]
    assert [path for path in paths if path not in text] == [], "name these in docs/architecture.md"
