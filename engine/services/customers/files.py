"""A customer's file: making, matching, changing, searching. Personal data is masked for who lacks the permission."""

import re
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Text, or_, select, type_coerce

from engine.errors import Conflict, InvalidInput, Unavailable
from engine.model.base import to_json
from engine.model.channel import ChannelIdentity
from engine.model.customer import Customer, normal_email, normal_phone
from engine.model.permissions import Actor
from engine.persistence import UnitOfWork, holds_for
from engine.runtime import Runtime
from engine.services import search as search_index
from engine.services.customers.masking import mask_address, mask_email, mask_phone
from engine.services.outside import outside
from engine.services.rows import add
from engine.services.trail import note

_ORDER = re.compile(r"[A-Za-z]{1,8}-?[0-9][0-9-]{0,40}|[0-9]{6,40}")
CHANGEABLE = frozenset(
    [
        "name",
        "phone",
        "email",
        "address",
        "tier",
        "language",
        "preferred_channel",
        "consent",
        "tags",
        "notes",
        "owner",
        "referred_by_key",
    ]
)


@dataclass(frozen=True, slots=True)
class CustomerView:
    """A customer's file as its reader may see it; `masked` says that personal data is hidden."""

    key: int
    name: str
    phone: str | None
    email: str | None
    address: str | None
    tier: str
    language: str
    preferred_channel: str
    consent: dict[str, Any]
    tags: list[str]
    notes: str
    owner: str | None
    created_at: datetime
    updated_at: datetime
    reviewed_at: datetime | None
    revision: int
    masked: bool


def create_customer(runtime: Runtime, values: dict[str, Any], *, actor: Actor) -> int:
    """Make a file and return its key. Raises InvalidInput with fields, Forbidden without customers.write."""
    actor.require("customers.write")
    return runtime.transact(lambda uow: new_customer(runtime, uow, values).key, actor.tenant_id)


def new_customer(
    runtime: Runtime, uow: UnitOfWork, values: dict[str, Any], known_by_name_alone: bool = False
) -> Customer:
    """The row of a new file, checked and flushed."""
    customer = add(runtime, uow, Customer, created_at=uow.now, updated_at=uow.now, **_cleaned(values))
    for name, default in (("tier", "C"), ("preferred_channel", "sms"), ("name", "")):
        setattr(customer, name, getattr(customer, name) or default)
    customer.check(known_by_name_alone)
    uow.flush()
    return customer


def match_customer(runtime: Runtime, uow: UnitOfWork, values: dict[str, Any]) -> tuple[Customer, bool]:
    """The file with this phone or else this e-mail, and whether it was made now because there was none.

    A file that is found keeps its name; an address that it lacked is added. Raises InvalidInput when neither is given.
    """
    cleaned = _cleaned(values)
    found = find_by_address(uow, cleaned.get("phone"), cleaned.get("email"))
    if found is None:
        return new_customer(runtime, uow, values), True
    found.phone, found.email = found.phone or cleaned.get("phone"), found.email or cleaned.get("email")
    return found, False


def find_by_address(uow: UnitOfWork, phone: str | None, email: str | None) -> Customer | None:
    """The oldest file with this phone; else, with this e-mail."""
    for column, value in ((Customer.phone, normal_phone(phone)), (Customer.email, normal_email(email))):
        query = select(Customer).where(Customer.tenant_id == uow.tenant_id, column == value).order_by(Customer.key)
        found = uow.session.scalars(query.limit(1)).one_or_none() if value else None
        if found is not None:
            return found
    return None


def has_identity(uow: UnitOfWork, customer_key: int) -> bool:
    """Whether a platform reaches this customer."""
    query = select(ChannelIdentity.key).where(ChannelIdentity.customer_key == customer_key).limit(1)
    return uow.session.scalar(query) is not None


def change_customer(runtime: Runtime, key: int, revision: int, changes: dict[str, Any], *, actor: Actor) -> int:
    """Change a file and return its new revision. A tier set here is no longer changed by purchases.

    Raises Conflict when somebody changed it since `revision`, InvalidInput, NotFound, Forbidden.
    """
    actor.require("customers.write")
    unknown = sorted(changes.keys() - CHANGEABLE)
    if unknown:
        raise InvalidInput(f"A customer's file has no field {', '.join(unknown)}.")

    def work(uow: UnitOfWork) -> int:
        customer = uow.get(Customer, key)
        if customer.revision != revision:
            raise Conflict("Somebody else changed this file meanwhile; look at it again.")
        cleaned = _cleaned(changes)
        before = {name: getattr(customer, name) for name in cleaned if getattr(customer, name) != cleaned[name]}
        for name, value in cleaned.items():
            setattr(customer, name, value)
        customer.tier_fixed = customer.tier_fixed or "tier" in changes
        customer.updated_at = uow.now
        customer.check(known_by_name_alone=has_identity(uow, customer.key))
        uow.flush()
        note(runtime, uow, actor, "customer.change", key, before, {name: cleaned[name] for name in before})
        return customer.revision

    return runtime.transact(work, actor.tenant_id)


def mark_reviewed(runtime: Runtime, key: int, *, actor: Actor) -> None:
    """Say that the file was checked and is right. Raises NotFound, Forbidden without customers.write."""
    actor.require("customers.write")

    def work(uow: UnitOfWork) -> None:
        uow.get(Customer, key).reviewed_at = uow.now

    runtime.transact(work, actor.tenant_id)


def get_customer(runtime: Runtime, key: int, *, actor: Actor) -> CustomerView:
    """One file; a customer may read their own. Raises NotFound, Forbidden without customers.read."""
    if actor.customer_key != key or actor.only_case is not None:
        actor.require("customers.read")
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        return view(uow.get(Customer, key), actor)


def search_customers(
    runtime: Runtime,
    search: str = "",
    *,
    actor: Actor,
    tier: str | None = None,
    tag: str | None = None,
    after: int | None = None,
    limit: int = 50,
) -> list[CustomerView]:
    """Files whose name, phone, e-mail, notes or tags hold the words, the newest first, at most 1000 of them; `after` is the
    last key of the page before. Words that nothing holds may be the number of an order: then its buyer's.

    Raises Forbidden without customers.read.
    """
    actor.require("customers.read")
    # SQLite would sort all of them by name's index, as it takes a tenant for one of many.
    theirs = holds_for("0.999", Customer.tenant_id == actor.tenant_id, runtime.database.is_sqlite)
    query = select(Customer).where(theirs).order_by(Customer.key.desc()).limit(limit)
    if tier:
        query = query.where(Customer.tier == tier)
    if tag:
        query = query.where(type_coerce(Customer.tags, Text).contains(to_json(tag), autoescape=True))
    if after is not None:
        query = query.where(Customer.key < after)
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        if search.strip():
            query = query.where(Customer.key.in_(_found(uow, search)))
        found = [view(customer, actor) for customer in uow.session.scalars(query)]
    return found or ([] if tier or tag or after else _buyer(runtime, search.strip(), actor))


def _found(uow: UnitOfWork, words: str) -> list[int]:
    """By an exact phone, however it was typed; else by words, the end of a phone, or a tag."""
    phone = normal_phone(words)
    exact = select(Customer.key).where(Customer.tenant_id == uow.tenant_id, Customer.phone == phone)
    found = list(uow.session.scalars(exact)) if phone else []
    return found or search_index.find(uow, search_index.CUSTOMER, words, limit=1000)


def _buyer(runtime: Runtime, number: str, actor: Actor) -> list[CustomerView]:
    """The file of who placed the order of that number, in capitals or not."""
    if not (_ORDER.fullmatch(number) and actor.may("orders.read")):
        return []
    try:
        order = outside(runtime).order(number) or outside(runtime).order(number.upper())
    except Unavailable:
        return []
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        customer = find_by_address(uow, order.customer_phone, None) if order else None
        return [view(customer, actor)] if customer else []


def stale_customers(runtime: Runtime, older_than: timedelta, *, actor: Actor, limit: int = 100) -> list[CustomerView]:
    """Files that nobody has changed or reviewed for so long, the oldest first. Raises Forbidden."""
    actor.require("customers.read")
    border = runtime.now() - older_than
    query = select(Customer).where(
        Customer.tenant_id == actor.tenant_id,
        Customer.updated_at < border,
        or_(Customer.reviewed_at.is_(None), Customer.reviewed_at < border),
    )
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        rows = uow.session.scalars(query.order_by(Customer.updated_at).limit(limit))
        return [view(customer, actor) for customer in rows]


def view(customer: Customer, actor: Actor) -> CustomerView:
    """The file as this actor may see it."""
    names = [field.name for field in fields(CustomerView) if field.name != "masked"]
    values = {name: getattr(customer, name) for name in names}
    masked = not actor.may("customers.read_personal") and actor.customer_key != customer.key
    if masked:
        values |= {"phone": mask_phone(customer.phone), "email": mask_email(customer.email)}
        values |= {"address": mask_address(customer.address)}
    return CustomerView(**values, masked=masked)


def _cleaned(values: dict[str, Any]) -> dict[str, Any]:
    cleaned = {name: value for name, value in values.items() if name in CHANGEABLE}
    if "phone" in cleaned:
        cleaned["phone"] = normal_phone(cleaned["phone"])
    if "email" in cleaned:
        cleaned["email"] = normal_email(cleaned["email"])
    return cleaned
