"""Pages of the inbox, in the order of urgency, each read along an index, so that a page costs the same with a million tasks.

The order is a row of buckets: what is overdue; what is due soon; what a customer said and nobody has read; then the rest by
priority and age. A task stands in the first bucket that it fits. A page goes on where the one before it ended, by a cursor that
names the bucket and the place in it.
"""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, tuple_

from engine.calendars import parse_duration
from engine.errors import InvalidInput
from engine.model.case import Case, CaseInstance
from engine.model.customer import Customer
from engine.model.permissions import Actor
from engine.model.user_task import TaskCandidate, UserTask
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services.settings import setting
from engine.services.worklist.filters import IS_OPEN, InboxFilter, Query
from engine.services.worklist.rows import TaskRow, rows_of
from engine.services.worklist.searching import Candidate, tasks_of_found_cases, tasks_of_unread_cases

__all__ = ["InboxPage", "TaskRow", "count_inbox", "inbox"]

OVERDUE, SOON, UNREAD, REST = "overdue", "soon", "unread", "rest"
BUCKETS = (OVERDUE, SOON, UNREAD, REST)
Place = tuple[str, list[Any]]


@dataclass(frozen=True, slots=True)
class InboxPage:
    """Rows in the order of urgency, and the cursor of the next page, None at the end."""

    rows: list[TaskRow]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class _Found:
    """A task's key and where it stands: its bucket's sort values."""

    key: int
    place: tuple[Any, ...]


def inbox(
    runtime: Runtime, *, actor: Actor, wanted: InboxFilter | None = None, cursor: str | None = None, limit: int = 25
) -> InboxPage:
    """A page of the open tasks that this actor holds or is offered, the most urgent first.

    Raises InvalidInput for a cursor that is none, Forbidden without tasks.work.
    """
    actor.require("tasks.work")
    wanted = wanted or InboxFilter()
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        reader = _Reader(uow, actor, wanted, uow.now + parse_duration(setting(uow, "inbox.due_soon")))
        found = reader.page(_place(cursor), limit + 1)
        keys = [one.key for _, one in found[:limit]]
        following = None
        if len(found) > limit:
            bucket, last = found[limit - 1]
            following = _cursor(bucket, last.place)
        return InboxPage(rows_of(uow, keys, actor, {one.key: bucket for bucket, one in found}), following)


def count_inbox(runtime: Runtime, *, actor: Actor, most: int = 1000) -> dict[str, int]:
    """How many tasks one holds and is offered, each at most `most`: a badge need not count a million."""
    actor.require("tasks.work")
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        mine = select(UserTask.key).where(
            UserTask.tenant_id == uow.tenant_id,
            IS_OPEN,
            UserTask.assignee == actor.username,
        )
        offered = select(TaskCandidate.task_key).where(
            TaskCandidate.tenant_id == uow.tenant_id,
            TaskCandidate.kind == "group",
            TaskCandidate.name.in_(actor.groups),
            TaskCandidate.assignee.is_(None),
        )
        counted = {"mine": mine.limit(most), "offered": offered.distinct().limit(most)}
        return {
            name: uow.session.scalar(select(func.count()).select_from(q.subquery())) or 0 for name, q in counted.items()
        }


class _Reader:
    """Reads the buckets one after the other until the page is full."""

    def __init__(self, uow: UnitOfWork, actor: Actor, wanted: InboxFilter, soon: datetime) -> None:
        self._uow, self._actor, self._wanted, self._soon = uow, actor, wanted, soon

    def page(self, after: Place | None, limit: int) -> list[tuple[str, _Found]]:
        if self._wanted.search.strip() or self._wanted.unread:
            return self._of_found_cases(after, limit)
        found: list[tuple[str, _Found]] = []
        first = BUCKETS.index(after[0]) if after else 0
        last = 1 if self._wanted.overdue else len(BUCKETS)
        for bucket in BUCKETS[first:last]:
            place = after[1] if after and bucket == after[0] else None
            found += [(bucket, one) for one in self._bucket(bucket, place, limit - len(found))]
            if len(found) >= limit:
                break
        return found

    def _of_found_cases(self, after: Place | None, limit: int) -> list[tuple[str, _Found]]:
        placed = [self._placed(task) for task in tasks_of_found_cases(self._uow, self._actor, self._wanted)]
        placed.sort(key=lambda one: (BUCKETS.index(one[0]), one[1].place))
        if after is not None:
            border = (BUCKETS.index(after[0]), _as_read(after))
            placed = [one for one in placed if (BUCKETS.index(one[0]), one[1].place) > border]
        return [one for one in placed if not self._wanted.overdue or one[0] == OVERDUE][:limit]

    def _placed(self, task: Candidate) -> tuple[str, _Found]:
        if task.due_at is not None and task.due_at <= self._soon:
            bucket = OVERDUE if task.due_at <= self._uow.now else SOON
            return bucket, _Found(task.key, (task.due_at, task.key))
        if task.unread_at is not None:
            return UNREAD, _Found(task.key, (task.unread_at, task.key))
        return REST, _Found(task.key, (task.rank, task.created_at, task.key))

    def _bucket(self, bucket: str, place: list[Any] | None, limit: int) -> list[_Found]:
        if bucket in (OVERDUE, SOON):
            return self._by_due(bucket, place, limit)
        return self._by_unread(place, limit) if bucket == UNREAD else self._by_rank(place, limit)

    def _by_due(self, bucket: str, place: list[Any] | None, limit: int) -> list[_Found]:
        after = (datetime.fromisoformat(place[0]), place[1]) if place else None

        def query() -> Query:
            due, key = TaskCandidate.due_at, TaskCandidate.task_key
            within = due <= self._uow.now if bucket == OVERDUE else and_(due > self._uow.now, due <= self._soon)
            found: Query = select(key, due).where(within)
            if after:
                found = found.where(tuple_(due, key) > after)
            return found.order_by(due, key)

        return self._merged(bucket, after, query, limit, lambda row: (row[1], row[0]))

    def _by_rank(self, place: list[Any] | None, limit: int) -> list[_Found]:
        after = (place[0], datetime.fromisoformat(place[1]), place[2]) if place else None

        def query() -> Query:
            rank, made, key = TaskCandidate.rank, TaskCandidate.created_at, TaskCandidate.task_key
            found: Query = select(key, rank, made).where(self._not_urgent(TaskCandidate.due_at))
            if after:
                found = found.where(rank >= after[0], tuple_(rank, made, key) > after)
            return found.order_by(rank, made, key)

        return self._merged(REST, after, query, limit, lambda row: (row[1], row[2], row[0]))

    def _by_unread(self, place: list[Any] | None, limit: int) -> list[_Found]:
        """Unread cases are few, so their tasks are looked up rather than sorted."""
        since = datetime.fromisoformat(place[0]) if place else None
        border = (since, place[1]) if place else None
        found: list[_Found] = []
        for portion in tasks_of_unread_cases(self._uow, self._actor, self._wanted, since):
            placed = [one for bucket, one in map(self._placed, portion) if bucket == UNREAD]
            found += [one for one in placed if border is None or one.place > border]
            if len(found) >= limit:
                break
        return sorted(found, key=lambda one: one.place)[:limit]

    def _merged(
        self,
        bucket: str,
        after: tuple[Any, ...] | None,
        query: Callable[[], Query],
        limit: int,
        place: Callable[[Any], tuple[Any, ...]],
    ) -> list[_Found]:
        """Read the same order from each group's offers along the index, and merge: a task may be offered by several."""
        held = (one for of, one in self._held if of == bucket and (after is None or one.place > after))
        found = {one.key: one for one in held}
        if self._wanted.whose != "mine":
            for condition in self._offers():
                narrowed = self._joined(query().where(condition), not_unread=bucket == REST)
                for row in self._uow.session.execute(narrowed.limit(limit)):
                    found[row[0]] = _Found(row[0], place(row))
        return sorted(found.values(), key=lambda one: one.place)[:limit]

    @cached_property
    def _held(self) -> list[tuple[str, _Found]]:
        """What this actor holds, with its bucket: so little that it is put in order here."""
        if self._wanted.whose == "offered":
            return []
        query: Query = (
            select(UserTask, Case.unread_at)
            .outerjoin(CaseInstance, CaseInstance.instance_key == UserTask.root_key)
            .outerjoin(Case, Case.key == CaseInstance.case_key)
            .outerjoin(Customer, Customer.key == Case.customer_key)
            .where(UserTask.tenant_id == self._uow.tenant_id, IS_OPEN, UserTask.assignee == self._actor.username)
            # Without statistics SQLite would rather walk all open tasks.
            .with_hint(UserTask, "INDEXED BY ix_user_task_open_assignee", "sqlite")
        )
        group = self._wanted.group
        return [
            self._placed(Candidate(task.key, task.due_at, unread_at, 100 - task.priority, task.created_at))
            for task, unread_at in self._uow.session.execute(self._wanted.narrow(query))
            if group is None or group in task.candidate_groups
        ]

    def _offers(self) -> list[ColumnElement[bool]]:
        group = self._wanted.group
        groups = sorted(self._actor.groups if group is None else self._actor.groups & {group})
        names = [("group", name) for name in groups] + ([("user", self._actor.username)] if group is None else [])
        return [
            and_(
                TaskCandidate.tenant_id == self._uow.tenant_id,
                TaskCandidate.kind == kind,
                TaskCandidate.name == name,
                TaskCandidate.assignee.is_(None),
            )
            for kind, name in names
        ]

    def _joined(self, query: Query, not_unread: bool) -> Query:
        """With the task, and with its case where something is asked of it."""
        query = query.join(UserTask, UserTask.key == TaskCandidate.task_key)
        if self._wanted.asks_the_case or not_unread:
            outer = not self._wanted.asks_the_case
            query = query.join(CaseInstance, CaseInstance.instance_key == UserTask.root_key, isouter=outer)
            query = query.join(Case, Case.key == CaseInstance.case_key, isouter=outer)
            query = query.outerjoin(Customer, Customer.key == Case.customer_key)
        if not_unread:
            query = query.where(Case.unread_at.is_(None))
        return self._wanted.narrow(query)

    def _not_urgent(self, due: Any) -> ColumnElement[bool]:
        return or_(due.is_(None), due > self._soon)


def _cursor(bucket: str, place: tuple[Any, ...]) -> str:
    plain = [value.isoformat() if isinstance(value, datetime) else value for value in place]
    return base64.urlsafe_b64encode(json.dumps([bucket, plain]).encode()).decode().rstrip("=")


def _as_read(place: Place) -> tuple[Any, ...]:
    """A cursor's place with its moment as one."""
    *first, moment, key = place[1]
    return (*first, datetime.fromisoformat(moment), key)


def _place(cursor: str | None) -> Place | None:
    if not cursor:
        return None
    try:
        bucket, place = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        datetime.fromisoformat(place[1] if bucket == REST else place[0])
        if bucket not in BUCKETS or len(place) != (3 if bucket == REST else 2) or not isinstance(place[-1], int):
            raise ValueError(bucket)
    except (ValueError, TypeError, IndexError, KeyError) as error:
        raise InvalidInput("This page's address is not valid; begin at the first page.") from error
    return bucket, place
