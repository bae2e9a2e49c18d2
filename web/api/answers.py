"""What the API's answers look like, as JSON Schema, where no search's fields say it."""

from __future__ import annotations

from typing import Any

from engine.services.queries import RESOURCES
from web.api.resource_schemas import name_of

TEXT: dict[str, Any] = {"type": "string"}
NUMBER: dict[str, Any] = {"type": "integer"}
FLAG: dict[str, Any] = {"type": "boolean"}
KEY: dict[str, Any] = {"type": "string", "pattern": "^[0-9]+$"}
VARIABLES: dict[str, Any] = {"type": "object", "description": "Variables by name."}


def obj(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": sorted(properties)}


def array(of: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": of}


def maybe(schema: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, {"type": "null"}]}


def items(**properties: Any) -> dict[str, Any]:
    return obj(items=array(obj(**properties)))


def ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


TEXT_OR_NULL = {"type": ["string", "null"]}
COUNTS = items(elementId=TEXT, active=NUMBER, canceled=NUMBER, incidents=NUMBER, completed=NUMBER)
FORM = obj(formKey=KEY, formId=TEXT, version=NUMBER, schema=TEXT, tenantId=TEXT)
INPUTS = array(obj(inputId=TEXT_OR_NULL, inputName=TEXT_OR_NULL, inputValue=TEXT))
OUTPUTS = array(
    obj(outputId=TEXT_OR_NULL, outputName=TEXT_OR_NULL, outputValue=TEXT, ruleId=TEXT_OR_NULL, ruleIndex=NUMBER)
)
RULES = array(obj(ruleId=TEXT_OR_NULL, ruleIndex=NUMBER, evaluatedOutputs=OUTPUTS))
DECISION = {
    "decisionDefinitionId": TEXT,
    "decisionDefinitionName": TEXT_OR_NULL,
    "decisionDefinitionVersion": NUMBER,
    "decisionDefinitionKey": KEY,
    "tenantId": TEXT,
    "output": TEXT,
}
EVALUATED = obj(
    **DECISION,
    decisionDefinitionType=TEXT,
    decisionEvaluationInstanceKey=TEXT,
    evaluatedInputs=INPUTS,
    matchedRules=RULES,
)
EVALUATION = obj(
    **DECISION,
    decisionRequirementsId=TEXT,
    decisionRequirementsKey=KEY,
    decisionEvaluationKey=KEY,
    decisionInstanceKey=KEY,
    failedDecisionDefinitionId=TEXT_OR_NULL,
    failureMessage=TEXT_OR_NULL,
    evaluatedDecisions=array(EVALUATED),
)
DEPLOYED = {
    "processDefinition": obj(
        processDefinitionId=TEXT, processDefinitionVersion=NUMBER, processDefinitionKey=KEY, resourceName=TEXT, tenantId=TEXT
    ),
    "decisionDefinition": obj(
        decisionDefinitionId=TEXT, version=NUMBER, decisionDefinitionKey=KEY, resourceName=TEXT, tenantId=TEXT, name=TEXT_OR_NULL,
        decisionRequirementsId=TEXT, decisionRequirementsKey=KEY,
    ),
    "decisionRequirements": obj(
        decisionRequirementsId=TEXT, version=NUMBER, decisionRequirementsKey=KEY, resourceName=TEXT, tenantId=TEXT,
        decisionRequirementsName=TEXT_OR_NULL,
    ),
    "form": obj(formId=TEXT, version=NUMBER, formKey=KEY, resourceName=TEXT, tenantId=TEXT),
    "resource": {"type": "null"},
}  # fmt: skip
DEPLOYMENT = obj(
    deploymentKey=KEY, tenantId=TEXT, deployments=array(obj(**{name: maybe(each) for name, each in DEPLOYED.items()}))
)
RESOURCE = obj(
    resourceKey=KEY, resourceName=TEXT, resourceId=TEXT, version=NUMBER, versionTag=TEXT_OR_NULL, deploymentKey=KEY, tenantId=TEXT
)  # fmt: skip
PARTITION = obj(partitionId=NUMBER, role=TEXT, health=TEXT, state=TEXT)
BROKER = obj(nodeId=NUMBER, brokerId=TEXT, host=TEXT, port=NUMBER, version=TEXT, partitions=array(PARTITION))
TOPOLOGY = obj(
    brokers=array(BROKER), clusterSize=NUMBER, partitionsCount=NUMBER, replicationFactor=NUMBER, gatewayVersion=TEXT, clusterId=TEXT,
    lastCompletedChangeId=TEXT,
)  # fmt: skip
ME = obj(
    username=TEXT, displayName=TEXT, email=TEXT_OR_NULL, authorizedComponents=array(TEXT),
    tenants=array(obj(tenantId=TEXT, name=TEXT, description=TEXT_OR_NULL)), groups=array(TEXT), roles=array(TEXT),
    salesPlanType=TEXT, c8Links=VARIABLES, canLogout=FLAG, apiUser=FLAG, softwareVersion=TEXT,
)  # fmt: skip
JOB = obj(
    type=TEXT, processDefinitionId=TEXT, processDefinitionVersion=NUMBER, elementId=TEXT, customHeaders={"type": "object"}, worker=TEXT,
    retries=NUMBER, deadline=NUMBER, variables=VARIABLES, tenantId=TEXT, jobKey=KEY, processInstanceKey=KEY, processDefinitionKey=KEY,
    elementInstanceKey=KEY, kind=TEXT, listenerEventType=TEXT, tags=array(TEXT), rootProcessInstanceKey=KEY,
)  # fmt: skip
CREATED = obj(
    processDefinitionId=TEXT, processDefinitionVersion=NUMBER, processDefinitionKey=KEY, processInstanceKey=KEY, tenantId=TEXT,
    variables=VARIABLES, tags=array(TEXT), businessId=TEXT_OR_NULL,
)  # fmt: skip
FLOWS = items(
    sequenceFlowId=TEXT, elementId=TEXT, processInstanceKey=KEY, rootProcessInstanceKey=KEY, processDefinitionKey=KEY,
    processDefinitionId=TEXT, tenantId=TEXT,
)  # fmt: skip
CALLS = array(obj(processInstanceKey=KEY, processDefinitionKey=KEY, processDefinitionName=TEXT))
DECISION_INSTANCE = {"allOf": [ref("DecisionInstance"), obj(evaluatedInputs=INPUTS, matchedRules=RULES)]}
FINDING = obj(
    severity={"type": "string", "enum": ["error", "warning", "info"]}, file=TEXT, element_id=TEXT_OR_NULL, element_name=TEXT_OR_NULL,
    line={"type": ["integer", "null"]}, code=TEXT, message=TEXT, message_zh=TEXT, hint=TEXT, hint_zh=TEXT,
)  # fmt: skip
OBSTACLES = array(
    obj(code=TEXT, sourceElementId=TEXT_OR_NULL, targetElementId=TEXT_OR_NULL, message=TEXT, messageZh=TEXT)
)
MIGRATION_PLAN = obj(
    targetProcessDefinitionKey=KEY, obstacles=OBSTACLES, newElementIds=array(TEXT),
    mappingInstructions=array(obj(sourceElementId=TEXT, targetElementId=TEXT)),
)  # fmt: skip
MIGRATION_PREVIEW = obj(
    processInstanceKey=KEY, possible=FLAG, obstacles=OBSTACLES, openedCatchEvents=array({}), closedCatchEvents=array({}),
    migratedElementInstances=array(obj(elementInstanceKey=KEY, elementId=TEXT)),
)  # fmt: skip
NAMED = {"type": "object", "properties": {"key": KEY}, "required": ["key"], "additionalProperties": True}
DESK_PAGE = obj(items=array(NAMED), next=TEXT_OR_NULL)

ANSWERS: dict[tuple[str, str], dict[str, Any]] = {
    ("get", "/v2/topology"): TOPOLOGY,
    ("get", "/v2/license"): obj(validLicense=FLAG, licenseType=TEXT, isCommercial=FLAG, expiresAt=TEXT_OR_NULL),
    ("get", "/v2/authentication/me"): ME,
    ("post", "/v2/deployments"): DEPLOYMENT,
    ("get", "/v2/resources/{key}"): RESOURCE,
    ("post", "/v2/resources/{key}/deletion"): obj(resourceKey=KEY, batchOperation={"type": "null"}),
    ("post", "/v2/decision-definitions/evaluation"): EVALUATION,
    ("post", "/v2/expression/evaluation"): obj(
        expression=TEXT, result={}, warnings=array(obj(message=TEXT)), referencedSecrets=array({})
    ),
    ("get", "/v2/decision-instances/{key}"): DECISION_INSTANCE,
    ("get", "/v2/process-definitions/{key}/form"): FORM,
    ("get", "/v2/user-tasks/{key}/form"): FORM,
    ("get", "/v2/forms/{key}"): FORM,
    ("post", "/v2/process-definitions/{key}/statistics/element-instances"): COUNTS,
    ("get", "/v2/process-instances/{key}/statistics/element-instances"): COUNTS,
    ("get", "/v2/process-instances/{key}/sequence-flows"): FLOWS,
    ("get", "/v2/process-instances/{key}/call-hierarchy"): CALLS,
    ("post", "/v2/process-instances/{key}/migration/preview"): MIGRATION_PREVIEW,
    ("get", "/v2/process-definitions/{key}/migration-plan"): MIGRATION_PLAN,
    ("post", "/v2/process-instances"): CREATED,
    ("post", "/v2/jobs/activation"): obj(jobs=array(JOB)),
    ("post", "/v2/messages/publication"): obj(tenantId=TEXT, messageKey=KEY),
    ("post", "/v2/messages/correlation"): obj(tenantId=TEXT, messageKey=KEY, processInstanceKey=KEY),
    ("get", "/api/cases"): DESK_PAGE,
    ("get", "/api/cases/{number}"): NAMED,
    ("get", "/api/customers"): DESK_PAGE,
    ("get", "/api/customers/{key}"): NAMED,
    ("post", "/v2/signals/broadcast"): obj(tenantId=TEXT, signalKey=KEY),
}
SEARCHES = {f"/v2/{name}/search": name for name in RESOURCES} | {
    "/v2/process-instances/{key}/incidents/search": "incidents",
    "/v2/element-instances/{key}/incidents/search": "incidents",
    "/v2/process-definitions/statistics/process-instances": "process-counts",
    "/v2/process-definitions/statistics/process-instances-by-version": "version-counts",
    "/v2/incidents/statistics/process-instances-by-error": "error-counts",
    "/v2/incidents/statistics/process-instances-by-definition": "error-version-counts",
    "/v2/user-tasks/{key}/variables/search": "variables",
    "/v2/user-tasks/{key}/audit-logs/search": "user-task-audit-logs",
    "/v2/user-tasks/{key}/effective-variables/search": "variables",
}


def answer(method: str, path: str) -> dict[str, Any] | None:
    """The schema of an operation's answer, where it is known here."""
    if method == "post" and path in SEARCHES:
        return ref(f"{name_of(SEARCHES[path])}Page")
    resource = path.removeprefix("/v2/").removesuffix("/{key}")
    if method == "get" and resource in RESOURCES and (method, path) not in ANSWERS:
        return ref(name_of(resource))
    return ANSWERS.get((method, path))


def question(method: str, path: str) -> dict[str, Any] | None:
    """The schema of a search's request."""
    return ref(f"{name_of(SEARCHES[path])}Search") if method == "post" and path in SEARCHES else None
