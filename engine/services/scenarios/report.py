"""What `kefuflow test` prints."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from engine.services.scenarios.files import scenario_files
from engine.services.scenarios.suite import Suite


def run_paths(paths: Iterable[Path], echo: Callable[[str], object], coverage: bool = False) -> bool:
    """Run every scenario of the paths and print how it went; True when all passed, and there was one.

    With `coverage` the ends and timers that no scenario covers are listed, and make it False.
    """
    files = scenario_files(paths)
    suite = Suite()
    try:
        for outcome in suite.run(files):
            echo(f"{'ok  ' if outcome.passed else 'FAIL'} {outcome.scenario.path.name}: {outcome.scenario.name}")
            for line in outcome.differences:
                echo(f"     {line}")
        found = suite.coverage()
    finally:
        suite.close()
    passed = sum(outcome.passed for outcome in suite.outcomes)
    echo(f"{passed} of {len(suite.outcomes)} scenarios passed; ends {len(found.reached)}/{len(found.ends)}, "
         f"timers {len(found.fired)}/{len(found.timers)} covered.")  # fmt: skip
    if coverage:
        for name in found.missing:
            echo(f"not covered: {name}")
    return bool(files) and passed == len(suite.outcomes) and not (coverage and found.missing)
