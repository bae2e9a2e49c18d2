"""The benchmarks run and give the figures by their names; how good the figures are is no test's business."""

import pytest

from benchmarks.__main__ import BENCHMARKS, run


def test_the_cheap_benchmark_gives_its_figures():
    figures = run(["expressions"], None, quick=True)
    assert set(figures) == {"feel_us", "decision_us"}
    assert all(value > 0 for value in figures.values())


@pytest.mark.full
@pytest.mark.parametrize("database", [None, pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_every_engine_benchmark_gives_its_figures(request, database):
    url = request.getfixturevalue("postgres_server") if database else None
    figures = run(list(BENCHMARKS), url, quick=True)
    wanted = {
        "raw_commits_per_s",
        "complete_per_s",
        "complete_ratio",
        "complete_cpu_ms",
        "start_per_s",
        "start_ratio",
        "growth_ratio",
        "state_kb_at_10000",
        "timers_pending_1m_claim_ms",
        "timer_lateness_p99_s",
        "feel_us",
        "decision_us",
    }
    assert wanted <= set(figures)
    assert ("workers_2_ratio" in figures) == bool(database)
