"""Many expressions at once: JSON lines in, JSON lines out, for `kefuflow feel --batch` and conformance runs."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from engine.feel.errors import FeelSyntaxError
from engine.feel.expression import compile_expression
from engine.feel.json_values import to_typed


def run_batch(lines: Iterable[str]) -> Iterator[str]:
    """Evaluate lines of `{"id", "expression", "context"}` (the context may be missing) one by one.

    Yields `{"id", "type", "value"}`, or `{"id", "error"}` for a syntax error or a line that is not such an object.
    A runtime error is a null. Empty lines are passed over.
    """
    for line in lines:
        if line.strip():
            yield _line(_answer(line))


def _line(answer: dict[str, Any]) -> str:
    text = json.dumps(answer, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:  # half a character, which only an escape can carry
        return json.dumps(answer)
    return text


def _answer(line: str) -> dict[str, Any]:
    try:
        request = json.loads(line)
    except (ValueError, RecursionError) as error:
        return {"id": None, "error": f"The line is not JSON: {error}"}
    if not isinstance(request, dict) or not isinstance(request.get("expression"), str):
        name = request.get("id") if isinstance(request, dict) else None
        return {"id": name, "error": 'The line needs an "expression", a text.'}
    context = request.get("context")
    if not isinstance(context, dict | None):
        return {"id": request.get("id"), "error": 'The "context" is not an object.'}
    return {"id": request.get("id"), **_evaluated(request["expression"], context or {})}


def _evaluated(text: str, context: dict[str, Any]) -> dict[str, Any]:
    try:
        value = compile_expression(text, context).evaluate(context)
    except FeelSyntaxError as error:
        return {"error": str(error)}
    return to_typed(value)
