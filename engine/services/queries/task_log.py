"""What was done to user tasks, from the audit trail, in the words of Camunda's audit log."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Text, and_, case, cast

from engine.history.audit import ENGINE
from engine.model.audit import AuditEntry
from engine.model.base import table_of
from engine.model.user_task import UserTask
from engine.services.queries.fields import Field, always
from engine.services.queries.query import Resource

_entry, _task = table_of(AuditEntry), table_of(UserTask)
DENIED = "task.denied"

# What we call it, as Camunda names it. What is not here is UNKNOWN.
_TYPES = {
    "ASSIGN": ("task.assign", "task.claim", "task.assigned", "task.handed_over"),
    "UNASSIGN": ("task.unclaim",),
    "UPDATE": ("task.update", "task.changed", "task.snooze", "task.undo"),
    "COMPLETE": ("task.complete",),
    "CREATE": ("task.create",),
}
_DENIED = {"ASSIGN": "assigning", "UPDATE": "updating", "COMPLETE": "completing", "CREATE": "creating"}


def _type() -> ColumnElement[str]:
    """Of what a listener has denied, the type of what was asked for."""
    done = [(_entry.c.what.in_(names), named) for named, names in _TYPES.items()]
    after = cast(_entry.c.after, Text)
    denied = [
        (and_(_entry.c.what == DENIED, after.like(f'{{"denied":"{event}"%')), named) for named, event in _DENIED.items()
    ]
    return case(*done, *denied, else_="UNKNOWN")


def _text(column: ColumnElement[Any], *values: str) -> Field:
    return Field("text", column, values=values)


def _key(column: ColumnElement[Any]) -> Field:
    return Field("key", column)


TASK_LOG = Resource(
    "audit log",
    _entry,
    _entry.join(_task, _task.c.key == _entry.c.entity_key),
    "auditLogKey",
    {
        "auditLogKey": _key(_entry.c.key),
        "entityKey": _key(_entry.c.entity_key),
        "entityType": always("USER_TASK"),
        "operationType": _text(_type(), "ASSIGN", "UNASSIGN", "UPDATE", "COMPLETE", "CREATE", "UNKNOWN"),
        "timestamp": Field("moment", _entry.c.at),
        "actorId": _text(_entry.c.who),
        "actorType": _text(case((_entry.c.who == ENGINE, "UNKNOWN"), else_="USER"), "ANONYMOUS", "CLIENT", "UNKNOWN", "USER"),
        "result": _text(case((_entry.c.what == DENIED, "FAIL"), else_="SUCCESS"), "FAIL", "SUCCESS"),
        "category": always("USER_TASKS"),
        "tenantId": _text(_entry.c.tenant_id),
        "processDefinitionId": _text(_task.c.process_id),
        "processDefinitionKey": _key(_task.c.process_definition_key),
        "processInstanceKey": _key(_task.c.process_instance_key),
        "rootProcessInstanceKey": _key(_task.c.root_key),
        "elementInstanceKey": _key(_task.c.key),
        "userTaskKey": _key(_task.c.key),
        "formKey": _key(_task.c.form_key),
        **{
            name: always(None)
            for name in (
                "batchOperationKey", "batchOperationType", "agentElementId", "jobKey", "decisionRequirementsId",
                "decisionRequirementsKey", "decisionDefinitionId", "decisionDefinitionKey", "decisionEvaluationKey",
                "deploymentKey", "resourceKey", "relatedEntityKey", "relatedEntityType", "entityDescription",
                "inboundChannelType", "inboundChannelToolName",
            )
        },
    },
    base=_entry.c.entity == "user_task",
)  # fmt: skip
