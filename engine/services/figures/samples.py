"""What a figure is made of: one sample for each case, clock, answer or task that counts, with what it can be grouped by.

The two are tuples: thousands are made for a page.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Any, NamedTuple, Protocol


class About(NamedTuple):
    """The case that a sample is of, and what it can be grouped by."""

    key: int
    number: str
    agent: str | None
    channel: str
    queue: str | None
    kind: str
    tier: str | None
    process: str | None = None
    version: int | None = None


class Sample(NamedTuple):
    """One thing that counts. `hit`: it fulfils what a share asks for. `value`: the seconds of a duration.

    `mark` says what it is one of, where that decides how it counts: a customer, or an article with a cause.
    """

    about: About
    at: datetime
    hit: bool = True
    value: float | None = None
    mark: int = 0


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure over some samples. `value` is its headline (a duration's mean); None where nothing counts.

    `count` samples counted, `hits` of them fulfilled a share. Durations are seconds; `p50` and `p90` are nearest-rank.
    """

    name: str
    value: float | None
    count: int
    hits: int
    p50: float | None = None
    p90: float | None = None
    good: bool | None = None


class Ordered(Protocol):
    """Numbers in order: a list or a column of them."""

    def __len__(self) -> int: ...

    def __getitem__(self, place: int, /) -> Any: ...


def percentile(ordered: Ordered, share: float) -> float | None:
    """The nearest-rank percentile of values in order: the smallest that at least this share of them does not exceed."""
    return float(ordered[nearest_rank(len(ordered), share)]) if len(ordered) else None


def nearest_rank(count: int, share: float) -> int:
    """The place of a percentile among so many values in order."""
    return max(0, ceil(share * count - 1e-9) - 1)
