"""Which instances an instance called, and those that these called; and many keys, some at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import select

from engine.errors import NotFound
from engine.model.base import table_of
from engine.model.instance import InstanceState, ProcessInstance
from engine.persistence import UnitOfWork

_instance = table_of(ProcessInstance)
CHUNK = 500  # keys in one statement


def some(keys: Sequence[int]) -> Iterator[Sequence[int]]:
    """The keys in pieces that one statement takes."""
    for first in range(0, len(keys), CHUNK):
        yield keys[first : first + CHUNK]


def below(uow: UnitOfWork, key: int, active: bool = False) -> list[int]:
    """The instance and all below it, callers before what they called; with `active` those that have not ended.

    Raises NotFound.
    """
    root = uow.connection.execute(
        select(_instance.c.root_key).where(_instance.c.key == key, _instance.c.tenant_id == uow.tenant_id)
    ).scalar_one_or_none()
    if root is None:
        raise NotFound(f"There is no process instance with key {key}.")
    query = select(_instance.c.key, _instance.c.parent_key, _instance.c.state).where(_instance.c.root_key == root)
    rows = uow.connection.execute(query.order_by(_instance.c.depth, _instance.c.key)).all()
    inside = {key}
    for row in rows:
        if row.parent_key in inside:
            inside.add(row.key)
    return [row.key for row in rows if row.key in inside and (not active or row.state == InstanceState.ACTIVE)]
