"""What a job comes to once a worker has it: a timer fires, a signal arrives, a handler does its work outside.

Whatever goes wrong stays with the one job: it is tried again with a growing pause, then it is an incident.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, insert, select, update

from engine.errors import NotFound, Unavailable
from engine.execution.timers import next_due as following_due
from engine.jobs import queue
from engine.model.base import table_of
from engine.model.incident import Incident, IncidentState
from engine.model.job import SIGNAL, SIGNAL_START, TIMER, TIMER_START, Job, JobNotFound, JobNotOpen, JobState
from engine.model.subscription import StartSubscription
from engine.persistence import UnitOfWork
from engine.runtime import BpmnError, JobContext, JobFailed, Registration, Runtime
from engine.services import jobs, variables
from engine.services.deploying.starts import due_from_json, due_to_json
from engine.services.turn import InstanceEnded, Turn
from engine.services.turn.waits import start_by

log = logging.getLogger("kefuflow.worker")
_job = table_of(Job)
_starts = table_of(StartSubscription)
OWN_LEASE = timedelta(seconds=20)  # a worker that dies with a timer in its hands delays it by at most this


def perform(runtime: Runtime, row: Row[Any]) -> None:
    """Do one claimed job. Never raises for what the job itself does wrong."""
    own = _OWN.get(row.type)
    try:
        if own is not None:
            runtime.transact(lambda uow: own(runtime, uow, row), row.tenant_id)
        else:
            _work(runtime, row, runtime.job_handlers[row.type])
    except Exception as error:
        log.exception("Job %s of type %s failed", row.key, row.type)
        _give_up_try(runtime, row, error)


def _still_ours(uow: UnitOfWork, row: Row[Any]) -> bool:
    """Whether the job is as it was claimed: not closed, moved or taken over since."""
    found = uow.connection.execute(select(_job.c.state, _job.c.lease, _job.c.due_at).where(_job.c.key == row.key)).one()
    return bool(found.state == JobState.CREATED and found.lease == row.lease and found.due_at == row.due_at)


def _close(uow: UnitOfWork, row: Row[Any], state: JobState) -> None:
    uow.connection.execute(update(_job).where(_job.c.key == row.key).values(state=state, ended_at=uow.now, run_at=None))


def _fire_timer(runtime: Runtime, uow: UnitOfWork, row: Row[Any]) -> None:
    turn = Turn(runtime, uow)
    try:
        live = turn.load(row.process_instance_key)
    except (NotFound, InstanceEnded):
        _close(uow, row, JobState.CANCELED)
        return
    if not _still_ours(uow, row):
        return
    if not live.awaits(row.key):
        _close(uow, row, JobState.CANCELED)
        return
    turn.writes.end_timer(row.key, JobState.COMPLETED)
    turn.trigger(live, row.key, {})
    turn.finish()


def _start_by_timer(runtime: Runtime, uow: UnitOfWork, row: Row[Any]) -> None:
    turn = Turn(runtime, uow)
    locked = select(_job.c.key).where(_job.c.key == row.key).with_for_update()
    uow.connection.execute(locked)
    if not _still_ours(uow, row):
        return
    following = following_due(due_from_json(row.payload))
    if following is None:
        _close(uow, row, JobState.COMPLETED)
    else:
        again = {"due_at": following.at, "run_at": following.at, "payload": due_to_json(following)}
        uow.connection.execute(
            update(_job).where(_job.c.key == row.key).values(worker=None, retries=3, tries=0, **again)
        )
    start_by(turn, row, {})
    turn.finish()


def _deliver_signal(runtime: Runtime, uow: UnitOfWork, row: Row[Any]) -> None:
    turn = Turn(runtime, uow)
    key = row.payload["subscription"]
    try:
        live = turn.load(row.process_instance_key)
    except (NotFound, InstanceEnded):
        _close(uow, row, JobState.CANCELED)
        return
    if not _still_ours(uow, row):
        return
    heard = live.awaits(key)
    _close(uow, row, JobState.COMPLETED if heard else JobState.CANCELED)
    if heard:
        turn.trigger(live, key, row.payload["variables"])
        turn.finish()


def _start_by_signal(runtime: Runtime, uow: UnitOfWork, row: Row[Any]) -> None:
    uow.connection.execute(select(_job.c.key).where(_job.c.key == row.key).with_for_update())
    if not _still_ours(uow, row):
        return
    start = uow.connection.execute(select(_starts).where(_starts.c.key == row.payload["start"])).one_or_none()
    _close(uow, row, JobState.COMPLETED if start is not None else JobState.CANCELED)
    if start is not None:
        turn = Turn(runtime, uow)
        start_by(turn, start, row.payload["variables"])
        turn.finish()


_OWN: dict[str, Callable[[Runtime, UnitOfWork, Row[Any]], None]] = {
    TIMER: _fire_timer,
    TIMER_START: _start_by_timer,
    SIGNAL: _deliver_signal,
    SIGNAL_START: _start_by_signal,
}
OWN_TYPES = tuple(_OWN)


def _work(runtime: Runtime, row: Row[Any], registration: Registration) -> None:
    """Do the work outside any transaction, then tell the process in one."""
    try:
        found = registration.handler(runtime, _context(runtime, row))
    except BpmnError as error:
        _answer(jobs.throw_error, runtime, row, error.code, error.message, error.variables)
    except JobFailed as error:
        left = 0 if error.permanent else None
        _answer(jobs.fail, runtime, row, str(error), retries=left, retry_after=error.retry_after)
    except Exception as error:
        log.warning("Job %s of type %s failed: %s", row.key, row.type, error, exc_info=True)
        _answer(jobs.fail, runtime, row, f"{type(error).__name__}: {error}")
    else:
        _answer(jobs.complete, runtime, row, dict(found or {}))


def _answer(answer: Callable[..., Any], runtime: Runtime, row: Row[Any], *details: Any, **more: Any) -> None:
    try:
        answer(runtime, row.key, *details, **more, tenant_id=row.tenant_id)
    except (JobNotFound, JobNotOpen):
        # The process went on without it, or another worker was faster after this one's lease had ended.
        log.info("Job %s of type %s is no longer open.", row.key, row.type)


def _context(runtime: Runtime, row: Row[Any]) -> JobContext:
    with runtime.unit_of_work(read_only=True, tenant_id=row.tenant_id) as uow:
        seen = variables.visible(uow, row.element_instance_key) if row.element_instance_key is not None else {}
    return JobContext(
        key=row.key,
        type=row.type,
        headers=row.headers,
        variables=seen,
        retries=row.retries,
        tenant_id=row.tenant_id,
        process_instance_key=row.process_instance_key,
        root_instance_key=row.root_key,
        process_definition_key=row.process_definition_key,
        process_id=row.process_id,
        element_id=row.element_id,
        element_instance_key=row.element_instance_key,
        due_at=row.due_at or row.created_at,
        payload=row.payload,
    )


def _give_up_try(runtime: Runtime, row: Row[Any], error: Exception) -> None:
    """A try broke down inside the engine: pause and try again, in the end an incident that stands beside the instance."""
    message = f"{type(error).__name__}: {error}"

    def work(uow: UnitOfWork) -> None:
        uow.connection.execute(select(_job.c.key).where(_job.c.key == row.key).with_for_update())
        if not _still_ours(uow, row):
            return
        left = row.retries - 1
        jobs.after_failure(uow, row, message, left)
        if left <= 0:
            uow.connection.execute(insert(table_of(Incident)), _incident(runtime, uow, row, message))

    try:
        runtime.transact(work, row.tenant_id)
    except Exception:
        log.exception("Job %s could not be put back; it comes again when its lease ends.", row.key)


def _incident(runtime: Runtime, uow: UnitOfWork, row: Row[Any], message: str) -> dict[str, Any]:
    return {
        "key": runtime.new_key(),
        "tenant_id": row.tenant_id,
        "process_instance_key": row.process_instance_key,
        "root_key": row.root_key,
        "process_definition_key": row.process_definition_key,
        "process_id": row.process_id,
        "element_id": row.element_id,
        "element_instance_key": row.element_instance_key,
        "job_key": row.key,
        "error_type": "JOB_NO_RETRIES",
        "message": message[:10_000],
        "state": IncidentState.ACTIVE,
        "created_at": uow.now,
    }


def run_due(runtime: Runtime, worker: str = "here", limit: int = 100_000) -> int:
    """Do all that is due by the runtime's clock, in the order of due time and key, and what becomes due by it.

    Returns how many jobs it did. For tests and scenarios: nothing else should be working meanwhile.
    """
    done = 0
    while done < limit:
        row = _claim_first(runtime, worker)
        if row is None:
            return done
        perform(runtime, row)
        done += 1
    raise Unavailable(f"{limit} jobs were done and more are due; they seem to make each other without end.")


def next_due(runtime: Runtime) -> datetime | None:
    """When the next job that this process can do may be taken; None when none waits."""
    with runtime.unit_of_work(read_only=True) as uow:
        first = queue.first_due(uow, [*OWN_TYPES, *runtime.job_handlers])
    return first.run_at if first is not None else None


def _claim_first(runtime: Runtime, worker: str) -> Row[Any] | None:
    with runtime.unit_of_work() as uow:
        first = queue.first_due(uow, [*OWN_TYPES, *runtime.job_handlers])
        if first is None or first.run_at > uow.now:
            return None
        registration = runtime.job_handlers.get(first.type)
        return queue.claim_one(uow, first.key, worker, registration.lease if registration else OWN_LEASE)
