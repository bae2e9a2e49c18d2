"""The description of the API: complete, consistent in itself, and true of what the routes answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

METHODS = {"get", "post", "put", "patch", "delete"}


@pytest.fixture
def described(api) -> dict[str, Any]:
    return api.client.get("/v2/openapi.json").json


def operations(described: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any], dict[str, Any]]]:
    for path, item in described["paths"].items():
        for method in METHODS & item.keys():
            yield path, method, item, item[method]


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from ([value["$ref"]] if isinstance(value.get("$ref"), str) else [])
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from references(each)


def test_it_is_openapi_3_1_and_every_reference_leads_somewhere(described):
    assert described["openapi"].startswith("3.1.")
    assert {"title", "version"} <= described["info"].keys()
    for reference in references(described):
        target: Any = described
        for step in reference.removeprefix("#/").split("/"):
            assert step in target, reference
            target = target[step]


def test_every_operation_says_its_answers_and_its_problems(described):
    for path, method, _item, operation in operations(described):
        answers = operation["responses"]
        assert {"200", "204"} & answers.keys(), (method, path)
        assert "422" not in answers, (method, path)
        assert all(answer["description"] for answer in answers.values()), (method, path)
        assert "content" not in answers.get("204", {}), (method, path)
        wrong = [answers[status] for status in answers if status >= "400"]
        assert wrong, (method, path)
        assert all("application/problem+json" in answer["content"] for answer in wrong), (method, path)


def test_every_parameter_of_a_path_is_described_once(described):
    for path, method, item, operation in operations(described):
        given = [*item.get("parameters", []), *operation.get("parameters", [])]
        named = [each["name"] for each in given if each["in"] == "path"]
        assert sorted(named) == sorted(re.findall(r"{(\w+)}", path)), (method, path)
        assert all(each["required"] for each in given if each["in"] == "path")


def test_commands_answer_204_and_searches_200(described):
    paths = described["paths"]
    for path in ("/v2/jobs/{key}/completion", "/v2/user-tasks/{key}/completion", "/v2/incidents/{key}/resolution"):
        assert "204" in paths[path]["post"]["responses"]
        assert "200" not in paths[path]["post"]["responses"]
    assert "200" in paths["/v2/user-tasks/search"]["post"]["responses"]
    assert "504" in paths["/v2/process-instances"]["post"]["responses"]
    assert "text/xml" in paths["/v2/process-definitions/{key}/xml"]["get"]["responses"]["200"]["content"]


def test_a_search_describes_its_filters_its_order_and_its_items(described):
    search = described["paths"]["/v2/user-tasks/search"]["post"]
    schemas = described["components"]["schemas"]
    assert search["requestBody"]["content"]["application/json"]["schema"] == {
        "$ref": "#/components/schemas/UserTaskSearch"
    }
    assert {"assignee", "candidateGroup", "localVariables", "$or"} <= schemas["UserTaskFilter"]["properties"].keys()
    assert "candidateGroups" not in schemas["UserTaskFilter"]["properties"]
    order = schemas["UserTaskSearch"]["properties"]["sort"]["items"]["properties"]["field"]["enum"]
    assert "dueDate" in order
    assert "customHeaders" not in order
    assert "state" in schemas["UserTask"]["required"]


def test_every_operation_has_a_name_of_its_own_and_says_what_it_needs(described):
    names = [operation["operationId"] for _path, _method, _item, operation in operations(described)]
    assert len(names) == len(set(names))
    assert described["paths"]["/v2/jobs/activation"]["post"]["security"] == [
        {"basic": []}, {"bearer": []}, {"oauth": ["jobs:work"]},
    ]  # fmt: skip
    assert described["paths"]["/v2/status"]["get"]["security"] == []


def test_every_json_answer_is_described_in_full(described):
    bare = [
        (method, path)
        for path, method, _item, operation in operations(described)
        if operation["responses"].get("200", {}).get("content", {}).get("application/json", {}).get("schema")
        in ({"type": "object"}, {"type": "array"})
    ]
    assert bare == []
