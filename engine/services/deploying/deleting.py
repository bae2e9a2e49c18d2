"""Deleting what was deployed: a version of a process, of a DMN file with its decisions, or of a form."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select, update

from engine.errors import Conflict, NotFound
from engine.model.base import DEFAULT_TENANT, table_of
from engine.model.deployment import DecisionDefinition, DecisionRequirements, FormDefinition, ProcessDefinition
from engine.model.instance import InstanceState, ProcessInstance
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services import definitions
from engine.services.deploying.starts import close_starts, move_starts
from engine.services.deploying.versions import Deployed, one_at_a_time
from engine.services.resources import find_resource
from engine.services.turn import Turn


class DefinitionInUse(Conflict):
    """Instances run on this version."""


def delete_resource(runtime: Runtime, key: int, who: str, tenant_id: str = DEFAULT_TENANT) -> None:
    """Let a version not be used any more; the newest of those that are left is then the latest, and what starts a process
    from outside starts that one, timers counted from now. What ran on it stays to be seen. Raises NotFound, DefinitionInUse.
    """
    runtime.transact(lambda uow: _delete(runtime, uow, key, who), tenant_id)


def _delete(runtime: Runtime, uow: UnitOfWork, key: int, who: str) -> None:
    one_at_a_time(uow)
    kind, row = find_resource(uow, key)
    turn = Turn(runtime, uow, who)
    if kind == "process":
        _delete_process(runtime, turn, row)
    elif kind == "requirements":
        _mark(uow, DecisionRequirements, "key", key)
        _mark(uow, DecisionDefinition, "requirements_key", key)
    else:
        _mark(uow, FormDefinition, "key", key)
    turn.audit("resource.delete", kind, key, before={"name": row.resource_name, "version": row.version})
    turn.finish()


def _delete_process(runtime: Runtime, turn: Turn, row: Any) -> None:
    uow = turn.uow
    _hold(uow, row.key)
    running = _running(uow, row.key)
    if running:
        raise DefinitionInUse(
            f"{running} instances run on version {row.version} of '{row.process_id}'; let them end, cancel or migrate them, "
            "and delete it then."
        )
    was_latest = definitions.latest(uow, ProcessDefinition, row.process_id).key == row.key
    _mark(uow, ProcessDefinition, "key", row.key)
    if not was_latest:
        return
    try:
        last = definitions.latest(uow, ProcessDefinition, row.process_id)
    except NotFound:
        close_starts(turn, row.process_id)
        return
    again = Deployed(
        "process",
        last.process_id,
        last.name,
        last.key,
        last.version,
        last.version_tag,
        last.resource_name,
        is_new=False,
    )
    move_starts(turn, again, definitions.process(runtime, uow, last.key))


def _hold(uow: UnitOfWork, definition_key: int) -> None:
    """Wait for those who are putting an instance on the version, and let nobody else: they look it up held."""
    table = table_of(ProcessDefinition)
    uow.connection.execute(select(table.c.key).where(table.c.key == definition_key).with_for_update())


def _running(uow: UnitOfWork, definition_key: int) -> int:
    table = table_of(ProcessInstance)
    query = select(func.count()).where(
        table.c.process_definition_key == definition_key, table.c.state == InstanceState.ACTIVE
    )
    return uow.connection.execute(query).scalar_one()


def _mark(uow: UnitOfWork, entity: type[Any], column: str, key: int) -> None:
    table = table_of(entity)
    statement = update(table).where(table.c[column] == key, table.c.tenant_id == uow.tenant_id)
    uow.connection.execute(statement.values(deleted_at=uow.now))
