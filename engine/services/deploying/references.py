"""Are the names that diagrams refer to deployed, or among the files that are being deployed?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from engine.deployment.findings import Finding
from engine.deployment.references import check_references
from engine.model.base import table_of
from engine.model.deployment import DecisionDefinition, FormDefinition, ProcessDefinition
from engine.persistence import UnitOfWork
from engine.services.deploying.files import File

_TABLES: dict[str, tuple[type[Any], str]] = {
    "process": (ProcessDefinition, "process_id"),
    "decision": (DecisionDefinition, "decision_id"),
    "form": (FormDefinition, "form_id"),
}


def unknown_references(files: Sequence[File], uow: UnitOfWork | None) -> list[Finding]:
    """Warnings about files that have been read. Without a unit of work only the files themselves are looked at."""
    known = {("process", process.id) for file in files for process in file.processes}
    known |= {("form", file.form.id) for file in files if file.form is not None}
    known |= {("decision", key) for file in files if file.model is not None for key in file.model.decisions}

    def is_known(kind: str, identifier: str) -> bool:
        return (kind, identifier) in known or (uow is not None and _is_deployed(uow, kind, identifier))

    checked = [(process.model, file.name) for file in files for process in file.processes]
    return [found for model, name in checked for found in check_references(model, name, is_known)]


def _is_deployed(uow: UnitOfWork, kind: str, identifier: str) -> bool:
    entity, column = _TABLES[kind]
    table = table_of(entity)
    query = select(table.c.key).where(
        table.c[column] == identifier, table.c.tenant_id == uow.tenant_id, table.c.deleted_at.is_(None)
    )
    return uow.connection.execute(query.limit(1)).first() is not None
