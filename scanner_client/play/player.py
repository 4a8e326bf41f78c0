"""Plays a script: one instruction after the other, on terminals and the ledger, until the first unmet line."""

from __future__ import annotations

import csv
import re
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import assert_never

from scanner_client.play.frames import fits, frame_in, put_frame
from scanner_client.play.processes import LedgerProcesses, PlayFailed, TerminalProcess, enroll
from scanner_client.play.script import (
    Command,
    HasStock,
    Instruction,
    Ledger,
    Pace,
    PressKey,
    ScanCode,
    Select,
    Shows,
    ShowsFrame,
    Wait,
    What,
)

SETTLE_SECONDS = 60.0
_SETTLE_PAUSE_SECONDS = 0.1
_QUIET_ROUNDS = 2
PACE_MILLISECONDS = 1000
"""A person's pace: every terminal's clock moves on so much before each input of a script."""

_CODE = re.compile(r"\b[0-9A-Z]{5}-[0-9A-Z]{5,6}\b")
_JUDGEMENTS = (Shows, ShowsFrame, HasStock)


class Unmet(Exception):
    """A judgement that does not hold, or a ledger command that failed. `seen` is what was there instead."""

    def __init__(self, instruction: Instruction, why: str, seen: Sequence[str]) -> None:
        super().__init__(why)
        self.instruction, self.why, self.seen = instruction, why, list(seen)


@dataclass(frozen=True, slots=True)
class Stage:
    """Where a script is played: the folder of homes, the script's folder, the size and the language of terminals that
    name none, where frames go. `rewrite`: frames that a judgement names are written instead of compared."""

    homes: Path
    folder: Path
    size: str = "20x16"
    language: str = "en"
    frames: Path | None = None
    rewrite: bool = False


class Player:
    """Holds the terminals of one script by name. Close it at the end, whatever happened."""

    def __init__(self, stage: Stage, ledger: LedgerProcesses) -> None:
        self._stage, self._ledger = stage, ledger
        self._terminals: dict[str, TerminalProcess] = {}
        self._codes: dict[str, str] = {}
        self._current: TerminalProcess | None = None
        self._printed: list[str] | None = None
        self._pace = PACE_MILLISECONDS
        self._waited = 0.0
        self._rewritten: set[tuple[Path, str]] = set()
        self._frame = 0

    def play(self, script: Sequence[Instruction]) -> None:
        """Raises Unmet at the first line that does not hold, PlayFailed where the surroundings fail."""
        for instruction, following in pairwise([*script, None]):
            assert instruction
            judged = following is not None and isinstance(following.what, _JUDGEMENTS)
            self._do(instruction, judged=judged)

    def close(self) -> None:
        for terminal in self._terminals.values():
            terminal.stop()
        self._ledger.close()

    def _do(self, instruction: Instruction, *, judged: bool) -> None:
        what = instruction.what
        if not isinstance(what, Ledger | Shows | ShowsFrame | HasStock):
            self._printed = None
        match what:
            case Ledger(arguments):
                self._run_ledger(instruction, arguments, judged=judged)
            case Shows() | ShowsFrame() | HasStock():
                self._judge(instruction, what)
            case Command("settle"):
                self._settle(instruction)
                self._write_frame()
            case _:
                self._act(what)
                self._write_frame()

    def _act(self, what: Select | ScanCode | PressKey | Command | Wait | Pace) -> None:
        match what:
            case Select():
                self._select(what)
            case ScanCode(raw):
                self._on_stage().give({"scan": raw, "after": self._pace})
            case PressKey(name):
                self._on_stage().give({"key": name, "after": self._pace})
            case Wait(seconds):
                self._waited += seconds
                for terminal in self._terminals.values():
                    terminal.give({"clock": seconds})
            case Pace(milliseconds):
                self._pace = milliseconds
            case Command(name):
                self._command(name)
            case _:
                assert_never(what)

    def _command(self, name: str) -> None:
        terminal = self._on_stage()
        match name:
            case "offline" | "online":
                terminal.give({"mode": name})
            case "sync":
                terminal.give({"sync": "wait"})
            case _:
                terminal.kill()
                terminal.start()

    # --- terminals ----------------------------------------------------------------------------------------------------

    def _on_stage(self) -> TerminalProcess:
        if self._current is None:
            raise PlayFailed("no terminal is selected: write `@ terminal NAME` first")
        return self._current

    def _select(self, wanted: Select) -> None:
        terminal = self._terminals.get(wanted.name)
        if terminal is None:
            terminal = self._started(wanted)
        elif wanted.size:
            terminal.give({"size": wanted.size})
        else:
            terminal.give({"look": True})
        self._current = terminal

    def _started(self, wanted: Select) -> TerminalProcess:
        home = self._stage.homes / wanted.name
        new = not (home / "config.toml").exists()
        if new:
            self._enroll(wanted.name, home)
        size, language = wanted.size or self._stage.size, wanted.language or self._stage.language
        terminal = TerminalProcess(wanted.name, home, size, language, ahead=round(1000 * self._waited))
        terminal.start()
        self._terminals[wanted.name] = terminal
        if new:
            terminal.give({"sync": "wait"})
        return terminal

    def _enroll(self, name: str, home: Path) -> None:
        """With the code the script asked for, else with one of its own at the only site there is."""
        if not self._ledger.serving:
            self._ledger.serve()
        if name not in self._codes:
            self._invite(name)
        enroll(home, self._ledger.address, self._codes.pop(name))

    def _invite(self, name: str) -> None:
        sites = [str(row["code"]) for row in self._ledger.rows("site", "list")]
        if len(sites) != 1:
            raise PlayFailed(
                f"the ledger has {len(sites)} sites: add {name} with `@ ledger terminal add {name} --site SITE`"
            )
        status, printed = self._ledger.run("terminal", "add", name, "--site", sites[0])
        if status:
            raise PlayFailed(f"the terminal {name} could not be added: {printed.strip()}")
        self._note_code(("terminal", "add", name), printed)

    def _note_code(self, arguments: tuple[str, ...], printed: str) -> None:
        found = _CODE.search(printed)
        if arguments[:2] in (("terminal", "add"), ("terminal", "rotate")) and len(arguments) > 2 and found:
            self._codes[arguments[2]] = found[0]

    def _settle(self, instruction: Instruction) -> None:
        """Until every queue is empty and news has gone round. Raises Unmet after 60 seconds."""
        deadline, quiet = time.monotonic() + SETTLE_SECONDS, 0
        while quiet < _QUIET_ROUNDS:
            for terminal in self._terminals.values():
                self._exchange(terminal, instruction)
            waiting = {one.name: one.unsent for one in self._terminals.values() if one.unsent}
            quiet = 0 if waiting else quiet + 1
            if waiting and time.monotonic() > deadline:
                told = ", ".join(f"{name} has {count}" for name, count in waiting.items())
                why = f"the queues are not empty after {SETTLE_SECONDS:g} seconds: {told} unsent"
                raise Unmet(instruction, why, self._on_stage().rows)
            if waiting:
                time.sleep(_SETTLE_PAUSE_SECONDS)

    def _exchange(self, terminal: TerminalProcess, instruction: Instruction) -> None:
        terminal.give({"look": True})
        if not terminal.stays_offline:
            terminal.give({"sync": "wait"})
        elif terminal.unsent:
            why = f"{terminal.name} stays offline with {terminal.unsent} unsent: write `@ online` first"
            raise Unmet(instruction, why, terminal.rows)

    # --- the ledger ---------------------------------------------------------------------------------------------------

    def _run_ledger(self, instruction: Instruction, arguments: tuple[str, ...], *, judged: bool) -> None:
        match arguments:
            case ("serve", *rest):
                self._printed = [self._ledger.serve(tuple(rest))]
                return
            case ("stop",):
                self._ledger.stop()
                self._printed = []
                return
            case _:
                status, printed = self._ledger.run(*arguments)
        self._printed = printed.splitlines()
        self._note_code(arguments, printed)
        if status and not judged:
            raise Unmet(instruction, f"the command ended with {status}", self._printed)

    # --- judgements ---------------------------------------------------------------------------------------------------

    def _judge(self, instruction: Instruction, what: What) -> None:
        seen = self._seen()
        match what:
            case Shows(text, absent=False) if not any(text in row for row in seen):
                raise Unmet(instruction, f"no row shows {text!r}", seen)
            case Shows(text, absent=True) if any(text in row for row in seen):
                raise Unmet(instruction, f"a row shows {text!r}", seen)
            case ShowsFrame(file, name):
                self._judge_frame(instruction, self._stage.folder / file, name)
            case HasStock(file):
                self._judge_stock(instruction, self._stage.folder / file)
            case _:
                pass

    def _seen(self) -> list[str]:
        return self._printed if self._printed is not None else self._on_stage().rows

    def _judge_frame(self, instruction: Instruction, file: Path, name: str) -> None:
        seen = self._on_stage().rows
        if self._stage.rewrite and (file, name) not in self._rewritten:
            self._rewrite(file, name, seen)
            return
        wanted = frame_in(_text_of(file), name)
        if wanted is None:
            raise PlayFailed(f"{file} has no frame [{name}]: write it there, or play with --rewrite-frames")
        if not fits(wanted, seen):
            raise Unmet(instruction, f"the frame is not {name or 'that'} of {file.name}", seen)

    def _rewrite(self, file: Path, name: str, seen: Sequence[str]) -> None:
        """The file anew, its frames in the order of the play; a frame judged twice must be the same twice."""
        if file not in {known for known, _ in self._rewritten}:
            file.unlink(missing_ok=True)
        self._rewritten.add((file, name))
        put_frame(file, name, seen)

    def _judge_stock(self, instruction: Instruction, file: Path) -> None:
        table = csv.DictReader(_text_of(file).splitlines())
        wanted = Counter(tuple((row[name] or "").strip() for name in row) for row in table)
        names = [str(name) for name in table.fieldnames or ()]
        stock = Counter(tuple(str(row.get(name, "")) for name in names) for row in self._ledger.rows("stock"))
        if wanted != stock:
            told = [f"- {','.join(row)}" for row in (wanted - stock).elements()]
            told += [f"+ {','.join(row)}" for row in (stock - wanted).elements()]
            raise Unmet(instruction, f"the stock is not that of {file.name} (- missing, + not expected)", told)

    def _write_frame(self) -> None:
        folder, terminal = self._stage.frames, self._current
        if folder is None or terminal is None:
            return
        self._frame += 1
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{self._frame:04d}-{terminal.name}.txt"
        path.write_text("\n".join(terminal.rows) + "\n", encoding="utf-8")


def _text_of(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PlayFailed(f"{file} cannot be read: {error}") from error
