"""Jobs of service tasks: taken by workers of any kind, done, failed, or ended with an error that the diagram models."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, insert, select, update

from engine.errors import InvalidInput, NotFound
from engine.execution import Wish
from engine.history import audit
from engine.jobs import queue
from engine.jobs.retry import backoff
from engine.model.base import DEFAULT_TENANT, table_of
from engine.model.incident import IncidentState, message_hash
from engine.model.instance import ProcessInstance
from engine.model.job import NO_LISTENER, OWN, Job, JobAttempt, JobKind, JobNotFound, JobNotOpen, JobState, no_retries
from engine.model.user_task import UserTask
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services import task_events
from engine.services import variables as stored
from engine.services.turn import InstanceEnded, InstanceSuspended, Live, Turn, require_running

__all__ = [
    "ActivatedJob",
    "JobNotFound",
    "JobNotOpen",
    "JobResult",
    "Wish",
    "activate",
    "complete",
    "fail",
    "throw_error",
    "update_job",
]

_job, _attempt = table_of(Job), table_of(JobAttempt)
_JOB = select(_job).where(_job.c.key == bindparam("job"), _job.c.tenant_id == bindparam("tenant"))  # built once
_LOCKED_JOB = _JOB.with_for_update()
MAX_JOBS = 1000
_MESSAGE_LENGTH = 10_000


@dataclass(frozen=True)
class ActivatedJob:
    """A job and what its worker needs to do it before `deadline`."""

    key: int
    type: str
    process_id: str
    version: int
    process_definition_key: int
    process_instance_key: int
    root_key: int
    element_id: str
    element_instance_key: int
    headers: dict[str, str]
    worker: str
    retries: int
    deadline: datetime
    variables: dict[str, Any]
    tenant_id: str
    kind: str = JobKind.BPMN_ELEMENT
    listener: str = NO_LISTENER
    user_task: dict[str, Any] | None = None  # what a task listener is told of its task
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class JobResult:
    """What a job's worker decided, beside its variables.

    A task listener may deny what is to happen (with a reason), or correct columns of the task; a correction's moment is an
    ISO 8601 text. The worker of an ad-hoc subprocess names elements to start, or says that it is complete.
    """

    denied: bool = False
    denied_reason: str | None = None
    corrections: dict[str, Any] = field(default_factory=dict)
    activate: tuple[Wish, ...] = ()
    complete: bool = False
    cancel_remaining: bool = False


def activate(
    runtime: Runtime,
    job_type: str,
    worker: str,
    timeout: timedelta,
    max_jobs: int,
    fetch_variables: Collection[str] | None = None,
    tenant_ids: Collection[str] = (DEFAULT_TENANT,),
) -> list[ActivatedJob]:
    """Take up to `max_jobs` due jobs of a type for `timeout`; nobody else gets them until then.

    Each comes with the variables that its element sees, or those of `fetch_variables`. Raises InvalidInput.
    """
    if not job_type or job_type.startswith(OWN):
        raise InvalidInput(f"'{job_type}' is no job type that a worker can ask for.", {"type": ["?"]})
    if not 1 <= max_jobs <= MAX_JOBS or timeout <= timedelta(0):
        raise InvalidInput(f"Ask for 1 to {MAX_JOBS} jobs, for a time longer than zero.")

    def work(uow: UnitOfWork) -> list[ActivatedJob]:
        rows = queue.claim(uow, job_type, worker, max_jobs, timeout, tenant_ids)
        owners = _owners(uow, [row.process_instance_key for row in rows])
        return [
            _activated(
                row,
                owners[row.process_instance_key],
                stored.visible(uow, row.element_instance_key, fetch_variables),
                _task_of(uow, row),
            )
            for row in rows
        ]

    return runtime.transact(work)


def _owners(uow: UnitOfWork, instance_keys: list[int]) -> dict[int, Any]:
    """Version and tags of the instances, by key."""
    table = table_of(ProcessInstance)
    query = select(table.c.key, table.c.version, table.c.tags).where(table.c.key.in_(instance_keys))
    return {row.key: row for row in uow.connection.execute(query)} if instance_keys else {}


def _task_of(uow: UnitOfWork, row: Row[Any]) -> dict[str, Any] | None:
    if row.kind != JobKind.TASK_LISTENER:
        return None
    task = uow.session.get(UserTask, row.element_instance_key)
    return None if task is None else task_events.described(task)


def _activated(row: Row[Any], owner: Any, variables: dict[str, Any], user_task: dict[str, Any] | None) -> ActivatedJob:
    return ActivatedJob(
        key=row.key,
        type=row.type,
        process_id=row.process_id,
        version=owner.version,
        process_definition_key=row.process_definition_key,
        process_instance_key=row.process_instance_key,
        root_key=row.root_key,
        element_id=row.element_id,
        element_instance_key=row.element_instance_key,
        headers=row.headers,
        worker=row.worker,
        retries=row.retries,
        deadline=row.run_at,
        variables=variables,
        tenant_id=row.tenant_id,
        kind=row.kind,
        listener=row.listener,
        user_task=user_task,
        tags=tuple((owner.tags or "").split()),
    )


def complete(
    runtime: Runtime,
    job_key: int,
    variables: dict[str, Any] | None = None,
    *,
    result: JobResult | None = None,
    who: str = audit.ENGINE,
    tenant_id: str = DEFAULT_TENANT,
) -> None:
    """The work is done: its variables go to the process, which runs on. Raises JobNotFound, JobNotOpen.

    With `result` a listener or the worker of an ad-hoc subprocess decides; raises InvalidInput where that cannot be.
    """

    def work(uow: UnitOfWork) -> None:
        found = _open(uow, job_key)
        if _outlives(found):
            _complete_alone(uow, job_key)
            return
        turn, row, live = _take(runtime, uow, found, who)
        _COMPLETE[row.kind](turn, live, row, variables or {}, result or JobResult())
        turn.finish()

    runtime.transact(work, tenant_id)


def _complete_work(turn: Turn, live: Live, row: Row[Any], variables: dict[str, Any], result: JobResult) -> None:
    turn.act(live, lambda instance: instance.complete(row.element_instance_key, variables))


def _complete_listener(turn: Turn, live: Live, row: Row[Any], variables: dict[str, Any], result: JobResult) -> None:
    turn.act(live, lambda instance: instance.complete_listener(row.element_instance_key, variables))


def _direct_ad_hoc(turn: Turn, live: Live, row: Row[Any], variables: dict[str, Any], result: JobResult) -> None:
    key, stop, cancel = row.element_instance_key, result.complete, result.cancel_remaining
    turn.act(live, lambda instance: instance.direct_ad_hoc(key, variables, result.activate, stop, cancel))


def _complete_task_listener(
    turn: Turn, live: Live, row: Row[Any], variables: dict[str, Any], result: JobResult
) -> None:
    key, event = row.element_instance_key, row.listener.lower()
    if variables:
        raise InvalidInput(
            "A task listener has no variables to give; it corrects the task, or denies what is to happen."
        )
    if result.denied and event == task_events.CREATING:
        raise InvalidInput("That a task is created cannot be denied.")
    if result.denied and result.corrections:
        raise InvalidInput("A listener either denies what is to happen or corrects the task.")
    if result.denied:
        denied = {"denied": True, "denied_reason": result.denied_reason}
        turn.uow.connection.execute(update(_job).where(_job.c.key == row.key).values(**denied))
    elif result.corrections:
        task_events.correct(turn, key, result.corrections)
    answered: list[str | None] = []
    turn.act(live, lambda instance: answered.append(instance.complete_task_listener(key, result.denied)))
    if answered[0] is not None:
        task_events.finish(turn, live, key, result.denied, result.denied_reason)


_COMPLETE: dict[str, Callable[[Turn, Live, Row[Any], dict[str, Any], JobResult], None]] = {
    JobKind.BPMN_ELEMENT: _complete_work,
    JobKind.EXECUTION_LISTENER: _complete_listener,
    JobKind.TASK_LISTENER: _complete_task_listener,
    JobKind.AD_HOC_SUB_PROCESS: _direct_ad_hoc,
}


def _outlives(row: Row[Any]) -> bool:
    """Whether nothing waits for the job: its task was canceled already."""
    return bool(row.kind == JobKind.TASK_LISTENER and row.listener == "CANCELING")


def _complete_alone(uow: UnitOfWork, job_key: int) -> None:
    _open(uow, job_key, locked=True)
    done = {"state": JobState.COMPLETED, "ended_at": uow.now}
    uow.connection.execute(update(_job).where(_job.c.key == job_key).values(**done))


def throw_error(
    runtime: Runtime,
    job_key: int,
    code: str,
    message: str = "",
    variables: dict[str, Any] | None = None,
    *,
    who: str = audit.ENGINE,
    tenant_id: str = DEFAULT_TENANT,
) -> None:
    """The work ended with an error that the diagram may catch; where nothing does, it is an incident.

    Raises JobNotFound, JobNotOpen.
    """

    def work(uow: UnitOfWork) -> None:
        found = _open(uow, job_key)
        if found.kind in (JobKind.EXECUTION_LISTENER, JobKind.TASK_LISTENER):
            raise JobNotOpen(f"Job {job_key} is a listener's; a listener can fail, but throws no error of the diagram.")
        turn, row, live = _take(runtime, uow, found, who)
        ended = {"state": JobState.ERROR_THROWN, "ended_at": uow.now, "error_code": code, "error_message": message}
        uow.connection.execute(update(_job).where(_job.c.key == job_key).values(**ended))
        before = len(turn.writes.new_incidents)
        turn.act(live, lambda instance: instance.throw_error(row.element_instance_key, code, message, variables))
        if len(turn.writes.new_incidents) > before:
            _keep_open(turn, row)
        turn.finish()

    runtime.transact(work, tenant_id)


def _keep_open(turn: Turn, row: Row[Any]) -> None:
    """Nothing caught the error: the job waits, so that resolving its incident gives it to a worker again."""
    _mark_incident(turn, row)
    turn.uow.connection.execute(
        update(_job).where(_job.c.key == row.key).values(state=JobState.FAILED, run_at=None, ended_at=None)
    )


def fail(
    runtime: Runtime,
    job_key: int,
    message: str,
    *,
    retries: int | None = None,
    retry_after: timedelta | None = None,
    variables: dict[str, Any] | None = None,
    who: str = audit.ENGINE,
    tenant_id: str = DEFAULT_TENANT,
) -> int:
    """A try failed; returns the tries that are left.

    `retries` says how many that are (default: one less), `retry_after` when the next may begin (default: exponential
    backoff). At 0 an incident tells somebody. Raises JobNotFound, JobNotOpen.
    """

    def work(uow: UnitOfWork) -> int:
        found = _open(uow, job_key)
        if _outlives(found):
            return _fail_alone(Turn(runtime, uow, who), job_key, message, retries, retry_after)
        turn, row, live = _take(runtime, uow, found, who)
        left = max(row.retries - 1 if retries is None else retries, 0)
        after_failure(uow, runtime.new_key(), row, message, left, retry_after)
        if variables:
            turn.act(live, lambda instance: instance.set_variables(row.element_instance_key, variables, local=True))
        if left == 0:
            why, error_type = message or "The job failed.", no_retries(row.kind)
            turn.act(live, lambda instance: instance.fail(row.element_instance_key, why, error_type))
            _mark_incident(turn, row)
        turn.finish()
        return left

    return runtime.transact(work, tenant_id)


def _fail_alone(turn: Turn, job_key: int, message: str, retries: int | None, retry_after: timedelta | None) -> int:
    """A try of a job failed that nothing waits for; without another its incident stands beside the instance."""
    uow, row = turn.uow, _open(turn.uow, job_key, locked=True)
    left = max(row.retries - 1 if retries is None else retries, 0)
    after_failure(uow, turn.runtime.new_key(), row, message, left, retry_after)
    if left == 0:
        key = turn.runtime.new_key()
        turn.writes.new_incidents[key] = incident_of(row, key, uow.now, message or "The job failed.")
    turn.finish()
    return left


def incident_of(row: Row[Any], key: int, at: datetime, message: str) -> dict[str, Any]:
    """The row of `incident` for a job that may not be tried again, where it is no turn of its instance that says so."""
    place = ("tenant_id", "process_instance_key", "root_key", "process_definition_key", "process_id", "element_id")
    return {
        **{name: getattr(row, name) for name in place},
        "key": key,
        "element_instance_key": row.element_instance_key,
        "job_key": row.key,
        "error_type": no_retries(row.kind),
        "message": message,
        "message_hash": message_hash(message),
        "state": IncidentState.ACTIVE,
        "created_at": at,
    }


def after_failure(
    uow: UnitOfWork, key: int, row: Row[Any], message: str, left: int, retry_after: timedelta | None = None
) -> None:
    """Note a failed try under a new `key`, and on the job's row when it may be taken again, or that nobody may before it
    is repaired."""
    wait = backoff(row.tries + 1) if retry_after is None else retry_after
    values = {
        "state": JobState.CREATED if left else JobState.FAILED,
        "retries": left,
        "tries": row.tries + 1,
        "abandoned": 0,
        "run_at": uow.now + wait if left else None,
        "worker": None,
        "error_message": message[:_MESSAGE_LENGTH],
    }
    uow.connection.execute(update(_job).where(_job.c.key == row.key).values(**values))
    attempt = {
        "key": key,
        "tenant_id": row.tenant_id,
        "job_key": row.key,
        "process_instance_key": row.process_instance_key,
        "worker": row.worker,
        "taken_at": row.taken_at,
        "failed_at": uow.now,
        "retries_left": left,
        "message": values["error_message"],
    }
    uow.connection.execute(insert(_attempt), attempt)


def _mark_incident(turn: Turn, row: Row[Any]) -> None:
    for incident in turn.writes.new_incidents.values():
        if incident["element_instance_key"] == row.element_instance_key:
            incident["job_key"] = row.key


def update_job(
    runtime: Runtime,
    job_key: int,
    *,
    who: str,
    retries: int | None = None,
    timeout: timedelta | None = None,
    tenant_id: str = DEFAULT_TENANT,
) -> None:
    """Give a job more tries (at least 1), or its worker more time from now. Raises JobNotFound, JobNotOpen, InvalidInput."""
    if retries is not None and retries < 1:
        raise InvalidInput("A job needs at least one try.", {"retries": ["≥ 1"]})

    def work(uow: UnitOfWork) -> None:
        row = _open(uow, job_key, locked=True)
        if row.held_run_at is not None:
            raise InstanceSuspended(f"Job {job_key} waits until its process instance is resumed.")
        values: dict[str, Any] = {} if retries is None else {"retries": retries}
        if timeout is not None:
            if row.worker is None:
                raise JobNotOpen(f"No worker holds job {job_key}.")
            values["run_at"] = uow.now + timeout
        if values:
            uow.connection.execute(update(_job).where(_job.c.key == job_key).values(**values))
            turn = Turn(runtime, uow, who)
            turn.audit(
                "job.update", "job", job_key, row.process_instance_key, {"retries": row.retries}, {"retries": retries}
            )
            turn.finish()

    runtime.transact(work, tenant_id)


def _take(runtime: Runtime, uow: UnitOfWork, found: Row[Any], who: str) -> tuple[Turn, Row[Any], Live]:
    """The open job of an instance, read again once its tree is locked."""
    turn = Turn(runtime, uow, who)
    if found.process_instance_key is None:
        raise JobNotFound(f"There is no job with key {found.key} that a worker could answer.")
    try:
        live = turn.load(found.process_instance_key)
    except (NotFound, InstanceEnded) as error:
        raise JobNotOpen(f"Job {found.key} is no longer wanted: its process instance has ended.") from error
    require_running(live)
    row = _open(uow, found.key)
    if row.state == JobState.FAILED:
        raise JobNotOpen(f"Job {found.key} has no tries left; its incident must be resolved first.")
    return turn, row, live


def _open(uow: UnitOfWork, job_key: int, *, locked: bool = False) -> Row[Any]:
    query = _LOCKED_JOB if locked else _JOB
    row: Row[Any] | None = uow.connection.execute(query, {"job": job_key, "tenant": uow.tenant_id}).one_or_none()
    if row is None or row.type.startswith(OWN):
        raise JobNotFound(f"There is no job with key {job_key}.")
    if row.state not in (JobState.CREATED, JobState.FAILED):
        raise JobNotOpen(f"Job {job_key} is no longer open: it is {row.state.lower()}.")
    return row
