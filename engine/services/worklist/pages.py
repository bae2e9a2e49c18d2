"""Pages of the inbox, each read along an index, so that a page costs the same with a million tasks."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from sqlalchemy import ColumnElement, and_, func, select

from engine.calendars import parse_duration
from engine.model.case import Case, CaseInstance
from engine.model.customer import Customer
from engine.model.people import Group, GroupMember, User
from engine.model.permissions import Actor
from engine.model.user_task import TaskCandidate, UserTask
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services.absences import covered_by
from engine.services.settings import setting
from engine.services.worklist.filters import InboxFilter, Query, held_by
from engine.services.worklist.order import OVERDUE, REST, UNREAD, Candidate, Found, Order
from engine.services.worklist.rows import TaskRow, rows_of
from engine.services.worklist.searching import case_keys, tasks_of_cases, tasks_of_unread_cases

__all__ = ["InboxPage", "TaskRow", "count_inbox", "inbox", "kept_in_sight"]

MOST_HELD = 2000  # tasks that are put in order in memory


@dataclass(frozen=True, slots=True)
class InboxPage:
    """Rows in order, and the cursor of the next page, None at the end."""

    rows: list[TaskRow]
    next_cursor: str | None


def inbox(
    runtime: Runtime, *, actor: Actor, wanted: InboxFilter | None = None, cursor: str | None = None, limit: int = 25
) -> InboxPage:
    """A page of the open tasks that this actor holds or is offered, the most urgent first unless `wanted` says otherwise.

    Raises InvalidInput for a cursor that is none, Forbidden without tasks.work.
    """
    actor.require("tasks.work")
    wanted = wanted or InboxFilter()
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        order = _order(uow, wanted)
        found = _Reader(uow, actor, wanted, order).page(order.border(cursor), limit + 1)
        rows = rows_of(uow, [one.key for one in found[:limit]], actor, {})
        if wanted.whose == "cover":  # which holds nothing else
            rows = [replace(row, readable=True) for row in rows]
        following = order.cursor(found[limit - 1]) if len(found) > limit else None
        return InboxPage([replace(row, urgency=order.urgency(row.due_at, row.unread)) for row in rows], following)


def count_inbox(runtime: Runtime, *, actor: Actor, most: int = 1000) -> dict[str, int]:
    """How many tasks one holds (`mine`, of these put aside: `snoozed`), is offered (`offered`), and how many of both are
    `overdue`, each at most `most`: a badge need not count a million. `cover`, for who stands in for somebody who is away: how
    many these hold."""
    actor.require("tasks.work")
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        reader = _Reader(uow, actor, InboxFilter(whose="mine"), _order(uow, InboxFilter()))
        held = [task for task, _ in reader.held_by([actor.username])]
        aside = sum(task.is_put_aside(uow.now) for task in held)
        late = sum(task.due_at is not None and task.due_at <= uow.now for task in held)
        offered = select(TaskCandidate.task_key).where(
            TaskCandidate.tenant_id == uow.tenant_id,
            TaskCandidate.kind == "group",
            TaskCandidate.name.in_(actor.groups),
            TaskCandidate.assignee.is_(None),
        )
        late_too = offered.where(TaskCandidate.due_at <= uow.now)
        covered = covered_by(uow, actor.username)
        theirs = (
            _Reader(uow, actor, InboxFilter(whose="cover"), _order(uow, InboxFilter())).held_by(covered)
            if covered
            else []
        )
        return ({"cover": min(len(theirs), most)} if covered else {}) | {
            "mine": min(len(held) - aside, most),
            "snoozed": aside,
            "offered": _count(uow, offered.distinct().limit(most)),
            "overdue": min(late + _count(uow, late_too.distinct().limit(most)), most),
        }


def team_of(uow: UnitOfWork, actor: Actor) -> list[str]:
    """The others of the groups that one is in, or leads."""
    mine = select(GroupMember.group_key).where(GroupMember.user_key == actor.key)
    led = select(Group.key).where(Group.tenant_id == uow.tenant_id, Group.lead_key == actor.key)
    members = select(User.username).join(GroupMember, GroupMember.user_key == User.key)
    members = members.where(GroupMember.group_key.in_(mine.union(led)), User.username != actor.username)
    return sorted(set(uow.session.scalars(members)))


def _order(uow: UnitOfWork, wanted: InboxFilter) -> Order:
    return Order(wanted.sort, uow.now, uow.now + parse_duration(setting(uow, "inbox.due_soon")))


def _count(uow: UnitOfWork, query: Query) -> int:
    return uow.session.scalar(select(func.count()).select_from(query.subquery())) or 0


class _Reader:
    """Reads the buckets one after the other until the page is full."""

    def __init__(self, uow: UnitOfWork, actor: Actor, wanted: InboxFilter, order: Order) -> None:
        self._uow, self._actor, self._wanted, self._order = uow, actor, wanted, order

    def page(self, border: Found | None, limit: int) -> list[Found]:
        if self._wanted.search.strip() or self._wanted.unread:
            return self._in_memory(self._of_found_cases(), border, limit)
        if self._wanted.is_held:
            return self._in_memory(self._held, border, limit)
        found: list[Found] = []
        for bucket in self._order.buckets:
            if border is None or self._order.buckets.index(bucket) >= self._order.buckets.index(border.bucket):
                found += self._bucket(bucket, border, limit - len(found))
            if len(found) >= limit:
                break
        return found

    def held_by(self, people: list[str]) -> list[tuple[Candidate, list[str]]]:
        """What these people hold, and whom it was offered to."""
        query: Query = (
            select(UserTask, Case.unread_at)
            .outerjoin(CaseInstance, CaseInstance.instance_key == UserTask.root_key)
            .outerjoin(Case, Case.key == CaseInstance.case_key)
            .outerjoin(Customer, Customer.key == Case.customer_key)
            .where(held_by(self._uow, people))
        )
        found = self._uow.session.execute(self._wanted.narrow(query).limit(MOST_HELD))
        return [
            (Candidate.of(task, unread_at), list(task.candidate_groups))
            for task, unread_at in found
            if self._wanted.whose != "cover" or task.can_be_taken_over_by(self._actor)
        ]

    @cached_property
    def _holders(self) -> list[str]:
        if self._wanted.whose == "offered":
            return []
        if self._wanted.whose == "cover":
            return covered_by(self._uow, self._actor.username)
        return team_of(self._uow, self._actor) if self._wanted.whose == "team" else [self._actor.username]

    @cached_property
    def _held(self) -> list[Found]:
        """What fits of what the wanted people hold: so little that it is put in order here."""
        group = self._wanted.group
        held = self.held_by(self._holders) if self._holders else []
        return [
            self._order.placed(task) for task, groups in held if (not group or group in groups) and self._fits(task)
        ]

    def _fits(self, task: Candidate) -> bool:
        """What was put aside is in its own list only; a colleague's is theirs."""
        if self._wanted.overdue and (task.due_at is None or task.due_at > self._uow.now):
            return False
        return self._wanted.whose in ("team", "cover") or task.is_put_aside(self._uow.now) == (
            self._wanted.whose == "snoozed"
        )

    def _of_found_cases(self) -> list[Found]:
        keys = case_keys(self._uow, self._wanted)
        tasks = tasks_of_cases(self._uow, self._actor, self._wanted, keys, self._holders)
        return [self._order.placed(task) for task in tasks if self._fits(task)]

    def _in_memory(self, found: list[Found], border: Found | None, limit: int) -> list[Found]:
        return [one for one in self._order.arranged(found) if self._order.is_after(one, border)][:limit]

    def _bucket(self, bucket: str, border: Found | None, limit: int) -> list[Found]:
        if bucket == UNREAD:
            return self._unread(border, limit)
        if self._wanted.overdue and self._order.sort == "urgency" and bucket != OVERDUE:
            return []
        # A task may be offered by several groups: each is read in the same order, and they are merged.
        found = {one.key: one for one in self._held if one.bucket == bucket and self._order.is_after(one, border)}
        for condition in self._offers():
            query = self._order.query(bucket, select(TaskCandidate.task_key).where(condition), border)
            if self._wanted.overdue:
                query = query.where(TaskCandidate.due_at <= self._uow.now)
            rows = self._uow.session.execute(self._joined(query, not_unread=bucket == REST).limit(limit))
            found.update({row[0]: self._order.read(bucket, row) for row in rows})
        return self._order.arranged(list(found.values()))[:limit]

    def _unread(self, border: Found | None, limit: int) -> list[Found]:
        """Unread cases are few, so their tasks are looked up rather than sorted."""
        since = border.place[0] if border is not None and border.bucket == UNREAD else None
        found: list[Found] = []
        for portion in tasks_of_unread_cases(self._uow, self._actor, self._wanted, self._holders, since):
            placed = [self._order.placed(task) for task in portion if self._fits(task)]
            found += [one for one in placed if one.bucket == UNREAD and self._order.is_after(one, border)]
            if len(found) >= limit:
                break
        return self._order.arranged(found)[:limit]

    def _offers(self) -> Iterator[ColumnElement[bool]]:
        group = self._wanted.group
        groups = sorted(self._actor.groups if group is None else self._actor.groups & {group})
        names = [("group", name) for name in groups] + ([("user", self._actor.username)] if group is None else [])
        for kind, name in names:
            yield and_(
                TaskCandidate.tenant_id == self._uow.tenant_id,
                TaskCandidate.kind == kind,
                TaskCandidate.name == name,
                TaskCandidate.assignee.is_(None),
            )

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


def kept_in_sight(runtime: Runtime, keys: Iterable[int], *, actor: Actor) -> int:
    """How many of these tasks stand in the list though they were put aside: they are overdue, or the customer has written."""
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        rows = rows_of(uow, list(keys), actor, {})
    return sum(row.unread or (row.due_at is not None and row.due_at <= runtime.now()) for row in rows)
