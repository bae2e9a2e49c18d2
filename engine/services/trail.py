"""Writing what a person did to people, customers or settings into the audit trail, in the transaction that did it."""

from typing import Any

from sqlalchemy import insert

from engine.history.audit import entry
from engine.model.audit import AuditEntry
from engine.model.base import table_of
from engine.model.permissions import Actor
from engine.persistence import UnitOfWork
from engine.runtime import Runtime

NO_KEY = 0  # a setting goes by its name


def note(
    runtime: Runtime,
    uow: UnitOfWork,
    actor: Actor,
    what: str,
    key: int,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """One act: `what` is `entity.verb`; `before` and `after` hold what changed, as JSON."""
    row = entry(uow, runtime.new_key(), actor.username, what, what.partition(".")[0], key, None, before, after)
    uow.connection.execute(insert(table_of(AuditEntry)), [row])
