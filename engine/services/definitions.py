"""Which version of a process, decision or form is meant, and its compiled form."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, Select, bindparam, select

from engine.decisions import DecisionModel, parse_dmn
from engine.decisions.reader import read_definitions
from engine.decisions.remarks import Remarks
from engine.deployment.names import EXTRA_NAMES
from engine.errors import NotFound
from engine.execution.contract import Binding
from engine.execution.process import Process, compile_bpmn
from engine.forms import Form, parse_form
from engine.model.base import table_of
from engine.model.deployment import (
    DecisionDefinition,
    DecisionRequirements,
    DeploymentItem,
    FormDefinition,
    ProcessDefinition,
    Resource,
)
from engine.persistence import UnitOfWork
from engine.runtime import Runtime

_IDS: dict[type[Any], Any] = {
    ProcessDefinition: ProcessDefinition.process_id,
    DecisionDefinition: DecisionDefinition.decision_id,
    DecisionRequirements: DecisionRequirements.requirements_id,
    FormDefinition: FormDefinition.form_id,
}
_WORDS: dict[type[Any], str] = {
    ProcessDefinition: "process",
    DecisionDefinition: "decision",
    FormDefinition: "form",
}


def latest(uow: UnitOfWork, entity: type[Any], identifier: str, *, held: bool = False) -> Row[Any]:
    """The newest version with this id in the unit of work's tenant. Raises NotFound."""
    return resolve(uow, entity, identifier, Binding(), held=held)


def resolve(
    uow: UnitOfWork,
    entity: type[Any],
    identifier: str,
    binding: Binding,
    deployment_key: int | None = None,
    *,
    held: bool = False,
) -> Row[Any]:
    """The version that a binding means; `deployment_key` is the deployment of whoever asks. Raises NotFound.

    `held`: nobody deletes it until the transaction ends. Whoever puts an instance on it asks so.
    """
    table, query = table_of(entity), (_NEWEST_HELD if held else _NEWEST)[entity]
    if binding.kind == "versionTag":
        query = query.where(table.c.version_tag == binding.version_tag)
    elif binding.kind == "deployment":
        of_deployment = select(DeploymentItem.definition_key).where(DeploymentItem.deployment_key == deployment_key)
        query = query.where(table.c.key.in_(of_deployment))
    asked = {"identifier": identifier, "tenant": uow.tenant_id}
    found = uow.connection.execute(query, asked).one_or_none()
    if found is None and held:  # It was just deleted: the one before is the newest now.
        found = uow.connection.execute(query, asked).one_or_none()
    if found is None:
        which = f" for the binding '{binding.kind}'" if binding.kind != "latest" else ""
        raise NotFound(f"There is no deployed {_WORDS.get(entity, 'definition')} '{identifier}'{which}.")
    return found


def _held(query: Select[Any]) -> Select[Any]:
    return query.with_for_update(read=True, key_share=True)


def _newest_first(entity: type[Any]) -> Select[Any]:
    table = table_of(entity)
    return (
        select(table)
        .where(
            _IDS[entity] == bindparam("identifier"),
            table.c.tenant_id == bindparam("tenant"),
            table.c.deleted_at.is_(None),
        )
        .order_by(table.c.version.desc())
        .limit(1)
    )


_NEWEST = {entity: _newest_first(entity) for entity in _IDS}  # built once: every start, call and decision asks one
_NEWEST_HELD = {entity: _held(query) for entity, query in _NEWEST.items()}


def usable(uow: UnitOfWork, entity: type[Any], key: int, *, held: bool = False) -> Row[Any]:
    """The version with this key, to be used from now on. Raises NotFound, also where it was deleted."""
    found = of_key(uow, entity, key, held=held)
    if found.deleted_at is not None:
        raise NotFound(f"The {_WORDS.get(entity, 'definition')} with key {key} was deleted; use another version.")
    return found


def of_key(uow: UnitOfWork, entity: type[Any], key: int, *, held: bool = False) -> Row[Any]:
    """The version with this key in the unit of work's tenant, deleted or not. Raises NotFound."""
    table = table_of(entity)
    query = select(table).where(table.c.key == key, table.c.tenant_id == uow.tenant_id)
    found = uow.connection.execute(_held(query) if held else query).one_or_none()
    if found is None:
        raise NotFound(f"There is no deployed {_WORDS.get(entity, 'definition')} with key {key}.")
    return found


def process(runtime: Runtime, uow: UnitOfWork, key: int) -> Process:
    """The compiled process of a definition. Raises NotFound."""
    found: Process | None = runtime.definitions.get(key)
    if found is None:
        row = of_key(uow, ProcessDefinition, key)
        compiled = compile_bpmn(content(uow, row.resource_key), row.resource_name)
        found = next(process for process in compiled if process.id == row.process_id)
        runtime.definitions.put(key, found)
    return found


def form(runtime: Runtime, uow: UnitOfWork, key: int) -> Form:
    """The parsed form of a definition. Raises NotFound."""
    found: Form | None = runtime.definitions.get(key)
    if found is None:
        row = of_key(uow, FormDefinition, key)
        found = parse_form(content(uow, row.resource_key).decode("utf-8-sig"), row.resource_name)
        runtime.definitions.put(key, found)
    return found


def decision_model(
    runtime: Runtime, uow: UnitOfWork, requirements_key: int, importers: frozenset[str] = frozenset()
) -> DecisionModel:
    """The compiled DMN file of a version; what it imports is taken in its newest version.

    `importers` are the namespaces of the files that are being compiled and led here: they are not imported again. Raises
    NotFound, DecisionModelError where what it imports is not deployed any more, or has come to import it.
    """
    found: DecisionModel | None = runtime.definitions.get(requirements_key)
    if found is None or not _imports_the_newest(runtime, uow, found, importers):
        row = of_key(uow, DecisionRequirements, requirements_key)
        xml = content(uow, row.resource_key)
        imported = _imported_models(runtime, uow, xml, importers | {row.namespace})
        found = parse_dmn(xml, row.resource_name, imported, names=EXTRA_NAMES)
        runtime.definitions.put(requirements_key, found)
    return found


def _imported_models(
    runtime: Runtime, uow: UnitOfWork, xml: bytes, importers: frozenset[str]
) -> dict[str, DecisionModel]:
    """The newest deployed models that a DMN file imports, by namespace."""
    wanted = {one.namespace for one in read_definitions(xml, Remarks("")).imports}
    return _newest_models(runtime, uow, wanted, importers) if wanted else {}


def _imports_the_newest(runtime: Runtime, uow: UnitOfWork, model: DecisionModel, importers: frozenset[str]) -> bool:
    """Whether a model that was compiled earlier imports what it would today."""
    if not model.imported:
        return True
    wanted = {each.namespace for each in model.imported.values()}
    newest = _newest_models(runtime, uow, wanted, importers | {model.namespace})
    return all(newest.get(each.namespace) is each for each in model.imported.values())


def _newest_models(
    runtime: Runtime, uow: UnitOfWork, wanted: set[str], importers: frozenset[str]
) -> dict[str, DecisionModel]:
    table = table_of(DecisionRequirements)
    rows = uow.connection.execute(
        select(table.c.namespace, table.c.key)
        .where(
            table.c.tenant_id == uow.tenant_id, table.c.namespace.in_(wanted - importers), table.c.deleted_at.is_(None)
        )
        .order_by(table.c.version)
    )
    newest = {row.namespace: row.key for row in rows}
    return {namespace: decision_model(runtime, uow, key, importers) for namespace, key in newest.items()}


def content(uow: UnitOfWork, resource_key: int) -> bytes:
    """A deployed file as it was sent."""
    return uow.connection.execute(select(Resource.content).where(Resource.key == resource_key)).scalar_one()
