"""Killed at any instant, nothing that was promised is lost; and the check would see it if it were."""

import os

import pytest

from tests.torture.cluster import Cluster, NoServerBinaries, binaries
from tests.torture.mutants import MUTANTS
from tests.torture.run import torture


@pytest.fixture
def cluster():
    """A PostgreSQL cluster of the test's own."""
    try:
        binaries()
    except NoServerBinaries as missing:
        if os.environ.get("CI"):
            pytest.fail(f"CI is set, and {missing}")
        pytest.skip(f"SKIPPED THE TORTURE OF POSTGRESQL: {missing}")
    own = Cluster()
    yield own
    own.remove()


@pytest.mark.full
def test_killed_on_sqlite_every_promise_is_kept(tmp_path):
    report = torture(tmp_path, kills=60, least=50)
    assert report.problems == [], str(report)
    assert report.completed >= 50


@pytest.mark.full
@pytest.mark.postgres
def test_killed_on_postgresql_that_crashes_too_every_promise_is_kept(tmp_path, cluster):
    report = torture(tmp_path, kills=60, cluster=cluster, crashes=3, least=50)
    assert report.problems == [], str(report)
    assert report.crashes == 3
    assert report.completed >= 50


@pytest.mark.full
@pytest.mark.parametrize("name", sorted(MUTANTS))
def test_a_broken_promise_is_seen(tmp_path, name):
    promise = MUTANTS[name][0]
    report = torture(tmp_path, kills=2, mutant=name, least=60)
    assert any(problem.startswith(promise) for problem in report.problems), (str(report), report.problems[:5])
