"""Finding one's case without its link: by its number and the phone number or e-mail address that was given with it."""

from __future__ import annotations

import re

from engine.errors import NotFound
from engine.runtime import Runtime
from engine.services.cases import get_case
from engine.services.people import SYSTEM

_COUNTRY = re.compile(r"^(\+|00)86")


def customer_of(runtime: Runtime, number: str, contact: str) -> int | None:
    """The key of the case's customer when the contact is theirs; None for anything else, without saying what was wrong."""
    try:
        customer = get_case(runtime, number, actor=SYSTEM, entries_shown=1).customer
    except NotFound:
        return None
    given = _plain(contact)
    known = {_plain(address) for address in (customer.phone, customer.email) if address} if customer else set()
    return customer.key if customer and given and given in known else None


def _plain(contact: str) -> str:
    text = contact.strip().lower()
    return text if "@" in text else re.sub(r"\D", "", _COUNTRY.sub("", re.sub(r"[\s()-]", "", text)))
