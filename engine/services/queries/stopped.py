"""What an open incident stops: the instance in which it is, the instances that called it, and the call activities between them.

Read from the open incidents, which are few, up to the roots; never from each instance down.
"""

from __future__ import annotations

from sqlalchemy import CTE, ColumnElement, FromClause, select, union

from engine.model.base import table_of
from engine.model.incident import Incident, IncidentState
from engine.model.instance import ProcessInstance

_incident, _instance = table_of(Incident), table_of(ProcessInstance)
_open = _incident.c.state == IncidentState.ACTIVE


def instance_stopped(instance: FromClause) -> ColumnElement[bool]:
    """Of a table or alias of process instances: has it an open incident, or one in what it called, directly or not."""
    return instance.c.key.in_(select(_stopped().c.key))


def element_stopped(element: FromClause) -> ColumnElement[bool]:
    """Of a table of element instances: has it an open incident, or is one in the instance that it called, or below."""
    stopped = _stopped()
    own = select(_incident.c.element_instance_key).where(_open, _incident.c.element_instance_key.is_not(None))
    calls = select(stopped.c.parent_element_key).where(stopped.c.parent_element_key.is_not(None))
    return element.c.key.in_(union(own, calls).scalar_subquery())


def _stopped() -> CTE:
    """The instances with an open incident, and whatever called them."""
    columns = ("key", "parent_key", "parent_element_key")
    holding = select(*(_instance.c[name] for name in columns)).where(
        _instance.c.key.in_(select(_incident.c.process_instance_key).where(_open))
    )
    stopped = holding.cte("stopped", recursive=True)
    above = _instance.alias("above")
    return stopped.union(
        select(*(above.c[name] for name in columns)).join(stopped, above.c.key == stopped.c.parent_key)
    )
