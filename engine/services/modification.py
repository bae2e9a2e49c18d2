"""Moving an instance's tokens by hand."""

from __future__ import annotations

from collections.abc import Sequence

from engine.execution import Activation
from engine.model.base import DEFAULT_TENANT
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services.turn import Turn

__all__ = ["Activation", "modify"]


def modify(
    runtime: Runtime,
    key: int,
    activations: Sequence[Activation],
    terminations: Sequence[int] = (),
    *,
    who: str,
    tenant_id: str = DEFAULT_TENANT,
) -> None:
    """Put tokens on elements of an instance, then end element instances, all or nothing.

    An instance with nothing left in it is cancelled. Raises NotFound, InvalidInput, Conflict when it has ended.
    """

    def work(uow: UnitOfWork) -> None:
        turn = Turn(runtime, uow, who)
        live = turn.load(key)
        turn.act(live, lambda instance: instance.modify(activations, terminations))
        done = {"activated": [each.element_id for each in activations], "terminated": [str(k) for k in terminations]}
        turn.audit("instance.modify", "process_instance", key, key, after=done)
        turn.finish()

    runtime.transact(work, tenant_id)
