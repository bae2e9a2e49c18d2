"""What a customer sees of a case: where it stands in plain words, what was promised, and what they can do now."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from engine.model.base import table_of
from engine.model.case import Case, TimelineEntry
from engine.model.element import ElementInstance
from engine.model.permissions import Actor
from engine.model.sla import SlaClockRow
from engine.model.subscription import Subscription
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services import variables
from engine.services.attachments import AttachmentView, list_attachments
from engine.services.cases.files import readable_case
from engine.services.notifications import MessageView, messages_for_customer
from engine.services.portal.ahead import Milestone, NextStep, Promise, next_step, promises, way
from engine.services.portal.dues import page_of_due

_subscription, _element = table_of(Subscription), table_of(ElementInstance)

# What the customer may do, and the message that the process awaits for it. The key is the case's or the after-sale number.
ACTIONS = {
    "reply": "customer.reply",
    "withdraw": "complaint.withdrawn",
    "escalate": "escalation.requested",
    "track": "tracking.submitted",
    "cancel_return": "aftersale.cancelled",
    "pay": "payment.received",
}
# What an answer is about, by the element that waits for it; anything else waits for an answer to our offer.
ASKED_BY = {"await_answer": "finding", "await_choice": "no_stock"}
# A step as the customer reads it; a step that is not here is ours alone.
WORDS = {
    "case.opened": ("已受理", "Received"),
    "case.reopened": ("重新处理", "Opened again"),
    "stage.reopened": ("重新处理", "Opened again"),
    "stage.escalated": ("已升级至主管", "A supervisor looks after it"),
    "stage.mediated": ("调解完成", "Mediated"),
    "payment.refunded": ("已退款", "Refunded"),
    "payment.received": ("已收到您补的差价", "We have the difference that you paid"),
    "payment.late": ("逾期后收到您的付款，我们会退回", "Your payment came too late; we will pay it back"),
    "payment.claimed": ("您告知已付款", "You told us that you paid"),
    "shipment.exchange": ("换货已寄出", "Replacement sent"),
    "shipment.repaired": ("修好的商品已寄出", "Repaired article sent"),
    "parcel.delivered": ("快递已送达我们仓库", "The courier delivered your parcel to us"),
    "repair.success": ("已修好", "Repaired"),
    "repair.failure": ("未能修好，将另行处理", "Not repairable; we will find another way"),
    "shipment.ship_back": ("商品已寄回给您", "Sent back to you"),
    "case.closed": ("已结案", "Closed"),
    "contact.in": ("您的留言", "You wrote"),
    "contact.out": ("我们的回复", "We wrote"),
    "file.added": ("已上传文件", "File added"),
    "offer.accepted": ("您接受了方案", "You accepted the offer"),
    "offer.rejected": ("您未接受方案", "You refused the offer"),
    "complaint.withdrawn": ("您撤回了投诉", "You withdrew the complaint"),
    "escalation.requested": ("您要求升级处理", "You asked for a supervisor"),
    "tracking.submitted": ("您已寄回商品", "You sent the goods back"),
    "return.cancelled": ("您取消了售后申请", "You cancelled the request"),
    "warehouse.received": ("仓库已收到商品", "The warehouse has the goods"),
    "survey.answered": ("您已评价", "You rated us"),
}
STATUSES = {
    "open": ("处理中", "In progress"),
    "waiting_customer": ("等待您的答复", "Waiting for you"),
    "escalated": ("主管处理中", "With a supervisor"),
    "closed": ("已结案", "Closed"),
}


@dataclass(frozen=True, slots=True)
class PortalStep:
    """Something that happened, in both languages."""

    at: datetime
    zh: str
    en: str
    text: str


@dataclass(frozen=True, slots=True)
class Offer:
    """What we offer and the customer may accept or refuse."""

    remedy: str | None
    amount: float | None
    note: str | None
    apology: bool
    about: str = "offer"  # offer, finding (of an inspection) or no_stock


@dataclass(frozen=True, slots=True)
class PortalCase:
    """A case as its customer sees it. `actions` are the names of what they can do now; `answer_by` the promised moment."""

    number: str
    kind: str
    title: str
    description: str
    status: str
    status_zh: str
    status_en: str
    outcome: str | None
    order_number: str | None
    order_known: bool
    created_at: datetime
    closed_at: datetime | None
    answer_by: datetime | None
    steps: list[PortalStep]
    actions: frozenset[str]
    offer: Offer | None
    aftersale_number: str | None
    next: NextStep | None
    way: list[Milestone]
    promises: list[Promise]
    messages: list[MessageView]
    files: list[AttachmentView]
    pay_at: str | None = None  # where they pay what they owe


@dataclass(frozen=True, slots=True)
class CaseLine:
    number: str
    kind: str
    title: str
    status_zh: str
    status_en: str
    created_at: datetime
    is_open: bool
    todo: frozenset[str]


# What waits for the customer, rather than what they only may do.
DUTIES = frozenset({"reply", "track", "choose", "pay"})


def my_cases(runtime: Runtime, *, actor: Actor, limit: int = 50) -> list[CaseLine]:
    """A customer's own cases, the newest first. Raises Forbidden without portal.use."""
    actor.require("portal.use")
    query = select(Case).where(Case.tenant_id == actor.tenant_id, Case.customer_key == actor.customer_key)
    if actor.only_case is not None:
        query = query.where(Case.number == actor.only_case)
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        rows = uow.session.scalars(query.order_by(Case.created_at.desc(), Case.key.desc()).limit(limit))
        return [
            CaseLine(
                case.number,
                case.kind,
                case.title,
                *STATUSES[case.status],
                created_at=case.created_at,
                is_open=case.is_open,
                todo=DUTIES & awaited_by(uow, case).keys() if case.is_open else frozenset(),
            )
            for case in list(rows)
            if actor.customer_key is not None
        ]


def case_page(runtime: Runtime, number: str, *, actor: Actor) -> PortalCase:
    """One's own case. Raises NotFound, also for another's."""
    messages = messages_for_customer(runtime, number, actor=actor)
    files = list_attachments(runtime, number, actor=actor)
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        case = readable_case(uow, number, actor)
        awaited = awaited_by(uow, case)
        ahead, stage = next_step(uow, case) if case.is_open else (None, 0)
        words = STATUSES[case.status]
        return PortalCase(
            number=case.number,
            kind=case.kind,
            title=case.title,
            description=case.description,
            status=case.status,
            status_zh=words[0],
            status_en=words[1],
            outcome=case.outcome,
            order_number=case.order_number,
            order_known=case.order_known,
            created_at=case.created_at,
            closed_at=case.closed_at,
            answer_by=_answer_by(uow, case),
            steps=_steps(uow, case),
            actions=frozenset(awaited),
            offer=_offer(uow, awaited["reply"]) if "reply" in awaited else None,
            aftersale_number=case.attributes.get("aftersale_number"),
            next=ahead,
            way=way(case, stage),
            promises=promises(uow, case),
            messages=messages,
            files=files,
            pay_at=page_of_due(runtime, uow, case) if "pay" in awaited else None,
        )


def awaited_by(uow: UnitOfWork, case: Case) -> dict[str, int]:
    """What the case's processes wait for from the customer now: the action's name and the waiting element instance."""
    names = {message: action for action, message in ACTIONS.items()}
    query = select(_subscription.c.name, _subscription.c.element_instance_key).where(
        _subscription.c.tenant_id == uow.tenant_id,
        _subscription.c.kind == "message",
        _subscription.c.name.in_(names),
        _subscription.c.correlation_key.in_(keys_of(case)),
    )
    return {names[name]: element for name, element in uow.connection.execute(query)}


def keys_of(case: Case) -> list[str]:
    """The correlation keys of a case: its own number and that of its return."""
    return [key for key in (case.number, case.attributes.get("aftersale_number")) if key]


def _offer(uow: UnitOfWork, element_key: int) -> Offer:
    known: dict[str, Any] = variables.visible(uow, element_key, ("remedy", "amount", "plan_note", "apology"))
    amount = known.get("amount")
    shown = float(amount) if isinstance(amount, int | float) else None
    waiting = uow.connection.execute(select(_element.c.element_id).where(_element.c.key == element_key)).scalar()
    about = ASKED_BY.get(str(waiting), "offer")
    return Offer(known.get("remedy"), shown, known.get("plan_note"), known.get("apology") is True, about)


def _answer_by(uow: UnitOfWork, case: Case) -> datetime | None:
    """The promised moment, else when the resolution is due."""
    if not case.is_open or case.promised_at is not None:
        return case.promised_at
    query = select(SlaClockRow.breach_at).where(SlaClockRow.case_key == case.key, SlaClockRow.name == "resolution")
    return uow.session.scalar(query.order_by(SlaClockRow.round.desc()).limit(1))


def _steps(uow: UnitOfWork, case: Case) -> list[PortalStep]:
    query = select(TimelineEntry).where(
        TimelineEntry.case_key == case.key, TimelineEntry.public, TimelineEntry.name.in_(WORDS)
    )
    # What was asked at the beginning stands at the top of the page already.
    asked = (TimelineEntry.name == "contact.in") & (TimelineEntry.text == case.description)
    rows = uow.session.scalars(query.where(~asked).order_by(TimelineEntry.key))
    # A note on a stage was written for us.
    return [
        PortalStep(row.at, *WORDS[row.name], text="" if row.name.startswith("stage.") else row.text) for row in rows
    ]
