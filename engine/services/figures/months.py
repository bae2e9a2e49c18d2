"""Months of kept days in one piece, so that a year is read from a dozen of them; made of the days, and gone when one of these changes.

A month of which not all days are kept and settled has those that are, under names of its own, and is made again as there are more.
"""

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
from engine.services.figures.stored import DAY, DAYS, NAMES, SO_FAR, Stored

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
    """The months of which more days are kept and settled than are there in one piece, with these days."""
    mine = (_month.c.tenant_id == uow.tenant_id, _month.c.name.in_((NAMES, f"{SO_FAR}{DAYS}")))
    there = {  # how many days of each
        month: len(packed) if name != NAMES else _length(month)
        for month, name, packed in uow.connection.execute(
            select(_month.c.month, _month.c.name, _month.c.packed).where(*mine)
        )
    }
    settled = (
        select(_samples.c.day)
        .where(_samples.c.tenant_id == uow.tenant_id, _samples.c.figure.in_(SETTLES_AFTER))
        .group_by(_samples.c.day)
        .having(func.count() == len(SETTLES_AFTER))
    )
    days = groupby(sorted(uow.connection.execute(settled).scalars()), key=lambda day: day[:7])
    months = [(month, list(mine)) for month, mine in days]
    return [(month, mine) for month, mine in months if len(mine) > there.get(month, 0) and _in_a_row(mine)]


def _in_a_row(days: list[str]) -> bool:
    return int(days[-1][8:]) - int(days[0][8:]) == len(days) - 1


def _length(month: str) -> int:
    first = date.fromisoformat(f"{month}-01")
    return (date(first.year + first.month // 12, first.month % 12 + 1, 1) - first).days


def _write(uow: UnitOfWork, month: str, days: list[str], zone: str) -> None:
    lines, names = Lines(), Names()
    period = Period(date.fromisoformat(days[0]), date.fromisoformat(days[-1]), zone)
    found = Stored(uow, period, lines, names, None, months=False)
    packed = {
        DAY: (lines.column(DAY) - (period.first.replace(day=1).toordinal() - 1)).astype("u1").tobytes(),
        "key": lines.column("key").astype("<i8").tobytes(),
    }
    packed |= {side: lines.column(side).astype("<u2").tobytes() for side in SIDES}
    packed[NAMES] = json.dumps(names.texts).encode()  # all of them are known now
    for name in found.figures():
        one = joined(found.parts(name))
        order = in_order(name, lines.column(DAY)[one.place], one.mark, one.at, one.place)
        samples = Samples(*(None if each is None else np.asarray(each)[order] for each in one.arrays()))  # type: ignore[arg-type]
        packed[name] = pack_month(name, samples, lines.count)
    before = "" if len(days) == _length(month) else SO_FAR
    if before:
        packed[DAYS] = bytes(int(day[8:]) for day in days)
    forget(uow, days)
    mine = {"tenant_id": uow.tenant_id, "month": month}
    rows = [{**mine, "name": f"{before}{name}", "packed": one} for name, one in packed.items()]
    uow.connection.execute(insert(_month), rows)
