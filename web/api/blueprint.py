"""The blueprint that all of `/v2` hangs on, and what a body of it is like."""

from __future__ import annotations

import re
from typing import Any

from flask_smorest import Blueprint
from marshmallow import EXCLUDE, RAISE, Schema, ValidationError, fields
from werkzeug.routing import BaseConverter

from engine.errors import InvalidInput, NotFound
from web.api.bodies import BodyParser


class NoKey(str):
    """What stands in a path where a key should."""


class KeyInPath(BaseConverter):
    """A key in a path; whatever else stands there is told so, and not that there is no such path."""

    def to_python(self, value: str) -> int | NoKey:
        return int(value) if re.fullmatch("-?[0-9]{1,30}", value) else NoKey(value)


class Checked(Blueprint):  # type: ignore[misc]
    """flask-smorest's blueprint with our reading of bodies."""

    ARGUMENTS_PARSER = BodyParser()


v2 = Checked("v2", "v2", url_prefix="/v2", description="Camunda 8's Orchestration Cluster API")

desk = Checked("desk_api", "desk_api", url_prefix="/api", description="The desk's own resources")


@v2.url_value_preprocessor
@desk.url_value_preprocessor
def refuse_impossible_keys(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    """What is no number is no key; a number that no key can be names nothing."""
    for value in (values or {}).values():
        if isinstance(value, NoKey):
            raise InvalidInput(f"'{value}' is no key, which is a number.")
        if isinstance(value, int) and not 0 <= value < 2**63:
            raise NotFound(f"There is nothing with key {value}.")


class Body(Schema):
    """A request's body. A field that we do not know is passed over: clients send what newer versions of the API have."""

    class Meta:
        unknown = EXCLUDE


class Strict(Body):
    """A body in which a field that we do not know is refused: passed over, it would let a search find too much."""

    class Meta:
        unknown = RAISE


class Key(fields.Field[int]):
    """A key: a number in a text."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        try:
            found = int(value)
        except (TypeError, ValueError) as error:
            raise ValidationError("Not a key.") from error
        if isinstance(value, bool) or not 0 <= found < 2**63:
            raise ValidationError("Not a key.")
        return found

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else str(value)


class Whole(fields.Integer):
    """A whole number; also as a text, as which some of Camunda's clients send it."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int | None:
        if isinstance(value, float) and not value.is_integer():
            raise self.make_error("invalid", input=value)
        return super()._deserialize(value, attr, data, **kwargs)


class Moment(fields.AwareDateTime):
    """A date and time; the empty text takes it away."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        return "" if value == "" else super()._deserialize(value, attr, data, **kwargs)


def variables(**options: Any) -> fields.Field[Any]:
    """Variables by name."""
    return fields.Dict(keys=fields.String(), load_default=dict, allow_none=True, **options)
