"""The clock of a test: pinned to a moment, or set free again."""

from __future__ import annotations

from datetime import datetime

from engine.clock import MovableClock
from engine.errors import Forbidden, InvalidInput
from engine.runtime import Runtime


def pin(runtime: Runtime, moment: datetime) -> None:
    """Stop this process's clock at an aware moment. Raises Forbidden outside test mode, InvalidInput."""
    if moment.tzinfo is None:
        raise InvalidInput("The moment needs a time zone.", {"timestamp": ["offset"]})
    _movable(runtime).pin(moment)
    runtime.work_arrived.set()


def reset(runtime: Runtime) -> None:
    """Let the clock run with the wall clock again. Raises Forbidden outside test mode."""
    _movable(runtime).reset()
    runtime.work_arrived.set()


def _movable(runtime: Runtime) -> MovableClock:
    if runtime.settings.mode != "test" or not isinstance(runtime.clock, MovableClock):
        raise Forbidden("The clock can be moved in test mode only (KEFUFLOW_MODE=test).")
    return runtime.clock
