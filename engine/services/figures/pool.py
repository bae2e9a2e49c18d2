"""All samples of a period and a cut: days that are over from what was kept of them, what changed since and the other days live."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import numpy as np

from engine.model.case import CaseInstance
from engine.persistence import UnitOfWork
from engine.services.figures.collecting import (
    COLLECTORS,
    SETTLES_AFTER,
    Collection,
    Cut,
    changed_since,
    members,
    worked_on_by,
    worked_on_by_several,
)
from engine.services.figures.columns import (
    Columns,
    Lines,
    Names,
    Numbers,
    among,
    counted,
    from_samples,
    joined,
    ordered,
)
from engine.services.figures.period import Period
from engine.services.figures.stored import CLOCK, Stored

MOST_CHANGED = 20_000  # with more, everything is read from the cases: so many keys fit into one statement
AT_ONCE = 10_000  # keys in one statement
LIVE = ("backlog_age",)  # looks at a moment, not at days


def collected(of: Collection, name: str, lines: Lines, names: Names) -> Columns:
    """A collection's samples of a figure, or of one clock."""
    if name.startswith(CLOCK):
        samples = [sample for clock, sample in of.decided() if clock == name.removeprefix(CLOCK)]
        return from_samples(name, samples, lines, names, of.period)
    return from_samples(name, of.samples(name), lines, names, of.period)


def clocks(of: Collection) -> set[str]:
    """The clocks that were met or breached, each with `CLOCK` before its name."""
    return {f"{CLOCK}{clock}" for clock, _sample in of.decided()}


class Pool:
    """The samples that count for some figures; every one is read before the first is asked for, so that lines are complete.

    `zone` is the desk's: only a period in it is read from days that were kept. `by` is the side that they are grouped by, if any.
    """

    def __init__(
        self, uow: UnitOfWork, period: Period, cut: Cut, zone: str, figures: Sequence[str], by: str | None = None
    ) -> None:
        self.uow, self.period, self.cut = uow, period, cut
        self.names, self._lines = Names(), Lines()
        self.whole = Collection(uow, period, cut, sides=(by,))
        self._live: dict[Period, Collection] = {}
        self._changed: Collection | None = None
        self._kept = self._read_kept(figures) if period.zone == zone else None
        names = [name for name in figures if name != "attainment"]
        self._now = {name: self._read(name) for name in (*names, *(self._clocks() if "attainment" in figures else ()))}
        self._counted: dict[str, Columns] = {}

    def columns(self, name: str) -> Columns:
        """The samples that count for a figure."""
        if name == "attainment":
            return joined(self.clocks().values())
        if name not in self._counted:
            kept = self._kept.parts(name) if self._kept is not None else []
            self._counted[name] = counted(name, kept, self._now[name])
        return self._counted[name]

    def clocks(self) -> dict[str, Columns]:
        """The samples of each clock that was met or breached, by its name."""
        found = {name.removeprefix(CLOCK): self.columns(name) for name in self._now if name.startswith(CLOCK)}
        return {clock: samples for clock, samples in found.items() if len(samples)}

    def texts(self, side: str) -> list[str]:
        """What the codes in the column of a side stand for, by the code."""
        self._lines.column(side)
        return self.names.texts

    # Kept

    def _read_kept(self, figures: Sequence[str]) -> Stored | None:
        kept = Stored(self.uow, self.period, self._lines, self.names, figures)
        if not kept.days:
            return None
        changed = changed_since(self.uow, min(kept.days.values()))
        if len(changed) > MOST_CHANGED:
            self.names, self._lines = Names(), Lines()
            return None
        if changed:
            first, last = (date.fromisoformat(day) for day in (min(kept.days), max(kept.days)))
            self._changed = replace(self.whole, period=replace(self.period, first=first, last=last), only=changed)
        kept.choose(self._choose(changed))
        return kept

    def _choose(self, changed: Sequence[int]) -> Numbers | None:
        """Which of the kept lines are of the cut and of cases that are as they were; None when all are."""
        cut, lines = self.cut, self._lines
        chosen = [~among(lines.column("key"), ordered(changed))] if changed else []
        for side, wanted in (("agent", cut.agent), ("channel", cut.channel), ("queue", cut.queue), ("kind", cut.kind)):
            if wanted is not None:
                chosen.append(lines.column(side) == self.names.code(wanted))
        if cut.group is not None:
            people = self.uow.connection.execute(members(self.uow, cut.group)).scalars()
            chosen.append(among(lines.column("agent"), ordered(self.names.code(who) for who in people)))
        if cut.process is not None:
            chosen.append(self._worked_on(cut.process, cut.version))
        return np.logical_and.reduce(chosen) if chosen else None

    def _worked_on(self, process: str, version: int | None) -> Numbers:
        """The kept lines of cases that a process worked on: first, which the lines say, or later, or when the day was kept already."""
        name, side = (process, "process") if version is None else (f"{process} {version}", "version")
        first: Numbers = self._lines.column(side) == self.names.code(name)
        if first.all():
            return first
        keys = self._lines.column("key")
        worked = worked_on_by(process, version)
        later = list(
            self.uow.connection.execute(worked.where(CaseInstance.case_key.in_(worked_on_by_several()))).scalars()
        )
        unknown = np.unique(keys[self._lines.column("process") == 0]).tolist()
        for start in range(0, len(unknown), AT_ONCE):
            some = worked.where(CaseInstance.case_key.in_(unknown[start : start + AT_ONCE]))
            later += self.uow.connection.execute(some).scalars()
        return first | among(keys, ordered(later))

    # Now

    def _clocks(self) -> list[str]:
        kept = [name for name in self._kept.figures() if name.startswith(CLOCK)] if self._kept is not None else []
        collections = [self._live_of(period) for period in _others(self.period, self._days())]
        collections += [self._changed] if self._changed is not None else []
        return sorted({*kept, *(name for of in collections for name in clocks(of))})

    def _read(self, name: str) -> Columns:
        """What is read of a figure from the cases: on days of which it was not kept, and of cases that changed since."""
        if name in LIVE:
            return collected(self.whole, name, self._lines, self.names)
        days = self._days()
        if self._kept is not None and name in SETTLES_AFTER:
            days &= self._kept.days_of(name)
        found = [
            collected(self._live_of(period), name, self._lines, self.names) for period in _others(self.period, days)
        ]
        if self._changed is not None:
            changed = collected(self._changed, name, self._lines, self.names)
            found.append(
                changed.where(among(changed.day, ordered(date.fromisoformat(day).toordinal() for day in days)))
            )
        return joined(found)

    def _days(self) -> set[str]:
        return set(self._kept.days) if self._kept is not None else set()

    def _live_of(self, period: Period) -> Collection:
        return self._live.setdefault(period, replace(self.whole, period=period))


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
