"""Deployed decisions: evaluated on their own, and found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select

from engine.decisions import DecisionOutcome, typed_context
from engine.errors import InvalidInput
from engine.feel import to_json
from engine.history import audit
from engine.model.base import DEFAULT_TENANT, table_of
from engine.model.decision import DecisionInstance
from engine.model.deployment import DecisionDefinition
from engine.persistence import UnitOfWork
from engine.runtime import InstanceInfo, Runtime
from engine.services import definitions
from engine.services.turn import Turn
from engine.services.turn.environment import feel_functions
from engine.services.turn.trace import trace_to_json


@dataclass(frozen=True)
class Evaluated:
    """What a decision said, which version said it, and why (`trace` as `decision_instance.trace` has it)."""

    key: int
    decision_key: int
    decision_id: str
    name: str | None
    version: int
    requirements_id: str
    requirements_key: int
    result: Any
    trace: dict[str, Any]
    failure: str | None
    failed_decision_id: str | None
    tenant_id: str
    definitions: Mapping[str, tuple[int, int]]  # key and version of each decision of the file, by its id


def evaluate(
    runtime: Runtime,
    decision_id: str | None = None,
    variables: dict[str, Any] | None = None,
    *,
    decision_key: int | None = None,
    who: str = audit.ENGINE,
    tenant_id: str = DEFAULT_TENANT,
) -> Evaluated:
    """Evaluate the newest version of a decision, or the version of a key, and keep the trace.

    Raises NotFound, InvalidInput. What goes wrong inside is in `failure`.
    """

    def work(uow: UnitOfWork) -> Evaluated:
        row = _row(uow, decision_id, decision_key)
        turn = Turn(runtime, uow, who)
        model = definitions.decision_model(runtime, uow, row.requirements_key)
        functions = feel_functions(turn, InstanceInfo(0, tenant_id, 0, None, None, 0, 0, "", 0))
        given = typed_context(model, variables or {})
        outcome = model.evaluate(row.decision_id, given, now=uow.now, functions=functions)
        found = _evaluated(runtime.new_key(), row, outcome, _of_file(uow, row.requirements_key))
        uow.connection.execute(insert(table_of(DecisionInstance)), _stored(uow, found))
        turn.audit("decision.evaluate", "decision", row.key, after={"instance": found.key})
        turn.finish()
        return found

    return runtime.transact(work, tenant_id)


def _row(uow: UnitOfWork, decision_id: str | None, decision_key: int | None) -> Any:
    if decision_key is not None:
        return definitions.usable(uow, DecisionDefinition, decision_key)
    if decision_id is None:
        raise InvalidInput("Say which decision to evaluate: its id or its definition's key.")
    return definitions.latest(uow, DecisionDefinition, decision_id)


def _of_file(uow: UnitOfWork, requirements_key: int) -> dict[str, tuple[int, int]]:
    table = table_of(DecisionDefinition)
    query = select(table.c.decision_id, table.c.key, table.c.version).where(
        table.c.requirements_key == requirements_key
    )
    return {row.decision_id: (row.key, row.version) for row in uow.connection.execute(query)}


def _evaluated(key: int, row: Any, outcome: DecisionOutcome, of_file: Mapping[str, tuple[int, int]]) -> Evaluated:
    return Evaluated(
        key=key,
        decision_key=row.key,
        decision_id=row.decision_id,
        name=row.name,
        version=row.version,
        requirements_id=row.requirements_id,
        requirements_key=row.requirements_key,
        result=to_json(outcome.value),
        trace=trace_to_json(outcome),
        failure=outcome.failed,
        failed_decision_id=outcome.failed_decision_id,
        tenant_id=row.tenant_id,
        definitions=of_file,
    )


def _stored(uow: UnitOfWork, found: Evaluated) -> dict[str, Any]:
    return {
        "key": found.key,
        "tenant_id": uow.tenant_id,
        "decision_id": found.decision_id,
        "decision_definition_key": found.decision_key,
        "evaluated_at": uow.now,
        "result": found.result,
        "trace": found.trace,
        "failure": found.failure,
    }
