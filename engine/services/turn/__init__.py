"""How a command reaches an instance and becomes rows: the one path that every service takes."""

from engine.services.turn.live import Live
from engine.services.turn.turn import InstanceEnded, InstanceSuspended, TreeBusy, Turn, require_running

__all__ = ["InstanceEnded", "InstanceSuspended", "Live", "TreeBusy", "Turn", "require_running"]
