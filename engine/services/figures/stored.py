"""What was kept of a period: months that are in one piece, be it so far, and the other days one by one."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import numpy as np
from sqlalchemy import and_, or_, select

from engine.model.base import table_of
from engine.model.figure_day import FigureDay, FigureMonth, FigureSamples
from engine.persistence import LARGE, UnitOfWork
from engine.services.figures import packing
from engine.services.figures.columns import SIDES, Columns, Lines, Names, Numbers, in_order
from engine.services.figures.packing import Samples
from engine.services.figures.period import Period

CLOCK = "attainment:"  # before a clock's name: what is kept of that clock
# Of a month: the day in it of each line, the texts that its sides are places in, and the days in it that it has, where that is not all.
DAY, NAMES, DAYS = "day", "names", "days"
SO_FAR = "~"  # before the names of a month that is not over and settled yet
_day, _samples, _month = table_of(FigureDay), table_of(FigureSamples), table_of(FigureMonth)


class Stored:
    """The kept samples of some figures, their lines added to `lines`; of every figure without `figures`.

    `days` says as of when each kept day is true. Clocks come with `attainment`.
    """

    def __init__(
        self,
        uow: UnitOfWork,
        period: Period,
        lines: Lines,
        names: Names,
        figures: Sequence[str] | None,
        months: bool = True,
    ) -> None:
        self._uow, self._lines, self._names, self._figures = uow, lines, names, figures
        self._found: dict[str, list[tuple[int, Samples]]] = defaultdict(list)
        self._kept_on: dict[str, set[str]] = defaultdict(set)
        self._columns: dict[str, dict[str, bytes]] = {}
        self._parts: dict[int, int] = {}  # how many lines from which on were added at once
        self._chosen: Numbers | None = None
        self._whole: set[int] = set()
        self.days: dict[str, datetime] = self._read_dates(period)
        read = self._read_months(_months(period)) if months and self.days else set()
        self._read_days([day for day in self.days if day not in read])

    def figures(self) -> list[str]:
        """The figures and clocks that there are samples of."""
        return list(self._found)

    def days_of(self, name: str) -> set[str]:
        """The days on which a figure is kept that settles later than its day is over."""
        return self._kept_on[name]

    def choose(self, lines: Numbers | None) -> None:
        """Leave out the samples of all but these lines, a mask; without one all are there again."""
        self._chosen = lines
        self._whole = {
            start for start, count in self._parts.items() if lines is None or bool(lines[start : start + count].all())
        }

    def parts(self, name: str) -> list[Columns]:
        """The samples of a figure whose lines are chosen, a column for each month and for the days, in the order of `in_order`."""
        return [self._part(start, samples) for start, samples in self._found.get(name, ())]

    def _part(self, start: int, samples: Samples) -> Columns:
        place = samples.place.astype(np.int64) + start
        found = Columns(self._lines, place, *samples[1:])
        return found if self._chosen is None or start in self._whole else found.where(self._chosen[place])

    def _read_dates(self, period: Period) -> dict[str, datetime]:
        query = select(_day.c.day, _day.c.as_of).where(
            _day.c.tenant_id == self._uow.tenant_id,
            _day.c.day >= period.first.isoformat(),
            _day.c.day <= period.last.isoformat(),
            or_(_day.c.zone.is_(None), _day.c.zone == period.zone),
        )
        return {row.day: row.as_of for row in self._uow.connection.execute(query.order_by(_day.c.day))}

    def _wanted(self, column: Any, before: str = "") -> tuple[Any, ...]:
        if self._figures is None:
            return ()
        clocks = [column.startswith(f"{before}{CLOCK}")] if "attainment" in self._figures else []
        return (or_(column.in_([f"{before}{name}" for name in (*self._figures, DAY, NAMES, DAYS)]), *clocks),)

    # Months

    def _read_months(self, whole: Sequence[str]) -> set[str]:
        """Read what is in one piece: of these months all, of those that the period has a part of what there is so far. Which days are."""
        month, name = _month.c.month, _month.c.name
        so_far = and_(month.in_({day[:7] for day in self.days}), *self._wanted(name, SO_FAR))
        query = select(month, name, _month.c.packed).where(
            _month.c.tenant_id == self._uow.tenant_id, or_(and_(month.in_(whole), *self._wanted(name)), so_far)
        )
        found: dict[str, dict[str, bytes]] = defaultdict(dict)
        for of, named, packed in self._uow.connection.execute(query, execution_options=LARGE):
            found[of][named.removeprefix(SO_FAR)] = packed
        read: set[str] = set()
        for of, columns in found.items():
            covered = columns.pop(DAYS, None)
            mine = {f"{of}-{day:02}" for day in covered} if covered else {day for day in self.days if day[:7] == of}
            if mine <= self.days.keys():
                self._add_month(of, mine, columns)
                read |= mine
        return read

    def _add_month(self, month: str, mine: set[str], columns: dict[str, bytes]) -> None:
        days = np.frombuffer(columns.pop(DAY), "u1")
        names: list[str] = json.loads(columns.pop(NAMES))
        before = date.fromisoformat(f"{month}-01").toordinal() - 1

        def column(name: str) -> Numbers:
            if name == DAY:
                return days.astype(np.int32) + before
            packed = self._month_column(name)[month]
            if name == "key":
                return np.frombuffer(packed, "<i8")
            codes: Numbers = packing.own_codes(names, self._names)[np.frombuffer(packed, "<u2")]
            return codes

        start = self._lines.add(len(days), column)
        self._parts[start] = len(days)
        for name, packed in columns.items():
            if name not in (*SIDES, "key"):
                self._found[name].append((start, packing.unpack_month(name, packed)))
            self._kept_on[name] |= mine

    def _month_column(self, name: str) -> dict[str, bytes]:
        """A column of the lines of every month, which few who ask need."""
        if name not in self._columns:
            query = select(_month.c.month, _month.c.packed).where(
                _month.c.tenant_id == self._uow.tenant_id, _month.c.name.in_((name, f"{SO_FAR}{name}"))
            )
            self._columns[name] = {
                of: packed for of, packed in self._uow.connection.execute(query, execution_options=LARGE)
            }
        return self._columns[name]

    # Days

    def _read_days(self, days: Sequence[str]) -> None:
        if not days:
            return
        mine = (_day.c.tenant_id == self._uow.tenant_id, _day.c.day.in_(days))
        rows = self._uow.connection.execute(select(_day).where(*mine).order_by(_day.c.day)).all()
        cases = [packing.unpack_cases(row.cases) for row in rows]
        ordinals = [date.fromisoformat(row.day).toordinal() for row in rows]
        days_of = np.repeat(np.array(ordinals, np.int32), [len(one) for one in cases])
        known = {"key": np.concatenate(cases), DAY: days_of}

        def column(name: str) -> Numbers:
            if name not in known:
                sides = np.concatenate([packing.unpack_sides(row.sides, row.names, self._names) for row in rows])
                known.update((side, sides[:, number]) for number, side in enumerate(SIDES))
            return known[name]

        start = self._lines.add(len(days_of), column)
        self._parts[start] = len(days_of)
        starts = dict(
            zip((row.day for row in rows), np.cumsum([0, *(len(one) for one in cases)]).tolist(), strict=False)
        )
        for name, parts in self._read_samples(days).items():
            samples = _of_days(name, [(starts[day], packing.unpack(name, packed)) for day, packed in parts], days_of)
            self._found[name].append((start, samples))
            self._kept_on[name] |= {day for day, _packed in parts}

    def _read_samples(self, days: Sequence[str]) -> dict[str, list[tuple[str, bytes]]]:
        query = select(_samples.c.figure, _samples.c.day, _samples.c.samples).where(
            _samples.c.tenant_id == self._uow.tenant_id, _samples.c.day.in_(days), *self._wanted(_samples.c.figure)
        )
        found: dict[str, list[tuple[str, bytes]]] = defaultdict(list)
        for name, day, packed in self._uow.connection.execute(query, execution_options=LARGE):
            found[name].append((day, packed))
        return found


def _of_days(name: str, parts: Sequence[tuple[int, Samples]], days: Numbers) -> Samples:
    """The samples of some days in one piece."""
    place = np.concatenate([samples.place.astype(np.int64) + start for start, samples in parts])
    more = [
        None if each[0] is None else np.concatenate(each)
        for each in zip(*(samples[1:] for _start, samples in parts), strict=True)
    ]
    if name != "customers_per_day":
        return Samples(place, *more)  # type: ignore[arg-type]
    hit, value, mark, at = more
    order = in_order(name, days[place], mark, at, place)
    return Samples(place[order], *(None if one is None else one[order] for one in (hit, value, mark, at)))  # type: ignore[arg-type]


def _months(period: Period) -> list[str]:
    """The months that lie within a period whole."""
    ends = [period.first.toordinal(), period.last.toordinal()]
    days = [date.fromordinal(one) for one in range(ends[0], ends[1] + 1)]
    whole, first = [], None
    for day in days:
        first = day if day.day == 1 else first
        if first is not None and date.fromordinal(day.toordinal() + 1).day == 1:
            whole.append(f"{first:%Y-%m}")
    return whole
