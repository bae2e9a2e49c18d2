"""The customer's side: filing, following and answering one's own cases, and nothing of anybody else's."""

from engine.services.portal.answers import (
    answer_survey,
    ask_about_offer,
    cancel_return,
    escalate,
    reply_to_offer,
    submit_tracking,
    withdraw,
    write_message,
)
from engine.services.portal.filing import Filed, file_complaint, portal_form, request_return
from engine.services.portal.following import Offer, PortalCase, PortalStep, case_page, my_cases
from engine.services.portal.surveys import SurveyView, open_survey

__all__ = [
    "Filed",
    "Offer",
    "PortalCase",
    "PortalStep",
    "SurveyView",
    "answer_survey",
    "ask_about_offer",
    "cancel_return",
    "case_page",
    "escalate",
    "file_complaint",
    "my_cases",
    "open_survey",
    "portal_form",
    "reply_to_offer",
    "request_return",
    "submit_tracking",
    "withdraw",
    "write_message",
]
