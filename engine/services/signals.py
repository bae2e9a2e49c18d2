"""Signals from outside: to everyone who listens."""

from __future__ import annotations

from typing import Any

from engine.history import audit
from engine.model.base import DEFAULT_TENANT
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services.turn import Turn
from engine.services.turn.waits import throw_signal


def broadcast(
    runtime: Runtime,
    name: str,
    variables: dict[str, Any] | None = None,
    *,
    who: str = audit.ENGINE,
    tenant_id: str = DEFAULT_TENANT,
) -> int:
    """Tell everyone who listens to a signal now, and start the processes that begin with it; returns the signal's key.

    Each receiver is a job of its own, so that thousands of them lock one tree at a time. It is durable on return.
    """

    def work(uow: UnitOfWork) -> int:
        turn, key = Turn(runtime, uow, who), runtime.new_key()
        heard = throw_signal(turn, name, variables or {})
        turn.audit("signal.broadcast", "signal", key, after={"name": name, "receivers": heard})
        turn.finish()
        return key

    return runtime.transact(work, tenant_id)
