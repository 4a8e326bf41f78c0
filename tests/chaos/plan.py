"""What is to happen to a warehouse, drawn from a seed: in which order, to whom, when. Pure.

The processes are real and their speed is not drawn, so a seed repeats the troubles and not the run to the byte.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import Enum
from random import Random


class Kill(Enum):
    """Whose process is ended with SIGKILL. The first three happen while the ledger's whole reply is on its way."""

    LEDGER_AT_REPLY = "the ledger, its commit made and its reply not passed on"
    TERMINAL_AT_REPLY = "the terminal, while the ledger has committed and its reply is not passed on"
    BOTH_AT_REPLY = "both, while the ledger has committed and its reply is not passed on"
    LEDGER = "the ledger, at any moment"
    TERMINAL = "the terminal, at any moment"
    BOTH = "both, at any moment"

    @property
    def at_reply(self) -> bool:
        return self in _AT_REPLY

    @property
    def of_ledger(self) -> bool:
        return self not in (Kill.TERMINAL, Kill.TERMINAL_AT_REPLY)

    @property
    def of_terminal(self) -> bool:
        return self not in (Kill.LEDGER, Kill.LEDGER_AT_REPLY)


class Fault(Enum):
    """What the network does to one exchange."""

    LOSE_REQUEST = "the request is lost"
    RESET = "the connection is reset before the request is through"
    CUT_REQUEST = "half of the request arrives"
    LOSE_REPLY = "the reply is lost"
    CUT_REPLY = "half of the reply arrives"
    DELAY = "the reply comes late"
    REPLIES_ONLY = "requests vanish without a word"
    REQUESTS_ONLY = "requests pass, replies vanish without a word"
    TWICE = "the request arrives twice"
    PAGE = "a portal answers with its page"
    GATEWAY = "a gateway answers 502"


_AT_REPLY = (Kill.LEDGER_AT_REPLY, Kill.TERMINAL_AT_REPLY, Kill.BOTH_AT_REPLY)
_ANY_MOMENT = (Kill.LEDGER, Kill.TERMINAL, Kill.BOTH)
LONGEST_DELAY = 0.6
FAULTY = 0.6
"""The share of steps in which another terminal's network fails as well."""


@dataclass(frozen=True, slots=True)
class Step:
    """One trouble: whose process dies after so many seconds, and which faults which terminals' networks have."""

    kill: Kill
    terminal: int
    after: float
    faults: tuple[tuple[int, Fault], ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """`chunk`: how many operations each terminal confirms in one step."""

    seed: int
    terminals: int
    chunk: int
    steps: tuple[Step, ...]

    @property
    def kills(self) -> int:
        """Processes ended; a step that ends both counts twice."""
        return sum(step.kill.of_ledger + step.kill.of_terminal for step in self.steps)

    def card(self) -> str:
        """The plan in a few lines."""
        kinds = Counter(step.kill for step in self.steps)
        faults = Counter(fault for step in self.steps for _, fault in step.faults)
        told = [f"seed {self.seed}: {len(self.steps)} steps, {self.terminals} terminals, {self.chunk} operations each"]
        told += [f"  {count:>4} × kill -9: {kind.value}" for kind, count in kinds.items()]
        return "\n".join(told + [f"  {count:>4} × {fault.value}" for fault, count in faults.items()])


def draw_plan(seed: int, *, steps: int, terminals: int, operations: int) -> Plan:
    """A third of the kills while a reply is on its way, the rest at any moment."""
    random = Random(seed)
    chunk = -(-operations // (steps * terminals))
    return Plan(seed, terminals, chunk, tuple(_step(random, number, terminals) for number in range(steps)))


def _step(random: Random, number: int, terminals: int) -> Step:
    kill = random.choice(_AT_REPLY if number % 3 == 0 else _ANY_MOMENT)
    terminal = random.randrange(terminals)
    after = random.uniform(0, LONGEST_DELAY)
    others = [other for other in range(terminals) if other != terminal]
    faulty = [other for other in others if random.random() < FAULTY / len(others)]
    return Step(kill, terminal, after, tuple((other, random.choice(list(Fault))) for other in faulty))
