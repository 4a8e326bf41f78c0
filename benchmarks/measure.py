"""Taking a figure: two sides do the same work in alternating runs, and the middle of each is compared."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(slots=True)
class Samples:
    """Seconds, one per piece of work."""

    seconds: list[float] = field(default_factory=list)

    @contextmanager
    def one(self) -> Iterator[None]:
        began = time.perf_counter()
        yield
        self.seconds.append(time.perf_counter() - began)

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)

    @property
    def p99(self) -> float:
        """The value that one in a hundred exceeds; the largest where there are fewer than a hundred."""
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]


@dataclass(frozen=True, slots=True)
class Figure:
    """`goal` is the largest ratio of product to floor that counts as met; None where no goal is set."""

    name: str
    floor: Samples
    product: Samples | None
    goal: float | None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        return self.product.median / self.floor.median if self.product else None

    @property
    def met(self) -> bool | None:
        return None if self.ratio is None or self.goal is None else self.ratio <= self.goal


Side = Callable[[Samples], None]


def alternate(rounds: int, floor: Side, product: Side | None) -> tuple[Samples, Samples | None]:
    """Run floor and product in turn, so that a slow minute of the machine meets both."""
    of_floor, of_product = Samples(), Samples() if product else None
    for _ in range(rounds):
        for side, samples in ((floor, of_floor), (product, of_product)):
            if side is not None and samples is not None:
                gc.collect()
                side(samples)
    return of_floor, of_product


def check(condition: bool, sentence: str) -> None:
    """A figure of work that was not done is worth nothing. Raises SystemExit naming what is wrong."""
    if not condition:
        raise SystemExit(f"benchmark: {sentence}")
