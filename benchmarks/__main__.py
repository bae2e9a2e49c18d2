"""`python -m benchmarks [--json] [--database URL] [--quick] [NAME…]`: figures by the names of the design's budgets."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path

from benchmarks import bare, commands, expressions, growth, pages, queueing, year
from benchmarks.stage import Stage, kept, stage

BENCHMARKS: dict[str, Callable[[Stage], dict[str, float]]] = {
    "bare": bare.measure,
    "commands": commands.measure,
    "expressions": expressions.measure,
    "growth": growth.measure,
    "pages": pages.measure,
    "lateness": queueing.lateness,
    "pending": queueing.pending,
    "workers": queueing.workers,
    "year": year.measure,
}
# name -> (the aim, whether less is better)
AIMS: dict[str, tuple[float, bool]] = {
    "complete_cpu_ms": (1.5, True),
    "growth_ratio": (1.1, True),
    "workers_2_ratio": (1.6, False),
    "workers_done_again": (0, True),
    "timers_pending_1m_claim_ms": (2, True),
    "timer_lateness_p99_s": (0.5, True),
    "inbox_p95_ms_1k": (60, True),
    "case_page_p95_ms": (80, True),
    "year_slow_pages": (0, True),
    "year_slow_pages_cpu": (0, True),
    "boot_s": (3, True),
    "idle_rss_mb": (200, True),
    "feel_us": (5, True),
    "decision_us": (150, True),
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("names", nargs="*", choices=[[], *BENCHMARKS], help="which ones (default: all)")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    parser.add_argument(
        "--database", help="a PostgreSQL URL; a database beside it is made and dropped (default: SQLite)"
    )
    parser.add_argument("--quick", action="store_true", help="ends within 60 s")
    parser.add_argument(
        "--kept",
        type=Path,
        metavar="FOLDER",
        help="only the pages of a million, or with `year` those of a year, in the database at --database or in FOLDER, which is "
        "filled the first time and kept",
    )
    options = parser.parse_args()
    if options.kept:
        measure = year.measure if options.names == ["year"] else pages.measure_kept
        figures = measure(kept(options.database, options.kept, options.quick))
    else:
        figures = run(options.names or list(BENCHMARKS), options.database, options.quick)
    if options.json:
        print(json.dumps({name: round(value, 4) for name, value in figures.items()}, indent=2))
    else:
        _print_table(figures)


def run(names: list[str], database: str | None, quick: bool) -> dict[str, float]:
    """Each benchmark on an empty database of its own."""
    figures: dict[str, float] = {}
    for name in names:
        with stage(database, quick) as on:
            print(f"{name} …", file=sys.stderr, flush=True)
            figures |= BENCHMARKS[name](on)
    return figures


def _print_table(figures: dict[str, float]) -> None:
    for name, value in figures.items():
        aim = AIMS.get(name)
        target = f"   aim {'≤' if aim[1] else '≥'} {aim[0]}" if aim is not None else ""
        print(f"{name:30} {value:12.3f}{target}")


if __name__ == "__main__":
    main()
