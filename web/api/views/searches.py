"""Searches and look-ups that are nothing but that."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from web.api.blueprint import v2
from web.api.security import require
from web.api.views.searching import SearchRequest, SearchResult, found, one

PERMISSIONS = {
    "process-definitions": "processes.read",
    "decision-definitions": "processes.read",
    "decision-requirements": "processes.read",
    "decision-instances": "instances.read",
    "process-instances": "instances.read",
    "element-instances": "instances.read",
    "variables": "instances.read",
    "user-tasks": "instances.read",
    "incidents": "instances.read",
    "jobs": "instances.read",
    "message-subscriptions": "instances.read",
    "correlated-message-subscriptions": "instances.read",
    "batch-operations": "instances.read",
    "timers": "instances.read",
}
WITHOUT_GET = {"jobs", "message-subscriptions", "correlated-message-subscriptions", "decision-instances"}

# Counts that are filtered, sorted and paged as searches are: their paths, and what they say.
COUNTS = {
    "process-counts": (
        "/process-definitions/statistics/process-instances",
        "How many instances of each process run, with and without an incident; processes of which none runs are left out.",
    ),
    "version-counts": (
        "/process-definitions/statistics/process-instances-by-version",
        "How many instances of each version run, with and without an incident; versions on which none runs are left out.",
    ),
    "error-counts": (
        "/incidents/statistics/process-instances-by-error",
        "How many instances are stopped by which message.",
    ),
}


def _add_search(resource: str, permission: str, path: str, name: str, says: str) -> None:
    def view(body: dict[str, Any]) -> dict[str, Any]:
        require(permission)
        return found(resource, body)

    view.__name__, view.__doc__ = name, says
    _route(path, "POST", view, with_body=True)


def _add_get(resource: str, permission: str) -> None:
    def view(key: int) -> dict[str, Any]:
        require(permission)
        return one(resource, key)

    view.__name__ = f"get_{resource.replace('-', '_')}"
    view.__doc__ = f"One of the {resource.replace('-', ' ')}."
    _route(f"/{resource}/<key:key>", "GET", view, with_body=False)


def _route(path: str, method: str, view: Callable[..., Any], with_body: bool) -> None:
    if with_body:
        view = v2.arguments(SearchRequest, required=False)(v2.response(200, SearchResult)(view))
    v2.route(path, methods=[method])(view)


for _resource, _permission in PERMISSIONS.items():
    _words = _resource.replace("-", " ")
    _add_search(
        _resource, _permission, f"/{_resource}/search", f"search_{_words.replace(' ', '_')}", f"Search {_words}."
    )
    if _resource not in WITHOUT_GET:
        _add_get(_resource, _permission)
for _resource, (_path, _says) in COUNTS.items():
    _add_search(_resource, "instances.read", _path, _resource.replace("-", "_"), _says)
