"""What a customer answers to a process that waits for it; each is refused when nothing waits any more."""

import re
from typing import Any
from unicodedata import normalize

from sqlalchemy import select

from engine.errors import Conflict, InvalidInput, NotFound
from engine.model.case import Case
from engine.model.notification import Survey
from engine.model.permissions import Actor
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services.callbacks import refuse_callbacks
from engine.services.cases.contacts import store_contact
from engine.services.cases.files import readable_case
from engine.services.cases.timeline import record
from engine.services.messages import HELD, publish_within
from engine.services.portal.following import keys_of
from engine.services.portal.surveys import is_for
from engine.services.settings import setting
from engine.services.turn import Turn

LONGEST = 5000
TRACKING_NUMBER = re.compile(r"(?=.*\d)[A-Z\d][A-Z\d -]{5,31}", re.ASCII)


def reply_to_offer(runtime: Runtime, number: str, accepted: bool, note: str = "", *, actor: Actor) -> None:
    """Accept or refuse what we offer. Raises Conflict when no offer waits, NotFound for another's case."""
    name = "offer.accepted" if accepted else "offer.rejected"
    values = {"answer": "accepted" if accepted else "rejected", "note": _limited(note)}
    _answer(runtime, number, "customer.reply", values, name, note, actor)


def ask_about_offer(runtime: Runtime, number: str, question: str, *, actor: Actor) -> None:
    """Neither accept nor refuse yet, but ask. Raises InvalidInput, Conflict when no offer waits, NotFound."""
    if not question.strip():
        raise InvalidInput("The question is empty.", {"question": ["请填写内容 / Write something."]})
    values = {"answer": "question", "note": _limited(question)}
    _answer(runtime, number, "customer.reply", values, "contact.in", question, actor)


def withdraw(runtime: Runtime, number: str, reason: str = "", *, actor: Actor) -> None:
    """Withdraw the complaint; what is under way already runs on to its own end. Raises Conflict, NotFound."""
    _answer(runtime, number, "complaint.withdrawn", {"reason": _limited(reason)}, "complaint.withdrawn", reason, actor)


def escalate(runtime: Runtime, number: str, note: str = "", *, actor: Actor) -> None:
    """Ask for a supervisor. Asking again adds a note. Raises Conflict, NotFound."""
    _answer(runtime, number, "escalation.requested", {"note": _limited(note)}, "escalation.requested", note, actor)


def submit_tracking(
    runtime: Runtime, number: str, carrier: str, tracking_number: str, freight_paid: str = "", *, actor: Actor
) -> None:
    """Say by which parcel the goods come back, and what was paid to send it. Raises InvalidInput with fields, Conflict, NotFound."""
    fields = {
        name: ["此项必填 / This is needed."]
        for name, value in (("carrier", carrier), ("tracking_number", tracking_number))
        if not value.strip()
    }
    plain = normalize("NFKC", tracking_number).strip().upper()
    if plain and not TRACKING_NUMBER.fullmatch(plain):
        fields["tracking_number"] = [
            "请核对快递单号：6 到 32 位字母和数字 / Check the number: 6 to 32 letters and digits."
        ]
    paid = _amount(freight_paid)
    if paid is None:
        fields["freight_paid"] = ["请填写金额，例如 12.50 / Write an amount, such as 12.50."]
    if fields:
        raise InvalidInput("The parcel is not described.", fields)
    values = {"carrier": carrier.strip()[:64], "number": plain, "freight_paid": paid}
    words = f"{values['carrier']} {values['number']}" + (f" ¥{paid:.2f}" if paid else "")
    _answer(runtime, number, "tracking.submitted", values, "tracking.submitted", words, actor)


def _amount(written: str) -> float | None:
    """What was written as a sum, nothing for an empty field; None for what is none."""
    text = written.strip().lstrip("¥￥").removesuffix("元").strip()
    if not text:
        return 0.0
    return float(text) if re.fullmatch(r"\d{1,6}(\.\d{1,2})?", text, re.ASCII) else None


def carriers(runtime: Runtime) -> list[str]:
    """The carriers that a customer may choose from, or write another."""
    with runtime.unit_of_work(read_only=True) as uow:
        return str(setting(uow, "return.carriers")).split()


def where_to_return(runtime: Runtime) -> str:
    """The address that returned goods are sent to."""
    with runtime.unit_of_work(read_only=True) as uow:
        return str(setting(uow, "return.address"))


def cancel_return(runtime: Runtime, number: str, reason: str = "", *, actor: Actor) -> None:
    """Cancel a return before the goods are on their way. Raises Conflict, NotFound."""
    _answer(runtime, number, "aftersale.cancelled", {"reason": _limited(reason)}, "return.cancelled", reason, actor)


def write_message(runtime: Runtime, number: str, text: str, *, actor: Actor) -> None:
    """Write to us about a case; it waits to be read. Raises InvalidInput, NotFound."""
    if not text.strip():
        raise InvalidInput("The message is empty.", {"text": ["请填写内容 / Write something."]})

    def work(uow: UnitOfWork) -> None:
        case = readable_case(uow, number, actor)
        case.unread_at = case.unread_at or uow.now
        store_contact(
            runtime, uow, case, "customer", "portal", "in", _limited(text), "received", public=True, agent=None
        )

    runtime.transact(work, actor.tenant_id)


def answer_survey(
    runtime: Runtime,
    survey_key: int,
    solved: bool,
    score: int,
    comment: str = "",
    *,
    actor: Actor,
    grievance: bool = False,
    opt_out: bool = False,
) -> None:
    """Rate a case once: solved or not, 1 to 5, a comment. `grievance` says that there is something new to complain about,
    `opt_out` that they want to be asked no more, which their file remembers.

    The answer is kept also when no process waits for it any more. Raises InvalidInput, Conflict when it was answered, NotFound.
    """
    if score not in range(1, 6):
        raise InvalidInput("The score is from 1 to 5.", {"score": ["1 … 5"]})

    def work(uow: UnitOfWork) -> None:
        survey, case = _unanswered(uow, survey_key, actor)
        survey.solved, survey.score, survey.comment, survey.answered_at = solved, score, _limited(comment), uow.now
        values = {
            "solved": "yes" if solved else "no",
            "score": score,
            "comment": survey.comment,
            "grievance": grievance,
            "opt_out": opt_out,
        }
        if opt_out:
            refuse_callbacks(runtime, uow, case)
        _tell_process(runtime, uow, case, values, actor)
        record(runtime, uow, case, "customer", "message", "survey.answered", f"{score}/5 {survey.comment}".strip(),
               data={"solved": solved, "score": score}, public=True)  # fmt: skip

    runtime.transact(work, actor.tenant_id)


def refuse_survey(runtime: Runtime, survey_key: int, *, actor: Actor) -> None:
    """Answer nothing, and be asked no more; the customer's file remembers. Raises Conflict when it was answered, NotFound."""

    def work(uow: UnitOfWork) -> None:
        survey, case = _unanswered(uow, survey_key, actor)
        survey.answered_at = uow.now
        refuse_callbacks(runtime, uow, case)
        values = {"solved": None, "score": None, "comment": "", "grievance": False, "opt_out": True}
        _tell_process(runtime, uow, case, values, actor)

    runtime.transact(work, actor.tenant_id)


def _unanswered(uow: UnitOfWork, survey_key: int, actor: Actor) -> tuple[Survey, Case]:
    """The survey, locked, and its case."""
    survey = uow.session.scalars(select(Survey).where(Survey.key == survey_key).with_for_update()).one_or_none()
    case = uow.session.get(Case, survey.case_key) if survey else None
    if survey is None or case is None or not is_for(case, actor):
        raise NotFound(f"There is no survey {survey_key} for this customer.")
    if survey.answered_at is not None:
        raise Conflict("You have rated this already; thank you.")
    return survey, case


def _tell_process(runtime: Runtime, uow: UnitOfWork, case: Case, values: dict[str, Any], actor: Actor) -> None:
    turn = Turn(runtime, uow, actor.username)
    publish_within(turn, "survey.answered", case.number, values, hold=HELD)
    turn.finish()


def _answer(
    runtime: Runtime, number: str, message: str, values: dict[str, Any], name: str, words: str, actor: Actor
) -> None:
    def work(uow: UnitOfWork) -> None:
        case = readable_case(uow, number, actor)
        turn = Turn(runtime, uow, actor.username)
        told = [publish_within(turn, message, key, values, hold=HELD) for key in keys_of(case)]
        if not any(one.correlated or one.held for one in told):
            raise Conflict("This is no longer possible; look at the case again.")
        turn.finish()
        record(runtime, uow, case, "customer", "message", name, _limited(words), public=True)
        case.unread_at = case.unread_at or uow.now

    runtime.transact(work, actor.tenant_id)


def _limited(text: str) -> str:
    return text.strip()[:LONGEST]
