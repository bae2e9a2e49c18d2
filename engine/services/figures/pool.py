"""All samples of a period and a cut: days that are over from what was kept of them, what changed since and the other days live."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
from sqlalchemy import select

from engine.model.base import table_of
from engine.model.figure_day import FigureDay, FigureSamples
from engine.persistence import UnitOfWork
from engine.services.figures import packing
from engine.services.figures.collecting import (
    COLLECTORS,
    SETTLES_AFTER,
    Collection,
    Cut,
    changed_since,
    members,
    worked_on_by,
)
from engine.services.figures.columns import Columns, Names, Numbers, among, counted, from_samples, joined, none
from engine.services.figures.period import Period

CLOCK = "attainment:"  # before a clock's name: what is kept of that clock
MOST_CHANGED = 20_000  # with more, everything is read from the cases: so many keys fit into one statement
LIVE = ("backlog_age",)  # looks at a moment, not at days
_day, _samples = table_of(FigureDay), table_of(FigureSamples)


def collected(of: Collection, name: str, names: Names) -> Columns:
    """A collection's samples of a figure, or of one clock."""
    if name.startswith(CLOCK):
        found = [one for one in of.decided() if one[0] == name.removeprefix(CLOCK)]
        return from_samples([sample for _clock, sample in found], names, of.period.zone)
    return from_samples(of.samples(name), names, of.period.zone)


def clocks(of: Collection) -> set[str]:
    """The clocks that were met or breached, each with `CLOCK` before its name."""
    return {f"{CLOCK}{clock}" for clock, _sample in of.decided()}


@dataclass(slots=True)
class _Kept:
    """The kept days of the period: their cases, one day after the other, and which of them are as they were."""

    changed: tuple[int, ...]
    days: dict[str, int]  # where the cases of each begin
    cases: Numbers
    sides: Numbers
    same: Numbers


@dataclass(slots=True)
class Pool:
    """`zone` is the desk's: only a period in it is read from days that were kept."""

    uow: UnitOfWork
    period: Period
    cut: Cut
    zone: str
    names: Names = field(default_factory=Names)
    whole: Collection = field(init=False)
    _kept: _Kept | None = field(init=False, default=None)
    _live: list[Collection] = field(init=False)
    _changed: Collection | None = field(init=False, default=None)
    _clocks: dict[str, Columns] | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.whole = Collection(self.uow, self.period, self.cut, with_process=True)
        self._kept = self._read_days() if self.period.zone == self.zone else None
        kept = self._kept.days if self._kept is not None else {}
        self._live = [replace(self.whole, period=period) for period in _others(self.period, kept)]
        if self._kept is not None and self._kept.changed:
            first, last = (date.fromisoformat(day) for day in (min(kept), max(kept)))
            over = replace(self.period, first=first, last=last)
            self._changed = replace(self.whole, period=over, only=self._kept.changed)

    def columns(self, name: str) -> Columns:
        """The samples that count for a figure."""
        if name in LIVE:
            return collected(self.whole, name, self.names)
        if name == "attainment":
            found = list(self.clocks().values())
            return joined([*found, none()])
        return counted(name, joined([*self._of_kept([name]).values(), *self._of_now(name), none()]))

    def clocks(self) -> dict[str, Columns]:
        """The samples of each clock that was met or breached, by its name; read once."""
        if self._clocks is None:
            self._clocks = self._read_clocks()
        return self._clocks

    def _read_clocks(self) -> dict[str, Columns]:
        kept = self._of_kept(self._kept_clocks())
        now = {name for of in self._collections() for name in clocks(of)}
        parts = {name: joined([kept.get(name, none()), *self._of_now(name)]) for name in sorted({*kept, *now})}
        return {name.removeprefix(CLOCK): found for name, found in parts.items() if len(found)}

    # Now

    def _collections(self) -> list[Collection]:
        return [*self._live, *([self._changed] if self._changed is not None else [])]

    def _of_now(self, name: str) -> list[Columns]:
        days = self._days_of(name)
        live = self._live
        if name in SETTLES_AFTER:
            live = [replace(self.whole, period=period) for period in _others(self.period, days)]
        found = [collected(of, name, self.names) for of in live]
        if self._changed is not None:
            changed = collected(self._changed, name, self.names)
            found.append(changed.where(among(changed.day, (date.fromisoformat(day).toordinal() for day in days))))
        return found

    def _days_of(self, name: str) -> set[str]:
        """The kept days on which a figure is kept: one that settles late is not at first."""
        days = set(self._kept.days) if self._kept is not None else set()
        if name not in SETTLES_AFTER:
            return days
        query = select(_samples.c.day).where(*self._within(_samples), _samples.c.figure == name)
        return days & set(self.uow.connection.execute(query).scalars())

    # Kept

    def _read_days(self) -> _Kept | None:
        query = select(_day.c.day, _day.c.as_of, _day.c.names, _day.c.cases, _day.c.sides).where(*self._within(_day))
        rows = self.uow.connection.execute(query.order_by(_day.c.day)).all()
        if not rows:
            return None
        cases = [packing.unpack_cases(row.cases) for row in rows]
        ends = np.cumsum([len(one) for one in cases]).tolist()
        days = {row.day: end - len(one) for row, one, end in zip(rows, cases, ends, strict=True)}
        keys = np.concatenate(cases)
        sides = np.concatenate([packing.unpack_sides(row.sides, row.names, self.names) for row in rows])
        changed = changed_since(self.uow, min(row.as_of for row in rows))
        if len(changed) > MOST_CHANGED:
            return None
        same = ~among(keys, changed) & self._in_cut(keys, sides)
        return _Kept(changed, days, keys, sides, same)

    def _within(self, table: Any) -> tuple[Any, ...]:
        first, last = self.period.first.isoformat(), self.period.last.isoformat()
        return table.c.tenant_id == self.uow.tenant_id, table.c.day >= first, table.c.day <= last

    def _in_cut(self, keys: Numbers, sides: Numbers) -> Numbers:
        """Which of the kept cases are of the cut."""
        cut, mine = self.cut, np.ones(len(keys), np.bool_)
        for place, wanted in enumerate((cut.agent, cut.channel, cut.queue, cut.kind)):
            if wanted is not None:
                mine &= sides[:, place] == self.names.code(wanted)
        if cut.group is not None:
            people = self.uow.connection.execute(members(self.uow, cut.group)).scalars()
            mine &= among(sides[:, 0], (self.names.code(who) for who in people))
        if cut.process is not None:
            mine &= among(keys, self.uow.connection.execute(worked_on_by(cut.process, cut.version)).scalars())
        return mine

    def _kept_clocks(self) -> list[str]:
        query = select(_samples.c.figure).where(*self._within(_samples), _samples.c.figure.startswith(CLOCK)).distinct()
        return list(self.uow.connection.execute(query).scalars()) if self._kept is not None else []

    def _of_kept(self, figures: list[str]) -> dict[str, Columns]:
        """The kept samples of figures, without those of cases that changed or are outside the cut."""
        kept, days = self._kept, defaultdict[str, list[tuple[int, int, bytes]]](list)
        if kept is None or not figures:
            return {}
        query = select(_samples.c.figure, _samples.c.day, _samples.c.samples).where(
            *self._within(_samples), _samples.c.figure.in_(figures)
        )
        for name, day, samples in self.uow.connection.execute(query):
            if day in kept.days:
                days[name].append((date.fromisoformat(day).toordinal(), kept.days[day], samples))
        return {name: packing.unpack(name, found, kept.cases, kept.sides, kept.same) for name, found in days.items()}


def _others(period: Period, kept: Iterable[str]) -> list[Period]:
    """The stretches of a period that were not kept."""
    day = timedelta(days=1)
    known = [date.fromisoformat(one) for one in sorted(kept)]
    edges = [period.first - day, *known, period.last + day]
    return [
        replace(period, first=before + day, last=after - day)
        for before, after in pairwise(edges)
        if after - before > day
    ]


def kept_figures() -> list[str]:
    """The figures of which days are kept; clocks come by their own names."""
    return [name for name in COLLECTORS if name not in (*LIVE, "attainment")]
