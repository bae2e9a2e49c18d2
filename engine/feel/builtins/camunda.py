"""Functions that Camunda adds to DMN's."""

import base64
import json
import random
import uuid
from typing import Any

from engine.feel import regexes
from engine.feel.builtins.registry import builtin
from engine.feel.errors import FailedAssertion
from engine.feel.json_values import to_json
from engine.feel.numbers import from_float, is_number, plain
from engine.feel.numbers import parse as parse_number
from engine.feel.python_values import from_python
from engine.feel.runtime import Runtime
from engine.feel.temporal import FeelDateTime, FeelTime
from engine.feel.weight import weigh


@builtin("is defined", "value: Any", result="boolean", doc="Whether the value is not null.")
def is_defined(rt: Runtime, value: Any) -> bool:
    return value is not None


@builtin("get or else", "value: Any", "default: Any", doc="The value, or the default when the value is null.")
def get_or_else(rt: Runtime, value: Any, default: Any) -> Any:
    return default if value is None else value


@builtin("assert", "value: Any", "condition: Any", "[cause: string]", doc="The value where the condition holds.")
def assert_value(rt: Runtime, value: Any, condition: Any, cause: str = "The condition is not fulfilled.") -> Any:
    if condition is True:
        return value
    if rt.warnings is not None:
        rt.warnings.append(FailedAssertion(cause[:500]))
    return None


@builtin(
    "fromAi", "value: Any", "[description: Any]", "[type: Any]", "[schema: Any]", "[options: Any]", doc="As it is."
)
def from_ai(rt: Runtime, value: Any, *about: Any) -> Any:
    return value


@builtin("extract", "string: string", "pattern: string", result="list", doc="All matches of a pattern.")
def extract(rt: Runtime, string: str, pattern: str) -> list[str]:
    return regexes.extract(rt, string, pattern)


@builtin("trim", "string: string", result="string", doc="The text without spaces around it.")
def trim(rt: Runtime, string: str) -> str:
    return string.strip()


@builtin("is blank", "string: string", result="boolean", doc="Whether the text is empty or only spaces.")
def is_blank(rt: Runtime, string: str) -> bool:
    return not string.strip()


@builtin("uuid", result="string", doc="A random UUID.")
def new_uuid(rt: Runtime) -> str:
    return str(uuid.uuid4())


@builtin("random number", result="number", doc="A random number from 0 to below 1.")
def random_number(rt: Runtime) -> Any:
    return from_float(random.random())  # noqa: S311 - not for secrets


@builtin("to base64", "value: string", result="string", doc="The text's UTF-8 bytes in Base64.")
def to_base64(rt: Runtime, value: str) -> str:
    return rt.string_of(base64.b64encode(value.encode()).decode())


@builtin("to json", "value: Any", result="string", doc="The value as JSON text.")
def to_json_text(rt: Runtime, value: Any) -> str:
    weigh(value)
    return rt.string_of(_json_text(from_python(value)))


def _json_text(value: Any) -> str:
    """Numbers with all their digits; a moment in a named zone as Java writes it, `…+01:00[Europe/Berlin]`."""
    if isinstance(value, FeelDateTime) and isinstance(value.zone, str):
        return _quoted(f"{value.date}T{FeelTime(value.time.nanos, value.offset)}[{value.zone}]")
    if is_number(value):
        return plain(value)
    if isinstance(value, list):
        return "[" + ",".join(_json_text(from_python(item)) for item in value) + "]"
    if isinstance(value, dict):
        return (
            "{" + ",".join(f"{_quoted(str(key))}:{_json_text(from_python(each))}" for key, each in value.items()) + "}"
        )
    return _quoted(to_json(value))


def _quoted(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


@builtin("from json", "value: string", doc="The value that a JSON text means.")
def from_json(rt: Runtime, value: str) -> Any:
    rt.spend(len(value) // 4)
    return from_python(json.loads(value, parse_float=parse_number))
