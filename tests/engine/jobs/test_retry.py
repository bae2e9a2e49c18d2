"""The backoff of a failed job."""

from datetime import timedelta

import pytest

from engine.jobs.retry import backoff


@pytest.mark.parametrize(("tries", "seconds"), [(1, 5), (2, 10), (3, 20), (8, 640), (11, 3600), (1000, 3600)])
def test_the_wait_doubles_up_to_an_hour(tries, seconds):
    assert backoff(tries, roll=0.5) == timedelta(seconds=seconds)


def test_the_wait_is_spread_by_a_fifth_either_way():
    assert (backoff(1, roll=0.0), backoff(1, roll=1.0)) == (timedelta(seconds=4), timedelta(seconds=6))
    assert timedelta(seconds=4) <= backoff(1) <= timedelta(seconds=6)
