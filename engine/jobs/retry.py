"""When a failed job is tried again."""

from __future__ import annotations

import random
from datetime import timedelta

FIRST = timedelta(seconds=5)
LONGEST = timedelta(hours=1)


def backoff(tries: int, roll: float | None = None) -> timedelta:
    """How long to wait after the given number of failed tries (1, 2 …): doubling from 5 s to 1 h, spread by ±20 %.

    The spread keeps jobs that failed together, because one service was down, from coming back together.
    `roll` from 0 to 1 fixes the spread.
    """
    whole = min(FIRST * int(2 ** (min(tries, 30) - 1)), LONGEST)
    return whole * (0.8 + 0.4 * (random.random() if roll is None else roll))  # noqa: S311
