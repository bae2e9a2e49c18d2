"""Functions over contexts."""

from typing import Any

from engine.feel.builtins.registry import builtin
from engine.feel.python_values import from_python
from engine.feel.runtime import Runtime

Context = dict[str, Any]


@builtin("get value", "m: context", "key: string", doc="The value of an entry; Camunda: of an entry along a path.")
def get_value(rt: Runtime, context: Context, key: str) -> Any:
    return from_python(context.get(key))


@builtin("get value", "context: context", "key: string|list")
def get_value_along(rt: Runtime, context: Context, path: Any) -> Any:
    value: Any = context
    for key in path if isinstance(path, list) else [path]:
        value = from_python(value.get(key)) if isinstance(value, dict) and isinstance(key, str) else None
    return None if isinstance(path, list) and not path else value


@builtin("get value", "context: context", "keys: list")
def get_value_by_keys(rt: Runtime, context: Context, keys: list[Any]) -> Any:
    return get_value_along(rt, context, keys)


@builtin("get entries", "m: context", result="list", doc="The entries as contexts of `key` and `value`.")
def get_entries(rt: Runtime, context: Context) -> list[Context]:
    return [{"key": str(key), "value": from_python(value)} for key, value in context.items()]


@builtin("get entries", "context: context")
def get_entries_of_context(rt: Runtime, context: Context) -> list[Context]:
    return get_entries(rt, context)


@builtin("context put", "context: context", "key: string", "value: Any", result="context", doc="With an entry put in.")
def context_put(rt: Runtime, context: Context, key: str, value: Any) -> Context:
    rt.spend(len(context))
    return {**context, key: value}


@builtin("context put", "context: context", "keys: list", "value: Any")
def context_put_along(rt: Runtime, context: Context, keys: list[Any], value: Any) -> Context | None:
    if not keys or not all(isinstance(key, str) for key in keys):
        return None
    copies = [dict(context)]
    for key in keys[:-1]:
        inner = from_python(copies[-1].get(key))
        if inner is not None and not isinstance(inner, dict):
            return None
        rt.spend(len(inner or ()) + 1)
        copies.append(dict(inner or {}))
    for key, copy in zip(reversed(keys), reversed(copies), strict=True):
        copy[key] = value
        value = copy
    return copies[0]


@builtin("context merge", "contexts: list", result="context", doc="One context of several; the last entry wins.")
def context_merge(rt: Runtime, contexts: list[Any]) -> Context | None:
    merged: Context = {}
    for context in contexts:
        if not isinstance(context, dict):
            return None
        rt.spend(len(context))
        merged.update(context)
    return merged


@builtin("context", "entries: list", result="context", doc="The context of a list of `key` and `value` contexts.")
def context(rt: Runtime, entries: list[Any]) -> Context | None:
    made: Context = {}
    for entry in entries:
        if not isinstance(entry, dict) or not isinstance(entry.get("key"), str) or "value" not in entry:
            return None
        if entry["key"] in made:
            return None
        made[entry["key"]] = from_python(entry["value"])
    return made


@builtin("put", "context: context", "key: string", "value: Any", result="context", doc="Camunda's older context put.")
def put(rt: Runtime, context: Context, key: str, value: Any) -> Context:
    return context_put(rt, context, key, value)


@builtin("put all", "**contexts: list", result="context", doc="Camunda's older context merge.")
def put_all(rt: Runtime, contexts: list[Any]) -> Context | None:
    return context_merge(rt, contexts)
