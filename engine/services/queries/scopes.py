"""Which scopes an element instance sees."""

from __future__ import annotations

from sqlalchemy import select

from engine.model.base import DEFAULT_TENANT, table_of
from engine.model.element import ElementInstance
from engine.runtime import Runtime


def seen_scopes(runtime: Runtime, element_key: int, tenant_id: str = DEFAULT_TENANT) -> list[int]:
    """The element instance's own scope and those around it, innermost first."""
    table = table_of(ElementInstance)
    chain: list[int] = []
    with runtime.unit_of_work(read_only=True, tenant_id=tenant_id) as uow:
        key: int | None = element_key
        while key is not None:
            chain.append(key)
            query = select(table.c.scope_key).where(table.c.key == key, table.c.tenant_id == tenant_id)
            key = uow.connection.execute(query).scalar_one_or_none()
    return chain
