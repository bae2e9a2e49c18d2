"""An instance in memory: the executor's object and what its row says of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from engine.execution.instance import Instance
from engine.model.instance import InstanceState
from engine.runtime import InstanceInfo

if TYPE_CHECKING:
    from engine.services.turn.environment import TurnEnvironment


@dataclass(slots=True)
class Live:
    """`revision` is the row's; 0 says that it has none yet."""

    info: InstanceInfo
    instance: Instance
    environment: TurnEnvironment
    revision: int
    correlation_key: str | None = None
    state: InstanceState = InstanceState.ACTIVE
    end_element: str | None = None
    changed: bool = field(default=False)
    suspended_at: datetime | None = None
    suspended_by: str | None = None
    tags: str | None = None  # as they are stored, of an instance that has no row yet

    @property
    def suspended(self) -> bool:
        return self.suspended_at is not None

    def has_incident(self, key: int) -> bool:
        """Whether the executor knows this incident; one of the engine's own jobs stands beside the instance."""
        return any(token.incident is not None and token.incident.key == key for token in self.instance.active())

    def awaits(self, subscription_key: int) -> bool:
        """Whether this timer, message or signal is still waited for."""
        return subscription_key in self.instance.run.owners
