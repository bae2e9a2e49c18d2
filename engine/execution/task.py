"""Undefined and manual tasks: the engine passes them, as Camunda does."""

from __future__ import annotations

from engine.execution.activity import Activity


class PlainTask(Activity):
    """Nothing to do."""
