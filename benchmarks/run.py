"""`make bench`: every figure of docs/performance.md, taken on this machine, as a table."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

import commit  # noqa: E402  # the folders above come first
import growth  # noqa: E402
import pull  # noqa: E402
import push  # noqa: E402
import push_postgresql  # noqa: E402
import reconnect  # noqa: E402
import screen  # noqa: E402
import start_up  # noqa: E402
import two_processes  # noqa: E402
from measure import Figure  # noqa: E402

FIGURES = {
    "commit": commit.run,
    "push": push.run,
    "push_postgresql": push_postgresql.run,
    "pull": pull.run,
    "reconnect": reconnect.run,
    "two_processes": two_processes.run,
    "growth": growth.run,
    "start_up": start_up.run,
    "screen": screen.run,
}
HEAD = f"{'figure':<34}{'floor p50':>12}{'p99':>10}{'product p50':>14}{'p99':>10}{'ratio':>8}{'goal':>7}  "


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=5, help="alternating runs of each side (default 5)")
    options.add_argument("--only", choices=FIGURES, help="take one figure")
    options.add_argument(
        "--folder", type=Path, help="put the files on this disk (default: the system's temporary folder)"
    )
    chosen = options.parse_args()
    print(HEAD)
    with TemporaryDirectory(dir=chosen.folder, prefix="bench-") as folder:
        for name, take in FIGURES.items():
            if chosen.only in (None, name):
                for figure in take(Path(folder), chosen.rounds):
                    print(_row(figure), flush=True)
    print("\nmilliseconds; the files lie under", chosen.folder or "the system's temporary folder")
    print("repeat: make bench ARGS='--rounds 5', on a machine that does nothing else")
    return 0


def _row(figure: Figure) -> str:
    floor = f"{figure.floor.median * 1000:>12.2f}{figure.floor.p99 * 1000:>10.2f}"
    if figure.product is None or figure.ratio is None:
        return f"{figure.name:<34}{floor}{'–':>14}{'–':>10}{'–':>8}{_goal(figure):>7}  {figure.note}"
    product = f"{figure.product.median * 1000:>14.2f}{figure.product.p99 * 1000:>10.2f}"
    verdict = {True: "met", False: "MISSED", None: ""}[figure.met]
    return f"{figure.name:<34}{floor}{product}{figure.ratio:>8.2f}{_goal(figure):>7}  {verdict} ({figure.note})"


def _goal(figure: Figure) -> str:
    return f"≤{figure.goal:g}" if figure.goal else ""


if __name__ == "__main__":
    sys.exit(main())
