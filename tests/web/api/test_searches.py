"""Searching as the API documents it: operators, dates, sorting, pages, and what is refused."""

from __future__ import annotations

import pytest

from engine.services.queries import RESOURCES, Request, search
from tests.engine.diagrams import diagram, end, service_task, start, user_task
from tests.web.api.contract import furnish

ONE = diagram("one", start() + user_task() + end(), "start>task task>end")


@pytest.mark.proves("/v2 variables", "/v2 element instances")
@pytest.mark.parametrize(
    ("resource", "wanted", "number"),
    [
        ("process-definitions", {"isLatestVersion": True}, 1),
        ("process-definitions", {"version": {"$gte": 1, "$lt": 2}}, 1),
        ("process-definitions", {"isLatestVersion": True, "version": 1}, 0),
        ("process-instances", {"state": {"$neq": "COMPLETED"}}, 2),
        ("process-instances", {"state": {"$notIn": ["ACTIVE"]}}, 1),
        ("process-instances", {"$or": [{"state": "COMPLETED"}, {"variables": [{"name": "n", "value": "1"}]}]}, 2),
        ("process-instances", {"elementId": "task"}, 2),
        ("process-instances", {"elementId": {"$like": "ta*"}, "state": "ACTIVE"}, 2),
        ("process-instances", {"startDate": {"$gte": "2026-03-02T09:00:00Z", "$lt": "2026-03-02T09:00:01Z"}}, 3),
        ("process-instances", {"startDate": {"$gt": "2026-03-02T17:00:00+08:00"}}, 0),
        ("process-instances", {"endDate": {"$exists": True}}, 1),
        ("process-instances", {"processDefinitionName": "one"}, 3),
        ("process-instances", {"variables": [{"name": "n", "value": {"$in": ["1", "2"]}}]}, 2),
        ("process-instances", {"variables": [{"name": "none", "value": {"$exists": False}}]}, 3),
        ("user-tasks", {"candidateGroup": "agent", "state": "CREATED"}, 2),
        ("user-tasks", {"candidateGroup": {"$in": ["agent", "x"]}, "state": {"$eq": "CREATED"}}, 2),
        ("user-tasks", {"candidateGroup": "x"}, 0),
        ("user-tasks", {"priority": {"$gt": 49, "$lte": 50}}, 3),
        ("user-tasks", {"processInstanceVariables": [{"name": "n", "value": "0"}]}, 1),
        ("user-tasks", {"name": {"$like": "t?sk"}}, 3),
        ("element-instances", {"type": "USER_TASK", "state": "ACTIVE"}, 2),
        ("element-instances", {"elementId": {"$in": ["start", "end"]}}, 4),
        ("element-instances", {"elementName": "task"}, 3),
        ("element-instances", {"elementName": {"$like": "t*"}, "state": "ACTIVE"}, 2),
        ("element-instances", {"elementName": "end"}, 1),
        ("decision-definitions", {"isLatestVersion": True}, 0),
        ("decision-instances", {"state": "FAILED", "decisionDefinitionType": "DECISION_TABLE"}, 0),
        ("jobs", {"priority": {"$gte": 0}}, 0),
        ("variables", {"name": "n", "value": "1"}, 1),
        ("variables", {"name": "n", "value": {"$neq": "1"}}, 2),
        ("incidents", {"state": "ACTIVE"}, 0),
        ("process-instances", {"processDefinitionId": {"$like": "O*"}}, 0),
        ("user-tasks", {"name": {"$like": "T?SK"}}, 0),
        ("process-instances", {"endDate": {"$notIn": ["2026-01-01T00:00:00Z"]}}, 3),
        ("process-instances", {"parentProcessInstanceKey": {"$neq": "1"}}, 3),
        ("process-instances", {"batchOperationKey": {"$exists": False}}, 3),
        ("process-instances", {"batchOperationKey": {"$neq": "1"}}, 3),
        ("process-instances", {"batchOperationKey": {"$notIn": ["1"]}}, 3),
        ("process-instances", {"batchOperationKey": {"$exists": True}}, 0),
        ("process-instances", {"errorMessage": {"$exists": False}}, 3),
        ("process-instances", {"errorMessage": {"$neq": "x"}}, 3),
        ("process-instances", {"incidentErrorHashCode": {"$notIn": [1]}}, 3),
        ("process-instances", {"caseNumber": {"$exists": False}}, 3),
        ("message-subscriptions", {"messageSubscriptionState": {"$like": "CREATED\\*"}}, 0),
    ],
)
def test_a_filter_finds(api, resource, wanted, number):
    api.deploy(("one.bpmn", ONE))
    keys = [api.start("one", n=n) for n in range(3)]
    api.post(f"/user-tasks/{api.tasks(keys[0])[0]['userTaskKey']}/completion")
    api.deploy(("one.bpmn", ONE.replace(b'name="task"', b'name="other"')))
    assert len(api.search(resource, filter=wanted)) == number


@pytest.mark.proves("/v2 errors", "/v2 element instances", "/v2 variables")
@pytest.mark.parametrize(
    ("resource", "body"),
    [
        ("process-instances", {"filter": {"processInstanceKey": str(2**70)}}),
        ("process-instances", {"filter": {"state": {"$in": "ACTIVE"}}}),
        ("process-instances", {"filter": {"state": {"$exists": "yes"}}}),
        ("process-instances", {"filter": {"state": {"$near": "x"}}}),
        ("process-instances", {"filter": {"startDate": "yesterday"}}),
        ("process-instances", {"filter": {"variables": ["n"]}}),
        ("process-instances", {"filter": {"variables": [{"value": "1"}]}}),
        ("process-instances", {"filter": {"$or": "x"}}),
        ("variables", {"filter": {"value": {"$gt": "1"}}}),
        ("variables", {"filter": {"name": "a\0b"}}),
        ("variables", {"filter": {"name": "\ud800"}}),
        ("user-tasks", {"filter": {"userTaskKey": {"$like": "1*"}}}),
        ("user-tasks", {"filter": {"dueDate": {"$like": "2026*"}}}),
        ("user-tasks", {"filter": {"candidateGroup": {"$in": [{"a": 1}]}}}),
        ("user-tasks", {"filter": {"candidateUser": 7}}),
        ("user-tasks", {"filter": {"state": "OPEN"}}),
        ("user-tasks", {"filter": {"localVariables": [{"name": "n", "value": {"$in": "1"}}]}}),
        ("user-tasks", {"filter": {"dueDate": "0001-01-01T00:00:00+23:59"}}),
        ("user-tasks", {"filter": {"userTaskKey": True}}),
        ("user-tasks", {"page": {"after": "!"}}),
        ("user-tasks", {"page": {"after": "W10="}}),
        ("element-instances", {"filter": {"elementName": {"$gt": 1}}}),
        ("decision-instances", {"filter": {"state": "DONE"}}),
        ("process-instances", {"sort": [{"field": "elementId"}]}),
        ("user-tasks", {"sort": [{"field": "tags"}]}),
        ("process-instances", {"filter": {"$or": [{"$or": [{"state": "ACTIVE"}]}]}}),
        ("process-instances", {"filter": {"processDefinitionId": {"$in": ["x"] * 5001}}}),
        ("process-definitions", {"filter": {"isLatestVersion": "yes"}}),
        ("user-tasks", {"sort": [{"field": "name", "order": "UP"}]}),
        ("user-tasks", {"page": {"limit": -1}}),
        ("user-tasks", {"page": {"after": "a", "before": "b"}}),
        ("user-tasks", {"filter": {"priority": "high"}}),
        ("user-tasks", {"page": {"from": 1, "after": "W10="}}),
        ("user-tasks", {"page": {"limit": 1.5}}),
        ("batch-operations", {"filter": {"state": "DONE"}}),
        ("batch-operations", {"filter": {"operationType": "X"}}),
        ("batch-operation-items", {"filter": {"state": {"$in": ["DONE"]}}}),
        ("jobs", {"filter": {"kind": "X"}}),
        ("jobs", {"filter": {"listenerEventType": "X"}}),
        ("incidents", {"filter": {"errorType": "X"}}),
        ("element-instances", {"filter": {"type": "X"}}),
    ],
)
def test_what_cannot_be_searched_for_is_said_and_breaks_nothing(api, resource, body):
    answer = api.call("POST", f"/{resource}/search", body)
    assert (answer.status_code, answer.json["title"], answer.json["instance"]) == (
        400,
        "INVALID_ARGUMENT",
        f"/v2/{resource}/search",
    )


def test_filters_on_the_element_mean_one_and_the_same_element_instance(api):
    api.deploy(("one.bpmn", ONE))
    done, waiting = api.start("one"), api.start("one")
    api.post(f"/user-tasks/{api.tasks(done)[0]['userTaskKey']}/completion")

    def found(**wanted):
        return [each["processInstanceKey"] for each in api.search("process-instances", filter=wanted)]

    assert found(elementId="task") == [waiting]
    assert found(elementId="task", elementInstanceState="COMPLETED") == [done]
    assert found(elementId={"$like": "ta?k"}, elementInstanceState={"$in": ["ACTIVE", "COMPLETED"]}) == [done, waiting]
    assert found(elementId="task", hasElementInstanceIncident=True) == []
    assert found(hasRetriesLeft=False) == [done, waiting]
    assert found(tags={"$exists": False}) == [done, waiting]
    assert found(businessId={"$exists": False}) == [done, waiting]


@pytest.mark.proves("/v2 element instances")
def test_elements_are_found_and_sorted_by_the_names_that_their_own_version_gives_them(api):
    api.deploy(("one.bpmn", ONE.replace(b'name="task"', b'name="Check &amp; send"')))
    first = api.start("one")
    api.deploy(("one.bpmn", ONE.replace(b'name="task"', b'name="\xe6\xa0\xb8\xe5\xaf\xb9"')))
    second = api.start("one")

    def found(wanted):
        return [each["processInstanceKey"] for each in api.search("element-instances", filter={"elementName": wanted})]

    assert found("Check & send") == [first]
    assert found({"$like": "核*"}) == [second]
    assert found("start") == [first, second]  # without a name it is its id
    assert found({"$notIn": ["start", "one", "核对"]}) == [first]
    either = {"$or": [{"elementName": "核对"}, {"elementId": "start"}], "processInstanceKey": second}
    page = api.post("/element-instances/search", {"filter": either, "sort": [{"field": "elementName"}]})
    assert [each["elementName"] for each in page["items"]] == ["start", "核对"]
    key = page["items"][1]["elementInstanceKey"]
    assert api.call("GET", f"/element-instances/{key}").json["elementName"] == "核对"


@pytest.fixture
def furnished(api):
    furnish(api)
    return api


def test_every_field_that_an_answer_shows_finds_it_where_it_may_be_filtered(furnished):
    missed = []
    for name, resource in RESOURCES.items():
        fields = {**resource.fields, **resource.filters}
        for item in search(furnished.runtime, resource, Request(limit=1)).items:
            for field, value in item.items():
                chosen = fields[field]
                if value is None or chosen.kind in ("json", "list", "object") or chosen.sorted_by is None:
                    continue
                wanted = {"$eq": value, "$in": [value], "$exists": True}
                if item not in search(furnished.runtime, resource, Request({field: wanted})).items:
                    missed.append((name, field, wanted))
    assert missed == []


@pytest.mark.parametrize(
    ("resource", "field"),
    [
        ("process-instances", "startDate"),
        ("process-instances", "endDate"),
        ("process-instances", "hasIncident"),
        ("process-instances", "businessId"),
        ("variables", "value"),
        ("element-instances", "elementName"),
    ],
)
def test_a_cursor_leads_on_whatever_is_sorted_by(api, resource, field):
    api.deploy(("one.bpmn", ONE))
    keys = [api.start("one", n=number) for number in range(3)]
    api.post(f"/process-instances/{keys[1]}/cancellation")
    sort = [{"field": field, "order": "DESC"}]
    whole = api.search(resource, sort=sort)
    first = api.post(f"/{resource}/search", {"sort": sort, "page": {"limit": 2}})
    rest = api.search(resource, sort=sort, page={"after": first["page"]["endCursor"]})
    assert first["items"] + rest == whole
    assert len(whole) >= 3


@pytest.mark.full
def test_every_field_that_may_be_sorted_by_pages_through_everything_forwards_and_back(furnished):
    wrong = []
    for name, resource in RESOURCES.items():
        fields = {**resource.fields, **resource.filters}
        for field, descending in [(each, down) for each in fields for down in (False, True)]:
            if not fields[field].can_be_sorted_by:
                continue
            order = ((field, descending),)
            whole = search(furnished.runtime, resource, Request(sort=order)).items[:4]
            first = search(furnished.runtime, resource, Request(sort=order, limit=2))
            second = search(furnished.runtime, resource, Request(sort=order, limit=2, after=first.end_cursor))
            back = search(furnished.runtime, resource, Request(sort=order, limit=2, before=second.start_cursor))
            if (whole and first.items + second.items != whole) or (second.items and back.items != first.items):
                wrong.append((name, field, descending))
    assert wrong == []


def test_wildcards_stand_for_text_and_can_be_quoted(api):
    names = ["100%", "100", "a*b", "axb", "a_b"]
    api.deploy(("one.bpmn", ONE))
    api.start("one", **{name: name for name in names})

    def found(pattern, field="name"):
        return {each["name"] for each in api.search("variables", filter={field: {"$like": pattern}})}

    assert found("100%") == {"100%"}
    assert found("a?b") == {"a*b", "axb", "a_b"}
    assert found("a\\*b") == {"a*b"}
    assert found("1*") == {"100%", "100"}
    assert found("a_b") == {"a_b"}
    assert found("A*") == set()
    assert found("[a]*") == set()
    assert found('"1*', "value") == {"100%", "100"}


def test_a_page_may_begin_at_a_number(api):
    api.deploy(("one.bpmn", ONE))
    keys = [api.start("one") for _ in range(4)]
    found = api.post("/process-instances/search", {"page": {"from": 1, "limit": 2}})
    assert [each["processInstanceKey"] for each in found["items"]] == keys[1:3]
    assert found["page"]["totalItems"] == 4


@pytest.mark.proves("/v2 process definitions")
def test_counts_by_element_over_all_instances(api):
    deployed = api.deploy(("one.bpmn", ONE)).json["deployments"][0]["processDefinition"]
    keys = [api.start("one") for _ in range(3)]
    api.post(f"/user-tasks/{api.tasks(keys[0])[0]['userTaskKey']}/completion")
    api.post(f"/process-instances/{keys[1]}/cancellation")
    counted = api.post(f"/process-definitions/{deployed['processDefinitionKey']}/statistics/element-instances")["items"]
    (task,) = (each for each in counted if each["elementId"] == "task")
    assert task == {"elementId": "task", "active": 1, "canceled": 1, "incidents": 0, "completed": 1}
    path = f"/process-definitions/{deployed['processDefinitionKey']}/statistics/element-instances"
    ended = {"endDate": {"$exists": True}, "$or": [{"state": "COMPLETED"}, {"processInstanceKey": keys[2]}]}
    found = api.post(path, {"filter": ended})["items"]
    (task,) = (each for each in found if each["elementId"] == "task")
    assert task == {"elementId": "task", "active": 0, "canceled": 0, "incidents": 0, "completed": 1}
    assert api.call("POST", path, {"filter": {"ended": True}}).status_code == 400


@pytest.mark.proves("/v2 process definitions")
def test_running_instances_are_counted_by_process_and_by_version(api):
    failing = diagram("stops", start() + service_task(retries=1) + end(), "start>work work>end")
    api.deploy(("one.bpmn", ONE), ("stops.bpmn", failing))
    old = api.start("one")
    api.deploy(("one.bpmn", ONE.replace(b'name="task"', b'name="other"')))
    for _ in range(2):
        api.start("one")
    api.start("stops")
    api.post(f"/jobs/{api.job('work')['jobKey']}/failure", {"retries": 0, "errorMessage": "no"})

    def counted(path, order, **wanted):
        sort = [{"field": order, "order": "DESC"}]
        return api.post(f"/process-definitions/statistics/{path}", {"filter": wanted, "sort": sort})["items"]

    names = ("processDefinitionId", "activeInstancesWithoutIncidentCount", "activeInstancesWithIncidentCount")
    by_process = counted("process-instances", "activeInstancesWithoutIncidentCount")
    assert [tuple(each[name] for name in names) for each in by_process] == [("one", 3, 0), ("stops", 0, 1)]
    assert [each["hasMultipleVersions"] for each in by_process] == [True, False]
    by_version = counted("process-instances-by-version", "processDefinitionVersion", processDefinitionId="one")
    assert [(each["processDefinitionVersion"], each[names[1]]) for each in by_version] == [(2, 2), (1, 1)]
    api.post(f"/process-instances/{old}/cancellation")
    assert len(counted("process-instances-by-version", "processDefinitionVersion", processDefinitionId="one")) == 1


@pytest.mark.proves("/v2 process instances")
def test_waiting_for_an_end_that_does_not_come_is_a_timeout(api):
    api.deploy(("one.bpmn", ONE))
    body = {"processDefinitionId": "one", "awaitCompletion": True, "requestTimeout": 1}
    answer = api.call("POST", "/process-instances", body)
    assert (answer.status_code, answer.json["title"]) == (504, "DEADLINE_EXCEEDED")
    assert len(api.search("process-instances", filter={"state": "ACTIVE"})) == 1


@pytest.mark.proves("/v2 tenants", "/v2 process instances")
@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/process-instances", {"processDefinitionId": "one", "tenantId": "other"}),
        ("/process-instances", {"processDefinitionId": "one", "businessId": "order-12345"}),
        ("/process-instances/search", {"filterr": {"state": "ACTIVE"}}),
        ("/process-instances/search", {"page": {"size": 2}}),
        ("/process-instances/search", {"sort": [{"field": "state", "direction": "DESC"}]}),
        ("/process-instances/search", {"filter": {"state": "RUNNING"}}),
        ("/messages/publication", {"name": "m", "tenantId": "other"}),
        ("/signals/broadcast", {"signalName": "s", "tenantId": "other"}),
    ],
)
def test_what_is_not_known_here_is_refused_and_not_passed_over(api, path, body):
    api.deploy(("one.bpmn", ONE))
    assert api.call("POST", path, body).status_code == 400


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", f"/user-tasks/{10**22}/completion", {}, 404),
        ("GET", f"/variables/{10**22}", None, 404),
        ("POST", "/process-instances", {"processDefinitionId": "one", "processDefinitionVersion": 10**22}, 400),
        ("POST", "/process-instances", {"processDefinitionKey": str(10**22)}, 400),
        ("GET", "/decision-instances/none", None, 400),
        ("GET", "/decision-instances/12-1", None, 404),
    ],
)
def test_a_number_that_nothing_can_have_breaks_nothing(api, method, path, body, status):
    assert api.call(method, path, body).status_code == status


@pytest.mark.proves("/v2 errors")
@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded"])
def test_a_body_that_is_not_json_is_refused_and_its_filter_not_passed_over(api, kind):
    sent = api.headers | {"Content-Type": kind}
    answer = api.client.post("/v2/process-instances/search", data='{"filter": {"state": "ACTIVE"}}', headers=sent)
    assert (answer.status_code, answer.content_type) == (415, "application/problem+json")


def test_a_cursor_is_of_the_order_that_it_was_given_in(api):
    api.deploy(("one.bpmn", ONE))
    for _ in range(3):
        api.start("one")
    order = [{"field": "startDate", "order": "DESC"}]
    cursor = api.post("/process-instances/search", {"sort": order, "page": {"limit": 1}})["page"]["endCursor"]
    assert len(api.search("process-instances", sort=order, page={"after": cursor})) == 2
    for other in ([{"field": "startDate"}], [{"field": "processDefinitionId", "order": "DESC"}], []):
        body = {"sort": other, "page": {"after": cursor}}
        assert api.call("POST", "/process-instances/search", body).status_code == 400


@pytest.mark.proves("/v2 errors")
@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/process-instances/abc", 400),
        ("GET", "/user-tasks/1.5", 400),
        ("GET", "/decision-instances/abc", 400),
        ("POST", "/jobs/abc/completion", 400),
        ("POST", "/batch-operations/abc/suspension", 400),
        ("GET", "/process-definitions/%EF%BC%91/xml", 400),
        ("GET", "/process-instances/-1", 404),
        ("GET", f"/process-instances/{2**70}", 404),
        ("GET", "/process-instances/1/nothing-like-it", 404),
    ],
)
def test_what_is_no_key_in_a_path_is_refused_and_a_key_of_nothing_is_not_found(api, method, path, status):
    answer = api.call(method, path, None if method == "GET" else {})
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
