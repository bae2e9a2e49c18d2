"""What can be searched, in Camunda 8's field names over our tables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Table,
    Text,
    and_,
    case,
    cast,
    exists,
    func,
    literal,
    not_,
    or_,
    select,
    true,
)

from engine.errors import InvalidInput
from engine.model.base import table_of, to_json
from engine.model.batch import BatchItem, BatchOperation, BatchState, BatchType, ItemState
from engine.model.case import Case, CaseInstance
from engine.model.deployment import (
    DecisionDefinition,
    DecisionRequirements,
    ElementName,
    FormDefinition,
    ProcessDefinition,
)
from engine.model.element import ElementInstance, ElementState
from engine.model.incident import Incident, IncidentState
from engine.model.instance import SUSPENDED, InstanceState, ProcessInstance
from engine.model.job import NO_LISTENER, OWN, TIMER, Job, JobKind, JobState
from engine.model.message import CorrelatedMessage
from engine.model.subscription import Subscription
from engine.model.user_task import TaskCandidate, TaskState, UserTask
from engine.model.variable import Variable
from engine.services.queries import decided
from engine.services.queries.counts import ERROR_COUNTS, ERROR_VERSION_COUNTS, PROCESS_COUNTS, VERSION_COUNTS
from engine.services.queries.fields import Field, always, read_json, show_moment, storable
from engine.services.queries.like import like
from engine.services.queries.query import Resource, condition, field_condition, matches
from engine.services.queries.stopped import element_stopped, instance_stopped
from engine.services.queries.task_log import TASK_LOG

definition, instance, element = table_of(ProcessDefinition), table_of(ProcessInstance), table_of(ElementInstance)
named, met = table_of(ElementName), table_of(CorrelatedMessage)
task, candidate, variable = table_of(UserTask), table_of(TaskCandidate), table_of(Variable)
incident, job, waiting = table_of(Incident), table_of(Job), table_of(Subscription)
decision, requirements, form = table_of(DecisionDefinition), table_of(DecisionRequirements), table_of(FormDefinition)
case_, linked_case = table_of(Case), table_of(CaseInstance)
batch, item = table_of(BatchOperation), table_of(BatchItem)

# As Camunda names them; those that nothing is ever in here may be asked for all the same.
INCIDENT_STATES = (*IncidentState, "MIGRATED", "PENDING", "UNKNOWN")
JOB_STATES = (*JobState, "MIGRATED", "RETRIES_UPDATED", "TIMED_OUT")
TASK_STATES = (*TaskState, "ASSIGNING", "CANCELING", "COMPLETING", "CREATING", "UPDATING")
BATCH_STATES = (*BatchState, "FAILED", "PARTIALLY_COMPLETED")
BATCH_TYPES = (
    *BatchType, "ADD_VARIABLE", "DELETE_DECISION_DEFINITION", "DELETE_DECISION_INSTANCE", "DELETE_PROCESS_DEFINITION",
    "DELETE_PROCESS_INSTANCE", "UPDATE_JOB", "UPDATE_VARIABLE",
)  # fmt: skip
LISTENER_EVENTS = (
    NO_LISTENER, "START", "END", "ASSIGNING", "CANCELING", "COMPLETING", "CREATING", "UPDATING", "BEFORE_ALL", "CANCEL",
)  # fmt: skip
ERROR_TYPES = (
    "AD_HOC_SUB_PROCESS_NO_RETRIES", "CALLED_DECISION_ERROR", "CALLED_ELEMENT_ERROR", "CONDITION_ERROR",
    "DECISION_EVALUATION_ERROR", "EXECUTION_LISTENER_NO_RETRIES", "EXTRACT_VALUE_ERROR", "FORM_NOT_FOUND",
    "IO_MAPPING_ERROR", "JOB_NO_RETRIES", "MESSAGE_SIZE_EXCEEDED", "RESOURCE_NOT_FOUND", "SECRET_RESOLUTION_ERROR",
    "TASK_LISTENER_NO_RETRIES", "UNHANDLED_ERROR_EVENT", "UNKNOWN", "UNSPECIFIED",
)  # fmt: skip
ELEMENT_TYPES = (
    "AD_HOC_SUB_PROCESS", "AD_HOC_SUB_PROCESS_INNER_INSTANCE", "BOUNDARY_EVENT", "BUSINESS_RULE_TASK", "CALL_ACTIVITY",
    "END_EVENT", "EVENT_BASED_GATEWAY", "EVENT_SUB_PROCESS", "EXCLUSIVE_GATEWAY", "INCLUSIVE_GATEWAY",
    "INTERMEDIATE_CATCH_EVENT", "INTERMEDIATE_THROW_EVENT", "MANUAL_TASK", "MULTI_INSTANCE_BODY", "PARALLEL_GATEWAY",
    "PROCESS", "RECEIVE_TASK", "SCRIPT_TASK", "SEND_TASK", "SEQUENCE_FLOW", "SERVICE_TASK", "START_EVENT", "SUB_PROCESS",
    "TASK", "UNKNOWN", "UNSPECIFIED", "USER_TASK",
)  # fmt: skip


def key(column: ColumnElement[Any]) -> Field:
    return Field("key", column)


def text(column: ColumnElement[Any], values: Iterable[str] = ()) -> Field:
    """`values` are all that it can be, if they are few."""
    return Field("text", column, values=tuple(values))


def number(column: ColumnElement[Any]) -> Field:
    return Field("number", column)


def moment(column: ColumnElement[Any]) -> Field:
    return Field("moment", column)


def _of_definition(source: Any) -> Any:
    """A join with the process definition, for its name and tag."""
    return source.outerjoin(definition, definition.c.key == source.c.process_definition_key)


def _open_incident(owner: ColumnElement[Any], column: ColumnElement[Any]) -> ColumnElement[bool]:
    return exists(select(incident.c.key).where(column == owner, incident.c.state == IncidentState.ACTIVE))


def _flag(column: ColumnElement[bool]) -> Field:
    return Field("flag", column)


def _newest_only(table: Table, identifier: str) -> Field:
    """`isLatestVersion`: only the newest version of each id; false asks for nothing."""
    newer = table.alias("newer")
    last = (
        select(func.max(newer.c.version))
        .where(
            newer.c[identifier] == table.c[identifier],
            newer.c.tenant_id == table.c.tenant_id,
            newer.c.deleted_at.is_(None),
        )
        .correlate(table)
        .scalar_subquery()
    )

    def where(operator: str, wanted: Any) -> ColumnElement[bool]:
        if operator != "$eq" or not isinstance(wanted, bool):
            raise InvalidInput("'isLatestVersion' is true or false.")
        return table.c.version == last if wanted else literal(True)

    return Field("flag", where=where, operators=("$eq",))


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
        "state": Field(
            "text",
            case((definition.c.deleted_at.is_(None), "ACTIVE"), else_="DELETED"),
            values=("ACTIVE", "DELETED", "DRAINING"),
        ),
    },
    {
        "isLatestVersion": _newest_only(definition, "process_id"),
    },
)


def _variable_filter(owner: ColumnElement[Any], column: ColumnElement[Any]) -> Field:
    """`variables`: [{"name", "value"}] with the value as JSON text, all of which must be so in what `column` says."""

    def where(operator: str, wanted: Any) -> ColumnElement[bool]:
        if operator != "$eq":
            raise InvalidInput("A variable filter is a list of names and values.")
        pairs = wanted if isinstance(wanted, list) else [wanted]
        return and_(true(), *[_has_variable(column == owner, pair) for pair in pairs])

    return Field("json", where=where, takes={"type": "array", "items": _VARIABLE_PAIR, "maxItems": 20})


_VARIABLE_VALUE: dict[str, Any] = {"type": "string", "description": "The value as JSON text."}
_VARIABLE_OPERATORS = {
    "type": "object",
    "properties": {
        "$eq": _VARIABLE_VALUE,
        "$neq": _VARIABLE_VALUE,
        "$in": {"type": "array", "items": _VARIABLE_VALUE},
        "$notIn": {"type": "array", "items": _VARIABLE_VALUE},
        "$exists": {"type": "boolean"},
        "$like": {"type": "string"},
    },
    "additionalProperties": False,
}
_VARIABLE_PAIR = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "value": {"anyOf": [_VARIABLE_VALUE, _VARIABLE_OPERATORS]}},
    "required": ["name", "value"],
}


def _has_variable(match: ColumnElement[bool], pair: Any) -> ColumnElement[bool]:
    if not isinstance(pair, dict) or not isinstance(pair.get("name"), str):
        raise InvalidInput(f"A variable filter is a name and a value, not {pair!r}.")
    named = select(variable.c.key).where(match, variable.c.name == storable("name", pair["name"]))
    value = pair.get("value")
    operators = value if isinstance(value, dict) else {} if value is None else {"$eq": value}
    parts = []
    for operator, wanted in operators.items():
        if operator == "$exists":
            if not isinstance(wanted, bool):
                raise InvalidInput("'$exists' is true or false.")
            return exists(named) if wanted else ~exists(named)
        parts.append(_value_condition(operator, wanted))
    return exists(named.where(*parts))


INSTANCE_STATE = Field("text", values=(*InstanceState, SUSPENDED))
_instance_state = case((instance.c.suspended_at.is_not(None), SUSPENDED), else_=instance.c.state)


def _in_state(operator: str, wanted: Any) -> ColumnElement[bool]:
    """A suspended instance is stored as active, since when beside it. Which states are meant is found out here, so that
    the condition is one that an index serves."""
    if operator in ("$eq", "$neq", "$in", "$notIn"):
        for each in wanted if isinstance(wanted, list) else [wanted]:
            INSTANCE_STATE.read("state", each)
    meant = [state for state in (*InstanceState, SUSPENDED) if matches("state", operator, wanted, str(state))]
    stored = [str(state) for state in meant if state != SUSPENDED]
    found: list[ColumnElement[bool]] = [and_(instance.c.state.in_(stored), instance.c.suspended_at.is_(None))]
    if SUSPENDED in meant:
        found.append(and_(instance.c.state == InstanceState.ACTIVE, instance.c.suspended_at.is_not(None)))
        stored = sorted({*stored, str(InstanceState.ACTIVE)})
    return and_(instance.c.state.in_(stored), or_(*found))


def _tags() -> Field:
    """The tags of the process instance; a filter names those that it must all have."""

    def where(operator: str, wanted: Any) -> ColumnElement[bool]:
        if operator == "$exists":
            return instance.c.tags.is_not(None) if wanted else instance.c.tags.is_(None)
        if operator != "$eq" or not isinstance(wanted, list) or not all(isinstance(each, str) for each in wanted):
            raise InvalidInput("'tags' takes a list of tags, all of which it must have.")
        if any(" " in storable("tags", each) for each in wanted):
            return literal(False)
        # LIKE would take A for a on SQLite.
        return and_(true(), *[func.replace(instance.c.tags, f" {each} ", "") != instance.c.tags for each in wanted])

    return Field(
        "list",
        instance.c.tags,
        write=lambda row: (row.f_tags or "").split(),
        where=where,
        sortable=False,
        takes={"type": "array", "items": {"type": "string"}, "maxItems": 20},
    )


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
        "state": Field("text", _instance_state, where=lambda operator, wanted: _in_state(operator, wanted)),
        "hasIncident": _flag(instance_stopped(instance)),
        "tenantId": text(instance.c.tenant_id),
        "processInstanceKey": key(instance.c.key),
        "processDefinitionKey": key(instance.c.process_definition_key),
        "parentProcessInstanceKey": key(instance.c.parent_key),
        "parentElementInstanceKey": key(instance.c.parent_element_key),
        "rootProcessInstanceKey": key(instance.c.root_key),
        "tags": _tags(),
        "businessId": always(None),
        "suspendedDate": moment(instance.c.suspended_at),
    },
    {
        "variables": _variable_filter(instance.c.key, variable.c.process_instance_key),
        "elementId": Field("text", element.c.element_id, sortable=False),
        "elementInstanceState": Field("text", element.c.state, sortable=False, values=tuple(ElementState)),
        "hasElementInstanceIncident": Field(
            "flag", _open_incident(element.c.key, incident.c.element_instance_key), sortable=False
        ),
        "hasRetriesLeft": Field(
            "flag", where=lambda operator, wanted: _has_retries(operator, wanted), operators=("$eq",)
        ),
        "errorMessage": Field("text", where=lambda operator, wanted: _has_incident(operator, wanted), sortable=False),
        "incidentErrorHashCode": Field(
            "number",
            where=lambda operator, wanted: _has_error(operator, wanted),
            sortable=False,
            operators=("$eq", "$neq", "$gt", "$gte", "$lt", "$lte", "$in", "$notIn"),
        ),
        "batchOperationKey": Field("key", where=lambda operator, wanted: _in_batch(operator, wanted), sortable=False),
        "batchOperationId": Field("key", where=lambda operator, wanted: _in_batch(operator, wanted), sortable=False),
        # These two are ours: the case that its tree works on, and the key of the message that started it.
        "caseNumber": Field("text", where=lambda operator, wanted: _of_case(operator, wanted), sortable=False),
        "correlationKey": text(instance.c.start_correlation_key),
    },
    together=(
        frozenset({"elementId", "elementInstanceState", "hasElementInstanceIncident"}),
        lambda wanted: _at_element(wanted),
    ),
)


def _of_case(operator: str, wanted: Any) -> ColumnElement[bool]:
    """Its tree works on a case whose number is so; one that is named is read up to its instances, not from each of them down."""
    linked = linked_case.join(case_, case_.c.key == linked_case.c.case_key)
    if operator in _OPPOSITE.values():
        named = condition("caseNumber", text(case_.c.number), operator, wanted)
        return instance.c.root_key.in_(select(linked_case.c.instance_key).select_from(linked).where(named))
    own = select(case_.c.key).select_from(linked).where(linked_case.c.instance_key == instance.c.root_key)
    return _any_of(own, "caseNumber", text(case_.c.number), operator, wanted)


def _in_batch(operator: str, wanted: Any) -> ColumnElement[bool]:
    """Part of a batch operation that is so."""
    own = select(item.c.item_key).where(item.c.process_instance_key == instance.c.key)
    return _any_of(own, "batchOperationKey", key(item.c.batch_key), operator, wanted)


def _at_element(wanted: Mapping[str, Any]) -> ColumnElement[bool]:
    """At one element instance that is all that is asked for; where no state is, an active one."""
    given = wanted if "elementInstanceState" in wanted else {**wanted, "elementInstanceState": ElementState.ACTIVE}
    parts = [field_condition(name, PROCESS_INSTANCE.field(name), value) for name, value in given.items()]
    return exists(select(element.c.key).where(element.c.process_instance_key == instance.c.key, *parts))


def _has_retries(operator: str, wanted: Any) -> ColumnElement[bool]:
    """Has a job that failed and will be tried again."""
    if operator != "$eq" or not isinstance(wanted, bool):
        raise InvalidInput("'hasRetriesLeft' is true or false.")
    own = and_(job.c.process_instance_key == instance.c.key, job.c.state == JobState.CREATED)
    found = exists(select(job.c.key).where(own, job.c.tries > 0, job.c.retries > 0))
    return found if wanted else ~found


def _has_error(operator: str, wanted: Any) -> ColumnElement[bool]:
    """Stopped by an incident whose message has a hash that is so."""
    return _any_of(_open_incidents(), "incidentErrorHashCode", number(incident.c.message_hash), operator, wanted)


def _has_incident(operator: str, wanted: Any) -> ColumnElement[bool]:
    """Stopped by an incident with a message that is so."""
    return _any_of(_open_incidents(), "errorMessage", text(incident.c.message), operator, wanted)


def _open_incidents() -> Select[Any]:
    own = incident.c.process_instance_key == instance.c.key
    return select(incident.c.key).where(own, incident.c.state == IncidentState.ACTIVE)


_OPPOSITE = {"$neq": "$eq", "$notIn": "$in"}


def _any_of(own: Select[Any], name: str, chosen: Field, operator: str, wanted: Any) -> ColumnElement[bool]:
    """Of the rows that belong to one: whether any is what is asked for; for a denial, whether none is what is denied."""
    found = exists(own.where(condition(name, chosen, _OPPOSITE.get(operator, operator), wanted)))
    if operator == "$exists":
        return exists(own) if wanted else ~exists(own)
    return ~found if operator in _OPPOSITE else found


def _of_instance(source: Any, table: Any = None) -> Any:
    """A join with the process instance, for its root and tags."""
    owner = source if table is None else table
    return source.outerjoin(instance, instance.c.key == owner.c.process_instance_key)


_element_source = (
    element.outerjoin(definition, definition.c.key == element.c.process_definition_key)
    .outerjoin(instance, instance.c.key == element.c.process_instance_key)
    .outerjoin(
        named,
        and_(named.c.definition_key == element.c.process_definition_key, named.c.element_id == element.c.element_id),
    )
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
        "elementName": text(func.coalesce(named.c.name, element.c.element_id)),
        "type": text(element.c.type, ELEMENT_TYPES),
        "state": Field("text", element.c.state, values=tuple(ElementState)),
        "hasIncident": _flag(element_stopped(element)),
        "incidentKey": key(
            select(func.max(incident.c.key))
            .where(
                incident.c.process_instance_key == element.c.process_instance_key,  # by its index
                incident.c.element_instance_key == element.c.key,
                incident.c.state == IncidentState.ACTIVE,
            )
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
            order=cast(variable.c.value, Text),
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
    if operator == "$exists":
        return literal(bool(wanted))
    if operator == "$like":
        if not isinstance(wanted, str):
            raise InvalidInput("'$like' of a variable's value takes a text.")
        return like(cast(variable.c.value, Text), storable("value", wanted))
    if operator not in ("$eq", "$neq", "$in", "$notIn"):
        raise InvalidInput(f"A variable's value cannot be filtered by '{operator}'.")
    texts = wanted if operator in ("$in", "$notIn") else [wanted]
    if not isinstance(texts, list):
        raise InvalidInput(f"'{operator}' of a variable's value takes a list.")
    found: ColumnElement[bool] = variable.c.value.in_([read_json(each) for each in texts])
    return not_(found) if operator in ("$neq", "$notIn") else found


def _offered_to(kind: str) -> Field:
    def where(operator: str, wanted: Any) -> ColumnElement[bool]:
        mine = select(candidate.c.task_key).where(candidate.c.task_key == task.c.key, candidate.c.kind == kind)
        return _any_of(mine, "candidate", text(candidate.c.name), operator, wanted)

    return Field("text", where=where, sortable=False)


USER_TASK = Resource(
    "user task",
    task,
    _of_instance(_of_definition(task), task),
    "userTaskKey",
    {
        "name": text(task.c.name),
        "state": Field("text", task.c.state, values=TASK_STATES),
        "assignee": text(task.c.assignee),
        "elementId": text(task.c.element_id),
        "candidateGroups": Field(
            "json", task.c.candidate_groups, write=lambda row: row.f_candidateGroups, shape="list"
        ),
        "candidateUsers": Field("json", task.c.candidate_users, write=lambda row: row.f_candidateUsers, shape="list"),
        "processDefinitionId": text(task.c.process_id),
        "creationDate": moment(task.c.created_at),
        "completionDate": moment(task.c.ended_at),
        "followUpDate": moment(task.c.follow_up_at),
        "dueDate": moment(task.c.due_at),
        "tenantId": text(task.c.tenant_id),
        "externalFormReference": text(task.c.external_form),
        "processDefinitionVersion": number(task.c.version),
        "customHeaders": Field("json", task.c.headers, write=lambda row: row.f_customHeaders, shape="object"),
        "priority": number(task.c.priority),
        "userTaskKey": key(task.c.key),
        "elementInstanceKey": key(task.c.key),
        "processName": text(func.coalesce(definition.c.name, task.c.process_id)),
        "processDefinitionKey": key(task.c.process_definition_key),
        "processInstanceKey": key(task.c.process_instance_key),
        "rootProcessInstanceKey": key(task.c.root_key),
        "formKey": key(task.c.form_key),
        "tags": _tags(),
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
        "errorType": text(incident.c.error_type, ERROR_TYPES),
        "errorMessage": text(incident.c.message),
        "elementId": text(incident.c.element_id),
        "creationTime": moment(incident.c.created_at),
        "state": Field("text", incident.c.state, values=INCIDENT_STATES),
        "tenantId": text(incident.c.tenant_id),
        "incidentKey": key(incident.c.key),
        "processDefinitionKey": key(incident.c.process_definition_key),
        "processInstanceKey": key(incident.c.process_instance_key),
        "rootProcessInstanceKey": key(incident.c.root_key),
        "elementInstanceKey": key(incident.c.element_instance_key),
        "jobKey": key(incident.c.job_key),
    },
    {
        # These are ours, for the desk's list.
        "caseNumber": Field("text", where=lambda operator, wanted: _stops_case(operator, wanted), sortable=False),
        "processDefinitionVersion": Field(
            "number", where=lambda operator, wanted: _stops_version(operator, wanted), sortable=False
        ),
        "errorHashCode": number(incident.c.message_hash),
    },
)


def _stops_case(operator: str, wanted: Any) -> ColumnElement[bool]:
    """In an instance of a case: one that is linked to it, or one without a link that names it in a variable."""
    linked = linked_case.join(case_, case_.c.key == linked_case.c.case_key)
    own = select(case_.c.number).select_from(linked).where(linked_case.c.instance_key == incident.c.root_key)
    said = select(variable.c.key).where(
        variable.c.process_instance_key.in_([incident.c.process_instance_key, incident.c.root_key]),
        variable.c.name == "case_number",
    )
    by_link = _any_of(own, "caseNumber", text(case_.c.number), operator, wanted)
    if operator != "$eq":
        return by_link
    return or_(by_link, and_(~exists(own), exists(said.where(variable.c.value.in_([wanted])))))


def _stops_version(operator: str, wanted: Any) -> ColumnElement[bool]:
    """On a version of its process."""
    own = select(definition.c.key).where(definition.c.key == incident.c.process_definition_key)
    return _any_of(own, "processDefinitionVersion", number(definition.c.version), operator, wanted)


JOB = Resource(
    "job",
    job,
    job,
    "jobKey",
    {
        "type": text(job.c.type),
        "state": Field("text", job.c.state, values=JOB_STATES),
        "worker": text(func.coalesce(job.c.worker, "")),
        "kind": text(job.c.kind, JobKind),
        "listenerEventType": text(job.c.listener, LISTENER_EVENTS),
        "retries": number(job.c.retries),
        "deadline": Field("moment", job.c.run_at, write=lambda row: _deadline(row)),
        "creationTime": moment(job.c.created_at),
        "endTime": moment(job.c.ended_at),
        "errorCode": text(job.c.error_code),
        "errorMessage": text(job.c.error_message),
        "hasFailedWithRetriesLeft": _flag(and_(job.c.tries > 0, job.c.retries > 0, job.c.state == JobState.CREATED)),
        "isDenied": _flag(job.c.denied),
        "deniedReason": text(job.c.denied_reason),
        "lastUpdateTime": always(None),
        "priority": number(job.c.priority),
        "businessId": always(None),
        "customHeaders": Field("json", job.c.headers, write=lambda row: row.f_customHeaders, shape="object"),
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
    return show_moment(row.f_deadline) if row.f_worker and row.f_deadline is not None else None


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

CORRELATED_MESSAGE_SUBSCRIPTION = Resource(
    "correlated message subscription",
    met,
    met,
    "correlatedMessageSubscriptionKey",
    {
        "correlationKey": text(met.c.correlation_key),
        "correlationTime": moment(met.c.at),
        "elementId": text(met.c.element_id),
        "elementInstanceKey": key(met.c.element_instance_key),
        "messageKey": key(met.c.message_key),
        "messageName": text(met.c.name),
        "partitionId": always(1),
        "processDefinitionId": text(met.c.process_id),
        "processDefinitionKey": key(met.c.process_definition_key),
        "processInstanceKey": key(met.c.process_instance_key),
        "rootProcessInstanceKey": key(met.c.root_key),
        "subscriptionKey": key(met.c.subscription_key),
        "correlatedMessageSubscriptionKey": key(met.c.key),
        "businessId": always(None),
        "tenantId": text(met.c.tenant_id),
    },
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
    {"isLatestVersion": _newest_only(decision, "decision_id")},
    base=decision.c.deleted_at.is_(None),
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
    base=requirements.c.deleted_at.is_(None),
)


# Camunda knows these two types, and "UNKNOWN" for what we know better.
_decision_type = case((decided.type_.in_(("DECISION_TABLE", "LITERAL_EXPRESSION")), decided.type_), else_="UNKNOWN")
evaluation = decided.evaluation


def _is_evaluation_instance(operator: str, wanted: Any) -> ColumnElement[bool]:
    """`123-1`: along the index of the keys where it is asked for as a whole."""
    match = condition("decisionEvaluationInstanceKey", text(decided.instance_key), operator, wanted)
    if operator not in ("$eq", "$in"):
        return match
    evaluations = [each.partition("-")[0] for each in (wanted if operator == "$in" else [wanted])]
    return and_(match, evaluation.c.key.in_([int(each) for each in evaluations if re.fullmatch("[0-9]{1,18}", each)]))


DECISION_INSTANCE = Resource(
    "decision instance",
    evaluation,
    decided.source.outerjoin(instance, instance.c.key == evaluation.c.process_instance_key),
    "decisionEvaluationKey",
    {
        "decisionEvaluationKey": key(evaluation.c.key),
        "decisionEvaluationInstanceKey": Field("text", decided.instance_key, where=_is_evaluation_instance),
        "state": Field(
            "text",
            case((decided.failure.is_(None), "EVALUATED"), else_="FAILED"),
            values=("EVALUATED", "FAILED", "UNKNOWN", "UNSPECIFIED"),
        ),
        "evaluationDate": moment(evaluation.c.evaluated_at),
        "evaluationFailure": text(decided.failure),
        "decisionDefinitionId": Field("text", decided.decision_id, where=decided.is_decision),
        "decisionDefinitionName": text(decided.name),
        "decisionDefinitionVersion": number(func.coalesce(decided.own.c.version, decided.asked.c.version)),
        "decisionDefinitionKey": key(func.coalesce(decided.own.c.key, evaluation.c.decision_definition_key)),
        "decisionDefinitionType": Field(
            "text", _decision_type, values=("DECISION_TABLE", "LITERAL_EXPRESSION", "UNKNOWN", "UNSPECIFIED")
        ),
        "rootDecisionDefinitionKey": key(evaluation.c.decision_definition_key),
        "rootProcessInstanceKey": key(instance.c.root_key),
        "businessId": always(None),
        "elementInstanceKey": key(evaluation.c.element_instance_key),
        "processInstanceKey": key(evaluation.c.process_instance_key),
        "processDefinitionKey": key(evaluation.c.process_definition_key),
        "result": Field("json", decided.result, write=lambda row: to_json(row.f_result)),
        "tenantId": text(evaluation.c.tenant_id),
    },
    {"decisionRequirementsKey": key(decided.asked.c.requirements_key)},
    number=decided.position,
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

BATCH_OPERATION = Resource(
    "batch operation",
    batch,
    batch,
    "batchOperationKey",
    {
        "batchOperationKey": key(batch.c.key),
        "state": text(batch.c.state, BATCH_STATES),
        "batchOperationType": text(batch.c.type, BATCH_TYPES),
        "startDate": moment(batch.c.started_at),
        "endDate": moment(batch.c.ended_at),
        "actorType": always("USER"),
        "actorId": text(batch.c.created_by),
        "operationsTotalCount": number(batch.c.total),
        "operationsFailedCount": number(batch.c.failed),
        "operationsCompletedCount": number(batch.c.completed),
        "errors": always([]),
    },
    {"operationType": text(batch.c.type, BATCH_TYPES), "reason": text(batch.c.reason)},
)

BATCH_ITEM = Resource(
    "batch operation item",
    item,
    item.join(batch, batch.c.key == item.c.batch_key),
    "itemKey",
    {
        "operationType": text(batch.c.type, BATCH_TYPES),
        "batchOperationKey": key(item.c.batch_key),
        "itemKey": key(item.c.item_key),
        "processInstanceKey": key(item.c.process_instance_key),
        "rootProcessInstanceKey": key(item.c.root_key),
        "state": text(item.c.state, ItemState),
        "processedDate": moment(item.c.processed_at),
        "errorMessage": text(item.c.message),
    },
)

TIMER_WAIT = Resource(
    "timer",
    job,
    job,
    "timerKey",
    {
        "timerKey": key(job.c.key),
        "dueDate": moment(job.c.due_at),
        "elementId": text(job.c.element_id),
        "elementInstanceKey": key(job.c.element_instance_key),
        "processInstanceKey": key(job.c.process_instance_key),
        "rootProcessInstanceKey": key(job.c.root_key),
        "processDefinitionId": text(job.c.process_id),
        "processDefinitionKey": key(job.c.process_definition_key),
        "suspended": _flag(job.c.held_run_at.is_not(None)),
        "tenantId": text(job.c.tenant_id),
    },
    base=and_(job.c.type == TIMER, job.c.state == JobState.CREATED),
)

RESOURCES = {
    "timers": TIMER_WAIT,
    "batch-operations": BATCH_OPERATION,
    "batch-operation-items": BATCH_ITEM,
    "process-definitions": PROCESS_DEFINITION,
    "process-instances": PROCESS_INSTANCE,
    "element-instances": ELEMENT_INSTANCE,
    "variables": VARIABLE,
    "user-tasks": USER_TASK,
    "incidents": INCIDENT,
    "jobs": JOB,
    "message-subscriptions": MESSAGE_SUBSCRIPTION,
    "correlated-message-subscriptions": CORRELATED_MESSAGE_SUBSCRIPTION,
    "decision-definitions": DECISION_DEFINITION,
    "decision-requirements": DECISION_REQUIREMENTS,
    "decision-instances": DECISION_INSTANCE,
    "forms": FORM,
    "user-task-audit-logs": TASK_LOG,
    "process-counts": PROCESS_COUNTS,
    "version-counts": VERSION_COUNTS,
    "error-counts": ERROR_COUNTS,
    "error-version-counts": ERROR_VERSION_COUNTS,
}
