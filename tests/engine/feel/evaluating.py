"""Evaluating a text in one call, for the tests of this package."""

from typing import Any

from engine.feel import compile_expression, compile_unary_tests, to_json, to_typed


def value(text: str, names: tuple[str, ...] = (), /, **context: Any) -> Any:
    """The FEEL value of a text in a context."""
    return compile_expression(text, names).evaluate(context)


def json_of(text: str, names: tuple[str, ...] = (), /, **context: Any) -> Any:
    return to_json(value(text, names, **context))


def typed(text: str, /, **context: Any) -> Any:
    return to_typed(value(text, (), **context))


def warnings_of(text: str, /, **context: Any) -> list[str]:
    """The warnings of a text that must come out as null."""
    warnings: list[str] = []
    assert compile_expression(text).evaluate(context, warnings=warnings) is None
    return warnings


def passes(tests: str, subject: Any, /, **context: Any) -> bool | None:
    return compile_unary_tests(tests).evaluate(subject, context)
