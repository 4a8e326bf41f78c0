"""The card of a shift: what was done to it, what the files say, and whether that is true."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from scanner_client.rehearsal.proof import Check

NAME, FIGURE = 28, 44


def card(title: str, facts: Mapping[str, str], checks: Sequence[Check]) -> Iterator[str]:
    """The lines of the card. `facts` are the circumstances; the checks were read from the files."""
    yield title
    yield "-" * (NAME + FIGURE)
    yield from (f"{name:<{NAME}}{value}" for name, value in facts.items())
    yield "-" * (NAME + FIGURE)
    for check in checks:
        mark = "FALSE" if check.fault else "true"
        yield f"{check.name:<{NAME}}{check.figure:<{FIGURE}}{mark}"
        if check.fault:
            yield f"{'':<{NAME}}{check.fault}"
    yield "-" * (NAME + FIGURE)
    wrong = sum(bool(check.fault) for check in checks)
    yield f"{wrong} of {len(checks)} checks are false" if wrong else f"all {len(checks)} checks are true"
