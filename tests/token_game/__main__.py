"""`python -m tests.token_game --minutes 60 --seed N [--workers 1] [--report FILE]`: the long random comparison.

Prints figures, and each difference with its seed, the path of its shrunk diagram and both states. Exit code 1 after a
difference. `--report` appends JSON lines: one for each difference and one with the figures.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from functools import partial
from multiprocessing import Pool
from pathlib import Path

from tests.token_game.adapter import RealExecutor
from tests.token_game.campaign import Campaign, Figures, as_line


def main(arguments: list[str] | None = None) -> int:
    options = _options(arguments)
    folder = Path(tempfile.mkdtemp(prefix="token_game_"))
    print(f"seed {options.seed}, {options.minutes} minutes, {options.workers} worker(s); differences go to {folder}")
    play = partial(_play, options, folder)
    if options.workers == 1:
        parts = [play(0)]
    else:
        with Pool(options.workers) as pool:
            parts = pool.map(play, range(options.workers))
    figures = Figures()
    for part in parts:
        figures.add(part)
    _write(options.report, {"seed": options.seed, "figures": figures.as_json()})
    _print(figures)
    return 1 if figures.differences else 0


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.token_game", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**9))
    parser.add_argument("--diagrams", type=int, default=None, help="stop after so many, for each worker")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--report", type=Path, default=None)
    return parser.parse_args(arguments)


def _play(options: argparse.Namespace, folder: Path, worker: int) -> Figures:
    def say(record: dict) -> None:
        print(f"\nDIFFERENCE seed {record['seed']}, {record['diagram']}\n{record['explained']}", flush=True)
        _write(options.report, record)

    campaign = Campaign(RealExecutor, options.seed + worker, options.workers, say, folder)
    return campaign.run(options.minutes * 60, options.diagrams)


def _write(report: Path | None, record: dict) -> None:
    if report is not None:
        with report.open("a") as file:
            file.write(as_line(record) + "\n")


def _print(figures: Figures) -> None:
    for name, value in figures.as_json().items():
        if name != "exercised":
            print(f"{name:12} {value}")
    for kind, count in figures.exercised.most_common():
        print(f"  {count:8} {kind}")


if __name__ == "__main__":
    sys.exit(main())
