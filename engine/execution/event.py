"""What events share: their definition, with its expressions compiled."""

from __future__ import annotations

from typing import Any

from engine.deployment.model import Element, EventDefinition
from engine.execution.expressions import Value
from engine.execution.node import Node
from engine.execution.token import Token


class EventNode(Node):
    """An element with an event definition."""

    def __init__(self, spec: Any, element: Element, name: str | None = None) -> None:
        super().__init__(spec, element, name)
        self.definition = element.event or EventDefinition()
        self._bind()

    def _bind(self) -> None:
        event = self.definition
        self.code: Value | None = self.value(event.code, f"{event.kind} code")


class CatchingNode(EventNode):
    """An element that waits for a timer, message or signal, or catches an error or escalation."""

    def _bind(self) -> None:
        super()._bind()
        event = self.definition
        is_message, is_signal = event.kind == "message", event.kind == "signal"
        self.timer: Value | None = self.value(event.timer_text, "Timer") if event.kind == "timer" else None
        self.message_name: Value | None = self.value(event.name, "Message name") if is_message else None
        self.correlation_key: Value | None = (
            self.value(event.correlation_key, "Correlation key") if is_message else None
        )
        self.signal_name: Value | None = self.value(event.name, "Signal name") if is_signal else None

    def caught(self, waiting: Token, key: int, variables: dict[str, Any]) -> None:
        """What `waiting` waited for under `key` has come. Elements that never wait are never told."""
        raise NotImplementedError(self.name)
