"""Cases: opening and changing them, their timeline, contacts and notes, and links that let a customer in."""

from engine.services.cases.contacts import log_contact
from engine.services.cases.files import (
    add_note,
    assign_case,
    case_of_instance,
    change_case,
    find_case,
    link_instance,
    mark_read,
    open_case,
)
from engine.services.cases.following import follow_case, transfer_case, unfollow_case
from engine.services.cases.links import case_of_link, link_for, payment_of_link, survey_link, survey_of_link
from engine.services.cases.listing import CaseRow, list_cases
from engine.services.cases.mentions import unknown_mentions
from engine.services.cases.merging import merge_cases
from engine.services.cases.presence import Present, look_in
from engine.services.cases.related import RelatedCase
from engine.services.cases.timeline import KINDS, EntryView, record, timeline
from engine.services.cases.views import CaseView, get_case

__all__ = [
    "KINDS",
    "CaseRow",
    "CaseView",
    "EntryView",
    "Present",
    "RelatedCase",
    "add_note",
    "assign_case",
    "case_of_instance",
    "case_of_link",
    "change_case",
    "find_case",
    "follow_case",
    "get_case",
    "link_for",
    "link_instance",
    "list_cases",
    "log_contact",
    "look_in",
    "mark_read",
    "merge_cases",
    "open_case",
    "payment_of_link",
    "record",
    "survey_link",
    "survey_of_link",
    "timeline",
    "transfer_case",
    "unfollow_case",
    "unknown_mentions",
]
