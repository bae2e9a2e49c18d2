"""Lists of work: an agent's inbox in the order of urgency, and the supervisor's board."""

from engine.services.worklist.board import Board, CaseAlert, Load, board
from engine.services.worklist.filters import SCOPES, SORTS, InboxFilter
from engine.services.worklist.pages import InboxPage, TaskRow, count_inbox, inbox, kept_in_sight
from engine.services.worklist.pulse import pulse
from engine.services.worklist.saved import SavedView, delete_filter, save_filter, saved_filters

__all__ = [
    "SCOPES",
    "SORTS",
    "Board",
    "CaseAlert",
    "InboxFilter",
    "InboxPage",
    "Load",
    "SavedView",
    "TaskRow",
    "board",
    "count_inbox",
    "delete_filter",
    "inbox",
    "kept_in_sight",
    "pulse",
    "save_filter",
    "saved_filters",
]
