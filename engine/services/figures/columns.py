"""Samples as columns of numbers: those of many days cut, grouped and reduced at once. What is not asked for is not made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import nan
from operator import attrgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.services.figures.definitions import DEFINITIONS, Definition
from engine.services.figures.period import Period
from engine.services.figures.samples import About, Figure, Sample, nearest_rank

SIDES = ("agent", "channel", "queue", "kind", "tier", "process", "version")
REPEATED = 3
MARKED = ("repeat_cause", "customers_per_day", "conversion", "registered_by")
Numbers = NDArray[Any]


class Names:
    """Texts as small numbers; 0 is for none."""

    def __init__(self) -> None:
        self.texts = [""]
        self._codes = {"": 0}

    def code(self, text: str | None) -> int:
        text = text or ""
        found = self._codes.get(text)
        if found is None:
            found = self._codes[text] = len(self.texts)
            self.texts.append(text)
        return found


class Lines:
    """Whom samples are of: a line for each case on each day that something of it counts, one part after another.

    A part says how many lines it has, and gives a column of them when it is asked for: `key`, `day` as its ordinal, or a side's codes.
    """

    def __init__(self) -> None:
        self.count = 0
        self._parts: list[Callable[[str], Numbers]] = []
        self._known: dict[str, Numbers] = {}

    def add(self, count: int, part: Callable[[str], Numbers]) -> int:
        """Add a part; where its lines begin."""
        self._parts.append(part)
        self._known.clear()
        self.count += count
        return self.count - count

    def column(self, name: str) -> Numbers:
        """One column of all lines."""
        if name not in self._known:
            self._known[name] = np.concatenate([np.zeros(0, np.int32), *(part(name) for part in self._parts)])
        return self._known[name]


@dataclass(frozen=True, slots=True)
class Columns:
    """One figure's samples: the place of its line, whether it is a hit, and what few figures have besides.

    Durations have a `value` in seconds, NaN for none; figures that count a mark once have the `mark` and the moment, in seconds since 1970.
    """

    lines: Lines
    place: Numbers
    hit: Numbers
    value: Numbers | None = None
    mark: Numbers | None = None
    at: Numbers | None = None

    def __len__(self) -> int:
        return len(self.place)

    @property
    def key(self) -> Numbers:
        """The keys of the samples' cases."""
        return self.lines.column("key").take(self.place)

    @property
    def day(self) -> Numbers:
        """The ordinals of the samples' days."""
        return self.lines.column("day").take(self.place)

    def side(self, name: str) -> Numbers:
        """Everybody's code of one side."""
        return self.lines.column(name).take(self.place)

    def where(self, chosen: Numbers) -> Columns:
        """Those samples only, by a mask or by their places."""
        places = _places(chosen)
        return Columns(self.lines, *(None if one is None else one.take(places) for one in self.arrays()))  # type: ignore[arg-type]

    def arrays(self) -> tuple[Numbers | None, ...]:
        """Place, hit, value, mark and moment, as far as there are."""
        return self.place, self.hit, self.value, self.mark, self.at


def from_samples(name: str, samples: Sequence[Sample], lines: Lines, names: Names, period: Period) -> Columns:
    """A figure's samples of a period as columns, each with a line of its own."""

    def column(side: str) -> Numbers:
        if side == "key":
            return np.array([one.about.key for one in samples], np.int64)
        if side == "day":
            days = np.searchsorted(period.midnights(), [one.at.timestamp() for one in samples], "right")
            return (days + (period.first.toordinal() - 1)).astype(np.int32)
        of = _version if side == "version" else attrgetter(side)
        return np.array([names.code(of(one.about)) for one in samples], np.int32)

    start = lines.add(len(samples), column) if samples else 0
    return Columns(
        lines,
        np.arange(start, start + len(samples)),
        np.array([one.hit for one in samples], np.bool_),
        np.array([nan if one.value is None else one.value for one in samples]) if is_duration(name) else None,
        np.array([one.mark for one in samples], np.int64) if name in MARKED else None,
        np.array([one.at.timestamp() for one in samples]) if name in MARKED else None,
    )


def _version(about: About) -> str | None:
    return f"{about.process} {about.version}" if about.process else None


def is_duration(name: str) -> bool:
    """Whether a figure's samples have seconds."""
    return name in DEFINITIONS and DEFINITIONS[name].unit == "duration"


def none() -> Columns:
    """No samples."""
    return Columns(Lines(), np.zeros(0, np.int64), np.zeros(0, np.bool_), *(np.zeros(0) for _more in range(3)))


def joined(parts: Iterable[Columns]) -> Columns:
    """One after the other; they are of the same figure and lines."""
    some = [part for part in parts if len(part)]
    if len(some) < 2:
        return some[0] if some else none()
    arrays = zip(*(part.arrays() for part in some), strict=True)
    return Columns(some[0].lines, *(None if each[0] is None else np.concatenate(each) for each in arrays))  # type: ignore[arg-type]


def counted(name: str, kept: Sequence[Columns], more: Columns) -> Columns:
    """The samples that count, of a figure that looks at several cases at once; those that were kept are in the order of `in_order`.

    A repeated cause is a pair that came up `REPEATED` times; a customer counts once a day; who consulted us counts once.
    """
    if name == "customers_per_day":
        return _once_a_day(kept, more)
    samples = joined((*kept, more))
    if name == "repeat_cause":
        _values, place, often = np.unique(_marks(samples), return_inverse=True, return_counts=True)
        return replace(samples, hit=(often[place] >= REPEATED) & (samples.mark != 0))
    if name == "conversion":
        return _unmarked(samples, _firsts(samples))
    return samples


def in_order(name: str, day: Numbers, mark: Numbers | None, at: Numbers | None, place: Numbers) -> Numbers:
    """How samples are kept: by their lines, or so that the first of each mark on each day is the one that counts."""
    return np.lexsort((place, at, mark, day)) if name == "customers_per_day" else np.argsort(place, kind="stable")  # type: ignore[arg-type]


def _once_a_day(kept: Sequence[Columns], more: Columns) -> Columns:
    """Each customer's first sample of each day; only days with more than was kept are put in order again."""
    days, alone, mixed = np.unique(more.day), [], [more]
    for part in kept:
        day = part.day
        first = _changes(_marks(part), day)
        if len(part) and ((days >= day[0]) & (days <= day[-1])).any():
            touched = among(day, days)
            mixed.append(part.where(touched))
            first &= ~touched
        alone.append(_unmarked(part, first))
    again = joined(mixed)
    return joined((*alone, _unmarked(again, _firsts(again, again.day))))


def _unmarked(samples: Columns, chosen: Numbers) -> Columns:
    places = _places(chosen)
    return Columns(samples.lines, samples.place.take(places), samples.hit.take(places))


def _places(chosen: Numbers) -> Numbers:
    """Where a mask is set: several columns are taken by places in a fraction of the time; places are as they are."""
    return np.flatnonzero(chosen) if chosen.dtype == np.bool_ else chosen


def _changes(*columns: Numbers) -> Numbers:
    """Where one of the columns is another than in the line before."""
    found = np.ones(len(columns[0]), np.bool_)
    found[1:] = np.logical_or.reduce([column[1:] != column[:-1] for column in columns])
    return found


def _marks(samples: Columns) -> Numbers:
    assert samples.mark is not None
    return samples.mark


def _firsts(samples: Columns, *day: Numbers) -> Numbers:
    """Where the first sample of each mark is, or of each on each day."""
    order = np.lexsort((samples.key, samples.at, samples.mark, *day))  # type: ignore[arg-type]
    return np.sort(order[_changes(*(column[order] for column in (_marks(samples), *day)))])


def grouped(samples: Columns, by: Numbers) -> dict[int, Columns]:
    """The samples of each value of a column."""
    if not len(by):
        return {}
    low = by.min()
    small = (by - low).astype(np.min_scalar_type(int(by.max() - low)))  # numbers of 16 bits are sorted by counting
    order = np.argsort(small, kind="stable")
    ordered = by[order]
    starts = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
    parts = np.split(order, starts[1:])
    return {int(value): samples.where(part) for value, part in zip(ordered[starts], parts, strict=True)}


def figure(definition: Definition, samples: Columns, per: float | None = None) -> Figure:
    """Reduce samples to the figure that a definition names; `per` divides a ratio."""
    return _reduced(definition, len(samples), int(np.count_nonzero(samples.hit)), samples.value, per)


def in_sets(samples: Columns, by: Numbers, sets: Mapping[str, Numbers]) -> dict[str, Columns]:
    """The samples of each set of codes, by its name, where some have one of these codes in the column `by`."""
    parts = grouped(samples, by)
    found = {name: [parts[code] for code in codes.tolist() if code in parts] for name, codes in sets.items()}
    return {name: joined(mine) for name, mine in found.items() if mine}


def figures_of_sets(
    definition: Definition, samples: Columns, by: Numbers, sets: Mapping[str, Numbers], per: float
) -> dict[str, Figure]:
    """The figure of each such set, for a figure that is told by how many samples and hits there are."""
    size = 1 + max(int(codes.max(initial=0)) for codes in sets.values())
    counts = np.bincount(2 * by + samples.hit, minlength=2 * size).reshape(
        -1, 2
    )  # of each code: those that are none, and the hits
    found = {name: counts[codes].sum(axis=0).tolist() for name, codes in sets.items()}
    return {
        name: _reduced(definition, others + hits, hits, per=per)
        for name, (others, hits) in found.items()
        if others + hits
    }


def _reduced(
    definition: Definition, count: int, hits: int, seconds: Numbers | None = None, per: float | None = None
) -> Figure:
    p50 = p90 = None
    value: float | None
    if definition.unit == "share":
        value = hits / count if count else None
    elif definition.unit == "duration":
        assert seconds is not None
        known = seconds[~np.isnan(seconds)]
        value = float(known.mean()) if len(known) else None
        p50, p90 = _percentiles(known, 0.5, 0.9)
    elif definition.unit == "ratio":
        value = count / per if per else None
    else:
        value = float(count)
    return Figure(definition.name, value, count, hits, p50, p90, definition.meets(value))


def _percentiles(values: Numbers, *shares: float) -> list[float | None]:
    """As `percentile` tells them, of values in any order."""
    if not len(values):
        return [None for _share in shares]
    ranks = [nearest_rank(len(values), share) for share in shares]
    parted = np.partition(values, ranks)
    return [float(parted[rank]) for rank in ranks]


def agent_days(samples: Columns) -> int:
    """On how many days an agent did something, summed over the agents."""
    if not len(samples):
        return 0
    agent, day = samples.side("agent"), samples.day
    first, days = day.min(), int(day.max() - day.min()) + 1
    worked = np.zeros((int(agent.max()) + 1) * days, np.bool_)
    worked[agent * days + (day - first)] = True
    return int(worked.sum())


def behind(samples: Columns, hit: bool | None = None) -> list[int]:
    """The keys of the cases that a figure counts, each once, the newest first; only those that fulfil it, or that do not."""
    keys = samples.key if hit is None else samples.key[samples.hit == hit]
    return [int(key) for key in np.unique(keys)[::-1]]


def frequencies(samples: Columns) -> dict[int, int]:
    """How many samples have each mark."""
    marks, often = np.unique(_marks(samples), return_counts=True)
    return dict(zip(marks.tolist(), often.tolist(), strict=True))


def most_marked(samples: Columns, limit: int) -> list[tuple[int, int]]:
    """A case of each of the marks that most samples have, and how many have it; samples without a mark count nowhere."""
    if samples.mark is None:
        return []
    marks, first, often = np.unique(samples.mark, return_index=True, return_counts=True)
    often = np.where(marks == 0, 0, often)
    most = np.argsort(-often, kind="stable")[:limit]
    return [(int(samples.key[first[one]]), int(often[one])) for one in most if often[one]]


def by_step(samples: Columns, step_of: Callable[[int], int]) -> dict[int, Columns]:
    """The samples of each step, as `step_of` numbers the steps of a day's ordinal."""
    if not len(samples):
        return {}
    day = samples.day
    first = int(day.min())
    steps = np.array([step_of(one) for one in range(first, int(day.max()) + 1)], np.int32)
    return grouped(samples, steps[day - first])


def among(column: Numbers, codes: Numbers) -> Numbers:
    """Whether each of a column is one of these, which are in order."""
    if not len(codes):
        return np.zeros(len(column), np.bool_)
    found: Numbers = codes[np.minimum(np.searchsorted(codes, column), len(codes) - 1)] == column
    return found


def ordered(codes: Iterable[int]) -> Numbers:
    """Numbers in order, as `among` wants them."""
    return np.sort(np.fromiter(codes, np.int64))
