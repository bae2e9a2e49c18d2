"""The desk's own resources under `/api`: cases and customers, to read. What a caller sees is what the desk's pages would show them."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from marshmallow import fields as given
from marshmallow import validate

from engine.services import cases, customers
from web.api.blueprint import Body, Key, desk
from web.api.security import caller
from web.ui.context import current_runtime

WORDS = validate.Length(max=200)


class PageOfDesk(Body):
    search = given.String(
        load_default="", validate=WORDS, metadata={"description": "A number, a phone, a name, or words."}
    )
    after = Key(load_default=None, metadata={"description": "The `next` of the page before."})
    limit = given.Integer(load_default=50, validate=validate.Range(1, 100))


class CaseQuery(PageOfDesk):
    status = given.String(validate=WORDS, metadata={"description": "A status, or any_open."})
    kind = given.String(validate=WORDS)
    owner = given.String(validate=WORDS)
    level = given.String(validate=WORDS)
    channel = given.String(validate=WORDS)
    customerKey = Key()


class CustomerQuery(PageOfDesk):
    tier = given.String(validate=WORDS)
    tag = given.String(validate=WORDS)


@desk.get("/cases")
@desk.arguments(CaseQuery, location="query")
def list_desk_cases(query: dict[str, Any]) -> dict[str, Any]:
    """Cases, the newest first."""
    wanted = {name: query.get(name) for name in ("status", "kind", "owner", "level", "channel")}
    found = cases.list_cases(
        current_runtime(),
        actor=caller(),
        search=query["search"],
        customer_key=query.get("customerKey"),
        after=query["after"],
        limit=query["limit"],
        **wanted,
    )
    return _page(found, query["limit"])


@desk.get("/cases/<string:number>")
def get_desk_case(number: str) -> dict[str, Any]:
    """One case with its customer, its open tasks and its timeline."""
    found: dict[str, Any] = written(cases.get_case(current_runtime(), number, actor=caller()))
    return found


@desk.get("/customers")
@desk.arguments(CustomerQuery, location="query")
def list_desk_customers(query: dict[str, Any]) -> dict[str, Any]:
    """Customer files, the newest first; personal data is masked for those who may not see it."""
    found = customers.search_customers(
        current_runtime(),
        query["search"],
        actor=caller(),
        tier=query.get("tier"),
        tag=query.get("tag"),
        after=query["after"],
        limit=query["limit"],
    )
    return _page(found, query["limit"])


@desk.get("/customers/<key:key>")
def get_desk_customer(key: int) -> dict[str, Any]:
    """One customer's file."""
    found: dict[str, Any] = written(customers.get_customer(current_runtime(), key, actor=caller()))
    return found


def _page(found: list[Any], limit: int) -> dict[str, Any]:
    return {"items": [written(each) for each in found], "next": str(found[-1].key) if len(found) == limit else None}


def written(value: Any, name: str = "") -> Any:
    """A service's view as JSON, with names and keys as `/v2` writes them: camelCase, keys as text, moments as ISO 8601."""
    if is_dataclass(value):
        return {_camel(field.name): written(getattr(value, field.name), field.name) for field in fields(value)}
    if isinstance(value, dict):
        return {str(key): written(each, str(key)) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [written(each, name) for each in value]
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Decimal) or (isinstance(value, int) and name.endswith("key")):
        return str(value)
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)


def _camel(name: str) -> str:
    return re.sub("_([a-z])", lambda found: found[1].upper(), name)
