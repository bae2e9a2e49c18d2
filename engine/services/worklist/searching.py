"""The part of an inbox that begins with cases: those that hold the words, or that nobody has read.

They are few, so they are found first, by the indexes of cases and customers, and their tasks are put in order here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select, true

from engine.model.case import Case, CaseInstance
from engine.model.customer import Customer, normal_phone
from engine.model.permissions import Actor
from engine.model.user_task import TaskCandidate, UserTask
from engine.persistence import UnitOfWork
from engine.services.worklist.filters import IS_OPEN, InboxFilter

PORTION = 200
MOST_CASES = 500  # who finds more has to say more


@dataclass(frozen=True, slots=True)
class Candidate:
    """An open task of a case that was found, with what its order depends on."""

    key: int
    due_at: datetime | None
    unread_at: datetime | None
    rank: int
    created_at: datetime


def tasks_of_found_cases(uow: UnitOfWork, actor: Actor, wanted: InboxFilter) -> list[Candidate]:
    """The tasks of the cases that `wanted.search` or `wanted.unread` finds, as far as they are this actor's."""
    return _tasks(uow, actor, wanted, _cases(uow, wanted))


def tasks_of_unread_cases(
    uow: UnitOfWork, actor: Actor, wanted: InboxFilter, since: datetime | None
) -> Iterator[list[Candidate]]:
    """The tasks of unread cases from that moment on, in portions, what waits longest first."""
    condition = true() if since is None else Case.unread_at >= since
    while True:
        unread = select(Case.key, Case.unread_at).where(Case.tenant_id == uow.tenant_id, Case.unread_at.is_not(None))
        ordered = unread.where(condition).order_by(Case.unread_at)
        last = uow.session.execute(ordered.offset(PORTION - 1).limit(1)).first()
        # A portion takes all that share its last moment, so that the next begins after it.
        portion = ordered if last is None else ordered.where(Case.unread_at <= last[1])
        keys = [row[0] for row in uow.session.execute(portion)]
        yield _tasks(uow, actor, wanted, keys)
        if last is None:
            return
        condition = Case.unread_at > last[1]


def _tasks(uow: UnitOfWork, actor: Actor, wanted: InboxFilter, case_keys: list[int]) -> list[Candidate]:
    query = (
        select(UserTask, Case.unread_at)
        .join(CaseInstance, CaseInstance.instance_key == UserTask.root_key)
        .join(Case, Case.key == CaseInstance.case_key)
        .outerjoin(Customer, Customer.key == Case.customer_key)
        .where(IS_OPEN, UserTask.root_key.in_(_roots(uow, case_keys)))
    )
    found = [(task, unread_at) for task, unread_at in uow.session.execute(wanted.narrow(query))]
    offered = _offered(uow, actor, [task.key for task, _ in found], wanted.group)
    return [
        Candidate(task.key, task.due_at, unread_at, 100 - task.priority, task.created_at)
        for task, unread_at in found
        if _is_for(task, actor, task.key in offered, wanted)
    ]


def _cases(uow: UnitOfWork, wanted: InboxFilter) -> list[int]:
    """An exact number, order or phone first; words in names and titles only where there is none."""
    words = wanted.search.strip()
    if not words:
        return list(uow.session.scalars(_query(uow).where(Case.unread_at.is_not(None)).order_by(Case.unread_at)))
    for column, value in (
        (Case.number, words.upper()),
        (Case.order_number, words),
        (Customer.phone, normal_phone(words) or words),
    ):
        exact = list(uow.session.scalars(_query(uow).where(column == value)))
        if exact:
            return exact
    pattern = f"%{words}%"
    like = or_(Customer.name.like(pattern), Case.title.like(pattern))
    return list(uow.session.scalars(_query(uow).where(like).order_by(Case.key.desc())))


def _query(uow: UnitOfWork) -> Any:
    query = select(Case.key).outerjoin(Customer, Customer.key == Case.customer_key)
    return query.where(Case.tenant_id == uow.tenant_id, Case.status != "closed").limit(MOST_CASES)


def _roots(uow: UnitOfWork, case_keys: list[int]) -> list[int]:
    return list(uow.session.scalars(select(CaseInstance.instance_key).where(CaseInstance.case_key.in_(case_keys))))


def _offered(uow: UnitOfWork, actor: Actor, task_keys: list[int], group: str | None) -> set[int]:
    groups = actor.groups if group is None else actor.groups & {group}
    query = select(TaskCandidate.task_key, TaskCandidate.kind, TaskCandidate.name)
    rows = uow.session.execute(query.where(TaskCandidate.task_key.in_(task_keys)))
    return {
        key
        for key, kind, name in rows
        if (name in groups if kind == "group" else group is None and name == actor.username)
    }


def _is_for(task: UserTask, actor: Actor, offered: bool, wanted: InboxFilter) -> bool:
    mine = task.assignee == actor.username and (wanted.group is None or wanted.group in task.candidate_groups)
    free = task.assignee is None and offered
    return {"mine": mine, "offered": free}.get(wanted.whose, mine or free)
