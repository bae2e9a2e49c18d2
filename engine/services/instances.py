"""Process instances: starting, changing, ending and finding them."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from engine.errors import Conflict, InvalidInput, NotFound
from engine.execution.contract import Binding
from engine.history import audit
from engine.model.base import DEFAULT_TENANT, table_of
from engine.model.deployment import ProcessDefinition
from engine.model.element import ElementInstance
from engine.model.instance import InstanceState, ProcessInstance, written_tags
from engine.model.user_task import UserTask
from engine.model.variable import Variable
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services import definitions, task_events, tree
from engine.services.turn import Live, Turn

_table = table_of(ProcessInstance)


@dataclass(frozen=True)
class Started:
    """An instance as it was started; it may have ended already."""

    key: int
    process_id: str
    version: int
    process_definition_key: int
    tenant_id: str


def start(
    runtime: Runtime,
    process_id: str | None = None,
    variables: dict[str, Any] | None = None,
    *,
    who: str = audit.ENGINE,
    version: int | None = None,
    version_tag: str | None = None,
    definition_key: int | None = None,
    start_at: Sequence[str] = (),
    stop_after: Sequence[str] = (),
    tags: Collection[str] = (),
    tenant_id: str = DEFAULT_TENANT,
) -> Started:
    """Start a process: its newest version, a given version of it, the newest with a version tag, or a definition's key; run
    it to its first rest.

    It starts at its plain start event, or at the elements `start_at` instead, and is terminated as soon as one of the
    elements `stop_after` has ended. Raises NotFound, or InvalidInput for a tag or element that cannot be, and when it begins
    by a message, signal or timer only.
    """

    def work(uow: UnitOfWork) -> Started:
        turn = Turn(runtime, uow, who)
        definition = _definition(uow, process_id, version, version_tag, definition_key)
        live = _started(turn, definition, variables, start_at, stop_after, written_tags(tags))
        turn.finish()
        return started(live)

    return runtime.transact(work, tenant_id)


def start_within(turn: Turn, process_id: str, variables: dict[str, Any] | None = None) -> Live:
    """`start` the newest version in a turn that the caller finishes."""
    return _started(turn, _definition(turn.uow, process_id), variables)


def _started(
    turn: Turn,
    definition: Any,
    variables: dict[str, Any] | None,
    start_at: Sequence[str] = (),
    stop_after: Sequence[str] = (),
    tags: str | None = None,
) -> Live:
    live = turn.start(definition, variables or {}, start_at=start_at, stop_after=stop_after, tags=tags)
    turn.audit(
        "instance.start", "process_instance", live.info.key, live.info.key, after={"process": live.info.process_id}
    )
    return live


def started(live: Live) -> Started:
    info = live.info
    return Started(info.key, info.process_id, info.version, info.process_definition_key, info.tenant_id)


def _definition(
    uow: UnitOfWork,
    process_id: str | None,
    version: int | None = None,
    version_tag: str | None = None,
    key: int | None = None,
) -> Any:
    if key is not None:
        return definitions.usable(uow, ProcessDefinition, key, held=True)
    if process_id is None:
        raise InvalidInput("Say which process to start: its id or its definition's key.")
    if version_tag is not None:
        return definitions.resolve(uow, ProcessDefinition, process_id, Binding("versionTag", version_tag))
    if version is None or version < 0:
        return definitions.latest(uow, ProcessDefinition, process_id, held=True)
    table = table_of(ProcessDefinition)
    found = uow.connection.execute(
        select(table)
        .where(
            table.c.tenant_id == uow.tenant_id,
            table.c.process_id == process_id,
            table.c.version == version,
            table.c.deleted_at.is_(None),
        )
        .with_for_update(read=True, key_share=True)
    ).one_or_none()
    if found is None:
        raise NotFound(f"There is no version {version} of process '{process_id}'.")
    return found


def wait_until_ended(
    runtime: Runtime, key: int, timeout: timedelta, tenant_id: str = DEFAULT_TENANT
) -> dict[str, Any] | None:
    """Wait, by the real clock, until an instance has ended; its variables, or None when the time is up first."""
    until = time.monotonic() + timeout.total_seconds()
    pause = 0.01
    while True:
        with runtime.unit_of_work(read_only=True, tenant_id=tenant_id) as uow:
            if row(uow, key).state != InstanceState.ACTIVE:
                return root_variables(uow, key)
        if time.monotonic() + pause > until:
            return None
        time.sleep(pause)
        pause = min(pause * 1.5, 0.25)


def cancel(runtime: Runtime, key: int, *, who: str, reason: str = "", tenant_id: str = DEFAULT_TENANT) -> None:
    """End an instance and all that it called, without any output; a suspended one too.

    Raises NotFound, Conflict when it has ended, or when another instance called it: that one is to be cancelled.
    """

    def work(uow: UnitOfWork) -> None:
        turn = Turn(runtime, uow, who)
        cancel_within(turn, key, reason)
        turn.finish()

    runtime.transact(work, tenant_id)


def cancel_within(turn: Turn, key: int, reason: str = "") -> None:
    """`cancel` in a turn that the caller finishes."""
    live = turn.load(key)
    if live.info.parent_key is not None:
        raise Conflict(f"Instance {key} was called by instance {live.info.root_key}; cancel that one.")
    turn.act(live, lambda instance: instance.cancel(), while_suspended=True)
    turn.audit("instance.cancel", "process_instance", key, key, after=audit.because(reason))


def set_variables(
    runtime: Runtime,
    scope_key: int,
    variables: dict[str, Any],
    *,
    who: str,
    local: bool = False,
    reason: str = "",
    tenant_id: str = DEFAULT_TENANT,
) -> None:
    """Set variables in a scope: an instance's key or an active element instance's; in a suspended instance too.

    Each goes to the nearest scope that has the name, or with `local` to this one. On a user task whose listeners want to
    know of changes it happens when they have answered. Raises NotFound, Conflict.
    """

    def work(uow: UnitOfWork) -> None:
        turn = Turn(runtime, uow, who)
        set_variables_within(turn, scope_key, variables, local, reason)
        turn.finish()

    runtime.transact(work, tenant_id)


def set_variables_within(
    turn: Turn, scope_key: int, variables: dict[str, Any], local: bool = False, reason: str = ""
) -> None:
    """`set_variables` in a turn that the caller finishes."""
    live = turn.load(of_scope(turn.uow, scope_key))
    task = turn.uow.session.get(UserTask, scope_key)
    if task is not None and task_events.listens(turn.runtime, turn.uow, task, task_events.UPDATING):
        task.require_open()
        task_events.begin(turn, live, task, task_events.UPDATING, "update", {}, variables=variables, local=local)
        return
    before = {name: live.instance.variables(scope_key).get(name) for name in variables}
    turn.act(live, lambda instance: instance.set_variables(scope_key, variables, local), while_suspended=True)
    after = {**variables, **audit.because(reason)}
    turn.audit("variables.set", "process_instance", live.info.key, live.info.key, before, after)


def of_scope(uow: UnitOfWork, scope_key: int) -> int:
    """The process instance of a scope. Raises NotFound."""
    found = uow.connection.execute(
        select(ElementInstance.process_instance_key).where(
            ElementInstance.key == scope_key, ElementInstance.tenant_id == uow.tenant_id
        )
    ).scalar_one_or_none()
    if found is None:
        raise NotFound(f"There is no process or element instance with key {scope_key}.")
    return found


def tree_of(runtime: Runtime, key: int, tenant_id: str = DEFAULT_TENANT) -> list[int]:
    """An instance and all that it called. Raises NotFound."""
    with runtime.unit_of_work(read_only=True, tenant_id=tenant_id) as uow:
        return tree.below(uow, key)


def row(uow: UnitOfWork, key: int) -> ProcessInstance:
    """An instance's row. Raises NotFound."""
    return uow.get(ProcessInstance, key)


def root_variables(uow: UnitOfWork, key: int) -> dict[str, Any]:
    """The variables at an instance's top, as stored."""
    found = uow.connection.execute(select(Variable.name, Variable.value).where(Variable.scope_key == key))
    return {name: value for name, value in found}
