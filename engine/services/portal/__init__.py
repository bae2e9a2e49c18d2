"""The customer's side: filing, following and answering one's own cases, and nothing of anybody else's."""

from engine.services.portal.answers import (
    answer_survey,
    ask_about_offer,
    cancel_return,
    carriers,
    escalate,
    refuse_survey,
    reply_to_offer,
    submit_tracking,
    where_to_return,
    withdraw,
    write_message,
)
from engine.services.portal.dues import DueView, claim_due, open_due
from engine.services.portal.eligibility import Eligibility, ReasonChoice, check_allowed, eligibility
from engine.services.portal.filing import (
    Filed,
    Photos,
    change_order,
    file_complaint,
    may_change_orders,
    portal_form,
    request_return,
    send_request,
)
from engine.services.portal.following import CaseLine, Offer, PortalCase, PortalStep, case_page, my_cases
from engine.services.portal.identity import AskedCode, CodesThrottled, ask_code, prove, proven_actor
from engine.services.portal.orders import AfterSale, Parcel, PortalLine, PortalOrder, my_order, my_orders
from engine.services.portal.surveys import SurveyView, open_survey

__all__ = [
    "AfterSale",
    "AskedCode",
    "CaseLine",
    "CodesThrottled",
    "DueView",
    "Eligibility",
    "Filed",
    "Offer",
    "Parcel",
    "Photos",
    "PortalCase",
    "PortalLine",
    "PortalOrder",
    "PortalStep",
    "ReasonChoice",
    "SurveyView",
    "answer_survey",
    "ask_about_offer",
    "ask_code",
    "cancel_return",
    "carriers",
    "case_page",
    "change_order",
    "check_allowed",
    "claim_due",
    "eligibility",
    "escalate",
    "file_complaint",
    "may_change_orders",
    "my_cases",
    "my_order",
    "my_orders",
    "open_due",
    "open_survey",
    "portal_form",
    "prove",
    "proven_actor",
    "refuse_survey",
    "reply_to_offer",
    "request_return",
    "send_request",
    "submit_tracking",
    "where_to_return",
    "withdraw",
    "write_message",
]
