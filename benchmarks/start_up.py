"""A cold start to first text and first usable screen, memory, and what rest costs; beside a bare Textual app."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from line import ROOT, Started
from measure import Figure, Samples

sys.path.append(str(ROOT / "tests"))

from furnished_home import furnish, one_order  # tests hold the furniture

ENTRY = "from scanner_client.start import main; main()"
"""As the installed command begins."""

BARE = str(ROOT / "benchmarks" / "bare_app.py")
READY, PROMPT, FIRST_TEXT = "ready for work", "Scan badge", "Starting"
SETTLED_S, REST_S = 3.0, 20.0
MEMORY_GOAL, START_GOAL = 1.25, 1.3
FIRST_TEXT_GOAL_S, IDLE_GOAL = 0.030, 0.002


def run(folder: Path, rounds: int) -> list[Figure]:
    product = ("-c", ENTRY, "run", "--lang", "en", "--home", str(_home(folder)))
    first, usable, bare, memory, bare_memory = (Samples() for _ in range(5))
    _start(product, PROMPT)  # compiles what was never compiled
    _start((BARE,), READY)
    for _ in range(rounds):
        bare.seconds.append(_start((BARE,), READY)[-1])
        text, prompt = _start(product, FIRST_TEXT, PROMPT)
        first.seconds.append(text)
        usable.seconds.append(prompt)
    bare_memory.seconds.append(_settled_mb((BARE, "--with-libraries"), READY))
    memory.seconds.append(_settled_mb(product, PROMPT))
    told = "met" if first.median <= FIRST_TEXT_GOAL_S else "MISSED"
    return [
        Figure("start: first text", first, None, None, f"goal 30 ms: {told}"),
        Figure("start: first usable screen", bare, usable, START_GOAL, "floor: a bare Textual app"),
        Figure("memory at rest (MB)", bare_memory, memory, MEMORY_GOAL, "floor: a bare app with the same libraries"),
        _idle(product),
    ]


def _home(folder: Path) -> Path:
    home = folder / "start-up-home"
    if not home.exists():
        furnish(home, one_order(9, 9))
    return home


def _start(command: Sequence[str], *texts: str) -> list[float]:
    started = Started(command)
    try:
        return [started.until(text) for text in texts]
    finally:
        started.end()


def _settled_mb(command: Sequence[str], text: str) -> float:
    """In thousandths, which the table shows as whole ones."""
    started = Started(command)
    try:
        started.until(text)
        started.rest(SETTLED_S)
        return started.memory_mb() / 1000
    finally:
        started.end()


def _idle(command: Sequence[str]) -> Figure:
    """The share of one processor over the rest, in thousandths of a percent as the table multiplies."""
    started = Started(command)
    try:
        started.until(PROMPT)
        started.rest(SETTLED_S)
        before = started.cpu_s()
        started.rest(REST_S)
        share = (started.cpu_s() - before) / REST_S
    finally:
        started.end()
    told = "met" if share <= IDLE_GOAL else "MISSED"
    return Figure("idle: processor (%)", Samples([share / 10]), None, None, f"over {REST_S:.0f} s; goal 0.2 %: {told}")
