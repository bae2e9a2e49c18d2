"""One evaluation of an expression or a decision, without a database: what `kefuflow feel` and `kefuflow decide` do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from engine.calendars import functions, load_calendars
from engine.clock import system_clock
from engine.config import Settings
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
    given = {**_calendar_functions(), **context}
    value = compile_expression(text.strip().removeprefix("="), names).evaluate(given, warnings=warnings)
    return to_typed(value), warnings


def _calendar_functions() -> dict[str, Callable[..., Any]]:
    """`business deadline` and the like, by the calendars that are shipped."""
    path = Settings.from_env().processes_dir / "calendars.yaml"
    calendars = load_calendars(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return functions(calendars, system_clock)


def feel_batch(lines: Iterable[str]) -> Iterator[str]:
    return run_batch(lines)


def decide(file: Path, decision: str, context: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The typed value of one decision; imports are looked for among the DMN files of the same folder."""
    siblings = [other.read_bytes() for other in sorted(file.parent.glob("*.dmn")) if other != file]
    return command.decide(file.read_bytes(), decision, context, siblings)
