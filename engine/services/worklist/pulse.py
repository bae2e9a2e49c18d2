"""Whether anything may have changed since a list was read, asked without reading the list.

Whatever moves at the desk writes a row: a step its element instance, a person's act its audit entry, a contact or note its
timeline entry. Their newest keys, three look-ups at the end of an index, stand for all of it. The minute stands for what only
time changes; it also heals what a slow transaction committed behind a newer key.
"""

from sqlalchemy import func, select

from engine.model.audit import AuditEntry
from engine.model.case import TimelineEntry
from engine.model.element import ElementInstance
from engine.model.permissions import Actor
from engine.runtime import Runtime


def pulse(runtime: Runtime, *, actor: Actor) -> str:
    """A text that differs when a list of tasks or cases may differ; it is made of no content. Any signed-in person may ask."""
    newest = [select(func.max(entity.key)).scalar_subquery() for entity in (ElementInstance, AuditEntry, TimelineEntry)]
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        keys = uow.connection.execute(select(*newest)).one()
        return "-".join([*(f"{key or 0:x}" for key in keys), f"{int(uow.now.timestamp()) // 60:x}"])
