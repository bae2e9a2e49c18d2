"""Variables as they are stored: what a place in an instance sees, and what is in one scope."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import literal, select

from engine.model.base import table_of
from engine.model.element import ElementInstance
from engine.model.variable import Variable
from engine.persistence import UnitOfWork

_element = table_of(ElementInstance)
_variable = table_of(Variable)


def visible(uow: UnitOfWork, scope_key: int, names: Collection[str] | None = None) -> dict[str, Any]:
    """What an element instance (or process instance) sees by name, inner scopes over outer; `names` limits it."""
    first = select(
        _element.c.key, _element.c.scope_key, literal(0).label("depth")
    ).where(_element.c.key == scope_key).cte("chain", recursive=True)  # fmt: skip
    chain = first.union_all(
        select(_element.c.key, _element.c.scope_key, first.c.depth + 1).join(first, _element.c.key == first.c.scope_key)
    )
    query = (
        select(_variable.c.name, _variable.c.value)
        .join(chain, _variable.c.scope_key == chain.c.key)
        .order_by(chain.c.depth.desc())
    )
    if names is not None:
        query = query.where(_variable.c.name.in_(names))
    return {name: value for name, value in uow.connection.execute(query)}


def local(uow: UnitOfWork, scope_key: int) -> dict[str, Any]:
    """The variables of one scope alone."""
    query = select(_variable.c.name, _variable.c.value).where(_variable.c.scope_key == scope_key)
    return {name: value for name, value in uow.connection.execute(query)}
