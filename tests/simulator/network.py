"""The network between terminals and ledger: messages are bytes, and anything may happen to them on the way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from random import Random

from simulator.clock import Clock
from simulator.plan import Weather

from sync.core.machine import Trouble

REQUEST_TIMEOUT = 10.0
INTERCEPTIONS = (
    (Trouble.NOT_A_LEDGER, 0.0),
    (Trouble.UNAUTHORISED, 0.0),
    (Trouble.TOO_BIG, 0.0),
    (Trouble.BUSY, 5.0),
    (Trouble.SERVER_ERROR, 0.0),
)
"""What something in between answers instead of the ledger (an HTML page, 401, 413, 429, 5xx), and `Retry-After`."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: bytes, or trouble. `holds` tells whether its sender still stands by it."""

    body: bytes = b""
    trouble: Trouble | None = None
    retry_after: float = 0.0
    holds: Callable[[], bool] = lambda: True
    status: int = 200
    """Of a refusal, the HTTP status it came with."""


Serve = Callable[[bytes], Answer | None]
"""The ledger's side: None where it died without an answer."""
Receive = Callable[[Answer], None]


@dataclass(slots=True)
class Network:
    clock: Clock
    random: Random
    weather: Weather
    cut_out: set[str] = field(default_factory=set)
    cut_back: set[str] = field(default_factory=set)
    largest: int | None = None
    struck: Callable[[str, str], None] = lambda _kind, _sender: None
    """Hears what befell a message, and whose it was."""

    def is_cut(self, sender: str) -> bool:
        return sender in self.cut_out or sender in self.cut_back

    def clear_up(self) -> None:
        """From now on nothing happens to a message."""
        self.weather, self.largest = Weather(), None
        self.cut_out.clear()
        self.cut_back.clear()

    def post(self, sender: str, body: bytes, serve: Serve, receive: Receive, receive_late: Receive) -> None:
        """Carry one request. `receive` is called exactly once, after at most the timeout; `receive_late` for answers
        that come again or too late."""
        exchange = _Exchange(self, sender, serve, receive, receive_late)
        self.clock.after(REQUEST_TIMEOUT, lambda: exchange.give_up(Answer(trouble=Trouble.TIMEOUT)))
        if self.largest is not None and len(body) > self.largest:
            self.clock.after(self.latency(), lambda: exchange.finish(Answer(trouble=Trouble.TOO_BIG)))
        elif self._happens(self.weather.intercepted):
            self.struck("intercepted", sender)
            trouble, retry_after = self.random.choice(INTERCEPTIONS)
            answer = Answer(trouble=trouble, retry_after=retry_after)
            self.clock.after(self.latency(), lambda: exchange.finish(answer))
        else:
            for delay, fault in self._ways(sender):
                self.clock.after(delay, lambda fault=fault: exchange.arrive(body, fault))  # type: ignore[misc]

    def _ways(self, sender: str) -> list[tuple[float, str]]:
        """When copies of a request arrive, and of what fault each is: none where it is lost, two of a doubled one."""
        if self._happens(self.weather.request_lost):
            self.struck("request_lost", sender)
            return []
        late = self.random.uniform(5, 40) if self._happens(self.weather.late) else 0.0
        ways = [(self.latency() + late, "late" if late else "")]
        if self._happens(self.weather.doubled):
            ways.append((self.latency() + self.random.uniform(0, 20), "doubled"))
        return ways

    def back(self, sender: str, answer: Answer) -> tuple[float, Answer] | None:
        """How an answer fares on its way: its delay and what is left of it, or None where it is lost."""
        if self._happens(self.weather.reply_lost):
            self.struck("reply_lost", sender)
            return None
        if self._happens(self.weather.truncated) and answer.body:
            self.struck("truncated", sender)
            answer = replace(answer, body=answer.body[: self.random.randrange(len(answer.body))])
        late = self.random.uniform(5, 40) if self._happens(self.weather.late) else 0.0
        return self.latency() + late, answer

    def latency(self) -> float:
        return self.random.uniform(0.01, 0.2)

    def _happens(self, chance: float) -> bool:
        return chance > 0 and self.random.random() < chance


@dataclass(slots=True)
class _Exchange:
    network: Network
    sender: str
    serve: Serve
    receive: Receive
    receive_late: Receive
    done: bool = False

    def arrive(self, body: bytes, fault: str = "") -> None:
        if self.sender in self.network.cut_out:
            return
        if fault:
            self.network.struck(fault, self.sender)
        answer = self.serve(body)
        if answer is None:
            self.network.clock.after(0.01, lambda: self.give_up(Answer(trouble=Trouble.UNREACHABLE)))
        elif self.sender not in self.network.cut_back:
            way = self.network.back(self.sender, answer)
            if way:
                delay, left = way
                self.network.clock.after(delay, lambda: self.finish(left))

    def give_up(self, answer: Answer) -> None:
        if not self.done:
            self.finish(answer)

    def finish(self, answer: Answer) -> None:
        if not answer.holds():
            return
        if self.done:
            self.receive_late(answer)
        else:
            self.done = True
            self.receive(answer)
