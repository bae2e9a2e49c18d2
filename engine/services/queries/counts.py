"""How many instances run, by process and by version: each a row that can be filtered, sorted and paged as any search."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, exists, func, select

from engine.model.base import table_of
from engine.model.deployment import ProcessDefinition
from engine.model.incident import Incident, IncidentState
from engine.model.instance import InstanceState, ProcessInstance
from engine.services.queries.fields import Field
from engine.services.queries.query import Resource

_definition, _incident = table_of(ProcessDefinition), table_of(Incident)
_instance = table_of(ProcessInstance).alias("counted_instance")
_version = _definition.alias("other_version")
_stopped = exists(
    select(_incident.c.key).where(
        _incident.c.process_instance_key == _instance.c.key, _incident.c.state == IncidentState.ACTIVE
    )
)
_of_version = _instance.c.process_definition_key == _definition.c.key
_of_process = (_instance.c.process_id == _definition.c.process_id) & (_instance.c.tenant_id == _definition.c.tenant_id)
_same_process = (_version.c.process_id == _definition.c.process_id) & (_version.c.tenant_id == _definition.c.tenant_id)


def _running(whose: ColumnElement[bool], *more: ColumnElement[bool]) -> Field:
    query = select(func.count()).select_from(_instance).where(whose, _instance.c.state == InstanceState.ACTIVE, *more)
    return Field("number", query.correlate(_definition).scalar_subquery())


def _any_running(whose: ColumnElement[bool]) -> ColumnElement[bool]:
    query = select(_instance.c.key).where(whose, _instance.c.state == InstanceState.ACTIVE)
    return exists(query.correlate(_definition))


def _of_all_versions(what: Any) -> Any:
    return select(what).where(_same_process).correlate(_definition).scalar_subquery()


VERSION_COUNTS = Resource(
    "count of a version's instances",
    _definition,
    _definition,
    "processDefinitionKey",
    {
        "processDefinitionId": Field("text", _definition.c.process_id),
        "processDefinitionKey": Field("key", _definition.c.key),
        "processDefinitionName": Field("text", _definition.c.name),
        "processDefinitionVersion": Field("number", _definition.c.version),
        "tenantId": Field("text", _definition.c.tenant_id),
        "activeInstancesWithIncidentCount": _running(_of_version, _stopped),
        "activeInstancesWithoutIncidentCount": _running(_of_version, ~_stopped),
    },
    base=_any_running(_of_version),
)

PROCESS_COUNTS = Resource(
    "count of a process's instances",
    _definition,
    _definition,
    "latestProcessDefinitionKey",
    {
        "processDefinitionId": Field("text", _definition.c.process_id),
        "latestProcessDefinitionKey": Field("key", _definition.c.key),
        "latestProcessDefinitionName": Field("text", _definition.c.name),
        "tenantId": Field("text", _definition.c.tenant_id),
        "hasMultipleVersions": Field("flag", _of_all_versions(func.count()) > 1),
        "activeInstancesWithIncidentCount": _running(_of_process, _stopped),
        "activeInstancesWithoutIncidentCount": _running(_of_process, ~_stopped),
    },
    base=(_definition.c.version == _of_all_versions(func.max(_version.c.version))) & _any_running(_of_process),
)


def _stopped_instances(*by: ColumnElement[Any]) -> Any:
    """Grouped by columns of the incidents that are open: a message of each group and how many instances it stops."""
    mine = _incident.c.state == IncidentState.ACTIVE, _incident.c.message_hash.is_not(None)
    instances = func.count(_incident.c.process_instance_key.distinct()).label("instances")
    query = select(_incident.c.tenant_id, *by, func.min(_incident.c.message).label("message"), instances)
    return query.where(*mine).group_by(_incident.c.tenant_id, *by).subquery()


_by_error = _stopped_instances(_incident.c.message_hash)
_by_version = _stopped_instances(_incident.c.message_hash, _incident.c.process_definition_key)

ERROR_COUNTS = Resource(
    "count of instances by error",
    _by_error,
    _by_error,
    "errorHashCode",
    {
        "errorHashCode": Field("number", _by_error.c.message_hash),
        "errorMessage": Field("text", _by_error.c.message),
        "activeInstancesWithErrorCount": Field("number", _by_error.c.instances),
    },
)

ERROR_VERSION_COUNTS = Resource(
    "count of a version's instances by error",
    _by_version,
    _by_version.join(_definition, _definition.c.key == _by_version.c.process_definition_key),
    "processDefinitionKey",
    {
        "processDefinitionId": Field("text", _definition.c.process_id),
        "processDefinitionKey": Field("key", _definition.c.key),
        "processDefinitionName": Field("text", func.coalesce(_definition.c.name, _definition.c.process_id)),
        "processDefinitionVersion": Field("number", _definition.c.version),
        "tenantId": Field("text", _definition.c.tenant_id),
        "activeInstancesWithErrorCount": Field("number", _by_version.c.instances),
    },
    {"errorHashCode": Field("number", _by_version.c.message_hash)},
)
