"""What is known of a process instance by whoever adds FEEL functions for it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class InstanceInfo:
    """A process instance and its place in its tree; its row may not be stored yet. A root is its own `root_key`."""

    key: int
    tenant_id: str
    root_key: int
    parent_key: int | None
    parent_element_key: int | None
    depth: int
    process_definition_key: int
    process_id: str
    version: int
