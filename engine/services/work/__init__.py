"""Doing tasks at the desk: opening one with its form and draft, taking it, saving what was typed, and sending it in."""

from engine.services.work.drafts import DraftView, discard_draft, save_draft
from engine.services.work.opening import TaskView, open_task
from engine.services.work.submitting import FormRefused, submit
from engine.services.work.taking import assign, claim, release

__all__ = [
    "DraftView",
    "FormRefused",
    "TaskView",
    "assign",
    "claim",
    "discard_draft",
    "open_task",
    "release",
    "save_draft",
    "submit",
]
