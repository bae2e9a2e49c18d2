"""Starting an instance with what may be said beside its variables: tags, a version tag, an end after an element."""

from __future__ import annotations

import pytest

from tests.engine.diagrams import diagram, end, service_task, start, user_task

WORK = diagram(
    "work",
    start() + service_task("fetch", "fetch-it") + user_task() + end(),
    "start>fetch fetch>task task>end",
)
LAST = diagram("last", start() + service_task("fetch", "fetch-it") + end(), "start>fetch fetch>end")
CREATION = "/process-instances"


@pytest.mark.proves("/v2 process instances", "/v2 jobs", "/v2 user tasks")
def test_tags_are_kept_found_and_told_to_jobs_and_tasks(api):
    api.deploy(("work.bpmn", WORK))
    created = api.post(CREATION, {"processDefinitionId": "work", "tags": ["vip", "order:7.a_b-C", "vip"]})
    assert created["tags"] == ["vip", "order:7.a_b-C"]
    key, other = created["processInstanceKey"], api.start("work")

    assert [api.call("GET", f"{CREATION}/{each}").json["tags"] for each in (key, other)] == [created["tags"], []]
    jobs = api.jobs("fetch-it")
    assert [job["tags"] for job in jobs] == [created["tags"], []]
    for job in jobs:
        api.complete(job)
    for resource in ("process-instances", "user-tasks"):
        found = [api.search(resource, filter={"tags": tags}) for tags in (["vip"], ["order:7.a_b-C", "vip"])]
        assert [[each["processInstanceKey"] for each in items] for items in found] == [[key], [key]], resource
        for tags in (["VIP"], ["vi"], ["vip", "x"], ["vip order:7.a_b-C"], [""]):
            assert api.search(resource, filter={"tags": tags}) == [], (resource, tags)
        assert len(api.search(resource, filter={"tags": []})) == 2
        assert api.call("POST", f"/{resource}/search", {"filter": {"tags": "vip"}}).status_code == 400


@pytest.mark.proves("/v2 process instances")
@pytest.mark.parametrize(
    "tags", [["7up"], ["a b"], [""], ["a" * 101], ["中文"], [f"t{n}" for n in range(11)], "vip", [7]]
)
def test_a_tag_that_cannot_be_is_refused(api, tags):
    api.deploy(("work.bpmn", WORK))
    answer = api.call("POST", CREATION, {"processDefinitionId": "work", "tags": tags})
    assert (answer.status_code, answer.json["title"]) == (400, "INVALID_ARGUMENT")
    assert api.search("process-instances") == []


@pytest.mark.proves("/v2 process instances", "/v2 decisions")
@pytest.mark.parametrize("path", ["/process-instances", "/decision-definitions/evaluation"])
def test_an_id_and_a_key_together_are_refused(api, path):
    kind = "process" if path == CREATION else "decision"
    body = {f"{kind}DefinitionId": "work", f"{kind}DefinitionKey": "1"}
    assert api.call("POST", path, body).status_code == 400


@pytest.mark.proves("/v2 process instances")
def test_the_version_tag_chooses_the_newest_version_that_has_it(api):
    for tag in ("a", "b"):
        api.deploy(("work.bpmn", WORK.replace(b"<bpmn:startEvent", _tagged(tag), 1)))
    body = {"processDefinitionId": "work", "processDefinitionVersionTag": "a"}
    assert api.post(CREATION, body)["processDefinitionVersion"] == 1
    assert api.call("POST", CREATION, body | {"processDefinitionVersionTag": "c"}).status_code == 404


def _tagged(tag: str) -> bytes:
    extension = f'<bpmn:extensionElements><zeebe:versionTag value="{tag}"/></bpmn:extensionElements>'
    return extension.encode() + b"<bpmn:startEvent"


@pytest.mark.proves("/v2 process instances")
@pytest.mark.parametrize(("xml", "process_id"), [(WORK, "work"), (LAST, "last")])
def test_an_instance_is_terminated_after_the_element_that_was_named(api, xml, process_id):
    api.deploy(("work.bpmn", xml))
    end_of_it = [{"type": "TERMINATE_PROCESS_INSTANCE", "afterElementId": "fetch"}]
    key = api.post(CREATION, {"processDefinitionId": process_id, "runtimeInstructions": end_of_it})[
        "processInstanceKey"
    ]
    assert api.state(key) == "ACTIVE"
    api.complete(api.job("fetch-it"), found=7)
    assert api.state(key) == "TERMINATED"
    assert api.states(key, "fetch") == ["COMPLETED"]
    assert api.elements(key, "task") == api.elements(key, "end") == []
    assert api.variables(key) == {"found": 7}


@pytest.mark.proves("/v2 process instances")
@pytest.mark.parametrize(
    "instruction", [{}, {"afterElementId": "nothing"}, {"type": "SLEEP", "afterElementId": "fetch"}]
)
def test_an_instruction_that_cannot_be_is_refused(api, instruction):
    api.deploy(("work.bpmn", WORK))
    answer = api.call("POST", CREATION, {"processDefinitionId": "work", "runtimeInstructions": [instruction]})
    assert answer.status_code == 400
    assert api.search("process-instances") == []


@pytest.mark.proves("/v2 process instances")
def test_an_instance_ends_where_the_named_element_is_terminated_too(api):
    api.deploy(("work.bpmn", WORK))
    body = {"processDefinitionId": "work", "runtimeInstructions": [{"afterElementId": "fetch"}]}
    key = api.post(CREATION, body)["processInstanceKey"]
    move = {"sourceElementInstruction": {"sourceElementId": "fetch"}, "targetElementId": "task"}
    api.post(f"{CREATION}/{key}/modification", {"moveInstructions": [move]})
    assert api.state(key) == "TERMINATED"


@pytest.mark.proves("/v2 errors")
@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("[" * 300 + "]" * 300, "in each other"),
        ("[" * 100_000 + "]" * 100_000, "in each other"),
        ("NaN", "a number that is none"),
        ('{"a": [-Infinity]}', "a number that is none"),
        ("1e400", "a number that is none"),
    ],
)
def test_a_body_that_nobody_could_work_with_is_refused_before_anything_begins(api, value, says):
    api.deploy(("last.bpmn", LAST))
    body = f'{{"processDefinitionId": "last", "variables": {{"v": {value}}}}}'
    headers = api.headers | {"Content-Type": "application/json"}
    answer = api.client.post("/v2/process-instances", data=body, headers=headers)
    assert (answer.status_code, answer.json["title"]) == (400, "INVALID_ARGUMENT")
    assert says in answer.json["detail"]
    assert api.search("process-instances") == []


def test_a_variable_may_be_deep_and_large(api):
    api.deploy(("last.bpmn", LAST))
    deep = "x" * 1_000_000
    for _ in range(150):
        deep = [deep]
    api.start("last", v=deep)
    assert api.job("fetch-it")["variables"] == {"v": deep}
