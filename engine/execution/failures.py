"""What can go wrong while an instance runs, and becomes an incident on the element where it happened."""

from __future__ import annotations


class Failed(Exception):
    """An element cannot go on; its token waits with an incident until a person has mended the cause."""

    def __init__(self, error_type: str, message: str) -> None:
        super().__init__(message)
        self.error_type = error_type
        self.message = message
