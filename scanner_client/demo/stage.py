"""The stage: it does what the controller orders, with real programs.

Use from one task at a time. Every act leaves the scene as the files and the terminals say it is.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from scanner_client.demo.arrival import MOST_INPUTS, Arrival
from scanner_client.demo.hand import Input, codes_now, deciding, putting_back, right, wrong
from scanner_client.demo.minute import PLAYING, Act, act_of, advance
from scanner_client.demo.opening import SIZE, Programs
from scanner_client.demo.sight import view_of
from scanner_client.rehearsal.crew import Answer
from scanner_client.rehearsal.office import RehearsalFailed

NOTICING_LOOKS = 30
LANGUAGE_KEYS = ("*", "8")
READING_KEYS, LEAVING_KEYS = ("f6", "1"), ("0", "0")
UNDO_KEY = "3"
"""The number of the answer that the minute gives: the picker puts back what he took."""

SMALL = "20x4"


class Stage(Arrival):
    """The picker's terminal stands on it, the second picker's works behind it."""

    def __init__(self, programs: Programs, language: str, *, planted: bool = False) -> None:
        super().__init__(programs, language, planted=planted)
        self._opened = False
        self._does: dict[Act, Callable[[], Awaitable[None]]] = {
            Act.SCAN: self._scan_right,
            Act.LINE: self._own_line,
            Act.OTHER: self._others_line,
            Act.WRONG: self._scan_wrong,
            Act.CUT: self._cut,
            Act.MEND: self._mend,
            Act.KILL: self._kill,
            Act.CONFLICT: self._conflict,
            Act.ANSWER: self._answer,
            Act.BADGE: self._show_badge,
            Act.PUT_BACK: self._put_back,
            Act.CODES: self._toggle_codes,
            Act.LANGUAGE: self._other_language,
            Act.CARD: self._card,
            Act.YOUR_CSV: self._your_csv,
            Act.PLAY_ON: self._play_on,
            Act.SMALL: self._play_small,
        }

    # --- beginning and end

    async def open(self) -> None:
        """Until the picker stands before the first line, and the second one has set aside what is damaged."""
        await self.arrive()
        await self._speak()
        self._opened = True
        await self.resize(self.programs.size)
        await self.look()

    async def end(self) -> None:
        """End every program; what was confirmed since the last card is held against the files once more."""
        await self.programs.stop()
        if self._opened and not self.scene.tally:
            self.set(tally=await self.tally())
        await self.programs.close()

    # --- what comes from outside

    async def press(self, key: str) -> bool:
        """A key of the demo. False where it ends the demo."""
        act = act_of(self.scene.place, key, self.scene.happened, codes=bool(self.scene.codes))
        if act is Act.END:
            return False
        if not self._opened:
            return True
        self.set(note="" if act else "not_now")
        if act is Act.CODE:
            await self._code(int(key))
        elif act is Act.FORWARD:
            await self._give(Input(key=key))
        elif act:
            await self._do(act)
        await self._go_on()
        return True

    @property
    def plays(self) -> bool:
        """Whether the minute is over and the terminal is the player's."""
        return self._opened and self.scene.place >= PLAYING and not self.scene.happened.card

    async def scan(self, raw: str) -> None:
        """A real scanner's code: for the terminal, once the minute is over."""
        if self.plays:
            await self._give(Input(scan=raw))

    async def news(self) -> None:
        """Look whether something has come about without a key."""
        if self._opened and not self.scene.happened.card:
            await self.look()
            await self._go_on()

    async def resize(self, size: str) -> None:
        """Give the picker's terminal another size; the step stays."""
        self.programs.size = size
        if self._opened and not self.scene.happened.card and size != self.picker.size:
            self.picker.size = size
            await self.ask(self.picker, size=size)

    async def _do(self, act: Act) -> None:
        await self._does[act]()
        if not self.scene.happened.card:
            await self.look()

    async def _go_on(self) -> None:
        """As far as what has happened carries the minute."""
        while True:
            place, then = advance(self.scene.place, self.scene.happened)
            if place == self.scene.place:
                return
            self.set(place=place)
            if then:
                await self._do(then)

    # --- what a hand does

    async def _give(self, one: Input) -> Answer:
        before = self.scene.view
        answer = await self.ask(self.picker, **one.said)
        happened = self.scene.happened
        if answer["operations"] and before is not None and before.flow == "pick":
            self.happen(lines=happened.lines + 1)
        if view_of(answer).error:
            self.happen(refused=happened.refused + 1)
        if self.scene.codes:
            self._list_codes()
        return answer

    async def _scan_right(self) -> None:
        assert self.scene.view
        for one in right(self.scene.view, self.story, self.story.picker):
            await self._give(one)

    async def _scan_wrong(self) -> None:
        assert self.scene.view
        await self._give(wrong(self.scene.view, self.story))

    async def _own_line(self) -> None:
        """Everything that the line at hand wants."""
        lines = self.scene.happened.lines
        for _ in range(MOST_INPUTS):
            await self._scan_right()
            if self.scene.happened.lines > lines:
                return
        raise RehearsalFailed("the picker's line does not close")

    async def _others_line(self) -> None:
        view = view_of(await self.ask(self.other, look=True))
        for _ in range(MOST_INPUTS):
            for one in right(view, self.story, self.story.second_picker):
                answer = await self.ask(self.other, **one.said)
                if answer["operations"]:
                    self.happen(other=True)
                    return
                view = view_of(answer)
        raise RehearsalFailed(f"the second picker's line does not close:\n{view.text}")

    # --- what happens to the terminal

    async def _kill(self) -> None:
        before = self.scene.view
        await self.picker.kill()
        answer = await self.picker.start(self.scene.language)
        self.heard(self.picker, answer)
        after = view_of(answer)
        same = before is not None and (before.flow, before.step, before.asked) == (after.flow, after.step, after.asked)
        self.set(same_prompt=same)
        self.happen(kills=self.scene.happened.kills + 1)

    async def _cut(self) -> None:
        """The network is gone; the terminal soon says so."""
        self.picker.line.cut()
        for _ in range(NOTICING_LOOKS):
            if not (await self.later(self.picker))["status"]["online"]:
                break
        self.happen(cut=True)

    async def _mend(self) -> None:
        """The network is back, and the terminal is told so, as an operating system tells its programs."""
        self.set(before_mending=self.scene.figures.operations)
        self.picker.line.mend()
        self.happen(cut=False)
        await self.ask(self.picker, sync=True)

    # --- what is shown

    async def _conflict(self) -> None:
        """The first conflict, to be read on the terminal; the same key leaves it."""
        reading = not self.scene.happened.reading
        for key in READING_KEYS if reading else LEAVING_KEYS:
            await self._give(Input(key=key))
        self.happen(reading=reading)

    async def _answer(self) -> None:
        """The supervisor chooses; nothing is kept before the badge says who it is."""
        answer = await self._give(Input(key=UNDO_KEY))
        self.happen(answering=view_of(answer).flow == "decide")

    async def _show_badge(self) -> None:
        for _ in range(MOST_INPUTS):
            assert self.scene.view
            for one in deciding(self.scene.view, self.story):
                if (await self._give(one))["operations"]:
                    self.happen(decided=True, reading=False)
                    return
        raise RehearsalFailed("the decision is not taken")

    async def _put_back(self) -> None:
        """The picker does the task that the decision opened."""
        for _ in range(MOST_INPUTS):
            assert self.scene.view
            for one in putting_back(self.scene.view, self.story):
                if (await self._give(one))["operations"] and self.scene.view.flow != "pick":
                    await self._back_to_work()
                    self.happen(put_back=True)
                    return
        raise RehearsalFailed("the goods are not put back")

    async def _back_to_work(self) -> None:
        """To the line that the picker had left for it."""
        for _ in range(MOST_INPUTS):
            if self.scene.view and self.scene.view.flow == "pick" and self.scene.view.asked.location:
                return
            await self._scan_right()
        raise RehearsalFailed("the picker does not come back to the order")

    async def _toggle_codes(self) -> None:
        if self.scene.codes:
            self.set(codes=())
        else:
            self._list_codes()

    def _list_codes(self) -> None:
        assert self.scene.view
        self.set(codes=tuple(codes_now(self.scene.view, self.story, self.story.picker)))

    async def _code(self, digit: int) -> None:
        if 1 <= digit <= len(self.scene.codes):
            await self._give(Input(scan=self.scene.codes[digit - 1][0]))

    async def _your_csv(self) -> None:
        self.set(note="your_csv")

    async def _other_language(self) -> None:
        self.set(language="zh_CN" if self.scene.language == "en" else "en")
        if not self.scene.happened.card:
            await self._speak()

    async def _speak(self) -> None:
        """The picker's terminal in the language of the demo: its own menu changes it, and keeps the step."""
        view = view_of(await self.ask(self.picker, look=True))
        if view.language != self.scene.language and not view.menu:
            for key in LANGUAGE_KEYS:
                await self.ask(self.picker, key=key)

    # --- the card, and playing on

    async def _card(self) -> None:
        """Every program ends; then the files are read."""
        await self.programs.stop()
        self.set(tally=await self.tally(story=True), codes=())
        self.happen(card=True)

    async def _play_on(self) -> None:
        self.set(note="again")
        await self.programs.serve_again()
        for terminal in (self.picker, self.other):
            terminal.line.mend()
            self.heard(terminal, await terminal.start(self.scene.language))
        if self.scene.happened.reading:
            await self._conflict()
        self.set(place=PLAYING, tally=None, note="")
        self.happen(card=False, cut=False)
        await self._speak()
        await self.resize(self.programs.size)

    async def _play_small(self) -> None:
        self.programs.size = SMALL if self.programs.size != SMALL else SIZE
        await self._play_on()
