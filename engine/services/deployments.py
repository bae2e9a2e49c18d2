"""Deploying files: checked as a whole, stored as a whole or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from engine.decisions import DecisionModel, DecisionModelError
from engine.deployment import rules
from engine.deployment.findings import Finding
from engine.deployment.remarks import Remarks
from engine.errors import InvalidInput
from engine.execution import Process
from engine.model.base import DEFAULT_TENANT, table_of
from engine.model.deployment import DecisionRequirements
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services import definitions
from engine.services.deploying.files import File, check_files, open_files, read_files
from engine.services.deploying.references import unknown_references
from engine.services.deploying.shipped import sort_out
from engine.services.deploying.starts import StartWithoutValue, move_starts
from engine.services.deploying.versions import Deployed, Numbering, one_at_a_time
from engine.services.turn import Turn

__all__ = ["Deployed", "Deployment", "DeploymentRefused", "check", "deploy", "deploy_shipped"]


Files = Sequence[tuple[str, bytes]]


class DeploymentRefused(InvalidInput):
    """The files have errors, so none was deployed; `findings` lists them, warnings included."""

    def __init__(self, findings: list[Finding]) -> None:
        errors = [found for found in findings if found.severity == "error"]
        first = errors[0]
        more = f" and {len(errors) - 1} more" if len(errors) > 1 else ""
        super().__init__(f"{first.file}: {first.message}{more}.".replace("..", "."))
        self.findings = findings


@dataclass(frozen=True)
class Deployment:
    """What one call deployed, in the files' order, and the warnings that were no hindrance."""

    key: int
    deployed_at: datetime
    items: list[Deployed]
    findings: list[Finding]


def check(runtime: Runtime | None, files: Files, tenant_id: str = DEFAULT_TENANT) -> list[Finding]:
    """All findings about the files, and nothing stored. With a runtime, DMN imports may name deployed models."""
    opened = open_files(files)
    if runtime is None:
        return _check(opened, {}, None)
    with runtime.unit_of_work(read_only=True, tenant_id=tenant_id) as uow:
        return _check(opened, _deployed_models(runtime, uow, opened), uow)


def _check(files: list[File], deployed: dict[str, DecisionModel], uow: UnitOfWork | None) -> list[Finding]:
    """Check the files and, when none has an error, read them and look up what they refer to."""
    findings = check_files(files, deployed)
    if any(found.severity == "error" for found in findings):
        return findings
    read_files(files, deployed)
    return findings + unknown_references(files, uow)


def deploy(runtime: Runtime, files: Files, who: str, tenant_id: str = DEFAULT_TENANT) -> Deployment:
    """Deploy (name, content) pairs of .bpmn, .dmn and .form files, of at most 5 MB each.

    A definition whose file is unchanged keeps its version. Message, signal and timer starts move to the newest version;
    running instances keep theirs. Raises DeploymentRefused with all findings when any file has an error.
    """
    if not files:
        raise InvalidInput("There is no file to deploy.")
    return runtime.transact(lambda uow: _deploy(runtime, uow, open_files(files), who), tenant_id)


def deploy_shipped(runtime: Runtime, files: Files, who: str) -> tuple[list[Deployed], list[str]]:
    """Deploy what of the files is new, as `who` does at each start.

    Returns the new versions, and the names of files that differ from what is deployed and are left: somebody else changed
    here what they define, and that stays. Raises DeploymentRefused as `deploy` does.
    """
    with runtime.unit_of_work(read_only=True) as uow:
        fresh, left = sort_out(uow, open_files(files), who)
    chosen = [(file.name, file.content) for file in fresh]
    items = deploy(runtime, chosen, who).items if chosen else []
    return [item for item in items if item.is_new], [file.name for file in left]


def _deploy(runtime: Runtime, uow: UnitOfWork, files: list[File], who: str) -> Deployment:
    one_at_a_time(uow)
    deployed = _deployed_models(runtime, uow, files)
    findings = _check(files, deployed, uow)
    if any(found.severity == "error" for found in findings):
        raise DeploymentRefused(findings)
    _refuse_twins(files)
    numbering, turn = Numbering(runtime, uow, who), Turn(runtime, uow, who)
    for file in files:
        numbering.store(file)
        compiled = {process.id: process for process in file.processes}
        for item in numbering.items:
            if item.kind == "process" and item.is_new and item.id in compiled:
                _answer(turn, file, item, compiled[item.id])
    names = [file.name for file in files]
    turn.audit("deployment.create", "deployment", numbering.key, after={"files": names})
    turn.finish()
    return Deployment(numbering.key, uow.now, numbering.items, findings)


def _answer(turn: Turn, file: File, item: Deployed, process: Process) -> None:
    """Let the new version be started from outside."""
    try:
        move_starts(turn, item, process)
    except StartWithoutValue as without:
        remarks = Remarks(file.name)
        remarks.add(rules.START_WITHOUT_VALUE, without.element, without.element.name or without.element.id)
        raise DeploymentRefused(remarks.findings) from without


def _refuse_twins(files: list[File]) -> None:
    """Two files of one deployment that define the same id: nobody could say which is meant."""
    seen: dict[tuple[str, str], str] = {}
    for file in files:
        ids: list[tuple[str, Any]] = [("process", process.id) for process in file.processes]
        ids += [("form", file.form.id)] if file.form is not None else []
        ids += [("decision", key) for key in file.model.decisions] if file.model is not None else []
        for identity in ids:
            if seen.setdefault(identity, file.name) != file.name:
                kind, identifier = identity
                raise InvalidInput(f"{file.name} and {seen[identity]} both define the {kind} '{identifier}'.")


def _deployed_models(runtime: Runtime, uow: UnitOfWork, files: list[File]) -> dict[str, DecisionModel]:
    """Deployed models that these files could import."""
    found: dict[str, DecisionModel] = {}
    if any(file.kind == "dmn" and b"import" in file.content for file in files):
        table = table_of(DecisionRequirements)
        rows = uow.connection.execute(
            select(table.c.key, table.c.namespace)
            .where(table.c.tenant_id == uow.tenant_id, table.c.deleted_at.is_(None))
            .order_by(table.c.version)
        )
        newest = {row.namespace: row.key for row in rows}
        for namespace, key in newest.items():
            with suppress(DecisionModelError):  # One that cannot be used any more hinders only who imports it.
                found[namespace] = definitions.decision_model(runtime, uow, key)
    return found
