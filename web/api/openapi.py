"""What `/v2/openapi.json` says of answers: made from the routes, so that it cannot say what they do not do.

A view that is annotated as text and status answers 204, one that gives a Response gives XML, any other gives JSON; what can go
wrong follows from the method and the path.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask

PROBLEM = {
    "type": "object",
    "description": "RFC 9457",
    "required": ["type", "title", "status", "detail", "instance"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string", "examples": ["INVALID_ARGUMENT", "NOT_FOUND", "INVALID_STATE", "ALREADY_EXISTS"]},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
    },
}
WRONG = {
    "400": "The request does not fit.",
    "401": "No user is known by these credentials.",
    "403": "This user may not do that.",
    "404": "There is no such thing.",
    "409": "It is in a state that does not allow this.",
    "503": "Something behind the API does not answer; try again.",
    "504": "The instance did not end in the time given; it goes on.",
}
OPEN = ("/v2/status",)
MAY_BE_EMPTY = ("start_form", "task_form")  # 204 where there is no form
METHODS = ("get", "post", "put", "patch", "delete")


def complete(description: dict[str, Any], app: Flask) -> dict[str, Any]:
    """The description with every operation's answers, the problems and the credentials."""
    views = {
        (_path(rule.rule), method.lower()): app.view_functions[rule.endpoint]
        for rule in app.url_map.iter_rules()
        for method in rule.methods or ()
        if rule.rule.startswith("/v2/")
    }
    components = description.setdefault("components", {})
    components.setdefault("schemas", {})["Problem"] = PROBLEM
    components["securitySchemes"] = {"basic": {"type": "http", "scheme": "basic"}}
    components.pop("responses", None)
    description["security"] = [{"basic": []}]
    for path, item in description["paths"].items():
        for method in METHODS:
            if method in item:
                _describe(item[method], path, method, views[path, method])
    return description


def _describe(operation: dict[str, Any], path: str, method: str, view: Callable[..., Any]) -> None:
    right = operation["responses"].get("200")
    answers = {"200": right} if right is not None and "content" in right else _answers(view)
    answers |= {status: _problem(WRONG[status]) for status in _problems(path, method)}
    operation["responses"] = answers
    if path in OPEN:
        operation["security"] = []


def _answers(view: Callable[..., Any]) -> dict[str, Any]:
    given = str(view.__annotations__.get("return"))
    empty = {"description": "Done; there is nothing to say."}
    if given == "tuple[str, int]":
        return {"204": empty}
    if given == "Response":
        return {"200": {"description": "The file.", "content": {"text/xml": {"schema": {"type": "string"}}}}}
    kind = "array" if given.startswith("list") else "object"
    found: dict[str, Any] = {
        "200": {"description": "The answer.", "content": {"application/json": {"schema": {"type": kind}}}}
    }
    if view.__name__ in MAY_BE_EMPTY:
        found["204"] = {"description": "There is no form."}
    return found


def _problems(path: str, method: str) -> list[str]:
    if path in OPEN:
        return ["503"]
    found = ["400", "401", "403"]
    if "{" in path or path in (
        "/v2/process-instances",
        "/v2/messages/correlation",
        "/v2/decision-definitions/evaluation",
    ):
        found.append("404")
    if method != "get" and not path.endswith("/search"):
        found.append("409")
    return [*found, "503"] + (["504"] if path == "/v2/process-instances" else [])


def _problem(sentence: str) -> dict[str, Any]:
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {"description": sentence, "content": content}


def _path(rule: str) -> str:
    """`/v2/jobs/<int:key>` as OpenAPI writes it."""
    return "".join(
        "{" + part.rpartition(":")[2] + "}" + rest if found else part
        for part, found, rest in (piece.partition(">") for piece in rule.split("<"))
    )
