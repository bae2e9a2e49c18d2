"""Lists of cases: filtered, searched, in pages."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Select, select, union_all

from engine.model.case import OPEN_STATUSES, Case
from engine.model.customer import Customer
from engine.model.desk import CaseFollower
from engine.model.permissions import Actor
from engine.persistence import UnitOfWork, holds_for
from engine.runtime import Runtime
from engine.services import search as search_index
from engine.services.cases.exact import exact_cases
from engine.services.customers.masking import mask_phone

MOST_FOUND = 1000


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One line of a list; the customer's phone is masked for who may not see it."""

    key: int
    number: str
    kind: str
    title: str
    status: str
    outcome: str | None
    level: str | None
    channel: str
    owner: str | None
    order_number: str | None
    order_known: bool
    priority: int
    reopened: int
    promised_at: datetime | None
    escalated_at: datetime | None
    unread_at: datetime | None
    created_at: datetime
    updated_at: datetime
    customer_key: int | None
    customer_name: str | None
    customer_phone: str | None
    customer_tier: str | None


def list_cases(
    runtime: Runtime,
    *,
    actor: Actor,
    search: str = "",
    status: str | None = None,
    kind: str | None = None,
    owner: str | None = None,
    level: str | None = None,
    channel: str | None = None,
    customer_key: int | None = None,
    following: str | None = None,
    numbers: Collection[str] | None = None,
    after: int | None = None,
    limit: int = 50,
) -> list[CaseRow]:
    """Cases, the newest first. `status` may be "any_open"; `search` is a number, an order, a name, a phone or words.

    `following` is whose followed cases; `numbers` are the only ones wanted; `after` is the last key of the page before.
    At most `MOST_FOUND` are found by words: who finds more has to say more. Raises Forbidden without cases.read.
    """
    actor.require("cases.read")
    wanted = {"kind": kind, "owner": owner, "level": level, "channel": channel, "customer_key": customer_key}
    conditions = [getattr(Case, name) == value for name, value in wanted.items() if value is not None]
    if numbers is not None:
        conditions.append(Case.number.in_(numbers))
    if following is not None:
        followed = select(CaseFollower.case_key).where(
            CaseFollower.tenant_id == actor.tenant_id, CaseFollower.username == following
        )
        conditions.append(Case.key.in_(followed))
    of_tenant = Case.tenant_id == actor.tenant_id
    # Where nothing narrows them SQLite would sort them all, as it takes a tenant for one of many.
    is_all = not (conditions or status or search.strip())
    conditions.append(holds_for("0.999", of_tenant, runtime.database.is_sqlite) if is_all else of_tenant)
    if after is not None:
        conditions.append(Case.key < after)
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        if search.strip():
            conditions.append(Case.key.in_(_found(uow, search.strip(), status == "any_open")))
        query = select(Case, Customer).outerjoin(Customer, Customer.key == Case.customer_key)
        query = query.where(Case.key.in_(_newest(conditions, status, limit))).order_by(Case.key.desc()).limit(limit)
        return [_row(case, customer, actor) for case, customer in uow.session.execute(query)]


def _newest(conditions: list[ColumnElement[bool]], status: str | None, limit: int) -> Select[Any] | CompoundSelect[Any]:
    """The keys of the newest cases, of each status along the index that has them in order."""
    query = select(Case.key).where(*conditions).order_by(Case.key.desc()).limit(limit)
    if not status:
        return query
    statuses = OPEN_STATUSES if status == "any_open" else (status,)
    return union_all(*(select(query.where(Case.status == one).subquery().c.key) for one in statuses))


def _found(uow: UnitOfWork, words: str, only_open: bool) -> list[int]:
    """By number, order or phone; by words where there is none of these."""
    found = exact_cases(uow, words, MOST_FOUND)
    if found:
        return found
    marks = [search_index.OPEN] if only_open else []
    return search_index.find(uow, search_index.CASE, words, marks=marks, limit=MOST_FOUND)


def _row(case: Case, customer: Customer | None, actor: Actor) -> CaseRow:
    names = [
        name
        for name in CaseRow.__dataclass_fields__
        if name not in ("customer_name", "customer_phone", "customer_tier")
    ]
    phone = customer.phone if customer else None
    return CaseRow(
        **{name: getattr(case, name) for name in names},
        customer_name=customer.name if customer else None,
        customer_phone=phone if actor.may("customers.read_personal") else mask_phone(phone),
        customer_tier=customer.tier if customer else None,
    )
