"""Samples as columns of numbers: those of many days cut, grouped and reduced at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from math import nan
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from engine.services.figures.definitions import Definition
from engine.services.figures.samples import About, Figure, Sample, percentile

SIDES = ("agent", "channel", "queue", "kind", "tier", "process", "version")
REPEATED = 3
Numbers = NDArray[Any]


class Names:
    """Texts as small numbers; 0 is for none."""

    def __init__(self) -> None:
        self.texts = [""]
        self._codes = {"": 0}
        self._sides: dict[
            int, tuple[About, tuple[int, ...]]
        ] = {}  # a case is in many figures; kept, so that its id is its own

    def code(self, text: str | None) -> int:
        text = text or ""
        found = self._codes.get(text)
        if found is None:
            found = self._codes[text] = len(self.texts)
            self.texts.append(text)
        return found

    def sides(self, about: About) -> tuple[int, ...]:
        """A case's sides, as `SIDES` has them."""
        found = self._sides.get(id(about))
        if found is None:
            version = f"{about.process} {about.version}" if about.process else None
            named = (about.agent, about.channel, about.queue, about.kind, about.tier, about.process, version)
            found = self._sides[id(about)] = about, tuple(map(self.code, named))
        return found[1]


@dataclass(frozen=True, slots=True)
class Columns:
    """One figure's samples: case, side by side as `SIDES` has them, day as its ordinal, moment in seconds since 1970, and the rest.

    `sides` has a row for each sample; `value` is NaN for none.
    """

    key: Numbers
    sides: Numbers
    day: Numbers
    at: Numbers
    hit: Numbers
    value: Numbers
    mark: Numbers

    def __len__(self) -> int:
        return len(self.key)

    def where(self, chosen: Numbers) -> Columns:
        """Those samples only, by a mask or by their places."""
        return Columns(*(getattr(self, one.name)[chosen] for one in fields(self)))

    def side(self, name: str) -> Numbers:
        """Everybody's code of one side."""
        return self.sides[:, SIDES.index(name)]


def from_samples(samples: Sequence[Sample], names: Names, zone: str) -> Columns:
    """The columns of samples; days are those of the zone's wall."""
    local = ZoneInfo(zone)
    return Columns(
        np.array([one.about.key for one in samples], np.int64),
        np.array([names.sides(one.about) for one in samples], np.int32).reshape(-1, len(SIDES)),
        np.array([one.at.astimezone(local).toordinal() for one in samples], np.int32),
        np.array([one.at.timestamp() for one in samples], np.float64),
        np.array([one.hit for one in samples], np.bool_),
        np.array([nan if one.value is None else one.value for one in samples], np.float64),
        np.array([one.mark for one in samples], np.int64),
    )


def none() -> Columns:
    """No samples."""
    return from_samples([], Names(), "UTC")


def joined(parts: Sequence[Columns]) -> Columns:
    """One after the other; at least one is given."""
    if len(parts) == 1:
        return parts[0]
    return Columns(*(np.concatenate([getattr(part, one.name) for part in parts]) for one in fields(Columns)))


def counted(name: str, samples: Columns) -> Columns:
    """Those that count, of a figure that looks at several cases at once.

    A repeated cause is a pair that came up `REPEATED` times; a customer counts once a day; who consulted us counts once.
    """
    if name == "repeat_cause":
        _values, place, often = np.unique(samples.mark, return_inverse=True, return_counts=True)
        hit = (often[place] >= REPEATED) & (samples.mark != 0)
        return Columns(samples.key, samples.sides, samples.day, samples.at, hit, samples.value, samples.mark)
    if name == "customers_per_day":
        return samples.where(_firsts(samples, samples.day))
    if name == "conversion":
        return samples.where(_firsts(samples, np.zeros_like(samples.day)))
    return samples


def _firsts(samples: Columns, day: Numbers) -> Numbers:
    """Where the first sample of each mark on each day is."""
    order = np.lexsort((samples.key, samples.at, samples.mark, day))
    mark, days = samples.mark[order], day[order]
    new = np.ones(len(order), np.bool_)
    new[1:] = (mark[1:] != mark[:-1]) | (days[1:] != days[:-1])
    return np.sort(order[new])


def grouped(samples: Columns, by: Numbers) -> dict[int, Columns]:
    """The samples of each value of a column."""
    order = np.argsort(by, kind="stable")
    values, starts = np.unique(by[order], return_index=True)
    parts = np.split(order, starts[1:]) if len(values) else []
    return {int(value): samples.where(part) for value, part in zip(values, parts, strict=True)}


def figure(definition: Definition, samples: Columns, per: float | None = None) -> Figure:
    """Reduce samples to the figure that a definition names; `per` divides a ratio."""
    count, hits = len(samples), int(samples.hit.sum())
    p50 = p90 = None
    value: float | None
    if definition.unit == "share":
        value = hits / count if count else None
    elif definition.unit == "duration":
        known = samples.value[~np.isnan(samples.value)]
        value = float(known.mean()) if len(known) else None
        values: list[float] = np.sort(known).tolist()
        p50, p90 = percentile(values, 0.5), percentile(values, 0.9)
    elif definition.unit == "ratio":
        value = count / per if per else None
    else:
        value = float(count)
    return Figure(definition.name, value, count, hits, p50, p90, definition.meets(value))


def agent_days(samples: Columns) -> int:
    """On how many days an agent did something, summed over the agents."""
    return len(np.unique(samples.side("agent").astype(np.int64) << 32 | samples.day))


def behind(samples: Columns, hit: bool | None = None) -> list[int]:
    """The keys of the cases that a figure counts, each once, the newest first; only those that fulfil it, or that do not."""
    keys = samples.key if hit is None else samples.key[samples.hit == hit]
    return [int(key) for key in np.unique(keys)[::-1]]


def by_step(samples: Columns, step_of: Callable[[int], int]) -> dict[int, Columns]:
    """The samples of each step, as `step_of` numbers the steps of a day's ordinal."""
    days, place = np.unique(samples.day, return_inverse=True)
    steps = np.array([step_of(int(day)) for day in days], np.int32)
    return grouped(samples, steps[place] if len(days) else samples.day)


def among(column: Numbers, codes: Iterable[int]) -> Numbers:
    """Whether each of a column is one of these."""
    return np.isin(column, np.fromiter(codes, np.int64))
