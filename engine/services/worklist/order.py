"""In which order an inbox stands: a row of buckets, and the place of a task in its own, which a page's cursor remembers.

By urgency: what is overdue; what is due soon; what a customer said and nobody has read; then the rest by priority and age. A
task stands in the first bucket that it fits. Every other order is one value, and a second bucket for those without it.
"""

import base64
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, true, tuple_

from engine.errors import InvalidInput
from engine.model.user_task import TaskCandidate, UserTask
from engine.services.worklist.filters import Query, Sort

OVERDUE, SOON, UNREAD, REST = "overdue", "soon", "unread", "rest"
DATED, UNDATED, PRIORITY, NEWEST, OLDEST = "dated", "undated", "priority", "newest", "oldest"
BUCKETS: dict[Sort, tuple[str, ...]] = {
    "urgency": (OVERDUE, SOON, UNREAD, REST),
    "due": (DATED, UNDATED),
    "priority": (PRIORITY,),
    "newest": (NEWEST,),
    "oldest": (OLDEST,),
}
BY_DUE, BY_RANK = (OVERDUE, SOON, DATED), (REST, PRIORITY)
Place = tuple[Any, ...]
_COLUMNS: dict[str, tuple[Any, ...]] = {
    **dict.fromkeys(BY_DUE, (TaskCandidate.due_at, TaskCandidate.task_key)),
    **dict.fromkeys(BY_RANK, (TaskCandidate.rank, TaskCandidate.created_at, TaskCandidate.task_key)),
    **dict.fromkeys((UNDATED, NEWEST, OLDEST), (TaskCandidate.created_at, TaskCandidate.task_key)),
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """An open task with what its order depends on. `follow_up_at`: put aside by who holds it until then."""

    key: int
    due_at: datetime | None
    unread_at: datetime | None
    rank: int
    created_at: datetime
    follow_up_at: datetime | None = None

    @classmethod
    def of(cls, task: UserTask, unread_at: datetime | None) -> "Candidate":
        return cls(task.key, task.due_at, unread_at, 100 - task.priority, task.created_at, task.follow_up_at)

    def is_put_aside(self, now: datetime) -> bool:
        """Until its moment; what is overdue, or has news from the customer, comes back by itself."""
        waits = self.follow_up_at is not None and self.follow_up_at > now
        return waits and self.unread_at is None and (self.due_at is None or self.due_at > now)


@dataclass(frozen=True, slots=True)
class Found:
    """A task's key and where it stands: its bucket, and the sort values there."""

    key: int
    bucket: str
    place: Place


@dataclass(frozen=True, slots=True)
class Order:
    """One order, as things are `now`; what is due before `soon` is soon due."""

    sort: Sort
    now: datetime
    soon: datetime

    @property
    def buckets(self) -> tuple[str, ...]:
        return BUCKETS[self.sort]

    def placed(self, task: Candidate) -> Found:
        """Where a task stands."""
        bucket = self._bucket(task)
        values = {BY_DUE: (task.due_at, task.key), BY_RANK: (task.rank, task.created_at, task.key)}
        place = next((place for names, place in values.items() if bucket in names), (task.created_at, task.key))
        return Found(task.key, bucket, (task.unread_at, task.key) if bucket == UNREAD else place)

    def urgency(self, due_at: datetime | None, unread: bool) -> str:
        """The bucket of urgency, whatever the order is."""
        if due_at is not None and due_at <= self.soon:
            return OVERDUE if due_at <= self.now else SOON
        return UNREAD if unread else REST

    def arranged(self, found: list[Found]) -> list[Found]:
        """These in order."""
        if self.sort == "newest":
            return sorted(found, key=lambda one: one.place, reverse=True)
        return sorted(found, key=lambda one: (self.buckets.index(one.bucket), one.place))

    def is_after(self, one: Found, border: Found | None) -> bool:
        if border is None:
            return True
        here, there = self.buckets.index(one.bucket), self.buckets.index(border.bucket)
        if here != there:
            return here > there
        return one.place < border.place if self.sort == "newest" else one.place > border.place

    def query(self, bucket: str, query: Query, border: Found | None) -> Query:
        """The bucket's candidates in order, those after the border; read along an index of each offer."""
        columns = _COLUMNS[bucket]
        query = query.add_columns(*columns[:-1]).where(self._condition(bucket))
        if border is not None and border.bucket == bucket:
            if bucket == NEWEST:
                query = query.where(columns[0] <= border.place[0], tuple_(*columns) < border.place)
            else:
                query = query.where(columns[0] >= border.place[0], tuple_(*columns) > border.place)
        return query.order_by(*(column.desc() for column in columns) if bucket == NEWEST else columns)

    def read(self, bucket: str, row: Any) -> Found:
        """A row of that query: the key, then the sort values."""
        return Found(row[0], bucket, (*row[1:], row[0]))

    def _bucket(self, task: Candidate) -> str:
        if self.sort == "urgency":
            return self.urgency(task.due_at, task.unread_at is not None)
        if self.sort == "due":
            return UNDATED if task.due_at is None else DATED
        return self.buckets[0]

    def _condition(self, bucket: str) -> ColumnElement[bool]:
        due = TaskCandidate.due_at
        if bucket == OVERDUE:
            return due <= self.now
        if bucket == SOON:
            return and_(due > self.now, due <= self.soon)
        if bucket == REST:
            return or_(due.is_(None), due > self.soon)
        if bucket in (DATED, UNDATED):
            return due.is_not(None) if bucket == DATED else due.is_(None)
        return true()

    def cursor(self, last: Found) -> str:
        """Where the next page begins, as text."""
        plain = [value.isoformat() if isinstance(value, datetime) else value for value in last.place]
        return base64.urlsafe_b64encode(json.dumps([last.bucket, plain]).encode()).decode().rstrip("=")

    def border(self, cursor: str | None) -> Found | None:
        """The last task of the page before. Raises InvalidInput for text that is no cursor of this order."""
        if not cursor:
            return None
        try:
            bucket, place = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
            *ranks, moment, key = place
            if bucket not in self.buckets or len(ranks) != (bucket in BY_RANK) or not isinstance(key, int):
                raise ValueError(bucket)
            if not all(isinstance(rank, int) for rank in ranks):
                raise ValueError(ranks)
            at = datetime.fromisoformat(moment)
            if at.tzinfo is None:
                raise ValueError(moment)
        except (ValueError, TypeError, KeyError) as error:
            raise InvalidInput("This page's address is not valid; begin at the first page.") from error
        return Found(key, bucket, (*ranks, at, key))
