"""What visits of steps waited on days that are over, kept by version and day, so that a heat map of a year reads no visits.

Every wait is kept, not a sum or a sketch: mean and percentiles of a year are those of the visits themselves. A visit that has ended
changes no more, so a day is kept once, the night after; a clean-up of history leaves it.
"""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import case, exists, func, insert, select

from engine.model.base import table_of
from engine.model.deployment import ProcessDefinition
from engine.model.element import ElementInstance
from engine.model.figure_day import StepDay
from engine.model.user_task import UserTask
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services.figures.columns import Numbers
from engine.services.figures.period import LONGEST_DAYS, Period

# What waits: for a person, a moment, a message or something called. Everything else passes at once.
WAITING = (
    "USER_TASK", "RECEIVE_TASK", "SERVICE_TASK", "SEND_TASK", "INTERMEDIATE_CATCH_EVENT", "CALL_ACTIVITY", "SUB_PROCESS",
    "AD_HOC_SUB_PROCESS",
)  # fmt: skip
DAYS_AT_ONCE = 7  # in one transaction
EVERY = 0  # in place of a version's key: that the day is kept at all
MARGIN = timedelta(minutes=5)  # what ended before a moment may commit after it
_element, _task, _kept = table_of(ElementInstance), table_of(UserTask), table_of(StepDay)
_definition = table_of(ProcessDefinition)


@dataclass(slots=True)
class Visits:
    """By step: seconds that its ended visits waited; its ended user tasks that had a deadline, and those of them that passed it."""

    waits: dict[str, list[Numbers]] = field(default_factory=lambda: defaultdict(list))
    due: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    late: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def of(self, step: str) -> Numbers:
        """All waits of a step, in order."""
        return np.sort(np.concatenate(self.waits[step])) if step in self.waits else np.zeros(0)


def visits(uow: UnitOfWork, definition_key: int, period: Period, zone: str) -> Visits:
    """The visits of a version's steps that ended within a period; `zone` is the desk's, whose days are kept."""
    found, days = Visits(), _read(uow, definition_key, period) if period.zone == zone else {}
    for packed in days.values():
        if packed is not None:
            _unpack(found, packed)
    for start, end in _stretches(period, days):
        _read_waits(found, uow, definition_key, start, end)
        _read_tasks(found, uow, definition_key, start, end)
    return found


def keep(runtime: Runtime, tenant_id: str) -> Iterator[str]:
    """Keep the days that are over and were not kept, some in a transaction, the oldest first; yields the last of each."""
    zone = runtime.settings.time_zone
    with runtime.unit_of_work(read_only=True, tenant_id=tenant_id) as uow:
        wanted, keys = _wanted(uow, zone)
    for start in range(0, len(wanted), DAYS_AT_ONCE):
        days = wanted[start : start + DAYS_AT_ONCE]
        with runtime.unit_of_work(read_only=True, tenant_id=tenant_id) as uow:
            packed = {day: {key: _packed(uow, key, Period(day, day, zone)) for key in keys} for day in days}
        runtime.transact(partial(_write, packed=packed), tenant_id)
        yield days[-1].isoformat()


def _wanted(uow: UnitOfWork, zone: str) -> tuple[list[date], list[int]]:
    """The days to keep, and the versions whose steps were visited."""
    visited = exists().where(_element.c.process_definition_key == _definition.c.key, _element.c.ended_at.is_not(None))
    query = select(_definition.c.key).where(_definition.c.tenant_id == uow.tenant_id, visited)
    keys = list(uow.connection.execute(query).scalars())
    oldest = uow.connection.execute(
        select(func.min(_element.c.ended_at)).where(_element.c.process_definition_key.in_(keys))
    ).scalar()
    if oldest is None:
        return [], keys
    local = ZoneInfo(zone)
    last = (uow.now - MARGIN).astimezone(local).date() - timedelta(days=1)
    first = max(oldest.astimezone(local).date(), last - timedelta(days=LONGEST_DAYS))
    mine = (_kept.c.tenant_id == uow.tenant_id, _kept.c.process_definition_key == EVERY)
    known = set(uow.connection.execute(select(_kept.c.day).where(*mine)).scalars())
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return [day for day in days if day.isoformat() not in known], keys


def _read(uow: UnitOfWork, definition_key: int, period: Period) -> dict[str, bytes | None]:
    """The kept days of a period; None for one without a visit."""
    query = select(_kept.c.day, _kept.c.visits).where(
        _kept.c.tenant_id == uow.tenant_id,
        _kept.c.process_definition_key.in_((EVERY, definition_key)),
        _kept.c.day >= period.first.isoformat(),
        _kept.c.day <= period.last.isoformat(),
    )
    days: dict[str, bytes | None] = {}
    for day, packed in uow.connection.execute(query):
        days[day] = packed or days.get(day)
    return days


def _stretches(period: Period, kept: Iterable[str]) -> Iterator[tuple[datetime, datetime]]:
    """The stretches of a period that were not kept."""
    known = set(kept)
    days = [period.first + timedelta(days=number) for number in range(period.days)]
    left = [Period(day, day, period.zone) for day in days if day.isoformat() not in known]
    start = end = None
    for day in left:
        if end is not None and start is not None and day.start != end:
            yield start, end
            start = None
        start, end = start or day.start, day.end
    if start is not None and end is not None:
        yield start, end


def _read_waits(found: Visits, uow: UnitOfWork, definition_key: int, start: datetime, end: datetime) -> None:
    mine = (_element.c.tenant_id == uow.tenant_id, _element.c.process_definition_key == definition_key)
    ended = select(_element.c.element_id, _element.c.started_at, _element.c.ended_at)
    ended = ended.where(*mine, _element.c.type.in_(WAITING), _element.c.ended_at >= start, _element.c.ended_at < end)
    waits: dict[str, list[float]] = defaultdict(list)
    for row in uow.connection.execute(ended):
        waits[row.element_id].append((row.ended_at - row.started_at).total_seconds())
    for step, seconds in waits.items():
        found.waits[step].append(np.array(seconds))


def _read_tasks(found: Visits, uow: UnitOfWork, definition_key: int, start: datetime, end: datetime) -> None:
    passed = func.sum(case((_task.c.ended_at > _task.c.due_at, 1), else_=0)).label("late")
    tasks = select(_task.c.element_id, func.count().label("due"), passed).where(
        _task.c.tenant_id == uow.tenant_id, _task.c.process_definition_key == definition_key, _task.c.due_at.is_not(None),
        _task.c.ended_at >= start, _task.c.ended_at < end,
    )  # fmt: skip
    for row in uow.connection.execute(tasks.group_by(_task.c.element_id)):
        found.due[row.element_id] += row.due
        found.late[row.element_id] += int(row.late or 0)


def _packed(uow: UnitOfWork, definition_key: int, day: Period) -> bytes | None:
    """A day's visits of a version: the names of its steps, how many waits, due and late each has, and the waits."""
    found = Visits()
    _read_waits(found, uow, definition_key, day.start, day.end)
    if not found.waits:
        return None
    _read_tasks(found, uow, definition_key, day.start, day.end)  # a task ends with its visit
    steps = sorted({*found.waits, *found.due})
    waits = [found.of(step) for step in steps]
    counts = [(len(one), found.due[step], found.late[step]) for one, step in zip(waits, steps, strict=True)]
    named = "\n".join(steps).encode()
    head = np.array([len(named), len(steps)], "<u4").tobytes() + named + np.array(counts, "<u4").tobytes()
    return zlib.compress(head + np.concatenate(waits).astype("<f8").tobytes(), 1)


def _unpack(found: Visits, packed: bytes) -> None:
    raw = zlib.decompress(packed)
    length, number = np.frombuffer(raw, "<u4", 2).tolist()
    counts = np.frombuffer(raw, "<u4", 3 * number, 8 + length).reshape(-1, 3).tolist()
    at = 8 + length + 12 * number
    for step, (waited, due, late) in zip(raw[8 : 8 + length].decode().split("\n"), counts, strict=True):
        if waited:
            found.waits[step].append(np.frombuffer(raw, "<f8", waited, at))
        found.due[step] += due
        found.late[step] += late
        at += 8 * waited


def _write(uow: UnitOfWork, packed: dict[date, dict[int, bytes | None]]) -> None:
    rows: list[dict[str, Any]] = [
        {"tenant_id": uow.tenant_id, "day": day.isoformat(), "process_definition_key": key, "visits": one}
        for day, found in packed.items()
        for key, one in ({EVERY: b""} | found).items()
        if one is not None
    ]
    uow.connection.execute(insert(_kept), rows)
