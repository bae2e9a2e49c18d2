"""The supervisor's board: what is escalated, breached or at risk, who has how much, and what is broken."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select

from engine.model.case import OPEN_STATUSES, Case
from engine.model.customer import Customer
from engine.model.incident import Incident, IncidentState
from engine.model.people import User, UserRole
from engine.model.permissions import Actor
from engine.model.sla import SlaClockRow
from engine.model.user_task import UserTask
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services.absences import away_now
from engine.services.stops import Stop, open_stops
from engine.services.worklist.filters import IS_OPEN, Query, held_by

MOST_NEW = 500
MOST_COUNTED = 10_000
POSTS = ("agent", "social_agent", "group_lead")


@dataclass(frozen=True, slots=True)
class CaseAlert:
    """A case that needs a supervisor's eye. `clock` and `at`: which clock was or will be breached, and when."""

    number: str
    title: str
    level: str | None
    owner: str | None
    customer_name: str | None
    customer_tier: str | None
    clock: str | None
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Load:
    """How much one agent has: open cases owned, tasks held, of those overdue. `away`: until `away_until`, or until they come back."""

    username: str
    display_name: str
    online: bool
    cases: int
    tasks: int
    overdue: int
    away: bool
    away_until: datetime | None


@dataclass(frozen=True, slots=True)
class Board:
    """The lists hold at most `limit` rows; a count is exact below `most_counted`, which stands for as many or more."""

    escalated: list[CaseAlert]
    breached: list[CaseAlert]
    at_risk: list[CaseAlert]
    load: list[Load]
    open_cases: int
    unassigned_tasks: int
    incidents: int
    open_incidents: list[Stop]
    most_counted: int


def board(runtime: Runtime, *, actor: Actor, limit: int = 50, risk: timedelta = timedelta(hours=2)) -> Board:
    """The board as things are now; at risk is what will be breached within `risk` or has passed its warning.

    Raises Forbidden without board.read.
    """
    actor.require("board.read")
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        return Board(
            escalated=_escalated(uow, limit),
            breached=_by_clock(uow, SlaClockRow.breach_at <= uow.now, limit),
            at_risk=_by_clock(
                uow,
                (SlaClockRow.breach_at > uow.now)
                & ((SlaClockRow.breach_at <= uow.now + risk) | (SlaClockRow.warn_at <= uow.now)),
                limit,
            ),
            load=_load(uow),
            open_cases=_count(uow, Case, Case.status.in_(OPEN_STATUSES)),
            unassigned_tasks=_count(uow, UserTask, IS_OPEN, UserTask.assignee.is_(None)),
            incidents=_count(uow, Incident, Incident.state == IncidentState.ACTIVE),
            open_incidents=open_stops(runtime, uow, limit),
            most_counted=MOST_COUNTED,
        )


@dataclass(frozen=True, slots=True)
class NewAlerts:
    """What came to be so within a while and still is, at most `MOST_NEW` of each."""

    escalated: list[CaseAlert]
    breached: list[CaseAlert]
    at_risk: list[CaseAlert]

    @property
    def count(self) -> int:
        return len(self.escalated) + len(self.breached) + len(self.at_risk)


def new_alerts(uow: UnitOfWork, since: datetime) -> NewAlerts:
    """Cases that were escalated, breached, or warned of since a moment."""
    clock = SlaClockRow
    return NewAlerts(
        escalated=[one for one in _escalated(uow, MOST_NEW) if one.at is not None and one.at > since],
        breached=_by_clock(uow, (clock.breach_at > since) & (clock.breach_at <= uow.now), MOST_NEW),
        at_risk=_by_clock(
            uow, (clock.warn_at > since) & (clock.warn_at <= uow.now) & (clock.breach_at > uow.now), MOST_NEW
        ),
    )


def _escalated(uow: UnitOfWork, limit: int) -> list[CaseAlert]:
    query = select(Case, Customer).outerjoin(Customer, Customer.key == Case.customer_key)
    query = query.where(Case.tenant_id == uow.tenant_id, Case.escalated_at.is_not(None))
    rows = uow.session.execute(query.order_by(Case.escalated_at).limit(limit))
    return [_alert(case, customer, None, case.escalated_at) for case, customer in rows]


def _by_clock(uow: UnitOfWork, condition: ColumnElement[bool], limit: int) -> list[CaseAlert]:
    query = (
        select(Case, Customer, SlaClockRow.name, SlaClockRow.breach_at)
        .join(SlaClockRow, SlaClockRow.case_key == Case.key)
        .outerjoin(Customer, Customer.key == Case.customer_key)
        .where(SlaClockRow.tenant_id == uow.tenant_id, condition, Case.status.in_(OPEN_STATUSES))
        .order_by(SlaClockRow.breach_at)
        .limit(limit)
    )
    return [_alert(*row) for row in uow.session.execute(query)]


def _alert(case: Case, customer: Customer | None, clock: str | None, at: datetime | None) -> CaseAlert:
    name, tier = (customer.name, customer.tier) if customer else (None, None)
    return CaseAlert(case.number, case.title, case.level, case.owner, name, tier, clock, at)


def _load(uow: UnitOfWork) -> list[Load]:
    posts = select(UserRole.user_key).where(UserRole.role.in_(POSTS))
    people = list(
        uow.session.scalars(
            select(User)
            .where(User.tenant_id == uow.tenant_id, User.active, User.key.in_(posts))
            .order_by(User.username)
        )
    )
    # By name, so that what nobody has is not read.
    names = [user.username for user in people]
    owned = select(Case.owner, func.count()).where(Case.tenant_id == uow.tenant_id, Case.owner.in_(names))
    cases = _by_person(uow, owned.where(Case.status.in_(OPEN_STATUSES)).group_by(Case.owner))
    held = select(UserTask.assignee, func.count()).where(held_by(uow, names))
    tasks = _by_person(uow, held.group_by(UserTask.assignee))
    overdue = _by_person(uow, held.where(UserTask.due_at <= uow.now).group_by(UserTask.assignee))
    away = away_now(uow)
    return [
        Load(
            username=user.username,
            display_name=user.display_name,
            online=user.online and user.username not in away,
            cases=cases.get(user.username, 0),
            tasks=tasks.get(user.username, 0),
            overdue=overdue.get(user.username, 0),
            away=user.username in away,
            away_until=away[user.username].until if user.username in away else None,
        )
        for user in people
    ]


def _by_person(uow: UnitOfWork, query: Query) -> dict[str, int]:
    return {name: number for name, number in uow.session.execute(query)}


def _count(uow: UnitOfWork, entity: Any, *conditions: ColumnElement[bool]) -> int:
    found = select(entity.key).where(entity.tenant_id == uow.tenant_id, *conditions).limit(MOST_COUNTED)
    return uow.session.scalar(select(func.count()).select_from(found.subquery())) or 0
