"""Process instances for the people who look after them: finding them, and everything there is to know of one."""

from engine.services.inspection.detail import Inspection, diagram_of, inspect
from engine.services.inspection.listing import (
    Found,
    Listed,
    Version,
    find,
    find_all,
    keys_in,
    newest_versions,
    versions,
)
from engine.services.inspection.mapping import MappingTable, definition_diagram, mapping_table

__all__ = [
    "Found",
    "Inspection",
    "Listed",
    "MappingTable",
    "Version",
    "definition_diagram",
    "diagram_of",
    "find",
    "find_all",
    "inspect",
    "keys_in",
    "mapping_table",
    "newest_versions",
    "versions",
]
