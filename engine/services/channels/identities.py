"""Whose message it is: by the name on the platform, else by phone, else by e-mail; several names may be one customer's."""

from sqlalchemy import select

from engine.model.channel import ChannelIdentity
from engine.model.customer import Customer
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services.channels.incoming import Incoming
from engine.services.customers.files import find_by_address, new_customer
from engine.services.rows import add


def customer_of(runtime: Runtime, uow: UnitOfWork, incoming: Incoming) -> Customer:
    """The sender's file, made now when nobody knows them. The name on the platform is remembered for them.

    A phone number or an address that a platform passes on was not proved by it: it finds a file, and fills one that is new.
    """
    known = identity(uow, incoming)
    customer = uow.session.get(Customer, known.customer_key) if known is not None else None
    if customer is None:
        customer = find_by_address(uow, incoming.phone, _email(incoming)) or _new(runtime, uow, incoming)
    if known is None and incoming.platform:
        add(
            runtime,
            uow,
            ChannelIdentity,
            channel=incoming.channel,
            platform=incoming.platform,
            identifier=incoming.sender,
            display_name=incoming.sender_name or incoming.sender,
            customer_key=customer.key,
            created_at=uow.now,
        )
        uow.flush()
    return customer


def identity(uow: UnitOfWork, incoming: Incoming) -> ChannelIdentity | None:
    """Under what name the sender is known on the platform. A person has one name on it, whichever kind of message they send."""
    if not incoming.platform:
        return None
    query = select(ChannelIdentity).where(
        ChannelIdentity.tenant_id == uow.tenant_id,
        ChannelIdentity.platform == incoming.platform,
        ChannelIdentity.identifier == incoming.sender,
    )
    return uow.session.scalars(query.order_by(ChannelIdentity.key).limit(1)).one_or_none()


def is_theirs(uow: UnitOfWork, incoming: Incoming, customer_key: int | None) -> bool:
    """Whether the sender is known to be this customer: by their address, or by their name on the platform."""
    customer = uow.session.get(Customer, customer_key) if customer_key is not None else None
    if customer is None or incoming.suspect:
        return False
    known = identity(uow, incoming)
    if known is not None:
        return known.customer_key == customer.key
    return bool(incoming.channel == "email" and customer.email == incoming.sender)


def _email(incoming: Incoming) -> str | None:
    return incoming.sender if incoming.channel == "email" else incoming.email


def _new(runtime: Runtime, uow: UnitOfWork, incoming: Incoming) -> Customer:
    values = {
        "name": (incoming.sender_name or incoming.sender)[:255],
        "phone": incoming.phone,
        "email": _email(incoming),
        "preferred_channel": "email" if incoming.channel == "email" else "portal" if incoming.platform else "sms",
    }
    return new_customer(runtime, uow, values, known_by_name_alone=bool(incoming.platform))
