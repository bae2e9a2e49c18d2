"""Numbering what a deployment brings: a new version where a file has changed, the same one where it has not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, insert, select

from engine.errors import NotFound
from engine.execution import Process
from engine.model.base import table_of
from engine.model.deployment import (
    DecisionDefinition,
    DecisionRequirements,
    Deployment,
    DeploymentItem,
    ElementName,
    FormDefinition,
    ProcessDefinition,
    Resource,
)
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services import definitions
from engine.services.deploying.files import File

_ONE_AT_A_TIME = 0x6465706C  # PostgreSQL's advisory lock for version numbers


def one_at_a_time(uow: UnitOfWork) -> None:
    """Let nobody else deploy or delete until the transaction ends."""
    if not uow.is_sqlite:
        uow.connection.execute(select(func.pg_advisory_xact_lock(_ONE_AT_A_TIME)))


def name_rows(definition_key: int, process: Process) -> list[dict[str, Any]]:
    """The rows of `element_name` of a version."""
    model = process.model
    names = {element.id: element.name for element in model.elements.values() if element.name}
    return [
        {"definition_key": definition_key, "element_id": element_id, "name": name}
        for element_id, name in {**names, model.id: model.name or model.id}.items()
    ]


def english_name(process: Process) -> str:
    """What a process is called in English; nothing where its diagram does not say it."""
    return str(process.model.properties.get("name.en") or "")[:255]


@dataclass(frozen=True)
class Deployed:
    """One definition of a deployment. `kind`: process, requirements, decision or form; `is_new`: this call made the version."""

    kind: str
    id: str
    name: str | None
    key: int
    version: int
    version_tag: str | None
    resource_name: str
    is_new: bool
    requirements_id: str | None = None
    requirements_key: int | None = None


class Numbering:
    """Stores the files of one deployment."""

    def __init__(self, runtime: Runtime, uow: UnitOfWork, who: str) -> None:
        self.runtime, self.uow, self.who = runtime, uow, who
        self.key = runtime.new_key()
        self.items: list[Deployed] = []
        self._insert(Deployment, key=self.key, deployed_at=uow.now, deployed_by=who)

    def store(self, file: File) -> None:
        """Number everything that a file defines."""
        resource: list[int] = []  # made when the first new version needs it

        def resource_key() -> int:
            if not resource:
                resource.append(self.runtime.new_key())
                self._insert(
                    Resource,
                    key=resource[0],
                    deployment_key=self.key,
                    name=file.name,
                    checksum=file.checksum,
                    content=file.content,
                )
            return resource[0]

        for process in file.processes:
            start = next((s for s in process.starts if s.definition.kind == "none"), None)
            form = start.element.form.id if start is not None and start.element.form is not None else None
            values = {"version_tag": process.version_tag, "start_form_id": form, "name_en": english_name(process)}
            item = self._number(ProcessDefinition, "process", process.id, process.name, file, resource_key, values)
            self.runtime.definitions.put(item.key, process)
            if item.is_new:
                self.uow.connection.execute(insert(table_of(ElementName)), name_rows(item.key, process))
        if file.model is not None:
            self._store_model(file, resource_key)
        if file.form is not None:
            tag = file.form.source.get("versionTag")
            values = {"version_tag": tag if isinstance(tag, str) else None}
            self._number(FormDefinition, "form", file.form.id, None, file, resource_key, values)

    def _store_model(self, file: File, resource_key: Any) -> None:
        model = file.model
        assert model is not None
        identifier = model.id or file.name
        values = {"namespace": model.namespace}
        drg = self._number(DecisionRequirements, "requirements", identifier, model.name, file, resource_key, values)
        for decision in model.decisions.values():
            belongs = {"requirements_id": identifier, "requirements_key": drg.key, "type": decision.type}
            self._number(DecisionDefinition, "decision", decision.id, decision.name, file, resource_key, belongs)

    def _number(
        self, entity: type[Any], kind: str, identifier: str, name: str | None, file: File, resource_key: Any, more: Any
    ) -> Deployed:
        try:
            last: Any = definitions.latest(self.uow, entity, identifier)
        except NotFound:
            last = None
        is_new = last is None or (last.checksum, last.resource_name) != (file.checksum, file.name)
        key = self.runtime.new_key() if is_new else last.key
        version = self._highest(entity, f"{kind}_id", identifier) + 1 if is_new else last.version
        if is_new:
            self._insert(
                entity,
                **{"key": key, f"{kind}_id": identifier, "name": name, "version": version, **more},
                resource_key=resource_key(),
                deployment_key=self.key,
                resource_name=file.name,
                checksum=file.checksum,
                deployed_at=self.uow.now,
            )
        self.uow.connection.execute(
            insert(DeploymentItem), {"deployment_key": self.key, "definition_key": key, "kind": kind}
        )
        tag = more.get("version_tag")
        requirements = more.get("requirements_id"), more.get("requirements_key")
        item = Deployed(kind, identifier, name, key, version, tag, file.name, is_new, *requirements)
        self.items.append(item)
        return item

    def _highest(self, entity: type[Any], column: str, identifier: str) -> int:
        """The highest number that this id has had; that of a version that was deleted is not given again."""
        table = table_of(entity)
        query = select(func.max(table.c.version)).where(
            table.c[column] == identifier, table.c.tenant_id == self.uow.tenant_id
        )
        return self.uow.connection.execute(query).scalar() or 0

    def _insert(self, entity: type[Any], **values: Any) -> None:
        values.setdefault("tenant_id", self.uow.tenant_id)
        self.uow.connection.execute(insert(table_of(entity)), values)
