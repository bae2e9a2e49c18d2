"""Doing tasks at the desk: opening one with its form and draft, taking it, saving what was typed, and sending it in."""

from engine.services.work.bulk import MOST, Outcome, Refusal, Step, each, undo
from engine.services.work.drafts import DraftView, discard_draft, save_draft
from engine.services.work.opening import TaskView, open_task
from engine.services.work.receivers import any_of, receivers
from engine.services.work.spans import SPANS, moment_after
from engine.services.work.submitting import FormRefused, submit
from engine.services.work.taking import assign, claim, hand_over, release, restore, snooze

__all__ = [
    "MOST",
    "SPANS",
    "DraftView",
    "FormRefused",
    "Outcome",
    "Refusal",
    "Step",
    "TaskView",
    "any_of",
    "assign",
    "claim",
    "discard_draft",
    "each",
    "hand_over",
    "moment_after",
    "open_task",
    "receivers",
    "release",
    "restore",
    "save_draft",
    "snooze",
    "submit",
    "undo",
]
