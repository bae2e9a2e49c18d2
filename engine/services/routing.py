"""Who gets a case: the person who already has the customer, else by the queue's skills and who has least in hand; and who its next task."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from engine.model.case import OPEN_STATUSES, Case
from engine.model.customer import Customer
from engine.model.people import QueueSkill, User, UserRole
from engine.model.permissions import candidate_groups
from engine.persistence import UnitOfWork
from engine.runtime import InstanceInfo
from engine.services import absences
from engine.services.cases.files import case_of_instance
from engine.services.people.actors import find_user
from engine.services.settings import setting

LEAST_LOADED = "least_loaded"
ANYBODY = "agent"


@dataclass(frozen=True, slots=True)
class Choice:
    """A person or None, the candidate groups, and why: owner, stand_in, previous, least_loaded or offered."""

    owner: str | None
    groups: list[str]
    reason: str


def choose(uow: UnitOfWork, case: Case, queue: str | None, how: str) -> Choice:
    """Who should have a case now.

    Whoever has the customer, or had their last case, keeps them while they take work (A11); while they are away it is who
    stands in for them, if they have the same post. Who is absent or gone keeps nobody waiting: the case is offered to the
    queue. `how` says whether a queue's work is given out (least_loaded) or taken (offer).
    """
    groups = _groups(uow, queue)
    owner = _taker(uow, case.owner)
    if owner is not None:
        return Choice(owner, groups, "owner" if owner == case.owner else "stand_in")
    before = _previous(uow, case)
    if before is not None:
        return Choice(before, groups, "previous")
    given = _least_loaded(uow, queue) if how == LEAST_LOADED and queue else None
    return Choice(given, groups, "least_loaded" if given else "offered")


def case_functions(uow: UnitOfWork, info: InstanceInfo) -> Mapping[str, Callable[..., Any]]:
    """A function provider: `case owner()` is who has the instance's case, or who stands in for them while they are away; null
    while that person takes no work and where there is none (D1)."""

    def owner() -> str | None:
        case = case_of_instance(uow, info.key, info.root_key)
        return _taker(uow, case.owner) if case is not None else None

    return {"case owner": owner}


def _groups(uow: UnitOfWork, queue: str | None) -> list[str]:
    """The queue, or every agent where nobody who is active serves it."""
    if not queue:
        return [ANYBODY]
    served = (
        select(QueueSkill.user_key)
        .join(User, User.key == QueueSkill.user_key)
        .where(QueueSkill.tenant_id == uow.tenant_id, QueueSkill.queue == queue, User.active)
    )
    return [f"queue:{queue}"] if uow.session.scalar(served.limit(1)) is not None else [ANYBODY]


def _previous(uow: UnitOfWork, case: Case) -> str | None:
    """Who has the customer, or who had their other cases, an open one before the newest closed one."""
    if case.customer_key is None:
        return None
    customer = uow.session.get(Customer, case.customer_key)
    keeper = _taker(uow, customer.owner) if customer is not None else None
    if keeper is not None:
        return keeper
    query = select(Case.owner).where(
        Case.tenant_id == uow.tenant_id,
        Case.customer_key == case.customer_key,
        Case.key != case.key,
        Case.owner.is_not(None),
    )
    rows = uow.session.scalars(query.order_by(Case.status.in_(OPEN_STATUSES).desc(), Case.key.desc()).limit(5))
    return next((taker for owner in rows if (taker := _taker(uow, owner))), None)


def _taker(uow: UnitOfWork, username: str | None) -> str | None:
    """Somebody, or who stands in for them while they are away and has a post of theirs, if that person takes work now."""
    name = absences.receiver(uow, username) if username else None
    user = find_user(uow, name) if name else None
    if user is None or not user.active or not user.online:
        return None
    return user.username if name == username or _posts(uow, name) & _posts(uow, username) else None


def _posts(uow: UnitOfWork, username: str | None) -> frozenset[str]:
    """Under which names tasks are offered to somebody for their roles alone."""
    roles = select(UserRole.role).join(User, User.key == UserRole.user_key)
    mine = roles.where(User.tenant_id == uow.tenant_id, User.username == username)
    return candidate_groups(frozenset(uow.session.scalars(mine)), frozenset(), frozenset())


def _least_loaded(uow: UnitOfWork, queue: str) -> str | None:
    """Of those at work who serve the queue and have room, who has the fewest open cases; among equals, who prefers the queue."""
    load = (
        select(func.count())
        .where(Case.tenant_id == uow.tenant_id, Case.owner == User.username, Case.status.in_(OPEN_STATUSES))
        .scalar_subquery()
    )
    query = (
        select(User.username, load.label("load"))
        .join(QueueSkill, QueueSkill.user_key == User.key)
        .where(User.tenant_id == uow.tenant_id, User.active, User.online, QueueSkill.queue == queue)
        .where(User.username.not_in(absences.away_now(uow)))
        .order_by(load, QueueSkill.preference, User.username)
        .limit(1)
    )
    row = uow.session.execute(query).first()
    return row.username if row is not None and row.load < setting(uow, "intake.most_open") else None
