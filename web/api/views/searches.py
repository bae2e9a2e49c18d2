"""Searches and look-ups that are nothing but that."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.services.resources import element_names
from web.api.blueprint import v2
from web.api.security import caller, require
from web.api.views.searching import SearchRequest, SearchResult, found, one
from web.ui.context import current_runtime

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
}
WITHOUT_GET = {"jobs", "message-subscriptions", "decision-instances"}


def _add_search(resource: str, permission: str) -> None:
    def view(body: dict[str, Any]) -> dict[str, Any]:
        require(permission)
        page = found(resource, body)
        return _named(page) if resource == "element-instances" else page

    view.__name__ = f"search_{resource.replace('-', '_')}"
    view.__doc__ = f"Search {resource.replace('-', ' ')}."
    _route(f"/{resource}/search", "POST", view, with_body=True)


def _add_get(resource: str, permission: str) -> None:
    def view(key: int) -> dict[str, Any]:
        require(permission)
        each = one(resource, key)
        return _named({"items": [each]})["items"][0] if resource == "element-instances" else each

    view.__name__ = f"get_{resource.replace('-', '_')}"
    view.__doc__ = f"One of the {resource.replace('-', ' ')}."
    _route(f"/{resource}/<int:key>", "GET", view, with_body=False)


def _named(page: dict[str, Any]) -> dict[str, Any]:
    """Element instances with their elements' names, which are in the diagrams and not in a column."""
    names: dict[str, dict[str, str]] = {}
    for item in page["items"]:
        key = item["processDefinitionKey"]
        if key not in names:
            names[key] = element_names(current_runtime(), int(key), caller().tenant_id)
        item["elementName"] = names[key].get(item["elementId"], item["elementId"])
    return page


def _route(path: str, method: str, view: Callable[..., Any], with_body: bool) -> None:
    if with_body:
        view = v2.arguments(SearchRequest, required=False)(v2.response(200, SearchResult)(view))
    v2.route(path, methods=[method])(view)


for _resource, _permission in PERMISSIONS.items():
    _add_search(_resource, _permission)
    if _resource not in WITHOUT_GET:
        _add_get(_resource, _permission)
