"""A form that was sent, checked on the server: the variables to merge, or what is wrong with which field."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import marshmallow as ma

from engine.errors import InvalidInput
from engine.forms.form import Form, Path
from engine.forms.messages import FieldError, Message
from engine.forms.paths import written
from engine.forms.schema import OWN, form_schema


@dataclass(frozen=True)
class Submission:
    """`values` are the variables to merge, empty unless `errors` is."""

    values: dict[str, Any]
    errors: list[FieldError]


def validate(
    form: Form,
    data: Any,
    data_context: Mapping[str, Any],
    *,
    now: datetime | None = None,
    zone: str = "Asia/Shanghai",
) -> Submission:
    """Load `data` and say what is wrong with it instead of raising."""
    try:
        return Submission(form_schema(form, data_context, now=now, zone=zone).load(data), [])
    except ma.ValidationError as error:
        return Submission({}, field_errors(error))
    except InvalidInput as error:
        return Submission({}, [FieldError("", "表单数据太多。", str(error), "max_rows")])


def field_errors(error: ma.ValidationError) -> list[FieldError]:
    """The messages of a form's ValidationError as a flat list, in the order of the fields."""
    return list(_flat(error.messages_dict, ()))


def merged(data_context: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """The context with a form's values: objects are merged key by key, so that a form which shows part of one keeps
    the rest; everything else is replaced."""
    found = dict(data_context)
    for key, value in values.items():
        before = found.get(key)
        both = isinstance(before, Mapping) and isinstance(value, Mapping)
        found[key] = merged(before, value) if both else value  # type: ignore[arg-type]
    return found


def _flat(messages: Any, path: Path) -> Iterator[FieldError]:
    if isinstance(messages, dict):
        for key, inner in messages.items():
            yield from _flat(inner, path if key in (OWN, "") else (*path, key))
        return
    for each in messages:
        if isinstance(each, Message):
            yield FieldError(written(path), each.zh, each.en, each.code)
        else:
            yield FieldError(written(path), str(each), str(each))
