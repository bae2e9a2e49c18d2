"""`python -m tests.torture [--kills N] [--database sqlite|postgresql] [--mutant NAME]`: exit status 1 when a promise was broken."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from tests.torture.cluster import Cluster
from tests.torture.mutants import MUTANTS
from tests.torture.run import torture


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.torture")
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--crashes", type=int, default=5, help="of the PostgreSQL cluster")
    parser.add_argument("--database", choices=["sqlite", "postgresql", "both"], default="both")
    parser.add_argument("--mutant", choices=sorted(MUTANTS))
    options = parser.parse_args()
    bad = False
    for kind in ("sqlite", "postgresql") if options.database == "both" else (options.database,):
        with tempfile.TemporaryDirectory(prefix="kefuflow-torture-") as folder:
            home = Path(folder)
            cluster = Cluster() if kind == "postgresql" else None
            try:
                report = torture(home, options.kills, cluster, options.crashes if cluster else 0, options.mutant)
            finally:
                if cluster is not None:
                    cluster.remove()
        print(f"{kind}: {report}", flush=True)
        for problem in report.problems[:20]:
            print(f"  {problem}")
        bad = bad or bool(report.problems)
    raise SystemExit(bad)


if __name__ == "__main__":
    main()
