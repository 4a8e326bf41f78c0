"""The language of play scripts: text in, instructions out. No file is read and nothing is run here."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from scanner_client.core.texts import LANGUAGES

KEYS = {"enter", "backspace", "esc", "up", "down", "space", *(f"f{number}" for number in range(1, 11))}
_ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|[\\trn])")
_PLAIN_ESCAPES = {"\\": "\\", "t": "\t", "r": "\r", "n": "\n"}
_SIZE = re.compile(r"[1-9][0-9]{1,2}x[1-9][0-9]?")
_DURATION = re.compile(r"([0-9]+(?:\.[0-9]+)?)(ms|s|m|h)")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


class ScriptError(ValueError):
    """A line that is no instruction. The message names the line and what would be one."""


@dataclass(frozen=True, slots=True)
class Select:
    """Start or select a terminal. Empty size and language: the defaults."""

    name: str
    size: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class ScanCode:
    raw: str


@dataclass(frozen=True, slots=True)
class PressKey:
    name: str


@dataclass(frozen=True, slots=True)
class Ledger:
    arguments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Command:
    """`offline`, `online`, `sync`, `settle` or `crash`."""

    name: str


@dataclass(frozen=True, slots=True)
class Wait:
    """Move the clocks on, without waiting."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Pace:
    """How far a terminal's clock moves before each input, milliseconds."""

    milliseconds: int


@dataclass(frozen=True, slots=True)
class Shows:
    """Some row shows the text; with `absent`, no row does."""

    text: str
    absent: bool = False


@dataclass(frozen=True, slots=True)
class ShowsFrame:
    """`name`: which frame of the file, where it holds several."""

    file: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class HasStock:
    file: str


What = Select | ScanCode | PressKey | Ledger | Command | Wait | Pace | Shows | ShowsFrame | HasStock


@dataclass(frozen=True, slots=True)
class Instruction:
    """`line` counts from 1; `text` is the line as written."""

    line: int
    text: str
    what: What


def read_script(text: str, given: Mapping[str, str] | None = None) -> list[Instruction]:
    """The instructions of a script, with the `given` values in place of their names in braces. Raises ScriptError."""
    found: list[Instruction] = []
    for number, row in enumerate(text.splitlines(), 1):
        written = row.strip()
        if not written or written.startswith("#"):
            continue
        try:
            found += [Instruction(number, written, what) for what in _what(_filled(row.lstrip(), given or {}))]
        except ScriptError as error:
            raise ScriptError(f"line {number}: {error}") from error
    return found


def _what(row: str) -> list[What]:
    mark, rest = row[0], row[1:]
    match mark:
        case "@":
            return [_directive(rest.strip())]
        case ">":
            return [ScanCode(unescaped(rest.removeprefix(" ")))]
        case ":":
            return [PressKey(_key(name)) for name in rest.split()] or _no("a key is missing after :")
        case "=":
            return [_judgement(rest.strip())]
        case "!":
            return [Shows(rest.strip(), absent=True)] if rest.strip() else _no("a text is missing after !")
        case _:
            return _no(f"{row.split(maxsplit=1)[0]!r} begins no instruction; lines begin with @ > : = ! or #")


def _filled(row: str, given: Mapping[str, str]) -> str:
    """Directives and judgements may name what the play was started with; a scan is taken as it stands."""
    if row[0] in "@=!":
        for name, value in given.items():
            row = row.replace(f"{{{name}}}", value)
    return row


def _no(message: str) -> list[What]:
    raise ScriptError(message)


def unescaped(text: str) -> str:
    r"""The scan with `\x1d`, `\u001d`, `\\`, `\t`, `\r`, `\n` put in."""

    def put_in(found: re.Match[str]) -> str:
        name = found[1]
        return _PLAIN_ESCAPES.get(name) or chr(int(name[1:], 16))

    return _ESCAPE.sub(put_in, text)


def _key(name: str) -> str:
    lowered = name.lower()
    if lowered in KEYS:
        return lowered
    if len(name) == 1 and (name.isalnum() or name in "*-."):
        return name
    raise ScriptError(f"no key {name!r}{_near(lowered, sorted(KEYS))}")


def _judgement(rest: str) -> What:
    word, _, argument = rest.partition(" ")
    match word:
        case "":
            raise ScriptError("a text is missing after =")
        case "frame" if argument:
            file, _, name = argument.strip().partition(" ")
            return ShowsFrame(file, name.strip())
        case "stock" if argument.strip().endswith(".csv"):
            return HasStock(argument.strip())
        case _:
            return Shows(rest)


def _directive(rest: str) -> What:
    word, *arguments = rest.split() or [""]
    read = _DIRECTIVES.get(word)
    if read is None:
        raise ScriptError(f"no directive @ {word}{_near(word, list(_DIRECTIVES))}")
    if word == "ledger":
        return Ledger(tuple(_words(rest.removeprefix("ledger"))))
    return read(word, arguments)


def _words(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError as error:
        raise ScriptError(f"the arguments cannot be split: {error}") from error


def _select(_word: str, arguments: list[str]) -> What:
    if not arguments:
        raise ScriptError("@ terminal needs a name")
    name, *rest = arguments
    size = next((one for one in rest if _SIZE.fullmatch(one)), "")
    language = next((one for one in rest if one in LANGUAGES), "")
    strange = [one for one in rest if one not in (size, language)]
    if strange:
        raise ScriptError(f"{strange[0]!r} is neither a size such as 20x16 nor a language ({', '.join(LANGUAGES)})")
    return Select(name, size, language)


def _plain(word: str, arguments: list[str]) -> What:
    if arguments:
        raise ScriptError(f"@ {word} takes nothing after it")
    return Command(word)


def _duration(word: str, arguments: list[str]) -> float:
    found = _DURATION.fullmatch("".join(arguments))
    if not found:
        raise ScriptError(f"@ {word} needs a time such as 90s, 5m or 700ms")
    return float(found[1]) * _SECONDS[found[2]]


def _wait(word: str, arguments: list[str]) -> What:
    return Wait(_duration(word, arguments))


def _pace(word: str, arguments: list[str]) -> What:
    return Pace(round(1000 * _duration(word, arguments)))


def _near(word: str, known: list[str]) -> str:
    close = get_close_matches(word, known, n=1, cutoff=0.5)
    return f' (did you mean "{close[0]}"?)' if close else f"; there are {', '.join(known)}"


_DIRECTIVES: dict[str, Callable[[str, list[str]], What]] = {
    "terminal": _select,
    "ledger": _plain,
    "offline": _plain,
    "online": _plain,
    "sync": _plain,
    "settle": _plain,
    "crash": _plain,
    "wait": _wait,
    "pace": _pace,
}
