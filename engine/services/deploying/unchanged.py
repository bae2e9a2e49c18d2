"""Whether files are deployed already, which their names and checksums tell: nothing of them is read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import select

from engine.model.base import table_of
from engine.model.deployment import DecisionDefinition, DecisionRequirements, FormDefinition, ProcessDefinition
from engine.persistence import UnitOfWork
from engine.services.deploying.files import File

_IDS = {
    ProcessDefinition: "process_id",
    DecisionRequirements: "requirements_id",
    DecisionDefinition: "decision_id",
    FormDefinition: "form_id",
}
Source = tuple[str, str]  # a file's name and checksum


def are_newest(uow: UnitOfWork, files: Iterable[File]) -> bool:
    """Whether each file has been deployed, and all that it defines has had no newer version since."""
    newest: dict[tuple[str, str], Source] = {}
    defined: dict[Source, set[tuple[str, str]]] = defaultdict(set)
    for entity, name in _IDS.items():
        table = table_of(entity)
        query = select(table.c[name], table.c.resource_name, table.c.checksum).order_by(table.c.version)
        rows = uow.connection.execute(query.where(table.c.tenant_id == uow.tenant_id, table.c.deleted_at.is_(None)))
        for identifier, *source in rows:
            newest[name, identifier] = source[0], source[1]
            defined[source[0], source[1]].add((name, identifier))
    sources = [(file.name, file.checksum) for file in files]
    return all(defined[source] and all(newest[one] == source for one in defined[source]) for source in sources)
