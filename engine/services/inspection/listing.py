"""Finding process instances: the same filters as `/v2`, with the names and cases that people know them by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, func, select

from engine.deployment.model import ProcessModel
from engine.model.base import table_of
from engine.model.case import Case, CaseInstance
from engine.model.deployment import ProcessDefinition
from engine.model.element import ElementInstance, ElementState
from engine.model.instance import InstanceState, ProcessInstance
from engine.model.permissions import Actor
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services import definitions
from engine.services.progress import Step, step_of, waits_there
from engine.services.queries.query import Request, search
from engine.services.queries.resources import PROCESS_INSTANCE

_definition, _instance, _element = table_of(ProcessDefinition), table_of(ProcessInstance), table_of(ElementInstance)
_case, _linked = table_of(Case), table_of(CaseInstance)
MOST, PORTION = 10_000, 500


@dataclass(frozen=True, slots=True)
class Listed:
    """An instance in a list; `waiting` are the steps that it is at, `correlation_key` what the message had that began it."""

    key: int
    process_id: str
    name: str
    name_en: str | None
    version: int
    state: str
    stopped: bool
    started_at: datetime
    ended_at: datetime | None
    parent_key: int | None
    case_number: str | None
    correlation_key: str | None
    waiting: list[Step]


@dataclass(frozen=True, slots=True)
class Found:
    """A page of a list: how many there are (exact up to 10,000), and the cursor of the next page."""

    rows: list[Listed]
    total: int
    more_than_total: bool
    after: str | None


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a process, and how many of its instances have not ended; `deleted`: none begins on it any more."""

    key: int
    process_id: str
    version: int
    name: str
    name_en: str | None
    running: int
    deleted: bool = False


def find(
    runtime: Runtime, wanted: Mapping[str, Any], *, actor: Actor, after: str | None = None, limit: int = 50
) -> Found:
    """The instances that a filter finds, the newest first. Raises InvalidInput, Forbidden without instances.read."""
    actor.require("instances.read")
    request = Request(filter=wanted, sort=(("processInstanceKey", True),), limit=limit, after=after)
    page = search(runtime, PROCESS_INSTANCE, request, actor.tenant_id)
    keys = [int(item["processInstanceKey"]) for item in page.items]
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        rows = _rows(runtime, uow, keys, {int(item["processInstanceKey"]): item for item in page.items})
    return Found(rows, page.total, page.has_more_total, page.end_cursor if page.goes_on else None)


def find_all(runtime: Runtime, wanted: Mapping[str, Any], *, actor: Actor, limit: int = MOST) -> list[Listed]:
    """`find` without pages, for a sheet: at most `limit`, the newest."""
    actor.require("instances.read")
    request = Request(filter=wanted, sort=(("processInstanceKey", True),), limit=limit)
    page = search(runtime, PROCESS_INSTANCE, request, actor.tenant_id)
    items = {int(item["processInstanceKey"]): item for item in page.items}
    portions = [list(items)[at : at + PORTION] for at in range(0, len(items), PORTION)]
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        return [row for keys in portions for row in _rows(runtime, uow, keys, items)]


def keys_in(runtime: Runtime, wanted: Mapping[str, Any], *, actor: Actor, limit: int = 200) -> list[int]:
    """The keys of the first that a filter finds, the oldest first. Raises InvalidInput, Forbidden without instances.read."""
    actor.require("instances.read")
    request = Request(filter=wanted, limit=limit)
    page = search(runtime, PROCESS_INSTANCE, request, actor.tenant_id)
    return [int(item["processInstanceKey"]) for item in page.items]


def _rows(runtime: Runtime, uow: UnitOfWork, keys: list[int], items: dict[int, dict[str, Any]]) -> list[Listed]:
    columns = [column for column in _instance.columns if column.name != "data"]
    found = {row.key: row for row in uow.connection.execute(select(*columns).where(_instance.c.key.in_(keys)))}
    numbers = _case_numbers(uow, [row.root_key for row in found.values()])
    active = _active(uow, keys)
    return [_listed(runtime, uow, found[key], items[key], numbers, active.get(key, [])) for key in keys if key in found]


def _listed(
    runtime: Runtime, uow: UnitOfWork, row: Any, item: dict[str, Any], numbers: dict[int, str], active: list[str]
) -> Listed:
    model = definitions.process(runtime, uow, row.process_definition_key).model
    return Listed(
        key=row.key,
        process_id=row.process_id,
        name=model.name or model.id,
        name_en=model.properties.get("name.en"),
        version=row.version,
        state=item["state"],
        stopped=item["hasIncident"],
        started_at=row.started_at,
        ended_at=row.ended_at,
        parent_key=row.parent_key,
        case_number=numbers.get(row.root_key),
        correlation_key=row.start_correlation_key,
        waiting=[step_of(model, each) for each in active if waits_there(model, each) or _is_call(model, each)],
    )


def _is_call(model: ProcessModel, element_id: str) -> bool:
    element = model.elements.get(element_id)
    return element is not None and element.type == "callActivity"


def _case_numbers(uow: UnitOfWork, roots: list[int]) -> dict[int, str]:
    query = select(_linked.c.instance_key, _case.c.number).join_from(_linked, _case, _case.c.key == _linked.c.case_key)
    return {root: number for root, number in uow.connection.execute(query.where(_linked.c.instance_key.in_(roots)))}


def _active(uow: UnitOfWork, keys: list[int]) -> dict[int, list[str]]:
    query = select(_element.c.process_instance_key, _element.c.element_id).where(
        _element.c.process_instance_key.in_(keys), _element.c.state == ElementState.ACTIVE
    )
    found: dict[int, dict[str, None]] = {}
    for key, element_id in uow.connection.execute(query.order_by(_element.c.key)):
        found.setdefault(key, {})[element_id] = None
    return {key: list(ids) for key, ids in found.items()}


def versions(runtime: Runtime, *, actor: Actor) -> list[Version]:
    """Every version of every process, the newest first in each. Raises Forbidden without instances.read."""
    actor.require("instances.read")
    # For each version by itself, along an index: no other instance is read.
    running = select(func.count()).where(
        _instance.c.process_definition_key == _definition.c.key, _instance.c.state == InstanceState.ACTIVE
    )
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        rows = uow.connection.execute(_versions(uow).add_columns(running.scalar_subquery().label("running"))).all()
        return [_version(runtime, uow, row, row.running) for row in rows]


def newest_versions(runtime: Runtime, *, actor: Actor) -> list[Version]:
    """The newest version of every process, its instances not counted. Raises Forbidden without instances.read."""
    actor.require("instances.read")
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        newest: dict[str, Row[Any]] = {}
        for row in uow.connection.execute(_versions(uow)):
            newest.setdefault(row.process_id, row)
        return [_version(runtime, uow, row) for row in newest.values()]


def _versions(uow: UnitOfWork) -> Select[Any]:
    query = select(_definition).where(_definition.c.tenant_id == uow.tenant_id)
    return query.order_by(_definition.c.process_id, _definition.c.version.desc())


def _version(runtime: Runtime, uow: UnitOfWork, row: Any, running: int = 0) -> Version:
    model = definitions.process(runtime, uow, row.key).model
    name = model.name or model.id
    name_en = model.properties.get("name.en")
    return Version(row.key, row.process_id, row.version, name, name_en, running, row.deleted_at is not None)
