"""What a search takes and gives, as JSON Schema: made from the same fields that the searches run on."""

from __future__ import annotations

from typing import Any

from engine.services.queries import RESOURCES, Field, Resource

_TYPES: dict[str, dict[str, Any]] = {
    "key": {"type": "string", "pattern": "^-?[0-9]+$", "description": "A key: a number of 64 bits as text."},
    "text": {"type": "string"},
    "number": {"type": "integer"},
    "moment": {"type": "string", "format": "date-time"},
    "flag": {"type": "boolean"},
    "json": {"type": "string", "description": "A value as JSON text."},
    "list": {"type": "array", "items": {}},
    "object": {"type": "object"},
    "null": {"type": "null"},
}
_OPERATORS = {
    "key": ("$eq", "$neq", "$exists", "$in", "$notIn"),
    "text": ("$eq", "$neq", "$exists", "$in", "$notIn", "$like"),
    "number": ("$eq", "$neq", "$exists", "$gt", "$gte", "$lt", "$lte", "$in", "$notIn"),
    "moment": ("$eq", "$neq", "$exists", "$gt", "$gte", "$lt", "$lte", "$in", "$notIn"),
    "flag": ("$eq", "$neq"),
}
_KEY = {"type": ["string", "integer"], "pattern": "^[0-9]{1,18}$", "minimum": 0, "maximum": 2**63 - 1}
LIMITS = {"minimum": 0, "maximum": 10_000}


def name_of(resource: str) -> str:
    """`user-tasks` as `UserTask`."""
    return "".join(word.capitalize() for word in resource.split("-")).removesuffix("s")


def components() -> dict[str, dict[str, Any]]:
    """Every resource's item, filter, search request and page."""
    found: dict[str, dict[str, Any]] = {}
    for key, resource in RESOURCES.items():
        name = name_of(key)
        found[name] = item(resource)
        found[f"{name}Filter"] = _filter(name, resource)
        found[f"{name}Search"] = _search(name, resource)
        found[f"{name}Page"] = _page(name)
    return found


def item(resource: Resource) -> dict[str, Any]:
    """One of a resource, as searches and look-ups give it: every field is there, null where it has no value."""
    properties = {name: _shown(field) for name, field in resource.fields.items()}
    return {"type": "object", "properties": properties, "required": sorted(properties)}


def _shown(field: Field) -> dict[str, Any]:
    schema = dict(_TYPES[field.shape or field.kind])
    if field.values:
        schema["enum"] = [*field.values, None]
    if isinstance(schema["type"], str) and schema["type"] != "null":
        schema["type"] = [schema["type"], "null"]
    return schema


def _filter(name: str, resource: Resource) -> dict[str, Any]:
    fields = {**resource.fields, **resource.filters}
    properties = {each: _filtered(field) for each, field in fields.items() if _can_be_filtered(field)}
    either = {"type": "array", "items": {"$ref": f"#/components/schemas/{name}Filter"}, "maxItems": 20}
    return {"type": "object", "properties": {**properties, "$or": either}, "additionalProperties": False}


def _can_be_filtered(field: Field) -> bool:
    return field.where is not None or (field.column is not None and field.kind in _OPERATORS)


def _filtered(field: Field) -> dict[str, Any]:
    """A value, or an object of operators."""
    if field.takes is not None:
        return field.takes
    value = _KEY if field.kind == "key" else dict(_TYPES[field.kind])
    if field.values:
        value["enum"] = list(field.values)
    operators = field.operators or _OPERATORS.get(field.kind, ("$eq", "$neq", "$in", "$notIn"))
    properties: dict[str, Any] = {}
    for operator in operators:
        properties[operator] = value
        if operator in ("$in", "$notIn"):
            properties[operator] = {"type": "array", "items": value, "maxItems": 1000}
        elif operator == "$exists":
            properties[operator] = {"type": "boolean"}
        elif operator == "$like":
            properties[operator] = {"type": "string", "description": "`*` is any text, `?` one character."}
    return {"anyOf": [value, {"type": "object", "properties": properties, "additionalProperties": False}]}


def _search(name: str, resource: Resource) -> dict[str, Any]:
    sortable = [each for each, field in {**resource.fields, **resource.filters}.items() if field.can_be_sorted_by]
    order = {
        "type": "object",
        "properties": {
            "field": {"type": "string", "enum": sortable},
            "order": {"type": "string", "enum": ["ASC", "DESC"], "default": "ASC"},
        },
        "required": ["field"],
        "additionalProperties": False,
    }
    return {
        "type": "object",
        "properties": {
            "filter": {"anyOf": [{"$ref": f"#/components/schemas/{name}Filter"}, {"type": "null"}]},
            "sort": {"type": ["array", "null"], "items": order, "maxItems": 20},
            "page": {"$ref": "#/components/schemas/PageRequest"},
        },
        "additionalProperties": False,
    }


def _page(name: str) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {
            "items": {"type": "array", "items": {"$ref": f"#/components/schemas/{name}"}},
            "page": {"$ref": "#/components/schemas/PageInfo"},
        },
        "required": ["items", "page"],
    }
