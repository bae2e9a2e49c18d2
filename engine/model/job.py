"""Work that waits for a moment or a worker: timers, service tasks, their retries, and the engine's own."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from engine.errors import Conflict, NotFound
from engine.model.base import Base, Keyed, KeyType

OWN = "kefuflow:"  # types that begin so are the engine's; no diagram's job may
TIMER = OWN + "timer"
TIMER_START = OWN + "timer-start"
SIGNAL = OWN + "signal"
SIGNAL_START = OWN + "signal-start"
EXPIRE_MESSAGES = OWN + "expire-messages"


NORMAL = 50  # a job's priority where its diagram names none


class JobNotFound(NotFound):
    """There is no job with this key."""


class JobNotOpen(Conflict):
    """The job is done, withdrawn, or another worker has it now."""


class JobState(StrEnum):
    CREATED = "CREATED"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"  # no tries are left; an incident tells somebody
    ERROR_THROWN = "ERROR_THROWN"
    CANCELED = "CANCELED"


class JobKind(StrEnum):
    BPMN_ELEMENT = "BPMN_ELEMENT"
    EXECUTION_LISTENER = "EXECUTION_LISTENER"
    TASK_LISTENER = "TASK_LISTENER"
    AD_HOC_SUB_PROCESS = "AD_HOC_SUB_PROCESS"


NO_LISTENER = "UNSPECIFIED"
_NO_RETRIES = {
    JobKind.EXECUTION_LISTENER: "EXECUTION_LISTENER_NO_RETRIES",
    JobKind.TASK_LISTENER: "TASK_LISTENER_NO_RETRIES",
    JobKind.AD_HOC_SUB_PROCESS: "AD_HOC_SUB_PROCESS_NO_RETRIES",
}


def no_retries(kind: str) -> str:
    """The name of the incident when a job of this kind has no try left."""
    return _NO_RETRIES.get(JobKind(kind), "JOB_NO_RETRIES")


class Job(Keyed, Base):
    """One piece of work.

    `run_at` is when anybody may take it next: the due moment, the end of a backoff, or, while `worker` has it, the end
    of that lease. So one index answers "what is due", and a worker that died needs no clearing up. None: not now.
    While its instance is suspended `held_run_at` keeps that moment, and `run_at` is None.
    """

    __tablename__ = "job"
    __table_args__ = (
        Index(
            "ix_job_due",
            "type",
            "run_at",
            sqlite_where=text("state = 'CREATED'"),
            postgresql_where=text("state = 'CREATED'"),
        ),
        Index(None, "element_instance_key"),
        Index(None, "process_instance_key"),
    )

    type: Mapped[str] = mapped_column(String(255))
    kind: Mapped[str] = mapped_column(String(24), server_default=JobKind.BPMN_ELEMENT)
    listener: Mapped[str] = mapped_column(String(16), server_default=NO_LISTENER)  # START, END, CREATING, ASSIGNING …
    denied: Mapped[bool | None]  # by a task listener
    denied_reason: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(16))
    due_at: Mapped[datetime | None]
    run_at: Mapped[datetime | None]
    held_run_at: Mapped[datetime | None]
    taken_at: Mapped[datetime | None]  # when its worker took it last
    worker: Mapped[str | None] = mapped_column(String(255))
    lease: Mapped[int] = mapped_column(default=0)  # counts the times it was taken; an older holder cannot answer
    retries: Mapped[int] = mapped_column(default=3)
    tries: Mapped[int] = mapped_column(default=0)  # failed ones, for the backoff
    abandoned: Mapped[int] = mapped_column(default=0, server_default="0")  # leases that ended without a word
    priority: Mapped[int] = mapped_column(default=NORMAL, server_default=str(NORMAL))  # 0 to 100, higher first
    process_instance_key: Mapped[int | None] = mapped_column(KeyType)
    root_key: Mapped[int | None] = mapped_column(KeyType)
    process_definition_key: Mapped[int | None] = mapped_column(KeyType)
    process_id: Mapped[str | None] = mapped_column(String(255))
    element_id: Mapped[str | None] = mapped_column(String(255))
    element_instance_key: Mapped[int | None] = mapped_column(KeyType)
    headers: Mapped[dict[str, Any]]
    payload: Mapped[dict[str, Any]]
    error_code: Mapped[str | None] = mapped_column(String(255))
    error_message: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class JobAttempt(Keyed, Base):
    """A try that failed. The one that succeeded is the job's own row."""

    __tablename__ = "job_attempt"
    __table_args__ = (Index(None, "process_instance_key"), Index(None, "job_key"))

    job_key: Mapped[int] = mapped_column(KeyType)
    process_instance_key: Mapped[int | None] = mapped_column(KeyType)
    worker: Mapped[str | None] = mapped_column(String(255))
    taken_at: Mapped[datetime | None]
    failed_at: Mapped[datetime]
    retries_left: Mapped[int]
    message: Mapped[str] = mapped_column(Text)
