"""What `/v2/openapi.json` says of answers: made from the routes, so that it cannot say what they do not do.

A view that is annotated as text and status answers 204, one that gives a Response gives XML, any other gives JSON; what can go
wrong follows from the method and the path.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask

from engine.services.api_tokens import SCOPES
from web.api import resource_schemas
from web.api.answers import FINDING, answer, question
from web.api.scopes import needed_scope

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
        "findings": {"type": "array", "items": FINDING, "description": "What is wrong with the files of a deployment."},
    },
}
WRONG = {
    "400": "The request does not fit.",
    "401": "No user is known by these credentials.",
    "403": "This user may not do that.",
    "404": "There is no such thing.",
    "409": "It is in a state that does not allow this.",
    "413": "The request is too large.",
    "415": "The body is not JSON.",
    "429": "Too many calls; Retry-After says when to try again.",
    "503": "Something behind the API does not answer; try again.",
    "504": "It was not done in the time given; it goes on.",
}
OPEN = ("/v2/status",)
SCHEMES = {
    "basic": {"type": "http", "scheme": "basic", "description": "The name and password of a user."},
    "bearer": {"type": "http", "scheme": "bearer", "description": "A token, made on the page `/account/tokens`."},
    "oauth": {
        "type": "oauth2",
        "description": "The id and the secret of a token, exchanged for an access token of an hour.",
        "flows": {
            "clientCredentials": {
                "tokenUrl": "/oauth/token",
                "scopes": {scope.name: scope.label_en for scope in SCOPES.values()},
            }
        },
    },
}
RATE_HEADERS = {
    "X-RateLimit-Limit": {"description": "How many calls the window allows.", "schema": {"type": "integer"}},
    "X-RateLimit-Remaining": {"description": "How many are left.", "schema": {"type": "integer"}},
    "X-RateLimit-Reset": {"description": "Seconds until the window ends.", "schema": {"type": "integer"}},
    "Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}},
}
TEXT = {"schema": {"type": "string"}}
FORM = {"schema": {"type": "object", "description": "A form, as form-js writes it."}}
XML: dict[str, Any] = {"text/xml": TEXT}
FILES = {
    "resource_content": {**XML, "application/json": FORM},
    "resource_binary": {"application/octet-stream": TEXT},
}
MAY_BE_EMPTY = ("start_form", "task_form")  # 204 where there is no form
METHODS = ("get", "post", "put", "patch", "delete")


def complete(description: dict[str, Any], app: Flask) -> dict[str, Any]:
    """The description with every operation's answers, the problems and the credentials."""
    views = {
        (_path(rule.rule), method.lower()): app.view_functions[rule.endpoint]
        for rule in app.url_map.iter_rules()
        for method in rule.methods or ()
        if rule.rule.startswith(("/v2/", "/api/")) and "reference" not in rule.endpoint
    }
    components = description.setdefault("components", {})
    components.setdefault("schemas", {}).update({"Problem": PROBLEM, **resource_schemas.components()})
    components["securitySchemes"] = SCHEMES
    components.pop("responses", None)
    for path, item in description["paths"].items():
        for method in METHODS:
            if method in item:
                _describe(item[method], path, method, views[path, method])
                item[method]["tags"] = [path.split("/")[2].replace("-", " ")]
                item[method]["operationId"] = _name(views[path, method], path)
    return description


def _describe(operation: dict[str, Any], path: str, method: str, view: Callable[..., Any]) -> None:
    right = operation["responses"].get("200")
    answers = {"200": right} if right is not None and "content" in right else _answers(view)
    schema = answer(method, path)
    if schema is not None:
        answers["200"] = {"description": "The answer.", "content": {"application/json": {"schema": schema}}}
    asked = question(method, path)
    if asked is not None:
        operation["requestBody"] = {"required": False, "content": {"application/json": {"schema": asked}}}
    answers |= {status: _problem(WRONG[status]) for status in _problems(path, method)}
    operation["responses"] = answers
    answers["429"]["headers"] = RATE_HEADERS
    scope = needed_scope(method.upper(), path)
    allowed: list[dict[str, list[str]]] = [{"basic": []}]
    if scope is not None:
        allowed += [{"bearer": []}, {"oauth": [scope] if scope else []}]
    operation["security"] = [] if path in OPEN else allowed
    if scope and path not in OPEN:
        operation["description"] = f"{operation.get('description', '')}\n\nScope: `{scope}`.".strip()


def _name(view: Callable[..., Any], path: str) -> str:
    """The view's name; a search below something else has that in its name too."""
    owner, _, below = path.removeprefix("/v2/").partition("/{key}/")
    inner = below.endswith("/search") and view.__name__ == f"search_{below.removesuffix('/search').replace('-', '_')}"
    return f"{view.__name__}_of_{owner.replace('-', '_')}" if inner else view.__name__


def _answers(view: Callable[..., Any]) -> dict[str, Any]:
    given = str(view.__annotations__.get("return"))
    empty = {"description": "Done; there is nothing to say."}
    if given == "tuple[str, int]":
        return {"204": empty}
    if given == "Response":
        return {"200": {"description": "The file.", "content": FILES.get(view.__name__, XML)}}
    kind = "array" if given.startswith("list") else "object"
    found: dict[str, Any] = {
        "200": {"description": "The answer.", "content": {"application/json": {"schema": {"type": kind}}}}
    }
    if view.__name__ in MAY_BE_EMPTY:
        found["204"] = {"description": "There is no form."}
    return found


def _problems(path: str, method: str) -> list[str]:
    if path in OPEN:
        return ["429", "503"]
    found = ["400", "401", "403", "429"]
    if "{" in path or path in (
        "/v2/process-instances",
        "/v2/process-instances/migration",
        "/v2/messages/correlation",
        "/v2/decision-definitions/evaluation",
    ):
        found.append("404")
    if method != "get" and not path.endswith("/search"):
        found.append("409")
    if method != "get":
        found.append("415")
    return [*found, "503"] + (["504"] if _waits(path, method) else [])


def _waits(path: str, method: str) -> bool:
    """Whether an answer waits for an instance to end, or for a user task's listeners."""
    changes_task = path.startswith("/v2/user-tasks/{") and method != "get" and not path.endswith("/search")
    return path == "/v2/process-instances" or changes_task


def _problem(sentence: str) -> dict[str, Any]:
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {"description": sentence, "content": content}


def _path(rule: str) -> str:
    """`/v2/jobs/<key:key>` as OpenAPI writes it."""
    return "".join(
        "{" + part.rpartition(":")[2] + "}" + rest if found else part
        for part, found, rest in (piece.partition(">") for piece in rule.split("<"))
    )
