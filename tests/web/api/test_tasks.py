"""User tasks as a diagram describes them and clients handle them."""

from __future__ import annotations

import pytest

from tests.engine.diagrams import diagram, end, start
from tests.web.api.drawing import extended, mapping

FORM = b'{"id": "ask", "type": "default", "schemaVersion": 16, "components": [{"type": "textfield", "key": "x", "id": "fx", "label": "X"}]}'
VARIABLES = {"who": "li", "groups": ["a", "b"], "when": "2026-04-01T10:00:00+08:00", "n": 80}


def one(api, extensions: str, **variables: object) -> dict:
    task = f'<bpmn:userTask id="t" name="核实">{extended("<zeebe:userTask/>" + extensions)}</bpmn:userTask>'
    key = api.begin(diagram("p", start() + task + end(), "start>t t>end"), "p", **VARIABLES, **variables)
    (found,) = api.tasks(key)
    return found


def assignment(attributes: str) -> str:
    return f"<zeebe:assignmentDefinition {attributes}/>"


@pytest.mark.parametrize(
    ("extensions", "expected"),
    [
        ("", {"name": "核实", "assignee": None, "priority": 50, "dueDate": None, "candidateGroups": [], "formKey": None}),
        (assignment('assignee="wu"'), {"assignee": "wu"}),
        (assignment('assignee="=who"'), {"assignee": "li"}),
        (assignment('candidateGroups="x, y" candidateUsers="u"'), {"candidateGroups": ["x", "y"], "candidateUsers": ["u"]}),
        (assignment('candidateGroups="=groups"'), {"candidateGroups": ["a", "b"]}),
        (assignment('candidateGroups="=append(groups, who)"'), {"candidateGroups": ["a", "b", "li"]}),
        (assignment('candidateUsers="=nothing"'), {"candidateUsers": []}),
        ('<zeebe:taskSchedule dueDate="2026-04-01T10:00:00Z"/>', {"dueDate": "2026-04-01T10:00:00.000Z"}),
        ('<zeebe:taskSchedule dueDate="=when"/>', {"dueDate": "2026-04-01T02:00:00.000Z"}),
        ('<zeebe:taskSchedule dueDate="=date and time(when)"/>', {"dueDate": "2026-04-01T02:00:00.000Z"}),
        ("<zeebe:taskSchedule followUpDate='=now() + duration(\"PT1H\")'/>", {"followUpDate": "2026-03-02T10:00:00.000Z"}),
        ('<zeebe:taskSchedule dueDate="=nothing"/>', {"dueDate": None}),
        ("<zeebe:taskSchedule dueDate='=\"\"'/>", {"dueDate": None}),
        ('<zeebe:priorityDefinition priority="90"/>', {"priority": 90}),
        ('<zeebe:priorityDefinition priority="=n"/>', {"priority": 80}),
        ('<zeebe:taskHeaders><zeebe:header key="k" value="v"/></zeebe:taskHeaders>', {"customHeaders": {"k": "v"}}),
        ('<zeebe:formDefinition externalReference="=who"/>', {"externalFormReference": "li"}),
    ],
)  # fmt: skip
@pytest.mark.proves("user task")
def test_a_task_is_as_the_diagram_says(api, extensions, expected):
    found = one(api, extensions)
    assert {name: found[name] for name in expected} == expected


def test_a_priority_out_of_range_is_an_incident(api):
    priority = extended('<zeebe:userTask/><zeebe:priorityDefinition priority="=n"/>')
    task = f'<bpmn:userTask id="t">{priority}</bpmn:userTask>'
    key = api.begin(diagram("p", start() + task + end(), "start>t t>end"), "p", n=101)
    assert api.incident(key)["errorType"] == "EXTRACT_VALUE_ERROR"


@pytest.mark.proves("/v2 user tasks")
def test_a_form_is_found_by_its_id(api):
    api.deploy(("ask.form", FORM))
    found = one(api, '<zeebe:formDefinition formId="ask"/>')
    form = api.call("GET", f"/user-tasks/{found['userTaskKey']}/form").json
    assert (form["formId"], form["version"], form["schema"].encode()) == ("ask", 1, FORM)
    assert form["formKey"] == found["formKey"]


@pytest.mark.proves("/v2 user tasks")
def test_a_task_is_changed_and_emptied(api):
    found = one(api, assignment('candidateGroups="g"'))
    path = f"/user-tasks/{found['userTaskKey']}"
    changes = {"dueDate": "2026-05-01T00:00:00Z", "candidateGroups": ["h"], "candidateUsers": ["u"], "priority": 10}
    assert api.call("PATCH", path, {"changeset": changes}).status_code == 204
    changed = api.call("GET", path).json
    assert {name: changed[name] for name in changes} == changes | {"dueDate": "2026-05-01T00:00:00.000Z"}
    assert api.search("user-tasks", filter={"candidateGroup": "h"}) == [changed]
    assert api.search("user-tasks", filter={"candidateGroup": "g"}) == []
    empty = {"dueDate": "", "candidateGroups": [], "priority": None}  # null changes nothing
    assert api.call("PATCH", path, {"changeset": empty}).status_code == 204
    emptied = api.call("GET", path).json
    assert (emptied["dueDate"], emptied["candidateGroups"], emptied["priority"]) == (None, [], 10)
    assert api.call("PATCH", path, {"changeset": {"priority": 101}}).status_code == 400


@pytest.mark.proves("/v2 user tasks")
def test_a_task_is_given_and_given_back(api):
    found = one(api, "")
    path = f"/user-tasks/{found['userTaskKey']}"
    assert api.call("POST", f"{path}/assignment", {"assignee": "li"}).status_code == 204
    refused = api.call("POST", f"{path}/assignment", {"assignee": "wu", "allowOverride": False})
    assert (refused.status_code, refused.json["title"]) == (409, "INVALID_STATE")
    assert [t["assignee"] for t in api.search("user-tasks", filter={"assignee": "li"})] == ["li"]
    assert api.call("DELETE", f"{path}/assignee").status_code == 204
    assert api.search("user-tasks", filter={"assignee": {"$exists": True}}) == []


def test_a_task_sees_its_own_variables_first_and_maps_its_result(api):
    found = one(api, mapping([("=who", "asked")], [("=answer", "told")]))
    seen = api.post(f"/user-tasks/{found['userTaskKey']}/variables/search", {"filter": {"name": "asked"}})["items"]
    assert [(each["value"], each["scopeKey"]) for each in seen] == [('"li"', found["elementInstanceKey"])]
    local = {"localVariables": [{"name": "asked", "value": {"$eq": '"li"'}}]}
    assert len(api.search("user-tasks", filter=local)) == 1
    assert api.search("user-tasks", filter={"localVariables": [{"name": "who", "value": '"li"'}]}) == []
    api.put_variables(found["elementInstanceKey"], {"who": "wu"}, local=True)
    path = f"/user-tasks/{found['userTaskKey']}"
    both = api.post(f"{path}/variables/search", {"filter": {"name": "who"}})["items"]
    assert sorted(each["value"] for each in both) == ['"li"', '"wu"']
    effective = {each["name"]: each["value"] for each in api.post(f"{path}/effective-variables/search")["items"]}
    assert (effective["who"], effective["asked"]) == ('"wu"', '"li"')
    assert effective.keys() == VARIABLES.keys() | {"asked"}
    api.post(f"{path}/completion", {"variables": {"answer": "yes", "noise": 1}})
    assert api.variables(found["processInstanceKey"]) == VARIABLES | {"told": "yes"}


@pytest.mark.proves("/v2 user tasks")
def test_who_did_what_to_a_task_is_told(api):
    found = one(api, "")
    path = f"/user-tasks/{found['userTaskKey']}"
    for method, way, body in (
        ("POST", "/assignment", {"assignee": "li", "action": "approve " * 20}),
        ("PATCH", "", {"changeset": {"priority": 7}}),
        ("DELETE", "/assignee", None),
        ("POST", "/completion", {}),
    ):
        assert api.call(method, path + way, body).status_code == 204

    def log(**wanted):
        sort = [{"field": "timestamp"}, {"field": "auditLogKey"}]
        return api.post(f"{path}/audit-logs/search", {"filter": wanted, "sort": sort})["items"]

    assert [each["operationType"] for each in log()] == ["ASSIGN", "UPDATE", "UNASSIGN", "COMPLETE"]
    (assigned,) = log(operationType="ASSIGN", result="SUCCESS", actorId={"$like": "ad*"}, actorType={"$neq": "CLIENT"})
    shared = ("userTaskKey", "elementInstanceKey", "processInstanceKey", "processDefinitionKey", "tenantId")
    assert assigned == assigned | {name: found[name] for name in shared} | {
        "entityKey": found["userTaskKey"],
        "entityType": "USER_TASK",
        "category": "USER_TASKS",
        "actorId": "admin",
        "actorType": "USER",
        "timestamp": "2026-03-02T09:00:00.000Z",
    }
    assert log(timestamp={"$gt": "2026-03-02T09:00:00Z"}) == []
    assert api.call("POST", "/user-tasks/12/audit-logs/search", {}).status_code == 404
