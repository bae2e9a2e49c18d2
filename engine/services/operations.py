"""Changes to running instances that no diagram asks for."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from engine.history import audit
from engine.model.base import table_of
from engine.model.instance import InstanceState, ProcessInstance
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services.turn import Turn

_instance = table_of(ProcessInstance)


def rearm_timers(
    runtime: Runtime, uow: UnitOfWork, instance_keys: Iterable[int], function: str, who: str = audit.ENGINE
) -> None:
    """Ask again, in the caller's unit of work, for the moments of waiting timers whose expressions call `function`.

    Takes every active instance that these started by calling, too. Instances that have ended are passed over.
    """
    uow.flush()
    roots = select(_instance.c.root_key).where(_instance.c.key.in_(list(instance_keys)))
    query = select(_instance.c.key, _instance.c.root_key).where(
        _instance.c.root_key.in_(roots), _instance.c.state == InstanceState.ACTIVE
    )
    found = uow.connection.execute(query.order_by(_instance.c.key)).all()
    turn = Turn(runtime, uow, who)
    turn.lock(row.root_key for row in found)
    for row in found:
        turn.act(turn.load(row.key), lambda instance: instance.rearm_timers(function))
    turn.finish()
