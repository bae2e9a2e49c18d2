"""What all searches of `/v2` share: their request, their page."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from engine.errors import InvalidInput
from engine.services.queries import RESOURCES, Page, Request, get, search
from web.api.blueprint import Body, Strict, Whole
from web.api.security import caller
from web.ui.context import current_runtime


class SortField(Strict):
    field = fields.String(required=True)
    order = fields.String(load_default="ASC", validate=validate.OneOf(["ASC", "DESC", "asc", "desc"]))


class PageRequest(Strict):
    from_ = Whole(data_key="from", load_default=0, validate=validate.Range(0, 1_000_000_000), allow_none=True)
    limit = Whole(load_default=100, validate=validate.Range(0, 10_000), allow_none=True)
    after = fields.String(allow_none=True)
    before = fields.String(allow_none=True)


class SearchRequest(Strict):
    filter = fields.Dict(keys=fields.String(), load_default=dict, allow_none=True)
    sort = fields.List(fields.Nested(SortField), load_default=list, allow_none=True)
    page = fields.Nested(PageRequest, load_default=dict, allow_none=True)


class PageInfo(Body):
    totalItems = fields.Integer()
    hasMoreTotalItems = fields.Boolean()
    startCursor = fields.String(allow_none=True)
    endCursor = fields.String(allow_none=True)


class SearchResult(Body):
    items = fields.List(fields.Dict())
    page = fields.Nested(PageInfo)


def found(resource: str, body: dict[str, Any], **fixed: Any) -> dict[str, Any]:
    """Search a resource; `fixed` filters come from the path."""
    request = _request(body, fixed)
    return _result(search(current_runtime(), RESOURCES[resource], request, caller().tenant_id))


def one(resource: str, key: int) -> dict[str, Any]:
    """One of a resource by its key."""
    return get(current_runtime(), RESOURCES[resource], key, caller().tenant_id)


def _request(body: dict[str, Any], fixed: dict[str, Any]) -> Request:
    page = body.get("page") or {}
    wanted = {**(body.get("filter") or {}), **fixed}
    if sum(bool(page.get(name)) for name in ("from_", "after", "before")) > 1:
        raise InvalidInput("A page begins at a number, after a cursor or before one: give one of them.")
    return Request(
        filter=wanted,
        sort=tuple((each["field"], each["order"].upper() == "DESC") for each in body.get("sort") or ()),
        limit=100 if page.get("limit") is None else page["limit"],
        offset=page.get("from_") or 0,
        after=page.get("after"),
        before=page.get("before"),
    )


def _result(page: Page) -> dict[str, Any]:
    info = {
        "totalItems": page.total,
        "hasMoreTotalItems": page.has_more_total,
        "startCursor": page.start_cursor,
        "endCursor": page.end_cursor,
    }
    return {"items": page.items, "page": info}
