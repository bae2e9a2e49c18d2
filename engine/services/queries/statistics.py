"""Counts by element, and the trace of one decision: what `/v2` answers beside its searches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from sqlalchemy import and_, func, select

from engine.errors import NotFound
from engine.model.base import DEFAULT_TENANT, table_of
from engine.model.decision import DecisionInstance
from engine.model.element import ElementInstance
from engine.model.incident import Incident, IncidentState
from engine.runtime import Runtime
from engine.services.queries.query import MAX_LIMIT, Request, conditions, search
from engine.services.queries.resources import DECISION_INSTANCE, PROCESS_INSTANCE

_element, _incident, _decided = table_of(ElementInstance), table_of(Incident), table_of(DecisionInstance)


def element_counts(
    runtime: Runtime, definition_key: int, tenant_id: str = DEFAULT_TENANT, wanted: Mapping[str, Any] | None = None
) -> dict[str, Counter[str]]:
    """Over all instances of a version, or those that a filter of process instances finds, by element id: how many are ACTIVE,
    COMPLETED, TERMINATED; an active one with an open incident counts as INCIDENT. Raises InvalidInput."""
    holding = _incident.c.element_instance_key
    open_ones = select(holding).where(_incident.c.state == IncidentState.ACTIVE, holding.is_not(None))
    stopped = _element.c.key.in_(open_ones).label("stopped")
    mine = and_(_element.c.process_definition_key == definition_key, _element.c.tenant_id == tenant_id)
    if wanted:
        meant = select(PROCESS_INSTANCE.key_column).select_from(PROCESS_INSTANCE.source)
        mine = and_(mine, _element.c.process_instance_key.in_(meant.where(conditions(PROCESS_INSTANCE, wanted))))
    rows = select(_element.c.element_id, _element.c.state, stopped).where(mine).subquery()
    query = select(rows, func.count().label("number")).group_by(rows.c.element_id, rows.c.state, rows.c.stopped)
    counts: dict[str, Counter[str]] = {}
    with runtime.unit_of_work(read_only=True, tenant_id=tenant_id) as uow:
        for row in uow.connection.execute(query):
            counts.setdefault(row.element_id, Counter())["INCIDENT" if row.stopped else row.state] += row.number
    return counts


def decision_instances(runtime: Runtime, key: int, tenant_id: str = DEFAULT_TENANT) -> list[dict[str, Any]]:
    """The decisions of one evaluation in the order in which they were made, the one that was asked for last; the `trace` of
    each as `decision_instance.trace` has it. Raises NotFound."""
    wanted = Request({"decisionEvaluationKey": str(key)}, limit=MAX_LIMIT)
    found = search(runtime, DECISION_INSTANCE, wanted, tenant_id).items
    if not found:
        raise NotFound(f"There is no evaluation of decisions with key {key}.")
    with runtime.unit_of_work(read_only=True, tenant_id=tenant_id) as uow:
        trace = uow.connection.execute(select(_decided.c.trace).where(_decided.c.key == key)).scalar_one()
    return [{**one, "trace": traced} for one, traced in zip(found, _traced(trace), strict=True)]


def _traced(trace: dict[str, Any] | None) -> list[dict[str, Any]]:
    """Of an evaluation without a trace, one decision of which nothing is known."""
    return (trace or {}).get("decisions") or [{"inputs": [], "matched_rules": []}]
