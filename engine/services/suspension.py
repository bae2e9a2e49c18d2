"""Letting an instance rest, with all that it called, and letting it go on.

Meanwhile no job of it is handed out, no timer fires, no message or signal reaches it, and none of its tasks can be done; its
variables can be changed, its tasks be given to others, and it can be cancelled. What was due goes on at once when it is
resumed: timers fire (a cycle once), and messages that were kept are taken. Signals are not repeated.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import case, func, null, select, update

from engine.errors import Conflict
from engine.execution.contract import MessageAwaited
from engine.history import audit
from engine.model.base import DEFAULT_TENANT, table_of
from engine.model.instance import ProcessInstance
from engine.model.job import OWN, Job, JobState
from engine.model.subscription import Subscription, SubscriptionKind
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services import tree
from engine.services.turn import InstanceSuspended, Turn
from engine.services.turn.waits import offer_buffered

__all__ = ["InstanceSuspended", "NotSuspended", "resume", "suspend"]

_instance, _job, _subscription = table_of(ProcessInstance), table_of(Job), table_of(Subscription)


class NotSuspended(Conflict):
    """The process instance is not suspended."""


def suspend(runtime: Runtime, key: int, *, who: str, reason: str = "", tenant_id: str = DEFAULT_TENANT) -> None:
    """Suspend an instance and what it called. Raises NotFound, InstanceEnded, InstanceSuspended when it is already."""

    def work(uow: UnitOfWork) -> None:
        turn = Turn(runtime, uow, who)
        suspend_within(turn, key, reason)
        turn.finish()

    runtime.transact(work, tenant_id)


def suspend_within(turn: Turn, key: int, reason: str = "") -> None:
    """`suspend` in a turn that the caller finishes."""
    live = turn.load(key)
    if live.suspended:
        raise InstanceSuspended(f"Process instance {key} is suspended already.")
    turn.live.pop(key)  # Its row moves here, so that what is in memory is old.
    keys = tree.below(turn.uow, key, active=True)
    _mark(turn, keys, {"suspended_at": turn.uow.now, "suspended_by": turn.who})
    own = _job.c.type.startswith(OWN)
    held = case((own, func.coalesce(_job.c.due_at, _job.c.run_at)), else_=_job.c.run_at)
    for some in tree.some(keys):
        turn.uow.connection.execute(
            update(_job).where(_open_jobs(some), _job.c.run_at.is_not(None)).values(held_run_at=held, run_at=null())
        )
    turn.audit("instance.suspend", "process_instance", key, key, after=audit.because(reason))


def resume(runtime: Runtime, key: int, *, who: str, reason: str = "", tenant_id: str = DEFAULT_TENANT) -> None:
    """Let an instance and what it called go on. Raises NotFound, InstanceEnded, NotSuspended, or Conflict while the
    instance that called it is suspended."""

    def work(uow: UnitOfWork) -> None:
        turn = Turn(runtime, uow, who)
        resume_within(turn, key, reason)
        turn.finish()

    runtime.transact(work, tenant_id)


def resume_within(turn: Turn, key: int, reason: str = "") -> None:
    """`resume` in a turn that the caller finishes."""
    live = turn.load(key)
    if not live.suspended:
        raise NotSuspended(f"Process instance {key} is not suspended.")
    if live.info.parent_key is not None and turn.load(live.info.parent_key).suspended:
        raise Conflict(f"Instance {live.info.parent_key}, which called instance {key}, is suspended; resume that one.")
    turn.live.pop(key)
    keys = tree.below(turn.uow, key, active=True)
    _mark(turn, keys, {"suspended_at": None, "suspended_by": None})
    # Whose lease ended meanwhile was not heard because it was not listened to: that is no abandoned job.
    released = case((_job.c.held_run_at <= turn.uow.now, null()), else_=_job.c.worker)
    for some in tree.some(keys):
        turn.uow.connection.execute(
            update(_job)
            .where(_open_jobs(some), _job.c.held_run_at.is_not(None))
            .values(run_at=_job.c.held_run_at, held_run_at=null(), worker=released)
        )
    turn.audit("instance.resume", "process_instance", key, key, after=audit.because(reason))
    _catch_up(turn, keys)
    turn.uow.after_commit(turn.runtime.work_arrived.set)


def _open_jobs(keys: Sequence[int]) -> Any:
    return (_job.c.process_instance_key.in_(keys)) & (_job.c.state == JobState.CREATED)


def _mark(turn: Turn, keys: list[int], values: dict[str, Any]) -> None:
    for some in tree.some(keys):
        turn.uow.connection.execute(
            update(_instance).where(_instance.c.key.in_(some)).values(revision=_instance.c.revision + 1, **values)
        )


def _catch_up(turn: Turn, keys: list[int]) -> None:
    """A cycle that was due several times fires once; messages that were kept meanwhile are taken."""
    for key in keys:
        live = turn.load(key)
        if live.instance.cycles_behind():
            turn.act(live, lambda instance: instance.skip_missed_cycles())
        for wait in _awaited(turn.uow, key):
            # What an earlier message moved may have closed this wait.
            if live.awaits(wait.key):
                offer_buffered(
                    turn,
                    live,
                    MessageAwaited(
                        wait.key, wait.element_id, wait.element_instance_key, wait.name, wait.correlation_key
                    ),
                )
                turn.drain()


def _awaited(uow: UnitOfWork, key: int) -> list[Any]:
    query = select(_subscription).where(
        _subscription.c.process_instance_key == key, _subscription.c.kind == SubscriptionKind.MESSAGE
    )
    return list(uow.connection.execute(query.order_by(_subscription.c.key)))
