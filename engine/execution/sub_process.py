"""An embedded subprocess: a scope that is an activity."""

from __future__ import annotations

from engine.execution.scope import Scope


class SubProcess(Scope):
    """All it does is what a scope and an activity do."""
