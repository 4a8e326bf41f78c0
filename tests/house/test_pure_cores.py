"""What import-linter cannot see: single functions that read a clock, a random number or a file, and new modules."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OURS = {"scanner_client", "screens", "sync", "devices", "server_stub"}
PURE_CORES = {
    "scanner_client.core": ("scanner_client.core",),
    "sync.wire": ("sync.wire",),
    "sync.core": ("sync.wire", "sync.core"),
    "server_stub.ledger": ("sync.wire", "server_stub.ledger"),
}
IMPURE_CALLS = {
    "open", "input", "print", "breakpoint",
    "now", "utcnow", "today",
    "uuid1", "uuid4", "uuid6", "uuid7", "urandom",
    "read_text", "read_bytes", "write_text", "write_bytes",
}  # fmt: skip
IMPURE_MODULES = {
    "time",
    "random",
    "secrets",
    "os",
    "socket",
    "threading",
    "asyncio",
    "sqlite3",
    "pathlib",
    "subprocess",
}


def _files(core: str) -> list[Path]:
    folder = ROOT.joinpath(*core.split("."))
    return sorted(folder.rglob("*.py"))


def _called(node: ast.Call) -> str:
    match node.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""


def _imported(tree: ast.AST, package: str) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from ((node.lineno, alias.name) for alias in names)
            case ast.ImportFrom(module=module, names=names, level=0):
                yield from ((node.lineno, f"{module}.{alias.name}") for alias in names)
            case ast.ImportFrom(module=module, level=1):
                yield node.lineno, f"{package}.{module or ''}"
            case _:
                pass


def impurities(source: str, package: str, allowed: tuple[str, ...]) -> list[str]:
    """One line for each place in `source`, a module of `package`, that a pure core may not hold."""
    tree = ast.parse(source)
    found = [
        f"{node.lineno}: calls {_called(node)}()"
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and _called(node) in IMPURE_CALLS
    ]
    for line, name in _imported(tree, package):
        top = name.split(".")[0]
        if top in IMPURE_MODULES or (top in OURS and not f"{name}.".startswith(tuple(f"{a}." for a in allowed))):
            found.append(f"{line}: imports {name}")
    return found


@pytest.mark.parametrize("core", PURE_CORES)
def test_a_pure_core_takes_time_randomness_and_files_as_arguments(core: str) -> None:
    files = _files(core)
    assert files, f"{core} has no modules"
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in files
        for line in impurities(path.read_text(encoding="utf-8"), core, PURE_CORES[core])
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "line",
    [
        "at = datetime.now(UTC)",
        "at = datetime.datetime.utcnow()",
        "id = uuid.uuid4()",
        "text = open('flow.toml').read()",
        "text = path.read_text()",
        "import time",
        "from random import choice",
        "import sync.shell",
        "from sync import shell",
        "from server_stub.ledger import book",
    ],
)
def test_the_check_sees_an_impure_line(line: str) -> None:
    assert impurities(line, "sync.core", PURE_CORES["sync.core"])


@pytest.mark.parametrize(
    "line",
    [
        "at = datetime.fromisoformat(text)",
        "from sync.wire import Link",
        "import sync.wire.codec",
        "from . import table",
    ],
)
def test_the_check_lets_a_pure_line_pass(line: str) -> None:
    assert not impurities(line, "sync.core", PURE_CORES["sync.core"])
