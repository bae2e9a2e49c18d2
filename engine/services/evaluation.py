"""One evaluation of an expression or a decision, without a database: what `kefuflow feel` and `kefuflow decide` do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from engine.decisions import command
from engine.deployment.names import EXTRA_NAMES
from engine.feel import compile_expression, to_typed
from engine.feel.batch import run_batch


def feel(text: str, context: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The typed value of an expression and the warnings on the way; a leading "=" is allowed.

    Raises engine.feel.FeelSyntaxError.
    """
    warnings: list[str] = []
    names = [*EXTRA_NAMES, *context]
    value = compile_expression(text.strip().removeprefix("="), names).evaluate(context, warnings=warnings)
    return to_typed(value), warnings


def feel_batch(lines: Iterable[str]) -> Iterator[str]:
    return run_batch(lines)


def decide(file: Path, decision: str, context: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The typed value of one decision; imports are looked for among the DMN files of the same folder."""
    siblings = [other.read_bytes() for other in sorted(file.parent.glob("*.dmn")) if other != file]
    return command.decide(file.read_bytes(), decision, context, siblings)
