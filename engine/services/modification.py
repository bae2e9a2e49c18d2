"""Moving an instance's tokens by hand."""

from __future__ import annotations

from collections.abc import Sequence

from engine.errors import NotFound
from engine.execution import Activation, Wish
from engine.history import audit
from engine.model.base import DEFAULT_TENANT
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services import instances
from engine.services.turn import InstanceEnded, Turn

__all__ = ["Activation", "Move", "Wish", "activate_ad_hoc", "modify", "modify_within"]

Move = tuple[int | str, str]  # from an element instance's key or an element's id, to an element's id


def modify(
    runtime: Runtime,
    key: int,
    activations: Sequence[Activation],
    terminations: Sequence[int | str] = (),
    moves: Sequence[Move] = (),
    *,
    who: str,
    reason: str = "",
    tenant_id: str = DEFAULT_TENANT,
) -> None:
    """Move tokens of an instance, put tokens on elements, then end element instances, all or nothing.

    A termination is an element instance's key, or an element's id for all that is active there; a move's source too.
    An instance with nothing left in it is cancelled. Raises NotFound, InvalidInput, Conflict when it has ended or is
    suspended.
    """

    def work(uow: UnitOfWork) -> None:
        turn = Turn(runtime, uow, who)
        modify_within(turn, key, activations, terminations, moves, reason)
        turn.finish()

    runtime.transact(work, tenant_id)


def activate_ad_hoc(
    runtime: Runtime,
    element_key: int,
    wishes: Sequence[Wish],
    *,
    cancel_remaining: bool = False,
    who: str,
    tenant_id: str = DEFAULT_TENANT,
) -> None:
    """Start elements of an active ad-hoc subprocess, after ending what runs in it if so wished.

    Raises NotFound where the key is no active ad-hoc subprocess's, InvalidInput for elements that it does not offer.
    """

    def work(uow: UnitOfWork) -> None:
        turn = Turn(runtime, uow, who)
        instance_key = instances.of_scope(uow, element_key)
        try:
            live = turn.load(instance_key)
        except InstanceEnded as error:
            raise NotFound(f"Element instance {element_key} is not active.") from error
        turn.act(live, lambda instance: instance.activate_ad_hoc(element_key, wishes, cancel_remaining))
        done = {"activated": [wish.element_id for wish in wishes]}
        turn.audit("instance.activate", "process_instance", instance_key, instance_key, after=done)
        turn.finish()

    runtime.transact(work, tenant_id)


def modify_within(
    turn: Turn,
    key: int,
    activations: Sequence[Activation] = (),
    terminations: Sequence[int | str] = (),
    moves: Sequence[Move] = (),
    reason: str = "",
) -> None:
    """`modify` in a turn that the caller finishes."""
    live = turn.load(key)
    turn.act(live, lambda instance: instance.modify(activations, terminations, moves))
    done = {
        "activated": [each.element_id for each in activations],
        "terminated": [str(place) for place in terminations],
        "moved": [[str(source), target] for source, target in moves],
    }
    done = {name: what for name, what in done.items() if what}
    turn.audit("instance.modify", "process_instance", key, key, after={**done, **audit.because(reason)})
