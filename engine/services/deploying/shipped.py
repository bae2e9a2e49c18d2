"""What a start brings of the files that it is given: those that are new, and none over what people changed here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import select

from engine.model.base import table_of
from engine.model.deployment import (
    DecisionDefinition,
    DecisionRequirements,
    Deployment,
    FormDefinition,
    ProcessDefinition,
)
from engine.persistence import UnitOfWork
from engine.services.deploying.files import File

_IDS = {
    ProcessDefinition: "process_id",
    DecisionRequirements: "requirements_id",
    DecisionDefinition: "decision_id",
    FormDefinition: "form_id",
}
Identity = tuple[str, str]  # which kind of id, and the id
Source = tuple[str, str]  # a file's name and checksum


def sort_out(uow: UnitOfWork, files: Iterable[File], who: str) -> tuple[list[File], list[File]]:
    """The files that are to be deployed, and those left because somebody but `who` has changed what they define since.

    Names and checksums tell; nothing of the files is read.
    """
    newest: dict[Identity, Source] = {}
    defined: dict[Source, set[Identity]] = defaultdict(set)
    brought: dict[Identity, set[Source]] = defaultdict(set)  # by `who`
    for entity, name in _IDS.items():
        table, deployment = table_of(entity), table_of(Deployment)
        query = (
            select(table.c[name], deployment.c.deployed_by, table.c.resource_name, table.c.checksum)
            .join(deployment, deployment.c.key == table.c.deployment_key)
            .where(table.c.tenant_id == uow.tenant_id, table.c.deleted_at.is_(None))
            .order_by(table.c.version)
        )
        for identifier, by, file_name, checksum in uow.connection.execute(query):
            one, version = (name, identifier), (file_name, checksum)
            newest[one] = version
            defined[version].add(one)
            if by == who:
                brought[one].add(version)
    by_file: dict[str, set[Identity]] = defaultdict(set)
    for one, sources in brought.items():
        for file_name, _ in sources:
            by_file[file_name].add(one)
    fresh: list[File] = []
    left: list[File] = []
    for file in files:
        source = file.name, file.checksum
        if defined[source] and all(newest[one] == source for one in defined[source]):
            continue
        changed = any(newest[one] not in brought[one] for one in by_file[file.name])
        (left if changed else fresh).append(file)
    return fresh, left
