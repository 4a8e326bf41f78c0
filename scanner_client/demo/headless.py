"""The minute without a window: the same stage and the same keys, pressed as soon as they are due."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from scanner_client.demo.minute import PLAYING, STOPS, due
from scanner_client.demo.opening import Programs
from scanner_client.demo.panel import Drawn
from scanner_client.demo.pen import rows_of
from scanner_client.demo.scene import Scene
from scanner_client.demo.stage import Stage
from scanner_client.demo.story import shipped_story
from scanner_client.demo.texts import demo_texts
from scanner_client.flows import shipped_texts
from scanner_client.rehearsal.office import RehearsalFailed

OFFICE_WIDTH = 76
NEWS_SECONDS = 0.2
LONGEST_WAIT_SECONDS = 60.0


async def play_minute(folder: Path, language: str, size: str, say: Callable[[str], None], *, planted: bool) -> bool:
    """Play the minute and print each step with the terminal's frame, and the card. True where the card is."""
    stage = Stage(Programs(folder, shipped_story(), size), language, planted=planted)
    try:
        await stage.open()
        while stage.scene.place < PLAYING:
            place = stage.scene.place
            say(_frame(stage.scene))
            await _one_stop(stage)
            if stage.scene.place == place:
                raise RehearsalFailed(f"step {STOPS[place].step} does not come to its end:\n{_frame(stage.scene)}")
    finally:
        await stage.programs.close()
    say(_frame(stage.scene))
    return stage.scene.tally is not None and not stage.scene.tally.faults


async def _one_stop(stage: Stage) -> None:
    """The key that is due as often as it is wanted; where none is, wait for the news."""
    place, key = stage.scene.place, due(stage.scene.place)
    async with asyncio.timeout(LONGEST_WAIT_SECONDS):
        while stage.scene.place == place:
            if key:
                await stage.press(key)
            else:
                await asyncio.sleep(NEWS_SECONDS)
                await stage.news()


def card_text(scene: Scene, columns: int = OFFICE_WIDTH) -> str:
    """The card alone, in at most so many columns; empty where the demo ended before there was one."""
    return rows_of(_drawn(scene, min(columns, OFFICE_WIDTH)).card()) if scene.tally else ""


def _drawn(scene: Scene, columns: int = OFFICE_WIDTH) -> Drawn:
    return Drawn(scene, shipped_story(), demo_texts(), shipped_texts(), columns)


def _frame(scene: Scene) -> str:
    drawn = _drawn(scene)
    view = scene.view.text if scene.view and not scene.tally else ""
    return "\n".join(filter(None, (rows_of([drawn.bar()]), view, rows_of(drawn.office()), "")))
