"""Taking running instances to another version of their process: the plan, its preview on real instances, and doing it.

An instance keeps its key, tasks (assignee, drafts), jobs (retries), variables, incidents and case; what it called is left alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy import Table, bindparam, or_, select, update

from engine.errors import KefuflowError
from engine.execution import Instance, Migrated, MigrationRefused, Obstacle, PlanRefused, Process, check_plan, match
from engine.history import audit
from engine.model.base import DEFAULT_TENANT, table_of
from engine.model.case import Case, CaseInstance
from engine.model.deployment import ProcessDefinition
from engine.model.element import ElementInstance
from engine.model.incident import Incident, IncidentState
from engine.model.instance import InstanceState, ProcessInstance
from engine.model.job import TIMER, Job, JobState
from engine.model.subscription import Subscription
from engine.model.user_task import UserTask
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services import definitions
from engine.services.turn import Turn

__all__ = [
    "MigrationRefused",
    "Obstacle",
    "Plan",
    "PlanRefused",
    "Preview",
    "check",
    "migrate",
    "plan_by_ids",
    "preview",
]

_instance = table_of(ProcessInstance)


@dataclass(frozen=True, slots=True)
class Plan:
    """To which definition, and element ids to element ids. `recompute_timers`: mapped timers are armed again from now by
    the target's definition, where they else keep their moment."""

    target_key: int
    mapping: Mapping[str, str]
    recompute_timers: bool = False

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "mapping": dict(self.mapping)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Plan:
        return cls(int(data["target_key"]), dict(data["mapping"]), bool(data["recompute_timers"]))


@dataclass(frozen=True, slots=True)
class Proposal:
    """A plan made by matching ids, why elements of the source are left out, and which of the target are new."""

    plan: Plan
    left: list[Obstacle]
    added: list[str]


@dataclass(frozen=True, slots=True)
class Preview:
    """What a plan would do to one instance: nothing where there are obstacles."""

    key: int
    obstacles: list[Obstacle]
    done: Migrated = field(default_factory=Migrated)

    @property
    def possible(self) -> bool:
        return not self.obstacles


def plan_by_ids(runtime: Runtime, source_key: int, target_key: int, tenant_id: str = DEFAULT_TENANT) -> Proposal:
    """Map what has one id, type and place in both definitions. Raises NotFound."""
    with runtime.unit_of_work(read_only=True, tenant_id=tenant_id) as uow:
        source, target = definitions.process(runtime, uow, source_key), _target(runtime, uow, target_key)
    mapping, left = match(source, target)
    added = [element_id for element_id in target.model.elements if element_id not in mapping.values()]
    return Proposal(Plan(target_key, mapping), left, added)


def check(runtime: Runtime, source_key: int, plan: Plan, tenant_id: str = DEFAULT_TENANT) -> list[Obstacle]:
    """What is wrong with a plan for instances of a definition, before any is looked at. Raises NotFound."""
    with runtime.unit_of_work(read_only=True, tenant_id=tenant_id) as uow:
        source, target = definitions.process(runtime, uow, source_key), _target(runtime, uow, plan.target_key)
    return check_plan(source, target, plan.mapping.items())


def preview(runtime: Runtime, keys: Sequence[int], plan: Plan, tenant_id: str = DEFAULT_TENANT) -> list[Preview]:
    """Try a plan on copies of instances as they stand now; nothing is changed. Raises NotFound for the target."""
    with runtime.unit_of_work(read_only=True, tenant_id=tenant_id) as uow:
        target = _target(runtime, uow, plan.target_key)
        return [_try(runtime, uow, key, target, plan) for key in keys]


def _try(runtime: Runtime, uow: UnitOfWork, key: int, target: Process, plan: Plan) -> Preview:
    try:
        live = Turn(runtime, uow).peek(key)
        return Preview(key, [], live.instance.migrate(target, plan.mapping, plan.recompute_timers))
    except (PlanRefused, MigrationRefused) as refused:
        return Preview(key, refused.obstacles)
    except KefuflowError as error:
        return Preview(key, [Obstacle("not-active", None, None, str(error), f"实例 {key} 不存在或已结束。")])


def migrate(
    runtime: Runtime, key: int, plan: Plan, *, who: str, reason: str = "", tenant_id: str = DEFAULT_TENANT
) -> None:
    """Move one instance, wholly or not at all; a suspended one too.

    Raises NotFound for the instance or the target, InstanceEnded, PlanRefused, or MigrationRefused with the obstacles.
    """

    def work(uow: UnitOfWork) -> None:
        turn = Turn(runtime, uow, who)
        migrate_within(turn, key, plan, reason)
        turn.finish()

    runtime.transact(work, tenant_id)


def migrate_within(turn: Turn, key: int, plan: Plan, reason: str = "") -> None:
    """`migrate` in a turn that the caller finishes."""
    _touch_case(turn.uow, key)  # before the instance is locked, as whatever else changes a case does
    live = turn.load(key)
    target = _target(turn.runtime, turn.uow, plan.target_key)
    before = {"process": live.info.process_id, "version": live.info.version}
    row = turn.definition(plan.target_key)
    done: list[Migrated] = []

    def command(instance: Instance) -> None:
        done.append(instance.migrate(target, plan.mapping, plan.recompute_timers))
        live.info.process_definition_key, live.info.process_id, live.info.version = row.key, row.process_id, row.version

    turn.act(live, command, while_suspended=True)
    _rename(turn.uow, done[0], row)
    after = {"process": row.process_id, "version": row.version, **audit.because(reason)}
    turn.audit("instance.migrate", "process_instance", key, key, before, after)


def _touch_case(uow: UnitOfWork, key: int) -> None:
    """The instance's case counts otherwise in figures by process and version."""
    case, linked = table_of(Case), table_of(CaseInstance)
    of = select(linked.c.case_key).where(linked.c.instance_key == key, linked.c.tenant_id == uow.tenant_id)
    uow.connection.execute(update(case).where(case.c.key.in_(of)).values(updated_at=uow.now))


def _rename(uow: UnitOfWork, done: Migrated, row: Any) -> None:
    """What stands in rows already belongs to the target from now on."""
    to = {"process_definition_key": row.key, "process_id": row.process_id, "version": row.version}
    places = [{"at": key, "to": element_id} for key, element_id in done.elements.items()]
    waits = [{"at": key, "to": element_id} for key, element_id in done.subscriptions.items()]
    element, task, job = table_of(ElementInstance), table_of(UserTask), table_of(Job)
    incident, waiting = table_of(Incident), table_of(Subscription)
    open_job = or_(job.c.state == JobState.CREATED, job.c.state == JobState.FAILED)
    _set(uow, element, element.c.key, places, to)
    _set(uow, task, task.c.key, places, to)
    _set(uow, job, job.c.element_instance_key, places, to, open_job, job.c.type != TIMER)
    _set(uow, incident, incident.c.element_instance_key, places, to, incident.c.state == IncidentState.ACTIVE)
    _set(uow, job, job.c.key, waits, to, open_job)
    _set(uow, waiting, waiting.c.key, waits, to)


def _set(
    uow: UnitOfWork, table: Table, match_: Any, rows: list[dict[str, Any]], to: dict[str, Any], *more: Any
) -> None:
    if rows:
        values = {name: value for name, value in to.items() if name in table.c}
        statement = update(table).where(match_ == bindparam("at"), *more)
        uow.connection.execute(statement.values(element_id=bindparam("to"), **values), rows)


def _target(runtime: Runtime, uow: UnitOfWork, key: int) -> Process:
    definitions.usable(uow, ProcessDefinition, key, held=not uow.read_only)  # in this tenant
    return definitions.process(runtime, uow, key)


def running(uow: UnitOfWork, definition_key: int, limit: int | None = None) -> list[int]:
    """The instances of a definition that have not ended, the oldest first."""
    query = select(_instance.c.key).where(
        _instance.c.process_definition_key == definition_key,
        _instance.c.tenant_id == uow.tenant_id,
        _instance.c.state == InstanceState.ACTIVE,
    )
    return list(uow.connection.execute(query.order_by(_instance.c.key).limit(limit)).scalars())
