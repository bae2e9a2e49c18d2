"""The log: lines for people or JSON for machines, each with what it is about (request, case, instance, job).

What a line is about is set around the work, not repeated in every call. Variables and other personal data are never in it.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import IO, Any

_about: ContextVar[dict[str, Any] | None] = ContextVar("kefuflow_log", default=None)


@contextmanager
def about(**fields: Any) -> Iterator[None]:
    """Every line that is written inside has these fields, and those of the blocks around it. None is left out."""
    token = _about.set({**(_about.get() or {}), **_given(fields)})
    try:
        yield
    finally:
        _about.reset(token)


def note(**fields: Any) -> None:
    """Add to what the current block is about, until it ends; outside of any block nothing happens."""
    current = _about.get()
    if current is not None:
        current.update(_given(fields))


def current() -> dict[str, Any]:
    """What the current block is about."""
    return dict(_about.get() or {})


def _given(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


class _JsonLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **current(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


class _TextLines(logging.Formatter):
    """A sentence, and what it is about at its end."""

    def format(self, record: logging.LogRecord) -> str:
        fields = {**current(), **getattr(record, "fields", {})}
        tail = f" [{' '.join(f'{name}={value}' for name, value in fields.items())}]" if fields else ""
        at = datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3]
        line = f"{at}Z {record.levelname} {record.name}: {record.getMessage()}{tail}"
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


def configure(level: str, form: str, stream: IO[str] | None = None) -> None:
    """Write the whole process's log to `stream` (default: standard error), from `level` on, as `text` or `json`."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(_JsonLines() if form == "json" else _TextLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)  # of the libraries only what is wrong
    logging.getLogger("kefuflow").setLevel(level)
