"""What is deployed: lists for people, and files as they were sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, func, select

from engine.errors import NotFound
from engine.model.base import DEFAULT_TENANT, table_of
from engine.model.deployment import (
    DecisionDefinition,
    DecisionRequirements,
    Deployment,
    FormDefinition,
    ProcessDefinition,
)
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services import definitions
from engine.services.people import Actor

_KINDS: dict[str, tuple[type[Any], str]] = {
    "process": (ProcessDefinition, "process_id"),
    "requirements": (DecisionRequirements, "requirements_id"),
    "form": (FormDefinition, "form_id"),
}


@dataclass(frozen=True)
class DefinitionView:
    """One version of a process, DMN file (`requirements`) or form."""

    kind: str
    key: int
    id: str
    name: str | None
    name_en: str | None
    version: int
    resource_name: str
    deployed_at: datetime
    deployed_by: str


def newest(runtime: Runtime, kind: str, *, actor: Actor) -> list[DefinitionView]:
    """The newest version of each process, DMN file or form, by name. Raises Forbidden without processes.read."""
    actor.require("processes.read")
    entity, identifier = _KINDS[kind]
    table = table_of(entity)
    newer = table.alias("newer")
    last = (
        select(func.max(newer.c.version))
        .where(
            newer.c[identifier] == table.c[identifier],
            newer.c.tenant_id == table.c.tenant_id,
            newer.c.deleted_at.is_(None),
        )
        .scalar_subquery()
    )
    return _views(runtime, kind, table.c.version == last, actor.tenant_id)


def versions(runtime: Runtime, kind: str, identifier: str, *, actor: Actor) -> list[DefinitionView]:
    """All versions of one, the newest first. Raises Forbidden without processes.read."""
    actor.require("processes.read")
    entity, column = _KINDS[kind]
    table = table_of(entity)
    condition = and_(table.c[column] == identifier, table.c.deleted_at.is_(None))
    found = _views(runtime, kind, condition, actor.tenant_id)
    return sorted(found, key=lambda view: -view.version)


def source(runtime: Runtime, kind: str, key: int, tenant_id: str = DEFAULT_TENANT) -> bytes:
    """The file that defines this version, as it was deployed. Raises NotFound."""
    with runtime.unit_of_work(read_only=True, tenant_id=tenant_id) as uow:
        return definitions.content(uow, definitions.of_key(uow, _KINDS[kind][0], key).resource_key)


@dataclass(frozen=True, slots=True)
class DeployedResource:
    """A version of a process, DMN file or form, whichever has the key, with the file that brought it."""

    kind: str
    key: int
    id: str
    name: str
    version: int
    version_tag: str | None
    deployment_key: int
    tenant_id: str
    content: bytes


def resource(runtime: Runtime, key: int, tenant_id: str = DEFAULT_TENANT) -> DeployedResource:
    """Raises NotFound, also for one that was deleted."""
    with runtime.unit_of_work(read_only=True, tenant_id=tenant_id) as uow:
        kind, row = find_resource(uow, key)
        identifier = row._mapping[_KINDS[kind][1]]
        return DeployedResource(
            kind, key, identifier, row.resource_name, row.version, row.version_tag, row.deployment_key, row.tenant_id,
            definitions.content(uow, row.resource_key),
        )  # fmt: skip


def find_resource(uow: UnitOfWork, key: int) -> tuple[str, Row[Any]]:
    """The kind (process, requirements, form) and the row of what is deployed under a key. Raises NotFound."""
    for kind, (entity, _identifier) in _KINDS.items():
        table = table_of(entity)
        query = select(table).where(
            table.c.key == key, table.c.tenant_id == uow.tenant_id, table.c.deleted_at.is_(None)
        )
        row = uow.connection.execute(query).one_or_none()
        if row is not None:
            return kind, row
    raise NotFound(f"No process, decision requirements graph or form is deployed under the key {key}.")


def process_xml(runtime: Runtime, key: int, tenant_id: str = DEFAULT_TENANT) -> bytes:
    return source(runtime, "process", key, tenant_id)


def requirements_xml(runtime: Runtime, key: int, tenant_id: str = DEFAULT_TENANT) -> bytes:
    return source(runtime, "requirements", key, tenant_id)


def decision_xml(runtime: Runtime, key: int, tenant_id: str = DEFAULT_TENANT) -> bytes:
    with runtime.unit_of_work(read_only=True, tenant_id=tenant_id) as uow:
        return definitions.content(uow, definitions.of_key(uow, DecisionDefinition, key).resource_key)


@dataclass(frozen=True)
class DeployedForm:
    """A version of a form; `schema` is the form-js JSON as text."""

    key: int
    form_id: str
    version: int
    schema: str
    tenant_id: str


def form(runtime: Runtime, key: int, tenant_id: str = DEFAULT_TENANT) -> DeployedForm:
    """A deployed form by its key. Raises NotFound."""
    with runtime.unit_of_work(read_only=True, tenant_id=tenant_id) as uow:
        return _form(uow, definitions.of_key(uow, FormDefinition, key))


def start_form(runtime: Runtime, process_key: int, tenant_id: str = DEFAULT_TENANT) -> DeployedForm | None:
    """The form that a process is started with, in its newest version. Raises NotFound for the process."""
    with runtime.unit_of_work(read_only=True, tenant_id=tenant_id) as uow:
        process = definitions.of_key(uow, ProcessDefinition, process_key)
        if process.start_form_id is None:
            return None
        return _form(uow, definitions.latest(uow, FormDefinition, process.start_form_id))


def _form(uow: UnitOfWork, row: Any) -> DeployedForm:
    schema = definitions.content(uow, row.resource_key).decode("utf-8-sig")
    return DeployedForm(row.key, row.form_id, row.version, schema, row.tenant_id)


def any_deployed(runtime: Runtime, tenant_id: str = DEFAULT_TENANT) -> bool:
    table = table_of(ProcessDefinition)
    with runtime.unit_of_work(read_only=True, tenant_id=tenant_id) as uow:
        found = uow.connection.execute(select(table.c.key).where(table.c.tenant_id == tenant_id).limit(1))
        return found.first() is not None


def _views(runtime: Runtime, kind: str, condition: Any, tenant_id: str) -> list[DefinitionView]:
    with runtime.unit_of_work(read_only=True, tenant_id=tenant_id) as uow:
        return _read(uow, kind, condition)


def _read(uow: UnitOfWork, kind: str, condition: Any) -> list[DefinitionView]:
    entity, identifier = _KINDS[kind]
    table, deployment = table_of(entity), table_of(Deployment)
    query = (
        select(table, deployment.c.deployed_by)
        .join(deployment, deployment.c.key == table.c.deployment_key)
        .where(condition, table.c.tenant_id == uow.tenant_id)
        .order_by(table.c.name, table.c[identifier])
    )
    return [
        DefinitionView(
            kind=kind,
            key=row.key,
            id=row._mapping[identifier],
            name=row.name,
            name_en=(row.name_en or None) if kind == "process" else None,
            version=row.version,
            resource_name=row.resource_name,
            deployed_at=row.deployed_at,
            deployed_by=row.deployed_by,
        )
        for row in uow.connection.execute(query)
    ]
