"""Beginning a batch operation: which instances a filter means now, and the job that will go through them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, and_, func, insert, literal, select

from engine.errors import InvalidInput
from engine.model.base import DEFAULT_TENANT, table_of
from engine.model.batch import BATCH, BatchItem, BatchOperation, BatchState, BatchType, ItemState
from engine.model.deployment import ProcessDefinition
from engine.model.incident import Incident, IncidentState
from engine.model.instance import InstanceState, ProcessInstance
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services import definitions
from engine.services.migration import Plan
from engine.services.queries.query import conditions
from engine.services.queries.resources import INCIDENT, PROCESS_INSTANCE
from engine.services.turn import Turn
from engine.services.turn.rows import job_row

_instance, _item, _incident = table_of(ProcessInstance), table_of(BatchItem), table_of(Incident)


@dataclass(frozen=True, slots=True)
class Created:
    """A batch operation as it was begun; with nothing to do it has ended already."""

    key: int
    type: str
    total: int


def create(
    runtime: Runtime,
    kind: BatchType,
    wanted: Mapping[str, Any],
    *,
    who: str,
    reason: str = "",
    plan: Plan | None = None,
    moves: Sequence[tuple[str, str]] = (),
    tenant_id: str = DEFAULT_TENANT,
) -> Created:
    """Do one thing to every instance that a filter (as `/v2` takes it) finds now and that can take it: those that run, to
    cancel also the suspended and only those that nobody called, to resume the suspended.

    Raises InvalidInput for a filter, plan or moves that do not fit, NotFound for a migration's target.
    """
    details = _plan_of(kind, plan, moves)
    chosen = _chosen(kind, conditions(PROCESS_INSTANCE, wanted), tenant_id)

    def work(uow: UnitOfWork) -> Created:
        if plan is not None:
            definitions.usable(uow, ProcessDefinition, plan.target_key)
        return _store(runtime, uow, kind, chosen, details, who, reason)

    return runtime.transact(work, tenant_id)


def count(runtime: Runtime, kind: BatchType, wanted: Mapping[str, Any], tenant_id: str = DEFAULT_TENANT) -> int:
    """How many a batch operation would have to do now. Raises InvalidInput."""
    chosen = _chosen(kind, conditions(PROCESS_INSTANCE, wanted), tenant_id)
    with runtime.unit_of_work(read_only=True, tenant_id=tenant_id) as uow:
        return _count(uow, chosen)


def resolve_incidents(
    runtime: Runtime, wanted: Mapping[str, Any], *, who: str, reason: str = "", tenant_id: str = DEFAULT_TENANT
) -> Created:
    """Try again every open incident that a filter of incidents (as `/v2` takes it) finds now, but in suspended instances.

    Raises InvalidInput for a filter that does not fit.
    """
    chosen = _chosen_incidents(wanted, tenant_id)
    return runtime.transact(lambda uow: _store(runtime, uow, BatchType.RESOLVE, chosen, {}, who, reason), tenant_id)


def count_incidents(runtime: Runtime, wanted: Mapping[str, Any], tenant_id: str = DEFAULT_TENANT) -> int:
    """How many incidents `resolve_incidents` would have to try now. Raises InvalidInput."""
    chosen = _chosen_incidents(wanted, tenant_id)
    with runtime.unit_of_work(read_only=True, tenant_id=tenant_id) as uow:
        return _count(uow, chosen)


def _count(uow: UnitOfWork, chosen: Select[Any]) -> int:
    return int(uow.connection.execute(select(func.count()).select_from(chosen.subquery())).scalar_one())


def _plan_of(kind: BatchType, plan: Plan | None, moves: Sequence[tuple[str, str]]) -> dict[str, Any]:
    if (kind == BatchType.MIGRATE) != (plan is not None):
        raise InvalidInput("A migration needs a plan, and only a migration has one.")
    if (kind == BatchType.MODIFY) != bool(moves):
        raise InvalidInput("A modification needs at least one move, and only a modification has any.")
    if plan is not None:
        return plan.to_json()
    return {"moves": [list(move) for move in moves]} if moves else {}


def _able(kind: BatchType) -> ColumnElement[bool]:
    running = _instance.c.state == InstanceState.ACTIVE
    match kind:
        case BatchType.CANCEL:
            return and_(running, _instance.c.parent_key.is_(None))
        case BatchType.RESUME:
            return and_(running, _instance.c.suspended_at.is_not(None))
        case BatchType.MIGRATE:
            return running
    return and_(running, _instance.c.suspended_at.is_(None))


def _chosen(kind: BatchType, where: ColumnElement[bool], tenant_id: str) -> Select[Any]:
    """(item, instance, root) of everything that is to be done."""
    own = and_(where, _able(kind), _instance.c.tenant_id == tenant_id)
    if kind == BatchType.RESOLVE:
        stopped = _incident.alias("stopped")  # the filter may ask for incidents of its own
        return _open(stopped, PROCESS_INSTANCE.source).where(own)
    columns = (_instance.c.key, _instance.c.key.label("instance"), _instance.c.root_key)
    return select(*columns).select_from(PROCESS_INSTANCE.source).where(own)


def _chosen_incidents(wanted: Mapping[str, Any], tenant_id: str) -> Select[Any]:
    """The same, of a filter of incidents; beside an instance that has ended there may be those of jobs that outlive it."""
    where = and_(conditions(INCIDENT, wanted), _instance.c.suspended_at.is_(None), _incident.c.tenant_id == tenant_id)
    return _open(_incident, _instance).where(where)


def _open(stopped: Any, instances: FromClause) -> Select[Any]:
    joined = instances.join(stopped, stopped.c.process_instance_key == _instance.c.key)
    columns = (stopped.c.key, _instance.c.key.label("instance"), _instance.c.root_key)
    return select(*columns).select_from(joined).where(stopped.c.state == IncidentState.ACTIVE)


def _store(
    runtime: Runtime,
    uow: UnitOfWork,
    kind: BatchType,
    what: Select[Any],
    plan: dict[str, Any],
    who: str,
    reason: str,
) -> Created:
    key = runtime.new_key()
    item, instance, root = what.subquery().c
    rows = select(literal(key), item, literal(uow.tenant_id), instance, root, literal(str(ItemState.ACTIVE)))
    columns = ["batch_key", "item_key", "tenant_id", "process_instance_key", "root_key", "state"]
    uow.connection.execute(insert(_item).from_select(columns, rows))
    total = _count(uow, select(_item.c.item_key).where(_item.c.batch_key == key))
    uow.add(BatchOperation(
        key=key, tenant_id=uow.tenant_id, type=kind, state=BatchState.CREATED if total else BatchState.COMPLETED,
        plan=plan, reason=reason.strip(), created_by=who, created_at=uow.now, started_at=None if total else uow.now,
        ended_at=None if total else uow.now, total=total, completed=0, failed=0,
    ))  # fmt: skip
    turn = Turn(runtime, uow, who)
    if total:
        enqueue(turn, key)
    turn.audit("batch.create", "batch_operation", key, after={"type": kind, "total": total, "reason": reason.strip()})
    turn.finish()
    return Created(key, kind, total)


def enqueue(turn: Turn, key: int) -> None:
    """The job that works on a batch operation."""
    turn.writes.other_jobs.append(job_row(turn, BATCH, turn.uow.now, {"batch": key}))
    turn.uow.after_commit(turn.runtime.work_arrived.set)
