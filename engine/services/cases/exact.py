"""Cases by what identifies them, each looked up along its own index."""

from __future__ import annotations

from sqlalchemy import ColumnElement, select

from engine.model.case import Case
from engine.model.customer import Customer, normal_phone
from engine.persistence import UnitOfWork


def exact_cases(uow: UnitOfWork, words: str, limit: int, *conditions: ColumnElement[bool]) -> list[int]:
    """The keys of the cases with that number, that order or that customer's phone: of the first of these that there are."""
    phone = normal_phone(words) or words
    theirs = select(Customer.key).where(Customer.tenant_id == uow.tenant_id, Customer.phone == phone).limit(limit)
    customers = list(uow.session.scalars(theirs))
    cases = select(Case.key).where(Case.tenant_id == uow.tenant_id, *conditions).limit(limit)
    for condition in (Case.number == words.upper(), Case.order_number == words, Case.customer_key.in_(customers)):
        found = list(uow.session.scalars(cases.where(condition)))
        if found:
            return found
    return []
