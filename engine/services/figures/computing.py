"""The arithmetic of the figures over a pool of samples: overall, by a dimension, as a trend, for each agent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import select

from engine.model.case import Case
from engine.model.people import Group, GroupMember, User
from engine.persistence import UnitOfWork
from engine.services.figures.collecting import COLLECTORS, Collection, Cut
from engine.services.figures.columns import (
    Columns,
    agent_days,
    among,
    behind,
    by_step,
    figure,
    grouped,
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
LinesOf = Callable[[Columns], dict[str, Columns]]


def report(uow: UnitOfWork, period: Period, cut: Cut, by: str | None, trend: Sequence[str], zone: str) -> Report:
    """All figures and the trends that are asked for; `zone` is the desk's."""
    pool = Pool(uow, period, cut, zone, list(COLLECTORS))
    lines_of = _lines_of(pool, by) if by and by != "clock" else None
    overall: dict[str, Figure] = {}
    trends: dict[str, list[float | None]] = {}
    lines: dict[str, dict[str, Columns]] = {}
    older: dict[int, int] = {}
    for name in COLLECTORS:
        samples = pool.columns(name)
        overall[name] = _figure(pool.whole, name, samples)
        if lines_of is not None:
            lines[name] = lines_of(samples)
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
        issues=_issues(uow, pool.columns("repeat_cause")),
        computed_at=uow.now,
    )


def _issues(uow: UnitOfWork, complaints: Columns) -> list[tuple[str, str, int]]:
    """The articles and causes that came up most; what they are is read from one case of each."""
    keys = {key: often for key, often in most_marked(complaints, MOST_ISSUES)}
    query = select(Case.key, Case.sku, Case.cause_code).where(Case.key.in_(keys))
    found = [(sku or "", cause or "", keys[key]) for key, sku, cause in uow.connection.execute(query)]
    return sorted(found, key=lambda issue: (-issue[2], issue[0], issue[1]))


def cases_behind(uow: UnitOfWork, name: str, period: Period, cut: Cut, hit: bool | None, zone: str) -> list[int]:
    """The keys of the cases that a figure counts, the newest first."""
    return behind(Pool(uow, period, cut, zone, [name]).columns(name), hit)


def _figure(of: Collection, name: str, samples: Columns) -> Figure:
    return figure(DEFINITIONS[name], samples, _per(of, name, samples))


def _per(of: Collection, name: str, samples: Columns) -> float | None:
    """What a ratio is divided by: days on which an agent did something, or days."""
    if name == "load":
        return agent_days(samples) or None
    return float(of.days)


def _lines(pool: Pool, lines: dict[str, dict[str, Columns]]) -> list[Line]:
    """A line for each value, the most registered first."""
    values = {value for groups in lines.values() for value in groups}
    registered = lines.get("registered", {})
    ordered = sorted(values, key=lambda value: (-len(registered.get(value, ())), value))
    nothing = none()
    return [
        Line(value, {name: _figure(pool.whole, name, groups.get(value, nothing)) for name, groups in lines.items()})
        for value in ordered
    ]


def _lines_of(pool: Pool, by: str) -> LinesOf:
    """Samples by the values of a dimension; those of an agent in two teams count in both."""
    texts = pool.names.texts
    if by != "group":
        return lambda samples: {texts[code]: found for code, found in grouped(samples, samples.side(by)).items()}
    teams = _teams(pool.uow)

    def by_team(samples: Columns) -> dict[str, Columns]:
        agent, found = samples.side("agent"), {}
        for team, people in teams.items():
            mine = among(agent, ordered(pool.names.code(who) for who in people))
            if mine.any():
                found[team] = samples.where(mine)
        nowhere = ~among(agent, ordered(pool.names.code(who) for people in teams.values() for who in people))
        return found | ({"": samples.where(nowhere)} if nowhere.any() else {})

    return by_team


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
    step_of = {day.toordinal(): period.step_of_day(day) for day in _days(period)}
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


def _days(period: Period) -> list[date]:
    return [period.first + timedelta(days=number) for number in range(period.days)]
