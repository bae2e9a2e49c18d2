"""Keeping the samples of days that are over, and making those days again that something changed on.

A day is kept the night after. What time alone still changes of it (who consulted us has a week to order) is left out, and is read from
the cases until it is settled; then the day is made again. The nightly job is never done: whatever dies in between, the next go finds
what is missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from functools import partial
from itertools import chain
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, delete, func, insert, select, update

from engine.model.base import table_of
from engine.model.case import Case
from engine.model.figure_day import KEEP_FIGURES, FigureDay, FigureMonth, FigureSamples
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services import nightly
from engine.services.figures.collecting import SETTLES_AFTER, Collection, Cut, changed_since
from engine.services.figures.period import LONGEST_DAYS, Period

DAYS_AT_ONCE = 7  # in one transaction
# What began before a moment may commit after it: so much earlier is surely in.
MARGIN = timedelta(minutes=5)
JOB_KEY = 2  # one job for the whole database; no key that is made is so low
AT_ONCE = 10_000  # keys in one statement
STRETCHES = 20  # in one go; then whatever else is due has its turn
NIGHT = time(2, 0)
_day, _samples, _month = table_of(FigureDay), table_of(FigureSamples), table_of(FigureMonth)


def ensure(uow: UnitOfWork, zone: str) -> None:
    """Let the days be kept every night."""
    nightly.ensure(uow, JOB_KEY, KEEP_FIGURES, NIGHT, zone)


def work(runtime: Runtime, job: Row[Any]) -> None:
    """One go of the nightly job."""
    done = keep(runtime, STRETCHES)
    zone = runtime.settings.time_zone
    runtime.transact(lambda uow: nightly.again(uow, job, NIGHT, zone, at_once=not done), job.tenant_id)


def keep(runtime: Runtime, most: int | None = None) -> bool:
    """Bring what is kept up to date for everybody; whether it is, or whether `most` stretches of days were not enough."""
    with runtime.unit_of_work(read_only=True) as uow:
        tenants = list(uow.connection.execute(select(Case.tenant_id).distinct()).scalars())
    stretches = (last for tenant in tenants for last in chain(keep_days(runtime, tenant), _keep_more(runtime, tenant)))
    return all(number != most for number, _last in enumerate(stretches, 1))


def _keep_more(runtime: Runtime, tenant_id: str) -> Iterator[str]:
    from engine.services.figures import months, step_days

    yield from months.keep(runtime, tenant_id)
    yield from step_days.keep(runtime, tenant_id)


def keep_days(runtime: Runtime, tenant_id: str) -> Iterator[str]:
    """Bring what is kept up to date, some days in a transaction, the oldest first; yields the last of each as ISO 8601."""
    zone = runtime.settings.time_zone
    runtime.transact(partial(_forget_other_days, zone=zone), tenant_id)
    with runtime.unit_of_work(read_only=True, tenant_id=tenant_id) as uow:
        begun = uow.now - MARGIN
        wanted = _wanted(uow, zone)
    for first, last in _stretches(wanted):
        period = Period(first, last, zone)
        with runtime.unit_of_work(read_only=True, tenant_id=tenant_id) as uow:
            packed, as_of = _packed(uow, period), uow.now - MARGIN
        runtime.transact(partial(_write, period=period, packed=packed, as_of=as_of), tenant_id)
        yield last.isoformat()
    true = update(_day).where(_day.c.tenant_id == tenant_id, _day.c.as_of < begun).values(as_of=begun, zone=zone)
    runtime.transact(lambda uow: uow.connection.execute(true), tenant_id)


def _forget_other_days(uow: UnitOfWork, zone: str) -> None:
    """Let everything go that was kept while the desk was in another zone, whose days are others."""
    other = select(_day.c.day).where(_day.c.tenant_id == uow.tenant_id, _day.c.zone != zone).limit(1)
    if uow.connection.execute(other).first() is not None:
        for table in (_day, _samples, _month):
            uow.connection.execute(delete(table).where(table.c.tenant_id == uow.tenant_id))


def _wanted(uow: UnitOfWork, zone: str) -> list[date]:
    """The days that are over and not kept, or that something changed on since."""
    oldest = uow.connection.execute(select(func.min(Case.created_at)).where(Case.tenant_id == uow.tenant_id)).scalar()
    if oldest is None:
        return []
    local = ZoneInfo(zone)
    last = (uow.now - MARGIN).astimezone(local).date() - timedelta(days=1)
    first = max(oldest.astimezone(local).date(), last - timedelta(days=LONGEST_DAYS))
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    query = select(_day.c.day, _day.c.as_of, _day.c.cases).where(_day.c.tenant_id == uow.tenant_id)
    kept = {date.fromisoformat(row.day): row for row in uow.connection.execute(query)}
    stale = _stale(uow, kept, zone) | _settled(uow, kept, zone) if kept else set()
    return sorted(stale.union(day for day in days if day not in kept))


def _is_settled(name: str, day: date, now: datetime, zone: str) -> bool:
    """Whether time alone changes nothing any more about a figure on a day that is over."""
    after = SETTLES_AFTER.get(name)
    return after is None or day < (now - after).astimezone(ZoneInfo(zone)).date()


def _settled(uow: UnitOfWork, kept: Iterable[date], zone: str) -> set[date]:
    """Kept days of which a figure was left out that time does not change any more."""
    query = select(_samples.c.figure, _samples.c.day).where(
        _samples.c.tenant_id == uow.tenant_id, _samples.c.figure.in_(SETTLES_AFTER)
    )
    known = {(name, date.fromisoformat(day)) for name, day in uow.connection.execute(query)}
    return {
        day
        for day in kept
        for name in SETTLES_AFTER
        if (name, day) not in known and _is_settled(name, day, uow.now, zone)
    }


def _stale(uow: UnitOfWork, kept: dict[date, Any], zone: str) -> set[date]:
    """Kept days with cases that changed since, as they count there now or as they counted then."""
    from engine.services.figures.columns import among, ordered
    from engine.services.figures.packing import unpack_cases
    from engine.services.figures.pool import kept_figures

    changed = changed_since(uow, min(row.as_of for row in kept.values()))
    keys, now = ordered(changed), set()
    for start in range(0, len(changed), AT_ONCE):
        of = Collection(uow, Period(min(kept), max(kept), zone), Cut(), only=changed[start : start + AT_ONCE])
        now |= {sample.at for name in (*kept_figures(), "attainment") for sample in of.samples(name)}
    local = ZoneInfo(zone)
    then = {day for day, row in kept.items() if among(unpack_cases(row.cases), keys).any()}
    return then | (kept.keys() & {moment.astimezone(local).date() for moment in now})


def _stretches(days: Iterable[date]) -> Iterator[tuple[date, date]]:
    """Days that follow one another, so many at once."""
    first = last = None
    for day in days:
        if first is not None and last is not None and (day - last).days == 1 and (day - first).days < DAYS_AT_ONCE:
            last = day
            continue
        if first is not None and last is not None:
            yield first, last
        first = last = day
    if first is not None and last is not None:
        yield first, last


def _packed(uow: UnitOfWork, period: Period) -> dict[str, Any]:
    """The samples of some days, packed, by the day."""
    from engine.services.figures import packing, pool
    from engine.services.figures.columns import Columns, Lines, Names, grouped, none

    lines, names, of = Lines(), Names(), Collection(uow, period, Cut(), sides=("tier", "process"))
    found = {name: pool.collected(of, name, lines, names) for name in (*pool.kept_figures(), *sorted(pool.clocks(of)))}
    every = [period.first + timedelta(days=number) for number in range(period.days)]
    # What settles is there, be it empty, from when it is settled: so one sees that it is.
    days: dict[int, dict[str, Columns]] = {
        day.toordinal(): {name: none() for name in SETTLES_AFTER if _is_settled(name, day, uow.now, period.zone)}
        for day in every
    }
    for name, every_day in found.items():
        for day, samples in grouped(every_day, every_day.day).items():
            if name in days[day] or name not in SETTLES_AFTER:
                days[day][name] = samples
    return {
        date.fromordinal(ordinal).isoformat(): packing.pack(figures, names.texts) for ordinal, figures in days.items()
    }


def _write(uow: UnitOfWork, period: Period, packed: dict[str, Any], as_of: datetime) -> None:
    """Keep these days in place of what was kept of them."""
    from engine.services.figures import months

    months.forget(uow, packed)
    for table in (_day, _samples):
        over = (table.c.day >= period.first.isoformat(), table.c.day <= period.last.isoformat())
        uow.connection.execute(delete(table).where(table.c.tenant_id == uow.tenant_id, *over))
    for day, one in packed.items():
        mine = {"tenant_id": uow.tenant_id, "day": day}
        about = {"zone": period.zone, "as_of": as_of, "names": one.names, "cases": one.cases, "sides": one.sides}
        uow.connection.execute(insert(_day).values(**mine, **about))
        if one.samples:
            rows = [{**mine, "figure": name, "samples": samples} for name, samples in one.samples.items()]
            uow.connection.execute(insert(_samples), rows)
