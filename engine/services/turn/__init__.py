"""How a command reaches an instance and becomes rows: the one path that every service takes."""

from engine.services.turn.live import Live
from engine.services.turn.turn import InstanceEnded, Turn

__all__ = ["InstanceEnded", "Live", "Turn"]
