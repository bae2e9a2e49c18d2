"""How a service adds a row: with a new key, and in the tenant of its unit of work."""

from typing import Any, TypeVar

from engine.model.base import Keyed
from engine.persistence import UnitOfWork
from engine.runtime import Runtime

Row = TypeVar("Row", bound=Keyed)


def add(runtime: Runtime, uow: UnitOfWork, entity: type[Row], **values: Any) -> Row:
    """A new row of this transaction."""
    row = entity(**values, **{"key": runtime.new_key(), "tenant_id": uow.tenant_id})
    uow.add(row)
    return row
