"""Changes to running instances that no diagram asks for: their timers and jobs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, select, update

from engine.errors import InvalidInput, NotFound
from engine.history import audit
from engine.model.base import DEFAULT_TENANT, table_of
from engine.model.incident import Incident, IncidentState
from engine.model.instance import InstanceState, ProcessInstance
from engine.model.job import OWN, TIMER, Job, JobNotFound, JobNotOpen, JobState
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services import incidents
from engine.services.turn import InstanceEnded, Turn, require_running

_instance, _job, _incident = table_of(ProcessInstance), table_of(Job), table_of(Incident)


def rearm_timers(
    runtime: Runtime, uow: UnitOfWork, instance_keys: Iterable[int], function: str, who: str = audit.ENGINE
) -> None:
    """Ask again, in the caller's unit of work, for the moments of waiting timers whose expressions call `function`.

    Takes every active instance that these started by calling, too. Instances that have ended are passed over.
    """
    uow.flush()
    roots = select(_instance.c.root_key).where(_instance.c.key.in_(list(instance_keys)))
    query = select(_instance.c.key, _instance.c.root_key).where(
        _instance.c.root_key.in_(roots), _instance.c.state == InstanceState.ACTIVE
    )
    found = uow.connection.execute(query.order_by(_instance.c.key)).all()
    turn = Turn(runtime, uow, who)
    turn.lock(row.root_key for row in found)
    for row in found:
        turn.act(turn.load(row.key), lambda instance: instance.rearm_timers(function), while_suspended=True)
    turn.finish()


def move_timer(
    runtime: Runtime, key: int, at: datetime, *, who: str, reason: str = "", tenant_id: str = DEFAULT_TENANT
) -> None:
    """Give a waiting timer another moment (aware); one that has passed lets it fire soon. Of a suspended instance too.

    Raises NotFound when it does not wait (any more), InvalidInput for a moment without a zone.
    """
    if at.tzinfo is None:
        raise InvalidInput("The moment needs a time zone.", {"dueDate": ["2026-03-02T10:00:00+08:00"]})

    def work(uow: UnitOfWork) -> None:
        turn = Turn(runtime, uow, who)
        row = _timer(turn, key)
        turn.act(
            turn.load(row.process_instance_key), lambda instance: instance.move_timer(key, at), while_suspended=True
        )
        before = {"due_at": row.due_at.isoformat() if row.due_at else None}
        after = {"due_at": at.astimezone(UTC).isoformat(), "element": row.element_id, **audit.because(reason)}
        turn.audit("timer.move", "timer", key, row.process_instance_key, before, after)
        turn.finish()

    runtime.transact(work, tenant_id)


def fire_timer(runtime: Runtime, key: int, *, who: str, reason: str = "", tenant_id: str = DEFAULT_TENANT) -> None:
    """Let a waiting timer fire now; a cycle goes on from the moment that it was due. Raises NotFound, InstanceSuspended."""

    def work(uow: UnitOfWork) -> None:
        turn = Turn(runtime, uow, who)
        row = _timer(turn, key)
        live = turn.load(row.process_instance_key)
        if not live.awaits(key):
            raise NotFound(f"No timer waits under {key}.")
        turn.writes.end_timer(key, JobState.COMPLETED)
        turn.trigger(live, key, {})
        before = {"due_at": row.due_at.isoformat() if row.due_at else None}
        after = {"element": row.element_id, **audit.because(reason)}
        turn.audit("timer.fire", "timer", key, row.process_instance_key, before, after)
        turn.finish()

    runtime.transact(work, tenant_id)


def _timer(turn: Turn, key: int) -> Row[Any]:
    """A waiting timer's row, read once its tree is locked. Raises NotFound."""
    query = select(_job).where(
        _job.c.key == key,
        _job.c.tenant_id == turn.uow.tenant_id,
        _job.c.type == TIMER,
        _job.c.state == JobState.CREATED,
    )
    found = turn.uow.connection.execute(query).one_or_none()
    if found is not None:
        turn.load(found.process_instance_key)
        found = turn.uow.connection.execute(query).one_or_none()
    if found is None:
        raise NotFound(f"No timer waits under {key}.")
    return found


def retry_job(runtime: Runtime, key: int, *, who: str, reason: str = "", tenant_id: str = DEFAULT_TENANT) -> None:
    """Let a job that failed be taken again at once: one that pauses after a failure, or one without tries, whose incident is
    resolved by this. Raises JobNotFound, JobNotOpen for one that a worker has or that is done, InstanceSuspended."""

    def work(uow: UnitOfWork) -> None:
        turn = Turn(runtime, uow, who)
        row = _open_job(turn, key)
        stopped = uow.connection.execute(
            select(_incident.c.key).where(_incident.c.job_key == key, _incident.c.state == IncidentState.ACTIVE)
        ).scalar()
        if stopped is not None:
            incidents.resolve_within(turn, stopped, reason=reason)
        else:
            again = {"run_at": uow.now, "retries": max(row.retries, 1)}
            uow.connection.execute(update(_job).where(_job.c.key == key).values(**again))
            turn.audit(
                "job.retry", "job", key, row.process_instance_key, {"retries": row.retries}, audit.because(reason)
            )
        turn.finish()
        uow.after_commit(runtime.work_arrived.set)

    runtime.transact(work, tenant_id)


def _open_job(turn: Turn, key: int) -> Row[Any]:
    query = select(_job).where(_job.c.key == key, _job.c.tenant_id == turn.uow.tenant_id, ~_job.c.type.startswith(OWN))
    row = turn.uow.connection.execute(query).one_or_none()
    if row is None or row.process_instance_key is None:
        raise JobNotFound(f"There is no job with key {key}.")
    try:
        require_running(turn.load(row.process_instance_key))
    except InstanceEnded as error:
        raise JobNotOpen(f"Job {key} is no longer wanted: its process instance has ended.") from error
    row = turn.uow.connection.execute(query).one()
    if row.state not in (JobState.CREATED, JobState.FAILED) or (
        row.state == JobState.CREATED and row.worker is not None
    ):
        raise JobNotOpen(f"Job {key} is {row.state.lower()}, or a worker has it.")
    return row
