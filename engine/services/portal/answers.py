"""What a customer answers to a process that waits for it; each is refused when nothing waits any more."""

from typing import Any

from sqlalchemy import select

from engine.errors import Conflict, InvalidInput, NotFound
from engine.model.case import Case
from engine.model.notification import Survey
from engine.model.permissions import Actor
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services.cases.contacts import store_contact
from engine.services.cases.files import readable_case
from engine.services.cases.timeline import record
from engine.services.messages import publish_within
from engine.services.portal.following import keys_of
from engine.services.portal.surveys import is_for
from engine.services.turn import Turn

LONGEST = 5000


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


def submit_tracking(runtime: Runtime, number: str, carrier: str, tracking_number: str, *, actor: Actor) -> None:
    """Say by which parcel the goods come back. Raises InvalidInput with fields, Conflict, NotFound."""
    fields = {
        name: ["此项必填 / This is needed."]
        for name, value in (("carrier", carrier), ("tracking_number", tracking_number))
        if not value.strip()
    }
    if fields:
        raise InvalidInput("The parcel is not described.", fields)
    values = {"carrier": carrier.strip()[:64], "number": tracking_number.strip()[:64]}
    words = f"{values['carrier']} {values['number']}"
    _answer(runtime, number, "tracking.submitted", values, "tracking.submitted", words, actor)


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
) -> None:
    """Rate a case once: solved or not, 1 to 5, a comment; `grievance` says that there is something new to complain about.

    The answer is kept also when no process waits for it any more. Raises InvalidInput, Conflict when it was answered, NotFound.
    """
    if score not in range(1, 6):
        raise InvalidInput("The score is from 1 to 5.", {"score": ["1 … 5"]})

    def work(uow: UnitOfWork) -> None:
        survey = uow.session.scalars(select(Survey).where(Survey.key == survey_key).with_for_update()).one_or_none()
        case = uow.session.get(Case, survey.case_key) if survey else None
        if survey is None or case is None or not is_for(case, actor):
            raise NotFound(f"There is no survey {survey_key} for this customer.")
        if survey.answered_at is not None:
            raise Conflict("You have rated this already; thank you.")
        survey.solved, survey.score, survey.comment, survey.answered_at = solved, score, _limited(comment), uow.now
        values = {
            "solved": "yes" if solved else "no",
            "score": score,
            "comment": survey.comment,
            "grievance": grievance,
        }
        turn = Turn(runtime, uow, actor.username)
        publish_within(turn, "survey.answered", case.number, values)
        turn.finish()
        record(runtime, uow, case, "customer", "message", "survey.answered", f"{score}/5 {survey.comment}".strip(),
               data={"solved": solved, "score": score}, public=True)  # fmt: skip

    runtime.transact(work, actor.tenant_id)


def _answer(
    runtime: Runtime, number: str, message: str, values: dict[str, Any], name: str, words: str, actor: Actor
) -> None:
    def work(uow: UnitOfWork) -> None:
        case = readable_case(uow, number, actor)
        turn = Turn(runtime, uow, actor.username)
        taken = [
            instance for key in keys_of(case) for instance in publish_within(turn, message, key, values).correlated
        ]
        if not taken:
            raise Conflict("This is no longer possible; look at the case again.")
        turn.finish()
        record(runtime, uow, case, "customer", "message", name, _limited(words), public=True)
        case.unread_at = case.unread_at or uow.now

    runtime.transact(work, actor.tenant_id)


def _limited(text: str) -> str:
    return text.strip()[:LONGEST]
