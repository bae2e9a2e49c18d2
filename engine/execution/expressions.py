"""Texts of a diagram, compiled once: FEEL where they begin with "=", literal otherwise."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from engine.deployment.durations import DESK_ZONE, parse_moment
from engine.deployment.names import EXTRA_NAMES
from engine.execution.failures import Failed
from engine.feel import Expression, compile_expression, feel_string, to_json, to_python
from engine.feel.errors import FailedAssertion

PATH = re.compile(r"=\s*([A-Za-z_]\w*)(?:\.[A-Za-z_]\w*)*\s*")  # an expression that names a variable, or what is in it


class Value:
    """One text of a diagram: `=feel` or a literal."""

    __slots__ = ("expression", "text", "what")

    def __init__(self, text: str, what: str) -> None:
        self.text, self.what = text, what
        self.expression: Expression | None = (
            compile_expression(text[1:].strip(), EXTRA_NAMES) if text.startswith("=") else None
        )

    @property
    def functions(self) -> frozenset[str]:
        return self.expression.functions if self.expression is not None else frozenset()

    def raw(self, context: Mapping[str, Any], now: datetime, warnings: list[str] | None = None) -> Any:
        """The FEEL value (temporal values kept), or the literal text."""
        if self.expression is None:
            return self.text
        if "assert" in self.expression.functions:
            warnings = [] if warnings is None else warnings
        value = self.expression.evaluate(context, now=now, warnings=warnings)
        for each in warnings or ():
            if isinstance(each, FailedAssertion):  # Camunda's assert() stops; elsewhere in FEEL it is null.
                raise Failed("EXTRACT_VALUE_ERROR", f"{self.what}: '{self.text}': {each}")
        return value

    def json(self, context: Mapping[str, Any], now: datetime) -> Any:
        return to_json(self.raw(context, now))

    def mapped(self, context: Mapping[str, Any], now: datetime) -> Any:
        """`json` for an input or output mapping, whose failure has its own name."""
        try:
            return self.json(context, now)
        except Failed as failure:
            raise Failed("IO_MAPPING_ERROR", failure.message) from failure

    def required(self, context: Mapping[str, Any], now: datetime, error_type: str = "EXTRACT_VALUE_ERROR") -> Any:
        """Like `raw`, but null is a failure that says what the warnings say."""
        warnings: list[str] = []
        value = self.raw(context, now, warnings)
        if value is None:
            raise Failed(error_type, f"{self.what}: '{self.text}' gave null. {' '.join(warnings)}".strip())
        return value

    def boolean(self, context: Mapping[str, Any], now: datetime) -> bool:
        value = self.required(context, now)
        if not isinstance(value, bool):
            raise Failed("EXTRACT_VALUE_ERROR", f"{self.what}: '{self.text}' gave {value!r}, not true or false.")
        return value

    def correlation_key(self, context: Mapping[str, Any], now: datetime) -> str:
        """A text, or a number, which is written as one."""
        value = self.required(context, now)
        if isinstance(value, int | Decimal) and not isinstance(value, bool):
            return str(to_json(value))
        return self.string(context, now)

    def string(self, context: Mapping[str, Any], now: datetime) -> str:
        value = self.required(context, now)
        if not isinstance(value, str):
            raise Failed("EXTRACT_VALUE_ERROR", f"{self.what}: '{self.text}' gave {value!r}, not a text.")
        return value

    def optional_string(self, context: Mapping[str, Any], now: datetime) -> str | None:
        if self.raw(context, now) is None:
            return None
        return self.string(context, now)

    def strings(self, context: Mapping[str, Any], now: datetime) -> list[str]:
        """A list of texts: FEEL gives a list, a literal is separated by commas."""
        value = self.raw(context, now)
        if value is None:
            return []
        if isinstance(value, str):
            return [part.strip() for part in value.split(",") if part.strip()]
        if isinstance(value, list) and all(isinstance(part, str) for part in value):
            return list(value)
        raise Failed("EXTRACT_VALUE_ERROR", f"{self.what}: '{self.text}' gave {value!r}, not a list of texts.")

    def integer(self, context: Mapping[str, Any], now: datetime) -> int:
        value = self.required(context, now)
        try:
            return int(value)
        except (TypeError, ValueError) as error:
            raise Failed("EXTRACT_VALUE_ERROR", f"{self.what}: '{self.text}' gave {value!r}, not a number.") from error

    def items(self, context: Mapping[str, Any], now: datetime) -> list[Any]:
        value = self.required(context, now)
        if not isinstance(value, list):
            raise Failed("EXTRACT_VALUE_ERROR", f"{self.what}: '{self.text}' gave {value!r}, not a list.")
        return [to_json(item) for item in value]

    def moment(self, context: Mapping[str, Any], now: datetime) -> datetime | None:
        """An instant, aware UTC; null and the empty text are None."""
        value = self.raw(context, now)
        return None if value is None or value == "" else as_moment(value, self)


def compiled(text: str | None, what: str) -> Value | None:
    return None if text is None or text.strip() == "" else Value(text.strip(), what)


def as_moment(value: Any, source: Value) -> datetime:
    """A date and time, a date (its midnight) or an ISO 8601 text as aware UTC; without a zone they are in the desk's."""
    found = value
    if isinstance(value, str):
        try:
            found = parse_moment(value)
        except ValueError as error:
            raise Failed("EXTRACT_VALUE_ERROR", f"{source.what}: '{value}' is no date and time.") from error
    found = to_python(found)
    if isinstance(found, date) and not isinstance(found, datetime):
        found = datetime.combine(found, time(0))
    if not isinstance(found, datetime):
        raise Failed("EXTRACT_VALUE_ERROR", f"{source.what}: '{source.text}' gave {value!r}, not a date and time.")
    return (found.replace(tzinfo=DESK_ZONE) if found.tzinfo is None else found).astimezone(UTC)


def cycle(repetitions: Any, interval: Any = None) -> str:
    """Camunda's `cycle(3, duration("PT1H"))` and `cycle(duration("PT1H"))`: the text of a timer cycle."""
    if interval is None:
        return f"R/{feel_string(repetitions)}"
    return f"R{'' if repetitions is None else to_json(repetitions)}/{feel_string(interval)}"


FUNCTIONS = {"cycle": cycle}  # What every expression of a diagram may call beside FEEL's own.
