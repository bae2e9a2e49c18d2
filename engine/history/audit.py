"""Writing the record of who did what."""

from __future__ import annotations

from typing import Any

from engine.model.base import DEFAULT_TENANT
from engine.persistence import UnitOfWork

ENGINE = "kefuflow"  # who did it when no person did
AuditRow = dict[str, Any]


def because(reason: str) -> dict[str, Any]:
    """A person's reason, to be kept beside what changed."""
    return {"reason": reason.strip()} if reason.strip() else {}


def entry(
    uow: UnitOfWork,
    key: int,
    who: str,
    what: str,
    entity: str,
    entity_key: int,
    instance_key: int | None = None,
    before: Any = None,
    after: Any = None,
) -> AuditRow:
    """The row for one act: `what` is `entity.verb`, `before` and `after` hold what changed."""
    return {
        "key": key,
        "tenant_id": uow.tenant_id or DEFAULT_TENANT,
        "at": uow.now,
        "who": who,
        "what": what,
        "entity": entity,
        "entity_key": entity_key,
        "process_instance_key": instance_key,
        "before": before,
        "after": after,
    }
