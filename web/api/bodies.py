"""Reading the JSON of a body: what no JSON can be, or nobody could work with, is refused before anything sees it."""

from __future__ import annotations

import math
from typing import Any

from flask import Request
from marshmallow import Schema
from webargs.flaskparser import FlaskParser

from engine.errors import InvalidInput

MOST_DEEP = 200  # lists and objects in each other


class BodyParser(FlaskParser):  # type: ignore[misc]
    """Refuses what is nested too deep, and numbers that are none (NaN, Infinity), which Python's reader lets pass."""

    def load_json(self, req: Request, schema: Schema) -> Any:
        try:
            found = super().load_json(req, schema)
        except RecursionError as error:
            raise InvalidInput(_TOO_DEEP) from error
        _check(found)
        return found


_TOO_DEEP = f"The body has more than {MOST_DEEP} lists and objects in each other."


def _check(body: Any) -> None:
    level, deep = [body], 0
    while level:
        if deep > MOST_DEEP:
            raise InvalidInput(_TOO_DEEP)
        if any(isinstance(value, float) and not math.isfinite(value) for value in level):
            raise InvalidInput("The body has a number that is none, or too large to be one.")
        level = [inner for value in level for inner in _inside(value)]
        deep += 1


def _inside(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []
