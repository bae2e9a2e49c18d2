"""What an open incident stops: the instance in which it is, the instances that called it, and the call activities between them."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_, select

from engine.model.base import table_of
from engine.model.incident import Incident, IncidentState
from engine.model.instance import ProcessInstance

DEEPEST = 4  # calls below an instance that was called itself; below a root every incident is found
_incident, _instance = table_of(Incident), table_of(ProcessInstance)


def instance_stopped(instance: Any) -> ColumnElement[bool]:
    """Of a table or alias of process instances: has it an open incident, or one in what it called, directly or not."""
    own = _open(_incident.c.process_instance_key == instance.c.key)
    below = _open(_incident.c.root_key == instance.c.key)
    return or_(own, below, and_(instance.c.parent_key.is_not(None), _below(instance)))


def call_stopped(element: Any) -> ColumnElement[bool]:
    """Of a table of element instances: is an open incident in the instance that it called, or below."""
    called = _instance.alias("called")
    mine = and_(
        called.c.parent_key == element.c.process_instance_key,
        called.c.parent_element_key == element.c.key,
    )
    own = _open(_incident.c.process_instance_key == called.c.key)
    return exists(select(called.c.key).where(mine, or_(own, _below(called))))


def _open(where: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists(select(_incident.c.key).where(where, _incident.c.state == IncidentState.ACTIVE))


def _below(instance: Any) -> ColumnElement[bool]:
    """From the open incidents of the whole tree, which are few, up to the instance."""
    levels = [_instance.alias(f"above_{number}") for number in range(DEEPEST)]
    source: Any = _incident.join(levels[0], levels[0].c.key == _incident.c.process_instance_key)
    for lower, upper in pairwise(levels):
        source = source.outerjoin(upper, upper.c.key == lower.c.parent_key)
    stopped = select(_incident.c.key).select_from(source)
    return exists(
        stopped.where(
            _incident.c.root_key == instance.c.root_key,
            _incident.c.state == IncidentState.ACTIVE,
            or_(*(level.c.parent_key == instance.c.key for level in levels)),
        )
    )
