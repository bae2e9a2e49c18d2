"""The arithmetic of the figures over a pool of samples: overall, by a dimension, as a trend, for each agent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import select

from engine.model.people import Group, GroupMember, User
from engine.persistence import UnitOfWork
from engine.services.figures.collecting import COLLECTORS, Collection, Cut
from engine.services.figures.columns import Columns, agent_days, among, behind, by_step, figure, grouped, none
from engine.services.figures.definitions import DEFINITIONS
from engine.services.figures.period import Period
from engine.services.figures.pool import Pool
from engine.services.figures.reading import JUDGED, Line, Report
from engine.services.figures.samples import Figure

LinesOf = Callable[[Columns], dict[str, Columns]]


def report(uow: UnitOfWork, period: Period, cut: Cut, by: str | None, trend: Sequence[str], zone: str) -> Report:
    """All figures and the trends that are asked for; `zone` is the desk's."""
    pool = Pool(uow, period, cut, zone)
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
        if name == "backlog_age":
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
        computed_at=uow.now,
    )


def cases_behind(uow: UnitOfWork, name: str, period: Period, cut: Cut, hit: bool | None, zone: str) -> list[int]:
    """The keys of the cases that a figure counts, the newest first."""
    return behind(Pool(uow, period, cut, zone).columns(name), hit)


def agents(uow: UnitOfWork, period: Period, cut: Cut, zone: str) -> tuple[dict[str, int], dict[str, dict[str, Figure]]]:
    """How many tasks each person completed, and their figures that are judged."""
    pool = Pool(uow, period, cut, zone)
    lines_of = _lines_of(pool, "agent")
    tasks = {who: len(found) for who, found in lines_of(pool.columns("load")).items()}
    found = {name: lines_of(pool.columns(name)) for name in JUDGED}
    nothing = none()
    people = {who for lines in found.values() for who in lines}
    judged = {
        who: {name: figure(DEFINITIONS[name], lines.get(who, nothing)) for name, lines in found.items()}
        for who in people
    }
    return tasks, judged


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
            mine = among(agent, (pool.names.code(who) for who in people))
            if mine.any():
                found[team] = samples.where(mine)
        nowhere = ~among(agent, (pool.names.code(who) for people in teams.values() for who in people))
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
    period, steps = of.period, of.period.steps()
    place = {step: number for number, step in enumerate(steps)}
    found = by_step(samples, lambda day: place[period.step_of_day(date.fromordinal(day))])
    begun = place[period.step_of(min(of.until, period.end - timedelta(microseconds=1)))]
    nothing = none()
    points: list[float | None] = []
    for number, step in enumerate(steps):
        mine = found.get(number, nothing)
        one = figure(DEFINITIONS[name], mine, _per(_step(of, step), name, mine)).value
        points.append(None if number > begun else one)
    return points


def _step(of: Collection, step: str) -> Collection:
    """The collection as if its period were one step of the trend."""
    days = [day for day in _days(of.period) if of.period.step_of_day(day) == step]
    return replace(of, period=replace(of.period, first=days[0], last=days[-1]))


def _days(period: Period) -> list[date]:
    return [period.first + timedelta(days=number) for number in range(period.days)]
