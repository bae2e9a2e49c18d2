"""Which scopes an element instance sees, and which variables."""

from __future__ import annotations

from sqlalchemy import select

from engine.model.base import DEFAULT_TENANT, table_of
from engine.model.element import ElementInstance
from engine.model.variable import Variable
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


def seen_variables(runtime: Runtime, element_key: int, tenant_id: str = DEFAULT_TENANT) -> list[int]:
    """The keys of the variables that an element instance sees: of each name the innermost."""
    table, scopes = table_of(Variable), seen_scopes(runtime, element_key, tenant_id)
    query = select(table.c.key, table.c.name, table.c.scope_key).where(
        table.c.scope_key.in_(scopes), table.c.tenant_id == tenant_id
    )
    with runtime.unit_of_work(read_only=True, tenant_id=tenant_id) as uow:
        rows = sorted(uow.connection.execute(query), key=lambda row: scopes.index(row.scope_key), reverse=True)
    return list({row.name: row.key for row in rows}.values())
