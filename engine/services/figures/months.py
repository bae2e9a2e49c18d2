"""Months of kept days in one piece, so that a year is read from a dozen of them; made of the days, and gone when one of these changes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import date
from functools import partial
from itertools import groupby

import numpy as np
from sqlalchemy import delete, func, insert, select

from engine.model.base import table_of
from engine.model.figure_day import FigureDay, FigureMonth, FigureSamples
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services.figures.collecting import SETTLES_AFTER
from engine.services.figures.columns import SIDES, Lines, Names, in_order, joined
from engine.services.figures.packing import Samples, pack_month
from engine.services.figures.period import Period
from engine.services.figures.stored import DAY, NAMES, Stored

_day, _samples, _month = table_of(FigureDay), table_of(FigureSamples), table_of(FigureMonth)


def keep(runtime: Runtime, tenant_id: str) -> Iterator[str]:
    """Put the months together that can be and are not, one in a transaction; yields each."""
    with runtime.unit_of_work(read_only=True, tenant_id=tenant_id) as uow:
        wanted = _wanted(uow)
    zone = runtime.settings.time_zone
    for month, days in wanted:
        runtime.transact(partial(_write, month=month, days=days, zone=zone), tenant_id)
        yield month


def forget(uow: UnitOfWork, days: Iterable[str]) -> None:
    """Let the months go that have one of these days."""
    of = (_month.c.tenant_id == uow.tenant_id, _month.c.month.in_({day[:7] for day in days}))
    uow.connection.execute(delete(_month).where(*of))


def _wanted(uow: UnitOfWork) -> list[tuple[str, list[str]]]:
    """The months whose days are all kept and settled, and that are not there, with their days."""
    there = select(_month.c.month).where(_month.c.tenant_id == uow.tenant_id).distinct()
    known = set(uow.connection.execute(there).scalars())
    settled = (
        select(_samples.c.day)
        .where(_samples.c.tenant_id == uow.tenant_id, _samples.c.figure.in_(SETTLES_AFTER))
        .group_by(_samples.c.day)
        .having(func.count() == len(SETTLES_AFTER))
    )
    days = groupby(sorted(uow.connection.execute(settled).scalars()), key=lambda day: day[:7])
    months = [(month, list(mine)) for month, mine in days if month not in known]
    return [(month, mine) for month, mine in months if len(mine) == _length(month)]


def _length(month: str) -> int:
    first = date.fromisoformat(f"{month}-01")
    return (date(first.year + first.month // 12, first.month % 12 + 1, 1) - first).days


def _write(uow: UnitOfWork, month: str, days: list[str], zone: str) -> None:
    lines, names = Lines(), Names()
    period = Period(date.fromisoformat(days[0]), date.fromisoformat(days[-1]), zone)
    found = Stored(uow, period, lines, names, None, months=False)
    packed = {
        DAY: (lines.column(DAY) - (period.first.toordinal() - 1)).astype("u1").tobytes(),
        "key": lines.column("key").astype("<i8").tobytes(),
    }
    packed |= {side: lines.column(side).astype("<u2").tobytes() for side in SIDES}
    packed[NAMES] = json.dumps(names.texts).encode()  # all of them are known now
    for name in found.figures():
        one = joined(found.parts(name))
        order = in_order(name, lines.column(DAY)[one.place], one.mark, one.at, one.place)
        samples = Samples(*(None if each is None else np.asarray(each)[order] for each in one.arrays()))  # type: ignore[arg-type]
        packed[name] = pack_month(name, samples, lines.count)
    forget(uow, days)
    rows = [{"tenant_id": uow.tenant_id, "month": month, "name": name, "packed": one} for name, one in packed.items()]
    uow.connection.execute(insert(_month), rows)
