"""How long ended instances are kept, and the clean-up that removes them with all that hangs on them.

It runs once a night, in pieces, as a job that is never done: whatever dies in between, the next piece goes on. What works on a
case that is still open is kept. 0 days keep everything for ever. On PostgreSQL it makes the months ahead and drops the empty ones.
"""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import Row, delete, exists, func, insert, select, update

from engine.clock import system_clock
from engine.history import months
from engine.history.removal import remove
from engine.model.base import table_of
from engine.model.batch import BatchItem, BatchOperation
from engine.model.case import Case, CaseInstance
from engine.model.clean_up import CLEAN_UP, CleanUpRun
from engine.model.deployment import Deployment
from engine.model.instance import ProcessInstance
from engine.model.job import Job
from engine.model.permissions import Actor
from engine.persistence import UnitOfWork, prepare_months
from engine.runtime import Runtime
from engine.services import nightly
from engine.services.settings import setting
from engine.services.trail import NO_KEY, note

log = logging.getLogger("kefuflow.retention")
_instance, _job, _run = table_of(ProcessInstance), table_of(Job), table_of(CleanUpRun)
_deployment = table_of(Deployment)
JOB_KEY = 1  # one job for the whole database; no key that is made is so low
TREES = 50  # in one transaction
PIECES = 20  # transactions in one go; then whatever else is due has its turn
NIGHT = time(3, 0)


@dataclass(frozen=True, slots=True)
class Retention:
    """The setting, when the next clean-up is, how much would go now, and what the last ones removed."""

    keep_days: int
    next_at: datetime | None
    due_now: int
    oldest_end: datetime | None
    runs: list[Row[Any]]


def ensure(uow: UnitOfWork, zone: str) -> None:
    """Let the clean-up come every night."""
    nightly.ensure(uow, JOB_KEY, CLEAN_UP, NIGHT, zone)


def work(runtime: Runtime, job: Row[Any]) -> None:
    """One go of the clean-up, for everybody."""
    prepare_months(runtime.database, system_clock())  # by the time that is in keys, whatever a test does to the clock
    with runtime.unit_of_work(read_only=True) as uow:
        tenants = list(uow.connection.execute(select(_deployment.c.tenant_id).distinct()).scalars())
    more = [tenant for tenant in tenants if _clean_up(runtime, tenant)]
    zone = runtime.settings.time_zone
    runtime.transact(lambda uow: nightly.again(uow, job, NIGHT, zone, at_once=bool(more)), job.tenant_id)


def _clean_up(runtime: Runtime, tenant_id: str) -> bool:
    """Some pieces of a tenant's run, which ends when nothing is left; whether there may be more."""
    key = runtime.transact(lambda uow: _begin(runtime, uow), tenant_id)
    for _ in range(PIECES):
        if not runtime.transact(lambda uow: _piece(runtime, uow, key), tenant_id):
            runtime.transact(lambda uow: _end(uow, key), tenant_id)
            return False
    return True


def _begin(runtime: Runtime, uow: UnitOfWork) -> int:
    """The run that is under way, or a new one."""
    under_way = select(_run.c.key).where(_run.c.ended_at.is_(None), _run.c.tenant_id == uow.tenant_id)
    found = uow.connection.execute(under_way.order_by(_run.c.key.desc()).limit(1)).scalar()
    if found is not None:
        return int(found)
    key, days = runtime.new_key(), setting(uow, "history.keep_days")
    before = uow.now - timedelta(days=days) if days else datetime.fromtimestamp(0, uow.now.tzinfo)
    row = {
        "key": key,
        "tenant_id": uow.tenant_id,
        "started_at": uow.now,
        "before": before,
        "instances": 0,
        "removed": {},
    }
    uow.connection.execute(insert(_run), row)
    return key


def _over(tenant_id: str, before: datetime) -> Any:
    """Trees that ended before a moment and that work on no open case."""
    linked, case = table_of(CaseInstance), table_of(Case)
    open_case = exists(
        select(case.c.key)
        .join_from(linked, case, case.c.key == linked.c.case_key)
        .where(linked.c.instance_key == _instance.c.key, case.c.status != "closed")
    )
    return (
        _instance.c.parent_key.is_(None),
        _instance.c.ended_at.is_not(None),
        _instance.c.ended_at < before,
        _instance.c.tenant_id == tenant_id,
        ~open_case,
    )


def _piece(runtime: Runtime, uow: UnitOfWork, key: int) -> bool:
    """Remove some; whether there may be more."""
    run = uow.session.get_one(CleanUpRun, key, with_for_update=True)
    query = select(_instance.c.key).where(*_over(uow.tenant_id, run.before)).order_by(_instance.c.ended_at).limit(TREES)
    roots = list(uow.connection.execute(query).scalars())
    gone = remove(uow, roots) if roots else _emptied(runtime, uow, run.before)
    last = gone is None
    gone = _old_batches(uow, run.before) if gone is None else gone
    run.instances, run.removed = run.instances + len(roots), dict(Counter(run.removed) + gone)
    return not last


def _emptied(runtime: Runtime, uow: UnitOfWork, before: datetime) -> Counter[str] | None:
    """A month that was left empty, or rows of one that should be; None when there is nothing of the kind."""
    dropped = months.drop_one(uow, runtime.new_key())
    return dropped if dropped is not None else months.thin_one(uow, before)


def _old_batches(uow: UnitOfWork, before: datetime) -> Counter[str]:
    item, batch = table_of(BatchItem), table_of(BatchOperation)
    over = select(batch.c.key).where(batch.c.ended_at < before, batch.c.tenant_id == uow.tenant_id)
    keys = list(uow.connection.execute(over.limit(100)).scalars())
    items = uow.connection.execute(delete(item).where(item.c.batch_key.in_(keys))).rowcount
    uow.connection.execute(delete(batch).where(batch.c.key.in_(keys)))
    return +Counter({"batch_item": items, "batch_operation": len(keys)})


def _end(uow: UnitOfWork, key: int) -> None:
    run = uow.session.get_one(CleanUpRun, key)
    run.ended_at = uow.now
    rows = sum(run.removed.values())
    fields = {"tenant": uow.tenant_id, "instances": run.instances, "rows": rows, **run.removed}
    log.info("Cleaned up: %d trees of instances, %d rows", run.instances, rows, extra={"fields": fields})


def retention(runtime: Runtime, *, actor: Actor) -> Retention:
    """How it stands. Raises Forbidden without instances.read."""
    actor.require("instances.read")
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        days = int(setting(uow, "history.keep_days"))
        over = _over(actor.tenant_id, uow.now - timedelta(days=days))
        due = (
            uow.connection.execute(select(func.count()).select_from(_instance).where(*over)).scalar_one() if days else 0
        )
        oldest = select(func.min(_instance.c.ended_at)).where(
            _instance.c.ended_at.is_not(None),
            _instance.c.parent_key.is_(None),
            _instance.c.tenant_id == actor.tenant_id,
        )
        runs = select(_run).where(_run.c.tenant_id == actor.tenant_id).order_by(_run.c.key.desc()).limit(20)
        next_at = uow.connection.execute(select(_job.c.run_at).where(_job.c.key == JOB_KEY)).scalar()
        return Retention(
            days, next_at, due, uow.connection.execute(oldest).scalar(), list(uow.connection.execute(runs))
        )


def clean_up_now(runtime: Runtime, *, actor: Actor) -> None:
    """Let the clean-up come at once. Raises Forbidden without settings.manage."""
    actor.require("settings.manage")

    def act(uow: UnitOfWork) -> None:
        ensure(uow, runtime.settings.time_zone)
        uow.connection.execute(
            update(_job).where(_job.c.key == JOB_KEY, _job.c.worker.is_(None)).values(run_at=uow.now)
        )
        note(runtime, uow, actor, "history.clean_up", NO_KEY)
        uow.after_commit(runtime.work_arrived.set)

    runtime.transact(act, actor.tenant_id)
