"""The terminal as a process without a window: `python -m scanner_client.child --home DIR [--size 20x16] [--lang en]`.

JSON lines in on standard input, one answer line each on standard output; before the first input one answer says where
the terminal stands. An answer comes when the event was consumed and everything it kept is on the disk; the network is
not awaited. The process may be killed at any moment.

In: {"scan": TEXT} · {"key": NAME}, either with "after": MILLISECONDS by which the clock moves on before it ·
{"mode": "offline"|"online"} · {"sync": true} now, whatever the mode; "wait" answers when that exchange has ended ·
{"clock": SECONDS} moves this terminal's clock on · {"size": "40x8"} · {"look": true} · {"status": true}.
Out: {"view": …, "signals": […], "operations": [ids kept], "status": …} or {"error": "one sentence"}.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO, assert_never

import click
import msgspec
from msgspec.structs import replace

from scanner_client.clock import local_offset, now_milliseconds
from scanner_client.core.events import (
    AskAround,
    ChooseMode,
    ChoosePin,
    Key,
    Outward,
    PinAnswered,
    Scan,
    SyncNow,
    TryOut,
)
from scanner_client.core.texts import LANGUAGES
from scanner_client.core.view import SIZES, Size
from scanner_client.flows import shipped_flows, shipped_texts
from scanner_client.home import Home, HomeError, home_at
from scanner_client.ports import StoreError
from scanner_client.runtime import Runtime, Shown, Surroundings
from scanner_client.terminal import Terminal
from sync.core.machine import Mode
from sync.driver import LineState

EXCHANGE_SECONDS = 60.0
"""Longest wait for an exchange that was asked to end; a request's own timeout is shorter."""

MODE_SECONDS = 30.0

_MODES = {"offline": Mode.OFFLINE, "online": Mode.AUTOMATIC, "automatic": Mode.AUTOMATIC}


class BadInput(Exception):
    """A line that is no input; the message says what would be one."""


class Session:
    """A running terminal driven by decoded lines. Use from one thread; close at the end."""

    def __init__(self, home: Home, size: Size, language: str) -> None:
        self._terminal = Terminal.open(home, doing="child")
        self._ahead = 0
        self._mode = Mode.AUTOMATIC
        self._heard = threading.Condition()
        self._runtime = Runtime(
            self._terminal.store, shipped_flows(), shipped_texts(), now=self._now, offset=local_offset(), size=size,
            language=language,
        )  # fmt: skip

    def start(self) -> dict[str, Any]:
        """Begin to talk to the ledger; says where the terminal stands."""
        self._mode = Mode(self._terminal.status().mode)
        self._terminal.line_changed = self._line_changed
        self._terminal.start()
        return self._answer(self._in_store(self._runtime.start))

    def take(self, said: Mapping[str, Any]) -> dict[str, Any]:
        """One input. Raises BadInput; StoreError where the store cannot even be read."""
        match said:
            case {"scan": str(), "after": int(pause)} | {"key": str(), "after": int(pause)}:
                self._ahead += pause
                return self.take({name: value for name, value in said.items() if name != "after"})
            case {"scan": str(raw)}:
                return self._answer(self._event(Scan(raw, self._now())))
            case {"key": str(name)}:
                return self._answer(self._event(Key(name, self._now())))
            case {"size": str(size)}:
                wanted = size_named(size)
                return self._answer(self._in_store(lambda: self._runtime.resize(wanted)))
            case {"mode": str(mode)} if mode in _MODES:
                self._choose(_MODES[mode])
            case {"sync": True}:
                self._terminal.sync_now()
            case {"sync": "wait"}:
                self._terminal.sync_now().result(EXCHANGE_SECONDS)
            case {"clock": int(seconds) | float(seconds)}:
                self._ahead += round(1000 * seconds)
            case {"look": True} | {"status": True}:
                pass
            case _:
                raise BadInput(f"no input {said!r}: say scan, key, mode, sync, clock, size, look or status")
        return self._answer(self._in_store(self._runtime.look))

    def close(self) -> None:
        self._terminal.close()

    def _event(self, event: Scan | Key) -> Shown:
        shown = self._in_store(lambda: self._runtime.handle(replace(event, taken=self._now())))
        for order in shown.outward:
            after = self._carry_out(order)
            shown = replace(after, signals=(*shown.signals, *after.signals), operations=shown.operations)
        return shown

    def _carry_out(self, order: Outward) -> Shown:
        """What the flow asked of the line. Its answer is waited for, as the person waits for it."""
        match order:
            case ChooseMode(mode=mode):
                self._choose(Mode(mode))
            case SyncNow():
                self._terminal.sync_now()
            case AskAround():
                self._terminal.look_around().result(EXCHANGE_SECONDS)
            case TryOut(token=token):
                self._terminal.try_out(token).result(EXCHANGE_SECONDS)
            case ChoosePin(operator=operator):
                answer = self._terminal.choose_pin(order)
                event = PinAnswered(operator, answer, self._now(), self._now())
                return self._in_store(lambda: self._runtime.handle(event))
            case _:
                assert_never(order)
        return self._in_store(self._runtime.look)

    def _in_store(self, work: Any) -> Shown:
        shown: Shown = self._terminal.thread.submit(work).result()
        return shown

    def _answer(self, shown: Shown) -> dict[str, Any]:
        return {
            "view": msgspec.to_builtins(shown.view),
            "signals": list(shown.signals),
            "operations": list(shown.operations),
            "status": self._status(),
        }

    def _status(self) -> Any:
        """None while the store cannot be read; the view is a full-screen alert then."""
        try:
            return msgspec.to_builtins(self._terminal.status())
        except StoreError:
            return None

    def _choose(self, mode: Mode) -> None:
        """Choose a mode, and wait until the conversation has taken it up, so that the view shows it."""
        with self._heard:
            self._terminal.set_mode(mode)
            self._heard.wait_for(lambda: self._mode is mode, timeout=MODE_SECONDS)

    def _line_changed(self, state: LineState) -> None:
        """In the conversation's thread."""
        with self._heard:
            if state.online != self._runtime.surroundings.online:
                self._note_line(online=state.online, since=self._now())
            self._mode = state.mode
            self._heard.notify_all()

    def _now(self) -> int:
        return now_milliseconds() + self._ahead

    def _note_line(self, *, online: bool, since: int) -> None:
        self._runtime.surroundings = Surroundings(online=online, since=since)


def size_named(text: str) -> Size:
    """`20x16` as a size. Raises BadInput where it is none or smaller than the smallest layout."""
    width, _, height = text.partition("x")
    if not (width.isdecimal() and height.isdecimal()):
        raise BadInput(f"{text!r} is no size such as {SIZES[2]}")
    size, least = Size(int(width), int(height)), SIZES[-1]
    if size.width < least.width or size.height < least.height:
        raise BadInput(f"the size {size} is smaller than {least}")
    return size


def _answers(session: Session, lines: BinaryIO) -> Iterator[dict[str, Any]]:
    yield session.start()
    for line in lines:
        try:
            yield session.take(msgspec.json.decode(line, type=dict[str, Any]))
        except (BadInput, StoreError, TimeoutError, msgspec.DecodeError) as error:
            yield {"error": str(error)}


@click.command()
@click.option("--home", type=click.Path(path_type=Path, file_okay=False), envvar="SCANNER_HOME")
@click.option("--size", default="20x16", show_default=True)
@click.option("--lang", type=click.Choice(LANGUAGES), default="en", show_default=True)
def main(home: Path | None, size: str, lang: str) -> None:
    """Run a terminal on JSON lines until standard input ends."""
    try:
        session = Session(home_at(home), size_named(size), lang)
    except (HomeError, BadInput) as error:
        raise click.UsageError(str(error)) from error
    try:
        for answer in _answers(session, sys.stdin.buffer):
            sys.stdout.buffer.write(msgspec.json.encode(answer) + b"\n")
            sys.stdout.buffer.flush()
    finally:
        session.close()


if __name__ == "__main__":
    main()
