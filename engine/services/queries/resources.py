"""What can be searched, in Camunda 8's field names over our tables."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, literal, not_, select

from engine.errors import InvalidInput
from engine.model.base import table_of, to_json
from engine.model.decision import DecisionInstance
from engine.model.deployment import DecisionDefinition, DecisionRequirements, FormDefinition, ProcessDefinition
from engine.model.element import ElementInstance, ElementState
from engine.model.incident import Incident, IncidentState
from engine.model.instance import ProcessInstance
from engine.model.job import OWN, Job, JobState
from engine.model.subscription import Subscription
from engine.model.user_task import TaskCandidate, UserTask
from engine.model.variable import Variable
from engine.services.queries.fields import Field, read_json, show_moment
from engine.services.queries.query import Resource, condition

definition, instance, element = table_of(ProcessDefinition), table_of(ProcessInstance), table_of(ElementInstance)
task, candidate, variable = table_of(UserTask), table_of(TaskCandidate), table_of(Variable)
incident, job, waiting = table_of(Incident), table_of(Job), table_of(Subscription)
decision, requirements, form = table_of(DecisionDefinition), table_of(DecisionRequirements), table_of(FormDefinition)
decided = table_of(DecisionInstance)


def key(column: ColumnElement[Any]) -> Field:
    return Field("key", column)


def text(column: ColumnElement[Any]) -> Field:
    return Field("text", column)


def number(column: ColumnElement[Any]) -> Field:
    return Field("number", column)


def moment(column: ColumnElement[Any]) -> Field:
    return Field("moment", column)


def always(value: Any) -> Field:
    return Field("text", write=lambda _row: value, sortable=False)


def _of_definition(source: Any) -> Any:
    """A join with the process definition, for its name and tag."""
    return source.outerjoin(definition, definition.c.key == source.c.process_definition_key)


def _open_incident(owner: ColumnElement[Any], column: ColumnElement[Any]) -> ColumnElement[bool]:
    return exists(select(incident.c.key).where(column == owner, incident.c.state == IncidentState.ACTIVE))


def _flag(column: ColumnElement[bool]) -> Field:
    return Field("flag", column, sortable=False)


def _is_newest() -> ColumnElement[bool]:
    newer = definition.alias("newer")
    last = (
        select(func.max(newer.c.version))
        .where(newer.c.process_id == definition.c.process_id, newer.c.tenant_id == definition.c.tenant_id)
        .correlate(definition)
        .scalar_subquery()
    )
    return definition.c.version == last


PROCESS_DEFINITION = Resource(
    "process definition",
    definition,
    definition,
    "processDefinitionKey",
    {
        "name": text(definition.c.name),
        "resourceName": text(definition.c.resource_name),
        "version": number(definition.c.version),
        "versionTag": text(definition.c.version_tag),
        "processDefinitionId": text(definition.c.process_id),
        "tenantId": text(definition.c.tenant_id),
        "processDefinitionKey": key(definition.c.key),
        "hasStartForm": _flag(definition.c.start_form_id.is_not(None)),
        "state": always("ACTIVE"),
    },
    {
        "isLatestVersion": Field("flag", where=lambda _operator, wanted: _is_newest() if wanted else literal(True)),
    },
)


def _variable_filter(owner: ColumnElement[Any], column: ColumnElement[Any]) -> Field:
    """`variables`: [{"name", "value"}] with the value as JSON text, all of which must be so in what `column` says."""

    def where(_operator: str, wanted: Any) -> ColumnElement[bool]:
        pairs = wanted if isinstance(wanted, list) else [wanted]
        return and_(*[_has_variable(column == owner, pair) for pair in pairs])

    return Field("json", where=where)


def _has_variable(match: ColumnElement[bool], pair: Any) -> ColumnElement[bool]:
    if not isinstance(pair, dict) or not isinstance(pair.get("name"), str):
        raise InvalidInput(f"A variable filter is a name and a value, not {pair!r}.")
    named = select(variable.c.key).where(match, variable.c.name == pair["name"])
    value = pair.get("value")
    operators = value if isinstance(value, dict) else {} if value is None else {"$eq": value}
    parts = []
    for operator, wanted in operators.items():
        if operator == "$exists":
            return exists(named) if wanted else ~exists(named)
        parts.append(_value_condition(operator, wanted))
    return exists(named.where(*parts))


PROCESS_INSTANCE = Resource(
    "process instance",
    instance,
    _of_definition(instance),
    "processInstanceKey",
    {
        "processDefinitionId": text(instance.c.process_id),
        "processDefinitionName": text(func.coalesce(definition.c.name, instance.c.process_id)),
        "processDefinitionVersion": number(instance.c.version),
        "processDefinitionVersionTag": text(definition.c.version_tag),
        "startDate": moment(instance.c.started_at),
        "endDate": moment(instance.c.ended_at),
        "state": text(instance.c.state),
        "hasIncident": _flag(_open_incident(instance.c.key, incident.c.process_instance_key)),
        "tenantId": text(instance.c.tenant_id),
        "processInstanceKey": key(instance.c.key),
        "processDefinitionKey": key(instance.c.process_definition_key),
        "parentProcessInstanceKey": key(instance.c.parent_key),
        "parentElementInstanceKey": key(instance.c.parent_element_key),
        "rootProcessInstanceKey": key(instance.c.root_key),
        "tags": always([]),
        "businessId": always(None),
        "suspendedDate": always(None),
    },
    {
        "variables": _variable_filter(instance.c.key, variable.c.process_instance_key),
        "elementId": Field("text", where=lambda operator, wanted: _has_element(operator, wanted), sortable=False),
        "errorMessage": Field("text", where=lambda operator, wanted: _has_incident(operator, wanted), sortable=False),
    },
)


def _has_element(operator: str, wanted: Any) -> ColumnElement[bool]:
    """Active at an element that is so."""
    match = condition("elementId", text(element.c.element_id), operator, wanted)
    own = element.c.process_instance_key == instance.c.key
    return exists(select(element.c.key).where(own, element.c.state == ElementState.ACTIVE, match))


def _has_incident(operator: str, wanted: Any) -> ColumnElement[bool]:
    """Stopped by an incident with a message that is so."""
    match = condition("errorMessage", text(incident.c.message), operator, wanted)
    own = incident.c.process_instance_key == instance.c.key
    return exists(select(incident.c.key).where(own, incident.c.state == IncidentState.ACTIVE, match))


def _of_instance(source: Any) -> Any:
    """A join with the process instance, for its root."""
    return source.outerjoin(instance, instance.c.key == source.c.process_instance_key)


_element_source = element.outerjoin(definition, definition.c.key == element.c.process_definition_key).outerjoin(
    instance, instance.c.key == element.c.process_instance_key
)

ELEMENT_INSTANCE = Resource(
    "element instance",
    element,
    _element_source,
    "elementInstanceKey",
    {
        "processDefinitionId": text(definition.c.process_id),
        "startDate": moment(element.c.started_at),
        "endDate": moment(element.c.ended_at),
        "elementId": text(element.c.element_id),
        "elementName": text(element.c.element_id),
        "type": text(element.c.type),
        "state": text(element.c.state),
        "hasIncident": _flag(_open_incident(element.c.key, incident.c.element_instance_key)),
        "incidentKey": key(
            select(func.max(incident.c.key))
            .where(incident.c.element_instance_key == element.c.key, incident.c.state == IncidentState.ACTIVE)
            .scalar_subquery()
        ),
        "tenantId": text(element.c.tenant_id),
        "elementInstanceKey": key(element.c.key),
        "processInstanceKey": key(element.c.process_instance_key),
        "rootProcessInstanceKey": key(instance.c.root_key),
        "processDefinitionKey": key(element.c.process_definition_key),
    },
    {"elementInstanceScopeKey": key(element.c.scope_key)},
)

VARIABLE = Resource(
    "variable",
    variable,
    _of_instance(variable),
    "variableKey",
    {
        "name": text(variable.c.name),
        "value": Field(
            "json",
            variable.c.value,
            where=lambda operator, wanted: _value_condition(operator, wanted),
            write=lambda row: to_json(row.f_value),
            sortable=False,
        ),
        "isTruncated": always(False),
        "tenantId": text(variable.c.tenant_id),
        "variableKey": key(variable.c.key),
        "scopeKey": key(variable.c.scope_key),
        "processInstanceKey": key(variable.c.process_instance_key),
        "rootProcessInstanceKey": key(instance.c.root_key),
    },
)


def _value_condition(operator: str, wanted: Any) -> ColumnElement[bool]:
    """A variable's value is compared as JSON text."""
    if operator not in ("$eq", "$neq", "$in", "$notIn"):
        raise InvalidInput(f"A variable's value cannot be filtered by '{operator}'.")
    stored = [read_json(each) for each in (wanted if isinstance(wanted, list) else [wanted])]
    found: ColumnElement[bool] = variable.c.value.in_(stored)
    return not_(found) if operator in ("$neq", "$notIn") else found


def _offered_to(kind: str) -> Field:
    def where(operator: str, wanted: Any) -> ColumnElement[bool]:
        names = wanted if operator in ("$in", "$notIn") else [wanted]
        found = exists(
            select(candidate.c.task_key).where(
                candidate.c.task_key == task.c.key, candidate.c.kind == kind, candidate.c.name.in_(names)
            )
        )
        return ~found if operator in ("$neq", "$notIn") else found

    return Field("text", where=where, sortable=False)


USER_TASK = Resource(
    "user task",
    task,
    _of_definition(task),
    "userTaskKey",
    {
        "name": text(task.c.name),
        "state": text(task.c.state),
        "assignee": text(task.c.assignee),
        "elementId": text(task.c.element_id),
        "candidateGroups": Field("json", task.c.candidate_groups, write=lambda row: row.f_candidateGroups),
        "candidateUsers": Field("json", task.c.candidate_users, write=lambda row: row.f_candidateUsers),
        "processDefinitionId": text(task.c.process_id),
        "creationDate": moment(task.c.created_at),
        "completionDate": moment(task.c.ended_at),
        "followUpDate": moment(task.c.follow_up_at),
        "dueDate": moment(task.c.due_at),
        "tenantId": text(task.c.tenant_id),
        "externalFormReference": text(task.c.external_form),
        "processDefinitionVersion": number(task.c.version),
        "customHeaders": Field("json", task.c.headers, write=lambda row: row.f_customHeaders),
        "priority": number(task.c.priority),
        "userTaskKey": key(task.c.key),
        "elementInstanceKey": key(task.c.key),
        "processName": text(func.coalesce(definition.c.name, task.c.process_id)),
        "processDefinitionKey": key(task.c.process_definition_key),
        "processInstanceKey": key(task.c.process_instance_key),
        "rootProcessInstanceKey": key(task.c.root_key),
        "formKey": key(task.c.form_key),
        "tags": always([]),
        "businessId": always(None),
    },
    {
        "candidateGroup": _offered_to("group"),
        "candidateUser": _offered_to("user"),
        "processInstanceVariables": _variable_filter(task.c.process_instance_key, variable.c.process_instance_key),
        "localVariables": _variable_filter(task.c.key, variable.c.scope_key),
    },
)

INCIDENT = Resource(
    "incident",
    incident,
    incident,
    "incidentKey",
    {
        "processDefinitionId": text(incident.c.process_id),
        "errorType": text(incident.c.error_type),
        "errorMessage": text(incident.c.message),
        "elementId": text(incident.c.element_id),
        "creationTime": moment(incident.c.created_at),
        "state": text(incident.c.state),
        "tenantId": text(incident.c.tenant_id),
        "incidentKey": key(incident.c.key),
        "processDefinitionKey": key(incident.c.process_definition_key),
        "processInstanceKey": key(incident.c.process_instance_key),
        "rootProcessInstanceKey": key(incident.c.root_key),
        "elementInstanceKey": key(incident.c.element_instance_key),
        "jobKey": key(incident.c.job_key),
    },
)

JOB = Resource(
    "job",
    job,
    job,
    "jobKey",
    {
        "type": text(job.c.type),
        "state": text(job.c.state),
        "worker": Field("text", job.c.worker, write=lambda row: row.f_worker or ""),
        "kind": always("BPMN_ELEMENT"),
        "listenerEventType": always("UNSPECIFIED"),
        "retries": number(job.c.retries),
        "deadline": Field("moment", job.c.run_at, write=lambda row: _deadline(row)),
        "creationTime": moment(job.c.created_at),
        "endTime": moment(job.c.ended_at),
        "errorCode": text(job.c.error_code),
        "errorMessage": text(job.c.error_message),
        "hasFailedWithRetriesLeft": _flag(and_(job.c.tries > 0, job.c.retries > 0, job.c.state == JobState.CREATED)),
        "isDenied": always(None),
        "deniedReason": always(None),
        "lastUpdateTime": always(None),
        "priority": always(0),
        "businessId": always(None),
        "customHeaders": Field("json", job.c.headers, write=lambda row: row.f_customHeaders),
        "elementId": text(job.c.element_id),
        "processDefinitionId": text(job.c.process_id),
        "tenantId": text(job.c.tenant_id),
        "jobKey": key(job.c.key),
        "elementInstanceKey": key(job.c.element_instance_key),
        "processInstanceKey": key(job.c.process_instance_key),
        "rootProcessInstanceKey": key(job.c.root_key),
        "processDefinitionKey": key(job.c.process_definition_key),
    },
    base=job.c.type.not_like(f"{OWN}%"),
)


def _deadline(row: Any) -> str | None:
    """Until when a worker holds a job; without a worker the moment says something else."""
    return show_moment(row.f_deadline) if row.f_worker is not None and row.f_deadline is not None else None


_waiting_source = waiting.outerjoin(definition, definition.c.key == waiting.c.process_definition_key).outerjoin(
    element, element.c.key == waiting.c.element_instance_key
)

MESSAGE_SUBSCRIPTION = Resource(
    "message subscription",
    waiting,
    _waiting_source,
    "messageSubscriptionKey",
    {
        "messageSubscriptionKey": key(waiting.c.key),
        "processDefinitionId": text(waiting.c.process_id),
        "processDefinitionKey": key(waiting.c.process_definition_key),
        "processDefinitionName": text(definition.c.name),
        "processDefinitionVersion": number(definition.c.version),
        "processInstanceKey": key(waiting.c.process_instance_key),
        "rootProcessInstanceKey": key(waiting.c.root_key),
        "elementId": text(waiting.c.element_id),
        "elementInstanceKey": key(waiting.c.element_instance_key),
        "messageSubscriptionState": always("CREATED"),
        "messageSubscriptionType": always("PROCESS_EVENT"),
        "lastUpdatedDate": moment(element.c.started_at),
        "messageName": text(waiting.c.name),
        "correlationKey": text(waiting.c.correlation_key),
        "toolName": always(None),
        "toolProperties": always({}),
        "inboundConnectorType": always(None),
        "businessId": always(None),
        "tenantId": text(waiting.c.tenant_id),
    },
    base=waiting.c.kind == "message",
)

DECISION_DEFINITION = Resource(
    "decision definition",
    decision,
    decision.outerjoin(requirements, requirements.c.key == decision.c.requirements_key),
    "decisionDefinitionKey",
    {
        "decisionDefinitionId": text(decision.c.decision_id),
        "name": text(decision.c.name),
        "version": number(decision.c.version),
        "decisionRequirementsId": text(decision.c.requirements_id),
        "decisionRequirementsName": text(requirements.c.name),
        "decisionRequirementsVersion": number(requirements.c.version),
        "tenantId": text(decision.c.tenant_id),
        "decisionDefinitionKey": key(decision.c.key),
        "decisionRequirementsKey": key(decision.c.requirements_key),
    },
)

DECISION_REQUIREMENTS = Resource(
    "decision requirements",
    requirements,
    requirements,
    "decisionRequirementsKey",
    {
        "decisionRequirementsName": text(requirements.c.name),
        "decisionRequirementsId": text(requirements.c.requirements_id),
        "version": number(requirements.c.version),
        "resourceName": text(requirements.c.resource_name),
        "tenantId": text(requirements.c.tenant_id),
        "decisionRequirementsKey": key(requirements.c.key),
    },
)


def _decision_type(row: Any) -> str:
    """What the decision itself is: the last of those that were evaluated for it."""
    traced = (row.f_decisionDefinitionType or {}).get("decisions") or [{}]
    own = [each for each in traced if each.get("id") == row.f_decisionDefinitionId]
    return str((own or traced)[-1].get("type") or "UNKNOWN")


DECISION_INSTANCE = Resource(
    "decision instance",
    decided,
    decided.outerjoin(decision, decision.c.key == decided.c.decision_definition_key).outerjoin(
        instance, instance.c.key == decided.c.process_instance_key
    ),
    "decisionEvaluationKey",
    {
        "decisionEvaluationKey": key(decided.c.key),
        "decisionEvaluationInstanceKey": Field("text", write=lambda row: f"{row.f_decisionEvaluationKey}-1"),
        "state": Field("text", write=lambda row: "FAILED" if row.f_evaluationFailure else "EVALUATED"),
        "evaluationDate": moment(decided.c.evaluated_at),
        "evaluationFailure": text(decided.c.failure),
        "decisionDefinitionId": text(decided.c.decision_id),
        "decisionDefinitionName": text(decision.c.name),
        "decisionDefinitionVersion": number(decision.c.version),
        "decisionDefinitionKey": key(decided.c.decision_definition_key),
        "decisionDefinitionType": Field("json", decided.c.trace, write=lambda row: _decision_type(row), sortable=False),
        "rootDecisionDefinitionKey": key(decided.c.decision_definition_key),
        "rootProcessInstanceKey": key(instance.c.root_key),
        "businessId": always(None),
        "elementInstanceKey": key(decided.c.element_instance_key),
        "processInstanceKey": key(decided.c.process_instance_key),
        "processDefinitionKey": key(decided.c.process_definition_key),
        "result": Field("json", decided.c.result, write=lambda row: to_json(row.f_result)),
        "tenantId": text(decided.c.tenant_id),
    },
)

FORM = Resource(
    "form",
    form,
    form,
    "formKey",
    {
        "formKey": key(form.c.key),
        "formId": text(form.c.form_id),
        "version": number(form.c.version),
        "tenantId": text(form.c.tenant_id),
    },
)

RESOURCES = {
    "process-definitions": PROCESS_DEFINITION,
    "process-instances": PROCESS_INSTANCE,
    "element-instances": ELEMENT_INSTANCE,
    "variables": VARIABLE,
    "user-tasks": USER_TASK,
    "incidents": INCIDENT,
    "jobs": JOB,
    "message-subscriptions": MESSAGE_SUBSCRIPTION,
    "decision-definitions": DECISION_DEFINITION,
    "decision-requirements": DECISION_REQUIREMENTS,
    "decision-instances": DECISION_INSTANCE,
    "forms": FORM,
}
