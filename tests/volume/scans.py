"""A thousand scans of 30 characters for the one order of the warehouse: 900 right ones, 100 wrong ones between them."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from furnished_home import label, long_location
from volume.warehouse import LINES, PIECES

WRONG = 100


@dataclass(frozen=True)
class Scans:
    """`sent` in this order, for the order's first `lines`; the places of those that must be refused are in `wrong`."""

    sent: list[str]
    wrong: set[int]
    lines: int = LINES

    @property
    def told(self) -> list[tuple[str, bool]]:
        """Every scan in order, and whether it is to be taken."""
        return [(code, place not in self.wrong) for place, code in enumerate(self.sent)]

    def first(self, lines: int) -> Scans:
        """Those up to the end of so many lines."""
        last = self.sent.index(self.of_line(lines)[-1])
        return Scans(self.sent[: last + 1], {place for place in self.wrong if place <= last}, lines)

    def of_line(self, number: int) -> list[str]:
        """The right scans of a line in order: its location, its pieces."""
        right = [code for place, code in enumerate(self.sent) if place not in self.wrong]
        return right[(number - 1) * (PIECES + 1) : number * (PIECES + 1)]


def a_thousand_scans(random: Random) -> Scans:
    """Every label has a serial number of its own, so that none can stand for another."""
    right = iter(
        [
            (place, code)
            for place in range(1, LINES + 1)
            for code in (long_location(place), *[label(place, _serial(random)) for _ in range(PIECES)])
        ]
    )
    count = LINES * (PIECES + 1) + WRONG
    wrong = set(random.sample(range(1, count), WRONG))
    sent, line = [], 1
    for place in range(count):
        if place in wrong:
            sent.append(_foreign(random, line))
        else:
            line, code = next(right)
            sent.append(code)
    assert {len(code) for code in sent} == {30}
    return Scans(sent, wrong)


def _foreign(random: Random, line: int) -> str:
    """Something that is not wanted anywhere in this line: unknown goods, another line's goods or place, a misprint,
    no label at all."""
    elsewhere = (line + LINES // 2) % LINES + 1
    misprint = label(line, _serial(random))
    return random.choice(
        [
            label(77, _serial(random)),
            label(elsewhere, _serial(random)),
            long_location(elsewhere),
            misprint[:-1] + str((int(misprint[-1]) + 1) % 10),
            f"NO-LABEL-{random.getrandbits(80):021x}"[:30],
        ]
    )


def _serial(random: Random) -> str:
    return f"{random.getrandbits(32):08X}"
