"""Every statement by which a turn writes."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, func, insert, or_, select, update
from sqlalchemy.engine import Dialect

from engine.model.audit import AuditEntry
from engine.model.base import table_of
from engine.model.decision import DecisionInstance
from engine.model.deployment import FormDefinition
from engine.model.element import ElementInstance, TakenFlow
from engine.model.incident import Incident, IncidentState
from engine.model.instance import ProcessInstance
from engine.model.job import TIMER, Job, JobState
from engine.model.message import CorrelatedMessage, MessageCorrelation
from engine.model.subscription import Subscription
from engine.model.user_task import TaskCandidate, UserTask
from engine.model.variable import Variable, VariableChange
from engine.services.turn.statements import Statement, insertion, named, upsert

_instance = table_of(ProcessInstance)
_element = table_of(ElementInstance)
_task = table_of(UserTask)
_job = table_of(Job)
_incident = table_of(Incident)
_subscription = table_of(Subscription)
_variable = table_of(Variable)
_change = table_of(VariableChange)
_candidate = table_of(TaskCandidate)

INSTANCE_CHANGES = (
    "data",
    "revision",
    "state",
    "ended_at",
    "end_element",
    "process_definition_key",
    "process_id",
    "version",
    "suspended_at",
    "suspended_by",
)

INSERT_INSTANCES = insertion(_instance)
UPDATE_INSTANCES = Statement(
    lambda _: (
        update(_instance)
        .where(
            _instance.c.key == named(_instance, "key", "at_key"),
            _instance.c.revision == named(_instance, "revision", "old_revision"),
        )
        .values({name: named(_instance, name, f"n_{name}") for name in INSTANCE_CHANGES})
    )
)
INSERT_ELEMENTS = insertion(_element)
END_ELEMENTS = Statement(
    lambda _: (
        update(_element)
        .where(_element.c.key == named(_element, "key", "at_key"))
        .values(
            state=named(_element, "state", "n_state"),
            ended_at=named(_element, "ended_at", "n_ended_at"),
            ended_by=named(_element, "ended_by", "n_ended_by"),
        )
    )
)
INSERT_FLOWS = insertion(table_of(TakenFlow))
UPSERT_VARIABLES = upsert(table_of(Variable), ("scope_key", "name"), ("value", "updated_at", "updated_by"))


def _kept(_: bool) -> Any:
    """What a variable was until now, kept before its row is overwritten; nothing where it is new."""
    replaced = select(
        named(_change, "key"),
        *[
            _variable.c[name]
            for name in ("tenant_id", "process_instance_key", "scope_key", "name", "value", "updated_at", "updated_by")
        ],
    ).where(
        _variable.c.scope_key == named(_variable, "scope_key", "at_scope"),
        _variable.c.name == named(_variable, "name", "at_name"),
    )
    columns = ["key", "tenant_id", "process_instance_key", "scope_key", "name", "value", "at", "by"]
    return insert(_change).from_select(columns, replaced)


def _kept_at_once(_text: str, _dialect: Dialect) -> str:
    """Each is looked up by itself, whatever a planner thinks of how many there are."""
    return (
        "INSERT INTO variable_change (key, tenant_id, process_instance_key, scope_key, name, value, at, by) "
        "SELECT rows.key, v.tenant_id, v.process_instance_key, v.scope_key, v.name, v.value, v.updated_at, v.updated_by "
        "FROM json_to_recordset(%(rows)s::json) AS rows (key BIGINT, at_scope BIGINT, at_name VARCHAR), LATERAL "
        "(SELECT * FROM variable WHERE scope_key = rows.at_scope AND name = rows.at_name LIMIT 1) AS v"
    )


KEEP_VALUES = Statement(_kept, at_once=_kept_at_once)


def _task_with_form(_: bool) -> Any:
    """A task's form is the newest at the moment when it opens, unless the diagram pinned another."""
    newest = (
        select(FormDefinition.key)
        .where(
            FormDefinition.form_id == named(_task, "form_id"),
            FormDefinition.tenant_id == named(_task, "tenant_id"),
            FormDefinition.deleted_at.is_(None),
        )
        .order_by(FormDefinition.version.desc())
        .limit(1)
        .scalar_subquery()
    )
    values = {column.name: named(_task, column.name) for column in _task.columns}
    values["form_key"] = func.coalesce(named(_task, "form_key"), newest)
    return insert(_task).values(values)


INSERT_TASKS = insertion(_task)
INSERT_TASKS_WITH_FORM = Statement(_task_with_form)
END_TASKS = Statement(
    lambda _: (
        update(_task)
        .where(
            _task.c.key == named(_task, "key", "at_key"),
            _task.c.ended_at.is_(None),
            _task.c.revision == func.coalesce(named(_task, "revision", "old_revision"), _task.c.revision),
        )
        .values(
            state=named(_task, "state", "n_state"),
            ended_at=named(_task, "ended_at", "n_ended_at"),
            completed_by=named(_task, "completed_by", "n_by"),
            revision=_task.c.revision + 1,
        )
    )
)
INSERT_CANDIDATES = insertion(_candidate)
DELETE_CANDIDATES = Statement(
    lambda _: delete(_candidate).where(_candidate.c.task_key == named(_candidate, "task_key", "at_key"))
)
INSERT_JOBS = insertion(_job)
END_JOBS = Statement(
    lambda _: (
        update(_job)
        .where(
            _job.c.element_instance_key == named(_job, "element_instance_key", "at_element"),
            or_(_job.c.state == JobState.CREATED, _job.c.state == JobState.FAILED),
            _job.c.type != TIMER,
        )
        .values(state=named(_job, "state", "n_state"), ended_at=named(_job, "ended_at", "n_ended_at"))
    )
)
UPSERT_TIMERS = upsert(
    _job,
    ("key",),
    ("state", "due_at", "run_at", "held_run_at", "worker", "retries", "tries", "abandoned", "ended_at"),
)
END_TIMERS = Statement(
    lambda _: (
        update(_job)
        .where(_job.c.key == named(_job, "key", "at_key"), _job.c.state == JobState.CREATED)
        .values(state=named(_job, "state", "n_state"), ended_at=named(_job, "ended_at", "n_ended_at"))
    )
)
INSERT_SUBSCRIPTIONS = insertion(_subscription)
DELETE_SUBSCRIPTIONS = Statement(
    lambda _: delete(_subscription).where(_subscription.c.key == named(_subscription, "key", "at_key"))
)
INSERT_INCIDENTS = insertion(_incident)
RESOLVE_INCIDENTS = Statement(
    lambda _: (
        update(_incident)
        .where(_incident.c.key == named(_incident, "key", "at_key"), _incident.c.state == IncidentState.ACTIVE)
        .values(
            state=named(_incident, "state", "n_state"),
            resolved_at=named(_incident, "resolved_at", "n_at"),
            resolved_by=named(_incident, "resolved_by", "n_by"),
        )
    )
)
INSERT_DECISIONS = insertion(table_of(DecisionInstance))
INSERT_AUDIT = insertion(table_of(AuditEntry))
INSERT_CORRELATIONS = insertion(table_of(MessageCorrelation))
INSERT_MET_MESSAGES = insertion(table_of(CorrelatedMessage))
