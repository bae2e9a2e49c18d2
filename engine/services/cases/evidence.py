"""The evidence pack of a case: what a platform, a regulator or a court asks for, gathered from what was written down."""

from typing import Any

from sqlalchemy import select

from engine.model.attachment import Attachment
from engine.model.case import Case, TimelineEntry
from engine.model.contact import Contact
from engine.model.customer import Customer
from engine.model.order import Refund
from engine.model.permissions import Actor
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services.cases.files import readable_case
from engine.services.customers.masking import mask_name, mask_phone

MOST = 500  # of each kind: a pack is read by people


def evidence_pack(runtime: Runtime, number: str, *, actor: Actor) -> dict[str, Any]:
    """The pack as it would be now, for a page to print. Raises NotFound, Forbidden without cases.read."""
    actor.require("cases.read")
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        return evidence_of(uow, readable_case(uow, number, actor))


def evidence_of(uow: UnitOfWork, case: Case, third_party: str = "") -> dict[str, Any]:
    """The pack as plain values; internal notes stay inside, and the customer is named as far as is needed."""
    customer = uow.session.get(Customer, case.customer_key) if case.customer_key else None
    return {
        "case_number": case.number,
        "third_party": third_party,
        "made_at": uow.now.isoformat(),
        "opened_at": case.created_at.isoformat(),
        "matter": case.matter or case.description,
        "wanted": case.wanted,
        "order_number": case.order_number,
        "promised_at": case.promised_at.isoformat() if case.promised_at else None,
        "reopened": case.reopened,
        "customer": {"name": mask_name(customer.name), "phone": mask_phone(customer.phone)} if customer else None,
        "contacts": _contacts(uow, case),
        "decisions": _entries(uow, case),
        "documents": _documents(uow, case),
        "refunds": _refunds(uow, case),
    }


def _contacts(uow: UnitOfWork, case: Case) -> list[dict[str, Any]]:
    query = select(Contact).where(Contact.case_key == case.key).order_by(Contact.at).limit(MOST)
    return [
        {
            "at": row.at.isoformat(),
            "channel": row.channel,
            "direction": row.direction,
            "by": row.agent,
            "content": row.content,
            "result": row.result,
        }
        for row in uow.session.scalars(query)
    ]


def _entries(uow: UnitOfWork, case: Case) -> list[dict[str, Any]]:
    kinds = ("step", "decision", "escalation", "sla")
    query = select(TimelineEntry).where(TimelineEntry.case_key == case.key, TimelineEntry.kind.in_(kinds))
    rows = uow.session.scalars(query.order_by(TimelineEntry.key).limit(MOST))
    return [{"at": row.at.isoformat(), "by": row.actor, "what": row.name, "text": row.text} for row in rows]


def _documents(uow: UnitOfWork, case: Case) -> list[dict[str, Any]]:
    query = select(Attachment).where(Attachment.case_key == case.key).order_by(Attachment.key).limit(MOST)
    return [
        {"name": row.name, "type": row.media_type, "sha256": row.sha256, "at": row.uploaded_at.isoformat()}
        for row in uow.session.scalars(query)
    ]


def _refunds(uow: UnitOfWork, case: Case) -> list[dict[str, Any]]:
    query = select(Refund).where(Refund.tenant_id == uow.tenant_id, Refund.case_number == case.number)
    rows = uow.session.scalars(query.order_by(Refund.at).limit(MOST))
    return [{"at": row.at.isoformat(), "amount": str(row.amount), "reference": row.reference} for row in rows]
