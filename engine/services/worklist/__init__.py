"""Lists of work: an agent's inbox in the order of urgency, and the supervisor's board."""

from engine.services.worklist.board import Board, CaseAlert, Load, board
from engine.services.worklist.filters import InboxFilter
from engine.services.worklist.pages import InboxPage, TaskRow, count_inbox, inbox

__all__ = [
    "Board",
    "CaseAlert",
    "InboxFilter",
    "InboxPage",
    "Load",
    "TaskRow",
    "board",
    "count_inbox",
    "inbox",
]
