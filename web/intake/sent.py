"""What was sent to the customer of a case and what became of it, for the case's page."""

from __future__ import annotations

from engine.services.notifications import MessageView, sent_about
from web.ui.context import current_actor, current_runtime

SHOWN = 20


def sent_of(number: str) -> list[MessageView]:
    """For a template: the messages of a case that left the house, the newest first, with their state."""
    return sent_about(current_runtime(), number, actor=current_actor(), limit=SHOWN)
