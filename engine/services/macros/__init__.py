"""Macros: acts on a case that somebody put together under a name, done together by one click, or not at all."""

from engine.services.macros.acts import ACTS, UNDOABLE, ActRefused, Acts, acts_for
from engine.services.macros.applying import Target, apply, preview, target_of_case
from engine.services.macros.keeping import (
    MacroView,
    change_macro,
    delete_macro,
    get_macro,
    groups_to_share_with,
    list_macros,
    make_macro,
)

__all__ = [
    "ACTS",
    "UNDOABLE",
    "ActRefused",
    "Acts",
    "MacroView",
    "Target",
    "acts_for",
    "apply",
    "change_macro",
    "delete_macro",
    "get_macro",
    "groups_to_share_with",
    "list_macros",
    "make_macro",
    "preview",
    "target_of_case",
]
