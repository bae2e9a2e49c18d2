"""What a job comes to once a worker has it: a timer fires, a signal arrives, a handler does its work outside.

Whatever goes wrong stays with the one job: it is tried again with a growing pause, then it is an incident.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, insert, select, update

from engine import logs, tracing
from engine.errors import NotFound, Unavailable
from engine.execution.timers import next_due as following_due
from engine.jobs import queue
from engine.model.base import table_of
from engine.model.batch import BATCH
from engine.model.clean_up import CLEAN_UP
from engine.model.figure_day import KEEP_FIGURES
from engine.model.incident import Incident
from engine.model.job import (
    OWN,
    SIGNAL,
    SIGNAL_START,
    TIMER,
    TIMER_START,
    Job,
    JobNotFound,
    JobNotOpen,
    JobState,
)
from engine.model.subscription import StartSubscription
from engine.persistence import UnitOfWork
from engine.runtime import BpmnError, JobContext, JobFailed, Registration, Runtime
from engine.services import jobs, variables
from engine.services.batches.working import work as work_on_batch
from engine.services.deploying.starts import due_from_json, due_to_json
from engine.services.figures.keeping import work as keep_figures
from engine.services.retention import work as clean_up
from engine.services.turn import InstanceEnded, InstanceSuspended, TreeBusy, Turn
from engine.services.turn.waits import start_by

log = logging.getLogger("kefuflow.worker")
_job = table_of(Job)
_starts = table_of(StartSubscription)
OWN_LEASE = timedelta(seconds=20)  # a worker that dies with a timer in its hands delays it by at most this
LONGEST_INSISTENCE = timedelta(seconds=15)
POISONOUS = 5  # after so many leases that ended without a word
PATIENT_AFTER = 20  # leases; then a timer waits for its tree like any command, so that it is not put off for ever


def perform(runtime: Runtime, row: Row[Any]) -> str:
    """Do one claimed job and return what came of it. Never raises for what the job itself does wrong."""
    began = time.perf_counter()
    due = row.due_at or row.created_at
    runtime.metrics.lateness.labels(row.type).observe(max((runtime.now() - due).total_seconds(), 0.0))
    fields = {"job_key": row.key, "job_type": row.type, "process_instance_key": row.process_instance_key}
    with (
        logs.about(**fields, worker=row.worker),
        tracing.span(f"job {row.type}", {f"kefuflow.{name}": value for name, value in fields.items()}),
    ):
        logs.note(trace_id=tracing.trace_id())
        outcome = _perform(runtime, row)
        took = time.perf_counter() - began
        runtime.metrics.jobs.labels(row.type, outcome).inc()
        runtime.metrics.job_seconds.labels(row.type).observe(took)
        log.info("Job %s: %s", row.type, outcome, extra={"fields": {"ms": round(took * 1000, 1)}})
        return outcome


def _perform(runtime: Runtime, row: Row[Any]) -> str:
    """What came of it: completed, error, failed, incident, gone, busy, broken, away."""
    try:
        if row.abandoned >= POISONOUS:
            return _isolate(runtime, row)
        if row.type in _LONG:
            _LONG[row.type](runtime, row)
            return "completed"
        own = _OWN.get(row.type)
        if own is None:
            return _work(runtime, row, runtime.job_handlers[row.type])
        _insist(lambda: runtime.transact(lambda uow: own(runtime, uow, row), row.tenant_id, _name(row)))
        return "completed"
    except TreeBusy:
        # A pinned clock would not come to the end of a pause.
        wait = None if runtime.clock_stands else timedelta(seconds=random.uniform(0.05, 0.15))  # noqa: S311
        runtime.transact(lambda uow: queue.hand_back(uow, [(row.key, row.lease)], wait), row.tenant_id)
        return "busy"
    except Unavailable as error:
        log.warning("Job %s of type %s comes again when its lease ends: %s", row.key, row.type, error)
        return "away"
    except Exception as error:
        log.exception("Job %s of type %s failed", row.key, row.type)
        _give_up_try(runtime, row, error)
        return "broken"


def _name(row: Row[Any]) -> str:
    return f"due.{row.type.removeprefix(OWN)}"


def _insist(call: Callable[[], Any]) -> Any:
    """Do it, again and again while the database is away, for a while.

    Every such call finds out by itself whether it was done already, so that one more does no harm.
    """
    until = time.monotonic() + LONGEST_INSISTENCE.total_seconds()
    pause = 0.1
    while True:
        try:
            return call()
        except Unavailable:
            if time.monotonic() + pause > until:
                raise
        time.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311
        pause = min(pause * 2, 2.0)


def _isolate(runtime: Runtime, row: Row[Any]) -> str:
    """Its workers died or lost it again and again: nobody else is to be lost to it before a person has looked."""
    message = f"{row.abandoned} workers took this job and were not heard of again; it may be what ends them."
    log.error("Job %s of type %s is set apart: %s", row.key, row.type, message)
    if row.type.startswith(OWN):
        _give_up_try(runtime, row, RuntimeError(message), left=0)
    else:
        _answer("failed", jobs.fail, runtime, row, message, retries=0)
    return "incident"


def _still_ours(uow: UnitOfWork, row: Row[Any]) -> bool:
    """Whether the job is as it was claimed: not closed, moved or taken over since."""
    found = uow.connection.execute(select(_job.c.state, _job.c.lease, _job.c.due_at).where(_job.c.key == row.key)).one()
    return bool(found.state == JobState.CREATED and found.lease == row.lease and found.due_at == row.due_at)


def _is_held(uow: UnitOfWork, row: Row[Any]) -> bool:
    return uow.connection.execute(select(_job.c.held_run_at).where(_job.c.key == row.key)).scalar_one() is not None


def _close(uow: UnitOfWork, row: Row[Any], state: JobState) -> None:
    uow.connection.execute(update(_job).where(_job.c.key == row.key).values(state=state, ended_at=uow.now, run_at=None))


def _fire_timer(runtime: Runtime, uow: UnitOfWork, row: Row[Any]) -> None:
    turn = Turn(runtime, uow, wait=row.lease > PATIENT_AFTER)
    try:
        live = turn.load(row.process_instance_key)
    except (NotFound, InstanceEnded):
        _close(uow, row, JobState.CANCELED)
        return
    if live.suspended or not _still_ours(uow, row):
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
            update(_job).where(_job.c.key == row.key).values(worker=None, retries=3, tries=0, abandoned=0, **again)
        )
    start_by(turn, row, {})
    turn.finish()


def _deliver_signal(runtime: Runtime, uow: UnitOfWork, row: Row[Any]) -> None:
    turn = Turn(runtime, uow, wait=row.lease > PATIENT_AFTER)
    key = row.payload["subscription"]
    try:
        live = turn.load(row.process_instance_key)
    except (NotFound, InstanceEnded):
        _close(uow, row, JobState.CANCELED)
        return
    if not _still_ours(uow, row):
        return
    if live.suspended and _is_held(uow, row):
        return  # It was broadcast before, and arrives when the instance is resumed.
    heard = live.awaits(key) and not live.suspended
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
# The engine's own too, but long: many transactions each, beside the work for the outside and not among the timers.
_LONG: dict[str, Callable[[Runtime, Row[Any]], None]] = {
    BATCH: work_on_batch,
    CLEAN_UP: clean_up,
    KEEP_FIGURES: keep_figures,
}
LONG_TYPES = tuple(_LONG)
LONG_LEASE = timedelta(minutes=5)


def _work(runtime: Runtime, row: Row[Any], registration: Registration) -> str:
    """Do the work outside any transaction, then tell the process in one; returns what came of it."""
    try:
        found = registration.handler(runtime, _context(runtime, row))
    except BpmnError as error:
        return _answer("error", jobs.throw_error, runtime, row, error.code, error.message, error.variables)
    except JobFailed as error:
        left = 0 if error.permanent else None
        return _answer("failed", jobs.fail, runtime, row, str(error), retries=left, retry_after=error.retry_after)
    except Exception as error:
        log.warning("Job %s of type %s failed: %s", row.key, row.type, error, exc_info=True)
        return _answer("failed", jobs.fail, runtime, row, f"{type(error).__name__}: {error}")
    return _answer("completed", jobs.complete, runtime, row, dict(found or {}))


def _answer(
    outcome: str, answer: Callable[..., Any], runtime: Runtime, row: Row[Any], *details: Any, **more: Any
) -> str:
    try:
        left = _insist(lambda: answer(runtime, row.key, *details, **more, tenant_id=row.tenant_id))
    except (JobNotFound, JobNotOpen):
        # The process went on without it, or another worker was faster after this one's lease had ended.
        log.info("Job %s of type %s is no longer open.", row.key, row.type)
        return "gone"
    except InstanceSuspended:
        log.info("Job %s of type %s is done again when its process instance is resumed.", row.key, row.type)
        return "gone"
    return "incident" if outcome == "failed" and left == 0 else outcome


def _context(runtime: Runtime, row: Row[Any]) -> JobContext:
    with runtime.unit_of_work(read_only=True, tenant_id=row.tenant_id) as uow:
        seen = variables.visible(uow, row.element_instance_key) if row.element_instance_key is not None else {}
    logs.note(case=seen.get("case_number"))
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


def _give_up_try(runtime: Runtime, row: Row[Any], error: Exception, left: int | None = None) -> None:
    """A try broke down inside the engine: pause and try again, in the end an incident that stands beside the instance.

    `left` says how many tries there are after this one (default: one less than before).
    """
    message = f"{type(error).__name__}: {error}" if left is None else str(error)

    def work(uow: UnitOfWork) -> None:
        uow.connection.execute(select(_job.c.key).where(_job.c.key == row.key).with_for_update())
        if not _still_ours(uow, row):
            return
        remaining = row.retries - 1 if left is None else left
        jobs.after_failure(uow, runtime.new_key(), row, message, max(remaining, 0))
        if remaining <= 0:
            incident = jobs.incident_of(row, runtime.new_key(), uow.now, message[:10_000])
            uow.connection.execute(insert(table_of(Incident)), incident)

    try:
        runtime.transact(work, row.tenant_id)
    except Exception:
        log.exception("Job %s could not be put back; it comes again when its lease ends.", row.key)


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
        first = queue.first_due(uow, [*OWN_TYPES, *LONG_TYPES, *runtime.job_handlers])
    return first.run_at if first is not None else None


def _claim_first(runtime: Runtime, worker: str) -> Row[Any] | None:
    with runtime.unit_of_work() as uow:
        first = queue.first_due(uow, [*OWN_TYPES, *LONG_TYPES, *runtime.job_handlers])
        if first is None or first.run_at > uow.now:
            return None
        registration = runtime.job_handlers.get(first.type)
        own = LONG_LEASE if first.type in _LONG else OWN_LEASE
        return queue.claim_one(uow, first.key, worker, registration.lease if registration else own)
