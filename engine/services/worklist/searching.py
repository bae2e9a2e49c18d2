"""The part of an inbox that begins with cases: those that hold the words, or that nobody has read.

They are few, so they are found first, by the indexes of cases and words, and their tasks are put in order here.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, true

from engine.model.case import Case, CaseInstance
from engine.model.customer import Customer
from engine.model.permissions import Actor
from engine.model.user_task import TaskCandidate, UserTask
from engine.persistence import UnitOfWork
from engine.services import search
from engine.services.cases.exact import exact_cases
from engine.services.worklist.filters import IS_OPEN, InboxFilter
from engine.services.worklist.order import Candidate

PORTION = 200
MOST_CASES = 500  # who finds more has to say more


def case_keys(uow: UnitOfWork, wanted: InboxFilter) -> list[int]:
    """The open cases with that number, order or phone; words are looked for only where there is none of these."""
    words = wanted.search.strip()
    if not words:
        return list(uow.session.scalars(_query(uow).where(Case.unread_at.is_not(None)).order_by(Case.unread_at)))
    exact = exact_cases(uow, words, MOST_CASES, Case.status != "closed")
    if exact:
        return exact
    return search.find(uow, search.CASE, words, marks=[search.OPEN], limit=MOST_CASES)


def tasks_of_unread_cases(
    uow: UnitOfWork, actor: Actor, wanted: InboxFilter, holders: Sequence[str], since: datetime | None
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
        yield tasks_of_cases(uow, actor, wanted, keys, holders)
        if last is None:
            return
        condition = Case.unread_at > last[1]


def tasks_of_cases(
    uow: UnitOfWork, actor: Actor, wanted: InboxFilter, keys: list[int], holders: Sequence[str]
) -> list[Candidate]:
    """The open tasks of these cases that the holders have, or that are offered to this actor, as `wanted` says."""
    query = (
        select(UserTask, Case.unread_at)
        .join(CaseInstance, CaseInstance.instance_key == UserTask.root_key)
        .join(Case, Case.key == CaseInstance.case_key)
        .outerjoin(Customer, Customer.key == Case.customer_key)
        .where(IS_OPEN, UserTask.root_key.in_(_roots(uow, keys)))
    )
    found = [(task, unread_at) for task, unread_at in uow.session.execute(wanted.narrow(query))]
    offered = set() if wanted.is_held else _offered(uow, actor, [task.key for task, _ in found], wanted.group)
    return [
        Candidate.of(task, unread_at)
        for task, unread_at in found
        if (task.assignee is None and task.key in offered) or _is_held(task, wanted, holders, actor)
    ]


def _is_held(task: UserTask, wanted: InboxFilter, holders: Sequence[str], actor: Actor) -> bool:
    if wanted.whose == "cover" and not task.can_be_taken_over_by(actor):
        return False
    return task.assignee in holders and (wanted.group is None or wanted.group in task.candidate_groups)


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
