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
from engine.services.queries.query import conditions
from engine.services.queries.resources import PROCESS_INSTANCE

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


def decision_trace(runtime: Runtime, key: int, tenant_id: str = DEFAULT_TENANT) -> list[dict[str, Any]]:
    """The decisions that one evaluation went through, as `decision_instance.trace` has them. Raises NotFound."""
    with runtime.unit_of_work(read_only=True, tenant_id=tenant_id) as uow:
        query = select(_decided.c.trace).where(_decided.c.key == key, _decided.c.tenant_id == tenant_id)
        found = uow.connection.execute(query).one_or_none()
    if found is None:
        raise NotFound(f"There is no decision instance with key {key}.")
    traced: list[dict[str, Any]] = (found.trace or {}).get("decisions", [])
    return traced
