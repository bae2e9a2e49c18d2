"""The arithmetic of the figures over a pool of samples: overall, by a dimension, as a trend, for each agent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
from sqlalchemy import select

from engine.model.case import Case
from engine.model.people import Group, GroupMember, User
from engine.persistence import UnitOfWork
from engine.services.figures.collecting import COLLECTORS, Collection, Cut, number_of
from engine.services.figures.columns import (
    Columns,
    Numbers,
    agent_days,
    behind,
    by_step,
    figure,
    figures_of_sets,
    frequencies,
    in_sets,
    is_duration,
    most_marked,
    none,
    ordered,
)
from engine.services.figures.definitions import DEFINITIONS
from engine.services.figures.period import Period
from engine.services.figures.pool import Pool
from engine.services.figures.reading import Line, Report
from engine.services.figures.samples import Figure

MOST_ISSUES = 10


def report(uow: UnitOfWork, period: Period, cut: Cut, by: str | None, trend: Sequence[str], zone: str) -> Report:
    """All figures and the trends that are asked for; `zone` is the desk's."""
    asked = [name for name in COLLECTORS if name in DEFINITIONS]
    pool = Pool(uow, period, cut, zone, [*asked, "registered_by"] if by == "agent" else asked, by)
    sets = _sets(pool, by) if by and by != "clock" else {}
    overall: dict[str, Figure] = {}
    trends: dict[str, list[float | None]] = {}
    lines: dict[str, dict[str, Figure]] = {}
    older: dict[int, int] = {}
    for name in asked:
        samples = pool.columns(name)
        overall[name] = _figure(pool.whole, name, samples)
        if by and sets:
            lines[name] = _figures_by(pool.whole, name, samples, by, sets)
        if name == "backlog_age" and samples.value is not None:
            older = {hours: int((samples.value > hours * 3600).sum()) for hours in (24, 48, 72)}
        elif name in trend:
            trends[name] = _trend(pool.whole, name, samples)
    attained = DEFINITIONS["attainment"]
    clocks = [Line(name, {"attainment": figure(attained, found)}) for name, found in pool.clocks().items()]
    return Report(
        period=period,
        cut=cut,
        by=by,
        overall=overall,
        lines=_lines(pool, lines),
        steps=period.steps(),
        trend=trends,
        clocks=clocks,
        backlog_over=older,
        made_by=_made_by(uow, pool.columns("registered_by")) if by == "agent" else {},
        issues=_issues(uow, pool.columns("repeat_cause")),
        computed_at=uow.now,
    )


def _issues(uow: UnitOfWork, complaints: Columns) -> list[tuple[str, str, int]]:
    """The articles and causes that came up most; what they are is read from one case of each."""
    keys = {key: often for key, often in most_marked(complaints, MOST_ISSUES)}
    query = select(Case.key, Case.sku, Case.cause_code).where(Case.key.in_(keys))
    found = [(sku or "", cause or "", keys[key]) for key, sku, cause in uow.connection.execute(query)]
    return sorted(found, key=lambda issue: (-issue[2], issue[0], issue[1]))


def _made_by(uow: UnitOfWork, registered: Columns) -> dict[str, int]:
    """How many cases each person registered."""
    often = frequencies(registered)
    people = uow.connection.execute(select(User.username).where(User.tenant_id == uow.tenant_id)).scalars()
    return {who: often[number] for who in people if (number := number_of(who)) in often}


def cases_behind(
    uow: UnitOfWork, name: str, period: Period, cut: Cut, hit: bool | None, by: str | None, zone: str
) -> list[int]:
    """The keys of the cases that a figure counts, the newest first; of a line by process those that it was the first of."""
    pool = Pool(uow, period, cut, zone, [name], by)
    samples = pool.columns(name)
    if by == "process" and cut.process is not None:
        samples = samples.where(samples.side(by) == pool.names.code(cut.process))
    return behind(samples, hit)


def _figure(of: Collection, name: str, samples: Columns) -> Figure:
    return figure(DEFINITIONS[name], samples, _per(of, name, samples))


def _figures_by(of: Collection, name: str, samples: Columns, by: str, sets: Mapping[str, Numbers]) -> dict[str, Figure]:
    side = samples.side("agent" if by == "group" else by)
    if name == "load" or is_duration(name):
        return {value: _figure(of, name, mine) for value, mine in in_sets(samples, side, sets).items()}
    return figures_of_sets(DEFINITIONS[name], samples, side, sets, float(of.days))


def _per(of: Collection, name: str, samples: Columns) -> float | None:
    """What a ratio is divided by: days on which an agent did something, or days."""
    if name == "load":
        return agent_days(samples) or None
    return float(of.days)


def _lines(pool: Pool, lines: dict[str, dict[str, Figure]]) -> list[Line]:
    """A line for each value, the most registered first."""
    registered = {value: one.count for value, one in lines.get("registered", {}).items()}
    values = {value for figures in lines.values() for value in figures}
    nothing = {name: _figure(pool.whole, name, none()) for name in lines}
    return [
        Line(value, {name: figures.get(value, nothing[name]) for name, figures in lines.items()})
        for value in sorted(values, key=lambda value: (-registered.get(value, 0), value))
    ]


def _sets(pool: Pool, by: str) -> dict[str, Numbers]:
    """The codes of each value of a dimension; those of an agent in two teams are in both."""
    every = {text: np.array([code]) for code, text in enumerate(pool.texts("agent" if by == "group" else by))}
    if by != "group":
        return every
    teams = {team: ordered({pool.names.code(who) for who in people}) for team, people in _teams(pool.uow).items()}
    known = {code for codes in teams.values() for code in codes.tolist()}
    return teams | {"": ordered(code for code in range(len(every)) if code not in known)}


def _teams(uow: UnitOfWork) -> dict[str, list[str]]:
    query = select(Group.name, User.username).join(GroupMember, GroupMember.group_key == Group.key)
    query = query.join(User, User.key == GroupMember.user_key).where(Group.tenant_id == uow.tenant_id)
    found: dict[str, list[str]] = defaultdict(list)
    for group, username in uow.connection.execute(query.order_by(Group.name)):
        found[group].append(username)
    return found


def _trend(of: Collection, name: str, samples: Columns) -> list[float | None]:
    """One value a step; a step that has not begun has none. A ratio's divisor is the step's own days."""
    period = of.period
    step_of = {day.toordinal(): period.step_of_day(day) for day in period.dates()}
    steps = list(dict.fromkeys(step_of.values()))
    place = {step: number for number, step in enumerate(steps)}
    found = by_step(samples, lambda day: place[step_of[day]])
    begun = place[period.step_of(min(of.until, period.end - timedelta(microseconds=1)))]
    nothing = none()
    days: dict[str, list[int]] = defaultdict(list)
    for day, step in step_of.items():
        days[step].append(day)
    points: list[float | None] = []
    for number, step in enumerate(steps):
        mine = found.get(number, nothing)
        one = figure(DEFINITIONS[name], mine, _per(_between(of, days[step]), name, mine)).value
        points.append(None if number > begun else one)
    return points


def _between(of: Collection, days: Sequence[int]) -> Collection:
    """The collection as if its period were these days, which follow one another."""
    return replace(of, period=replace(of.period, first=date.fromordinal(days[0]), last=date.fromordinal(days[-1])))
