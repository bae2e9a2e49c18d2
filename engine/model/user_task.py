"""Work that waits for a person: its states and the rules between them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from engine.errors import Conflict, Forbidden, NotFound
from engine.model.base import Base, Keyed, KeyType
from engine.model.permissions import Actor

EXCLUDED_USERS = "exclude.users"  # a property of the element: names of people who may not do this task
STAND_IN = "stand.in"  # a property of the element: `none` says that it is its holder's own affair while they are away


class TaskNotFound(NotFound):
    """There is no user task with this key."""


class TaskNotOpen(Conflict):
    """The task is done or withdrawn."""


class TaskAlreadyClaimed(Conflict):
    """Another person holds the task."""


class TaskChanged(Conflict):
    """Somebody changed the task since it was read."""


class PersonExcluded(Forbidden):
    """The diagram says that this person may not do this task."""


class TaskState(StrEnum):
    CREATING = "CREATING"
    CREATED = "CREATED"
    ASSIGNING = "ASSIGNING"
    UPDATING = "UPDATING"
    COMPLETING = "COMPLETING"
    COMPLETED = "COMPLETED"
    CANCELED = "CANCELED"
    FAILED = "FAILED"


IN_TRANSITION = (TaskState.CREATING, TaskState.ASSIGNING, TaskState.UPDATING, TaskState.COMPLETING)


class UserTask(Keyed, Base):
    """One task of one instance. Its key is its element instance's.

    While its listeners run it is in a state of `IN_TRANSITION`, on nobody's list, and `transition` says what is to happen
    when they are done (see `engine.services.task_events`).
    """

    __tablename__ = "user_task"
    __table_args__ = (
        Index(None, "process_instance_key"),
        Index(None, "root_key"),
        Index(
            "ix_user_task_open_assignee",
            "tenant_id",
            "assignee",
            "created_at",
            sqlite_where=text("state = 'CREATED'"),
            postgresql_where=text("state = 'CREATED'"),
        ),
        Index(
            "ix_user_task_open_due",
            "tenant_id",
            "due_at",
            sqlite_where=text("state = 'CREATED'"),
            postgresql_where=text("state = 'CREATED'"),
        ),
        Index("ix_user_task_recent", "tenant_id", "state", "created_at"),
        Index(
            "ix_user_task_ended",
            "tenant_id",
            "ended_at",
            sqlite_where=text("ended_at IS NOT NULL"),
            postgresql_where=text("ended_at IS NOT NULL"),
        ),
    )

    element_id: Mapped[str] = mapped_column(String(255))
    name: Mapped[str] = mapped_column(String(255))
    process_instance_key: Mapped[int] = mapped_column(KeyType)
    root_key: Mapped[int] = mapped_column(KeyType)
    process_definition_key: Mapped[int] = mapped_column(KeyType)
    process_id: Mapped[str] = mapped_column(String(255))
    version: Mapped[int]
    scope_key: Mapped[int] = mapped_column(KeyType)
    state: Mapped[str] = mapped_column(String(16))
    assignee: Mapped[str | None] = mapped_column(String(255))
    candidate_groups: Mapped[list[str]]
    candidate_users: Mapped[list[str]]
    priority: Mapped[int]
    due_at: Mapped[datetime | None]
    follow_up_at: Mapped[datetime | None]
    form_id: Mapped[str | None] = mapped_column(String(255))
    form_key: Mapped[int | None] = mapped_column(KeyType)
    external_form: Mapped[str | None] = mapped_column(Text)
    headers: Mapped[dict[str, Any]]
    properties: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    claimed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    transition: Mapped[dict[str, Any] | None]
    completed_by: Mapped[str | None] = mapped_column(String(255))
    revision: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012

    def is_offered_to(self, actor: Actor) -> bool:
        """By name, by a role, team, queue or department; a task that is offered to nobody is offered to all who work."""
        if self.assignee == actor.username or actor.username in self.candidate_users:
            return True
        if actor.groups & set(self.candidate_groups):
            return True
        return not self.candidate_groups and not self.candidate_users and self.assignee is None

    def is_workable_by(self, actor: Actor) -> bool:
        return actor.may("tasks.work") and self.is_offered_to(actor)

    def can_be_given_to(self, actor: Actor) -> bool:
        """Whether they may do it, and the process does not leave them out."""
        return actor.username not in self.excluded_users and self.is_workable_by(actor)

    def can_be_taken_over_by(self, actor: Actor) -> bool:
        """Whether they may do it for a holder who is away: whoever it is offered to, and where it was that holder's by name
        alone, anybody who works; the process still leaves out whom it leaves out, and may leave it to its holder."""
        if self.properties.get(STAND_IN) == "none":
            return False
        by_name_alone = not self.candidate_groups and not self.candidate_users
        allowed = actor.username not in self.excluded_users and actor.may("tasks.work")
        return allowed and (by_name_alone or self.is_offered_to(actor))

    def is_readable_by(self, actor: Actor) -> bool:
        """Besides those who may do it, whoever looks after everybody's tasks."""
        return actor.may("tasks.read_all") or self.is_workable_by(actor)

    def require_open(self) -> None:
        if self.state in IN_TRANSITION:
            raise TaskNotOpen(
                f"Task {self.key} waits for its listeners: it is {self.state.lower()}. Try again in a moment."
            )
        if self.state != TaskState.CREATED:
            raise TaskNotOpen(f"Task {self.key} is no longer open: it is {self.state.lower()}.")

    def require_revision(self, revision: int | None) -> None:
        if revision is not None and revision != self.revision:
            raise TaskChanged(f"Task {self.key} was changed meanwhile; look at it again.")

    @property
    def excluded_users(self) -> list[str]:
        """Whom the process leaves out."""
        excluded = self.properties.get(EXCLUDED_USERS) or []
        return [excluded] if isinstance(excluded, str) else excluded

    def require_allowed(self, user: str) -> None:
        if user in self.excluded_users:
            raise PersonExcluded(f"{user} may not do task {self.key}: the process leaves this person out.")

    def claim(self, user: str, now: datetime) -> None:
        """Reserve it for one person; claiming one's own again renews `claimed_at`."""
        self.require_open()
        if self.assignee not in (None, user):
            raise TaskAlreadyClaimed(f"Task {self.key} is held by {self.assignee}.")
        self.require_allowed(user)
        self.assignee, self.claimed_at = user, now

    def assign(self, user: str | None, now: datetime) -> None:
        """Give it to somebody, whoever held it, or to nobody."""
        self.require_open()
        if user is not None:
            self.require_allowed(user)
        self.assignee, self.claimed_at = user, None if user is None else now

    def give_back(self, now: datetime) -> None:
        """Offer it again to all whom it was offered to."""
        self.assign(None, now)
        self.follow_up_at = None


def _index_of_offers(name: str, *order: str) -> Index:
    """Along the offers that nobody has taken. Only as a condition: PostgreSQL reads no order behind a column that is NULL."""
    nobody = text("assignee IS NULL")
    columns = ("tenant_id", "kind", "name", *order, "task_key")
    return Index(name, *columns, sqlite_where=nobody, postgresql_where=nobody)


class TaskCandidate(Base):
    """An open task offered to a group or person; one row each, so that an inbox is read along an index.

    The rows go when the task ends. The other columns repeat the task's.
    """

    __tablename__ = "task_candidate"
    # Each has the whole order of a list, the key included: a million offers of one moment are not put in order for one page.
    __table_args__ = (
        _index_of_offers("ix_task_candidate_offered", "rank", "created_at"),
        _index_of_offers("ix_task_candidate_offered_age", "created_at"),
        _index_of_offers("ix_task_candidate_offered_due", "due_at"),
    )

    task_key: Mapped[int] = mapped_column(KeyType, primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(8), primary_key=True)  # group, user
    name: Mapped[str] = mapped_column(String(255), primary_key=True)
    tenant_id: Mapped[str] = mapped_column(String(64))
    assignee: Mapped[str | None] = mapped_column(String(255))
    rank: Mapped[int]  # 100 - priority, so that the index is read forwards: the most important first, then the oldest
    due_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


__all__ = [
    "EXCLUDED_USERS",
    "IN_TRANSITION",
    "STAND_IN",
    "PersonExcluded",
    "TaskAlreadyClaimed",
    "TaskCandidate",
    "TaskChanged",
    "TaskNotFound",
    "TaskNotOpen",
    "TaskState",
    "UserTask",
]
