"""What a seed makes of a world: its size, its weather and the disasters that befall it. A plan prints as one line."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from random import Random

DISASTERS = (
    "kill_terminal",
    "kill_terminal_in_transaction",
    "kill_ledger",
    "kill_ledger_before_commit",
    "kill_ledger_after_commit",
    "partition",
    "partition_one_way",
    "small_proxy",
    "stay_offline",
    "sync_now",
    "back_up",
    "copy_ledger_file",
    "copy_terminal_file",
    "compact",
    "restore_backup",
    "restore_old_backup",
    "put_back_ledger_file",
    "two_ledgers",
    "restore_terminal",
    "clone_terminal",
    "export_stick",
    "import_stick",
    "full_disk",
)
"""Methods of `disasters.Disasters` by name."""

THEMES: dict[str, tuple[str, ...]] = {
    "bad line": (
        "partition",
        "partition_one_way",
        "small_proxy",
        "stay_offline",
        "sync_now",
        "kill_ledger_after_commit",
    ),
    "power cuts": (
        "kill_terminal",
        "kill_terminal_in_transaction",
        "kill_ledger",
        "kill_ledger_before_commit",
        "full_disk",
    ),
    "restores": ("back_up", "back_up", "restore_backup", "restore_old_backup", "compact", "kill_terminal"),
    "ashes": (
        "copy_terminal_file",
        "copy_ledger_file",
        "back_up",
        "back_up",
        "put_back_ledger_file",
        "restore_terminal",
        "clone_terminal",
        "export_stick",
        "import_stick",
    ),
    "doubles": (
        "two_ledgers",
        "clone_terminal",
        "copy_terminal_file",
        "restore_terminal",
        "export_stick",
        "import_stick",
    ),
    "everything": DISASTERS,
}
"""What goes wrong in one world: the same few kinds again and again, so that they meet each other."""


@dataclass(frozen=True, slots=True)
class Weather:
    """Chances, per message, of what the network does to it."""

    request_lost: float = 0.0
    reply_lost: float = 0.0
    doubled: float = 0.0
    late: float = 0.0
    truncated: float = 0.0
    intercepted: float = 0.0


@dataclass(frozen=True, slots=True)
class Plan:
    seed: int
    terminals: int
    both_sites: bool
    operations: int
    minutes: float
    weather: Weather
    calm: bool = False
    disasters: tuple[tuple[float, str], ...] = ()
    odd_operations: float = field(default=0.02)
    decisions: int = 0
    """So often somebody decides, agrees, or brings back what a decision sent back."""

    def __str__(self) -> str:
        told = asdict(self)
        told["disasters"] = " ".join(f"{at:.0f}s:{name}" for at, name in self.disasters)
        return " ".join(f"{name}={value}" for name, value in told.items())


def draw_plan(seed: int) -> Plan:
    """Every twentieth world is calm: nothing goes wrong, so that the cost of each operation can be counted."""
    random = Random(f"plan {seed}")
    calm = seed % 20 == 0
    minutes = random.uniform(4, 14)
    return Plan(
        seed=seed,
        terminals=random.randint(2, 4),
        both_sites=random.random() < 0.7,
        operations=random.randint(80, 260),
        minutes=minutes,
        weather=Weather() if calm else _draw_weather(random),
        calm=calm,
        disasters=() if calm else _draw_disasters(random, minutes * 60),
        odd_operations=0.0 if calm else 0.02,
        decisions=_draw_decisions(seed),
    )


def draw_long_plan(seed: int) -> Plan:
    """The world of this seed, grown: up to twenty terminals, several hundred operations, more time for all of it."""
    random, plan = Random(f"long {seed}"), draw_plan(seed)
    longer = random.uniform(2, 3)
    more = [] if plan.calm else _draw_disasters(random, plan.minutes * 60)
    return replace(
        plan,
        terminals=random.choice([*range(2, 9), *range(2, 9), random.randint(9, 20)]),
        operations=round(plan.operations * longer),
        minutes=plan.minutes * longer,
        disasters=tuple(sorted((round(at * longer, 3), name) for at, name in (*plan.disasters, *more))),
        decisions=round(plan.decisions * longer),
    )


def _draw_decisions(seed: int) -> int:
    """From a generator of their own, as all that follows from them: a world without them is the one it always was."""
    return Random(f"decisions {seed}").randint(20, 120)


def _draw_weather(random: Random) -> Weather:
    def chance(most: float) -> float:
        return round(random.choice([0.0, random.uniform(0, most)]), 3)

    return Weather(chance(0.2), chance(0.2), chance(0.15), chance(0.1), chance(0.1), chance(0.15))


def _draw_disasters(random: Random, seconds: float) -> tuple[tuple[float, str], ...]:
    kinds = [*THEMES[random.choice(list(THEMES))], *random.choices(DISASTERS, k=random.randint(0, 6))]
    moments = sorted(random.uniform(0, seconds) for _ in range(random.randint(6, 60)))
    return tuple((round(at, 3), random.choice(kinds)) for at in moments)
