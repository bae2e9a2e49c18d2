"""The figures of the desk: over a period and a cut, by a dimension, as a trend, and the cases behind each of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import ModuleType
from typing import Any

from sqlalchemy import select

from engine.errors import InvalidInput, NotFound
from engine.model.case import Case
from engine.model.people import Group, Queue, User
from engine.model.permissions import Actor
from engine.runtime import Runtime
from engine.services.figures.collecting import Cut
from engine.services.figures.definitions import DEFINITIONS, registration_score
from engine.services.figures.period import Period
from engine.services.figures.samples import Figure

DIMENSIONS = ("agent", "group", "queue", "process", "version", "channel", "kind", "tier", "clock")
KEPT_FOR = timedelta(minutes=2)  # figures over a long period are computed again after so long
LONG_DAYS = 62
_NONE = ""
JUDGED = ("first_response", "timely_reply", "csat", "resolution_rate", "complaint_timely", "attainment")


@dataclass(frozen=True, slots=True)
class Line:
    """The figures of one value of a dimension; `value` is empty for what has none."""

    value: str
    figures: dict[str, Figure]


@dataclass(frozen=True, slots=True)
class Report:
    """`overall` by name; `lines` by the asked dimension, the most registered first; `trend` maps a figure to its points.

    `made_by` is how many cases each person registered, in a report by agent. `issues` are the articles and causes that came up most
    among the complaints (O8): sku, cause code, how often.
    """

    period: Period
    cut: Cut
    by: str | None
    overall: dict[str, Figure]
    lines: list[Line]
    steps: list[str]
    trend: dict[str, list[float | None]]
    clocks: list[Line]
    backlog_over: dict[int, int]
    made_by: dict[str, int]
    issues: list[tuple[str, str, int]]
    computed_at: datetime


@dataclass(frozen=True, slots=True)
class AgentLine:
    """One agent's month: registrations and their points, tasks, and the figures that are judged."""

    username: str
    registered: int
    score: int
    tasks: int
    figures: dict[str, Figure]


def report(
    runtime: Runtime,
    period: Period,
    cut: Cut | None = None,
    by: str | None = None,
    trend: Sequence[str] = (),
    *,
    actor: Actor,
) -> Report:
    """All figures, and the trends that are asked for; a long period's are kept for two minutes.

    Raises Forbidden without figures.read, InvalidInput.
    """
    actor.require("figures.read")
    cut = cut or Cut()
    _check(by)
    key = (actor.tenant_id, period, cut, by, tuple(trend))
    found: Report | None = runtime.figures.get(key)
    if found is not None and period.days > LONG_DAYS and runtime.now() - found.computed_at < KEPT_FOR:
        return found
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        made: Report = _computing().report(uow, period, cut, by, trend, runtime.settings.time_zone)
    runtime.figures.put(key, made)
    return made


def cases_behind(
    runtime: Runtime,
    name: str,
    period: Period,
    cut: Cut | None = None,
    hit: bool | None = None,
    by: str | None = None,
    *,
    actor: Actor,
    limit: int = 500,
) -> tuple[list[str], int]:
    """The numbers of the cases that a figure counts, the newest first, and how many they are.

    `hit` True keeps those that fulfil a share, False those that do not. `by` process keeps those that a line by process
    counts: the cut's process was their first. Raises NotFound for an unknown figure.
    """
    actor.require("figures.read", "cases.read")
    if name not in DEFINITIONS:
        raise NotFound(f"There is no figure {name!r}.")
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        keys = _computing().cases_behind(uow, name, period, cut or Cut(), hit, by, runtime.settings.time_zone)
        query = select(Case.number).where(Case.key.in_(keys[:limit])).order_by(Case.key.desc())
        return list(uow.session.scalars(query)), len(keys)


def agents(runtime: Runtime, found: Report, *, actor: Actor) -> list[AgentLine]:
    """Each person's registrations with their points, completed tasks and judged figures (N1–N9), by name, from a report by agent.

    Registrations are counted for who made the case, everything else for who has it.
    """
    actor.require("figures.read")
    counted = ("load", *JUDGED)
    lines = {line.value: line.figures for line in found.lines if any(line.figures[name].count for name in counted)}
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        known = set(uow.session.scalars(select(User.username).where(User.tenant_id == uow.tenant_id)))
    made = found.made_by
    return [_agent_line(who, made.get(who, 0), lines.get(who, {})) for who in sorted(known & {*made, *lines})]


def _agent_line(who: str, registered: int, mine: dict[str, Figure]) -> AgentLine:
    judged = {name: mine.get(name) or Figure(name, None, 0, 0) for name in JUDGED}
    tasks = mine["load"].count if mine else 0
    return AgentLine(who, registered, registration_score(registered), tasks, judged)


def choices(runtime: Runtime, *, actor: Actor) -> dict[str, list[tuple[str, str, str]]]:
    """What a cut can be made by: teams and queues with their Chinese and English names."""
    actor.require("figures.read")
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        teams = uow.session.scalars(select(Group).where(Group.tenant_id == uow.tenant_id).order_by(Group.name))
        queues = uow.session.scalars(select(Queue).where(Queue.tenant_id == uow.tenant_id).order_by(Queue.name))
        return {
            "group": [(row.name, row.label_zh, row.label_en) for row in teams],
            "queue": [(row.name, row.label_zh, row.label_en) for row in queues],
        }


def _computing() -> ModuleType:
    """What computes, loaded by who asks for figures: its numpy is 25 MB that other processes do without."""
    from engine.services.figures import computing

    return computing


def _check(by: Any) -> None:
    if by is not None and by not in DIMENSIONS:
        raise InvalidInput(f"Figures cannot be shown by {by!r}.", {"by": ["不能按此项分组 / Not a dimension."]})
