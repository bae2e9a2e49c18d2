"""The issue log as it is collected each week (K7): what was written down, how it stands, and what was answered."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any

from sqlalchemy import and_, or_, select

from engine.model.base import table_of
from engine.model.instance import InstanceState, ProcessInstance
from engine.model.user_task import UserTask
from engine.model.variable import Variable
from engine.persistence import UnitOfWork
from engine.services.figures.period import Period

PROCESS = "issue_log"
ASKED = ("issue_kind", "issue", "order_number", "suggestion", "settled", "answer", "answered_by")
_instance, _variable, _task = table_of(ProcessInstance), table_of(Variable), table_of(UserTask)


def collected(uow: UnitOfWork, period: Period) -> list[dict[str, Any]]:
    """The issues written down within the period and the older ones that nobody had answered before it, the oldest first.

    `state` is what the answer says (`solved`, `passed_on`, `no_action`), else `open`, or `overdue` past the answer's limit.
    Moments are ISO 8601.
    """
    within = and_(_instance.c.started_at >= period.start, _instance.c.started_at < period.end)
    carried = or_(_instance.c.ended_at.is_(None), _instance.c.ended_at >= period.start)
    query = select(_instance).where(
        _instance.c.tenant_id == uow.tenant_id,
        _instance.c.process_id == PROCESS,
        _instance.c.state != InstanceState.TERMINATED,
        or_(within, and_(_instance.c.started_at < period.start, carried)),
    )
    rows = uow.connection.execute(query.order_by(_instance.c.started_at, _instance.c.key)).all()
    keys = [row.key for row in rows]
    told, due = _told(uow, keys), _due(uow, keys)
    return [_issue(row, told[row.key], due.get(row.key), uow.now) for row in rows]


def _issue(row: Any, told: dict[str, Any], due: datetime | None, now: datetime) -> dict[str, Any]:
    waits = "overdue" if due is not None and due < now else "open"
    return {name: told.get(name) for name in ASKED if name != "settled"} | {
        "noted_at": row.started_at.isoformat(),
        "noted_by": row.started_by,
        "state": (told.get("settled") or "no_action") if row.ended_at else waits,
        "answered_at": row.ended_at.isoformat() if row.ended_at else None,
    }


def _told(uow: UnitOfWork, keys: list[int]) -> dict[int, dict[str, Any]]:
    """The variables of the instances themselves."""
    query = select(_variable.c.scope_key, _variable.c.name, _variable.c.value)
    found: dict[int, dict[str, Any]] = defaultdict(dict)
    for scope, name, value in uow.connection.execute(
        query.where(_variable.c.scope_key.in_(keys), _variable.c.name.in_(ASKED))
    ):
        found[scope][name] = value
    return found


def _due(uow: UnitOfWork, keys: list[int]) -> dict[int, datetime]:
    """Until when the open ones are to be answered."""
    query = select(_task.c.process_instance_key, _task.c.due_at)
    query = query.where(_task.c.process_instance_key.in_(keys), _task.c.ended_at.is_(None), _task.c.due_at.is_not(None))
    return {key: at for key, at in uow.connection.execute(query)}
