"""Jobs of service tasks: taken by workers of any kind, done, failed, or ended with an error that the diagram models."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, select, update

from engine.errors import InvalidInput, NotFound
from engine.history import audit
from engine.jobs import queue
from engine.jobs.retry import backoff
from engine.model.base import DEFAULT_TENANT, table_of
from engine.model.instance import ProcessInstance
from engine.model.job import OWN, Job, JobNotFound, JobNotOpen, JobState
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services import variables as stored
from engine.services.turn import InstanceEnded, Live, Turn

__all__ = ["ActivatedJob", "JobNotFound", "JobNotOpen", "activate", "complete", "fail", "throw_error", "update_job"]

_job = table_of(Job)
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
        versions = _versions(uow, [row.process_instance_key for row in rows])
        return [
            _activated(
                row, versions[row.process_instance_key], stored.visible(uow, row.element_instance_key, fetch_variables)
            )
            for row in rows
        ]

    return runtime.transact(work)


def _versions(uow: UnitOfWork, instance_keys: list[int]) -> dict[int, int]:
    query = select(ProcessInstance.key, ProcessInstance.version).where(ProcessInstance.key.in_(instance_keys))
    return {key: version for key, version in uow.connection.execute(query)} if instance_keys else {}


def _activated(row: Row[Any], version: int, variables: dict[str, Any]) -> ActivatedJob:
    return ActivatedJob(
        key=row.key,
        type=row.type,
        process_id=row.process_id,
        version=version,
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
    )


def complete(
    runtime: Runtime,
    job_key: int,
    variables: dict[str, Any] | None = None,
    *,
    who: str = audit.ENGINE,
    tenant_id: str = DEFAULT_TENANT,
) -> None:
    """The work is done: its variables go to the process, which runs on. Raises JobNotFound, JobNotOpen."""

    def work(uow: UnitOfWork) -> None:
        turn, row, live = _take(runtime, uow, job_key, who)
        turn.act(live, lambda instance: instance.complete(row.element_instance_key, variables or {}))
        turn.finish()

    runtime.transact(work, tenant_id)


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
        turn, row, live = _take(runtime, uow, job_key, who)
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
        turn, row, live = _take(runtime, uow, job_key, who)
        left = max(row.retries - 1 if retries is None else retries, 0)
        after_failure(uow, row, message, left, retry_after)
        if variables:
            turn.act(live, lambda instance: instance.set_variables(row.element_instance_key, variables, local=True))
        if left == 0:
            turn.act(live, lambda instance: instance.fail(row.element_instance_key, message or "The job failed."))
            _mark_incident(turn, row)
        turn.finish()
        return left

    return runtime.transact(work, tenant_id)


def after_failure(
    uow: UnitOfWork, row: Row[Any], message: str, left: int, retry_after: timedelta | None = None
) -> None:
    """Note a failed try on the job's row: when it may be taken again, or that nobody may before it is repaired."""
    wait = backoff(row.tries + 1) if retry_after is None else retry_after
    values = {
        "state": JobState.CREATED if left else JobState.FAILED,
        "retries": left,
        "tries": row.tries + 1,
        "run_at": uow.now + wait if left else None,
        "worker": None,
        "error_message": message[:_MESSAGE_LENGTH],
    }
    uow.connection.execute(update(_job).where(_job.c.key == row.key).values(**values))


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
        row = _open(uow, job_key, lambda query: query.with_for_update())
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


def _take(runtime: Runtime, uow: UnitOfWork, job_key: int, who: str) -> tuple[Turn, Row[Any], Live]:
    """The job of an instance, read once its tree is locked."""
    turn = Turn(runtime, uow, who)
    instance_key = _open(uow, job_key).process_instance_key
    if instance_key is None:
        raise JobNotFound(f"There is no job with key {job_key} that a worker could answer.")
    try:
        live = turn.load(instance_key)
    except (NotFound, InstanceEnded) as error:
        raise JobNotOpen(f"Job {job_key} is no longer wanted: its process instance has ended.") from error
    row = _open(uow, job_key)
    if row.state == JobState.FAILED:
        raise JobNotOpen(f"Job {job_key} has no tries left; its incident must be resolved first.")
    return turn, row, live


def _open(uow: UnitOfWork, job_key: int, more: Callable[[Any], Any] = lambda query: query) -> Row[Any]:
    query = select(_job).where(_job.c.key == job_key, _job.c.tenant_id == uow.tenant_id)
    row: Row[Any] | None = uow.connection.execute(more(query)).one_or_none()
    if row is None or row.type.startswith(OWN):
        raise JobNotFound(f"There is no job with key {job_key}.")
    if row.state not in (JobState.CREATED, JobState.FAILED):
        raise JobNotOpen(f"Job {job_key} is no longer open: it is {row.state.lower()}.")
    return row
