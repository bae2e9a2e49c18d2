"""How a customer proves who they are: a code that is sent to the phone or mailbox in their file, good for minutes and a few tries."""

import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from sqlalchemy import delete, func, select, update

from engine.connectors.messages import Mail, TextMessage
from engine.connectors.orders import OrderRecord
from engine.errors import Forbidden, InvalidInput, Unavailable
from engine.model.base import DEFAULT_TENANT
from engine.model.customer import Customer, normal_email, normal_phone
from engine.model.permissions import Actor
from engine.model.portal_code import PortalCode
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services.customers.files import find_by_address, new_customer
from engine.services.notifications.templates import render, template
from engine.services.outside import outside
from engine.services.people.actors import customer_actor
from engine.services.rows import add

VALID = timedelta(minutes=10)
MOST_TRIES, MOST_AN_HOUR = 5, 5
_WRONG = "验证码不对或已过期 / The code is wrong or has expired."


class CodesThrottled(Forbidden):
    """Too many codes were asked for this phone or mailbox within the hour."""


@dataclass(frozen=True, slots=True)
class AskedCode:
    """That a code was asked for. `shown` is the code itself on a demo or test desk that can send nothing, else None."""

    contact: str
    shown: str | None = None


def ask_code(runtime: Runtime, contact: str, language: str = "zh", tenant_id: str = DEFAULT_TENANT) -> AskedCode:
    """Send a code to this phone or mailbox, if it is a customer's or a buyer's; the answer is the same if it is nobody's.

    Raises InvalidInput with the field `contact`, CodesThrottled, Unavailable when we can send nothing there.
    """
    address = normal_contact(contact)
    demo = runtime.settings.mode in ("demo", "test") and _sender(runtime, address) is None
    if not demo and _sender(runtime, address) is None:
        raise Unavailable("No codes can be sent there now.")
    _throttle(runtime, address, tenant_id)
    code = f"{secrets.randbelow(1_000_000):06d}"
    known = _is_known(runtime, address, tenant_id)
    # An unknown address gets a row as well, so that asking takes the same steps and the same limits hold.
    key = runtime.transact(lambda uow: _store(runtime, uow, address, code), tenant_id)
    if known and not demo:
        _send(runtime, address, code, language, f"portal-code-{key}")
    return AskedCode(address, code if demo and known else None)


def prove(runtime: Runtime, contact: str, code: str, language: str = "zh", tenant_id: str = DEFAULT_TENANT) -> int:
    """The customer whose phone or mailbox this is, when the code is the one that was sent last; a buyer without a file gets one.

    A code counts once, within its time and a few tries. Raises InvalidInput with the field `code`.
    """
    address = normal_contact(contact)
    if not runtime.transact(lambda uow: _use(runtime, uow, address, code), tenant_id):
        raise InvalidInput("The code is wrong or has expired.", {"code": [_WRONG]})
    order = _latest_order(runtime, address)

    def work(uow: UnitOfWork) -> int:
        email, phone = (address, None) if "@" in address else (None, address)
        customer = find_by_address(uow, phone, email)
        if customer is None:
            name = order.customer_name if order else address
            customer = new_customer(runtime, uow, {"name": name, "phone": phone, "email": email, "language": language})
        return customer.key

    return runtime.transact(work, tenant_id)


def proven_actor(runtime: Runtime, customer_key: int, tenant_id: str = DEFAULT_TENANT) -> Actor | None:
    """A customer who proved who they are, and sees all that is theirs; None when there is no such file any more."""
    with runtime.unit_of_work(read_only=True, tenant_id=tenant_id) as uow:
        customer = uow.session.get(Customer, customer_key)
        if customer is None or customer.tenant_id != tenant_id:
            return None
        return customer_actor(customer.key, customer.name, None, tenant_id, customer.language)


def normal_contact(contact: str) -> str:
    """The phone number or e-mail address as it is kept. Raises InvalidInput with the field `contact`."""
    email, phone = (normal_email(contact) or "", "") if "@" in contact else ("", normal_phone(contact) or "")
    if "@" in contact and email.count("@") == 1 and "." in email.partition("@")[2] and len(email) <= 320:
        return email
    if "@" not in contact and 6 <= len(phone) <= 20:
        return phone
    raise InvalidInput(
        "This is no contact.", {"contact": ["请填写手机号或邮箱 / Enter a phone number or an e-mail address."]}
    )


def purge_codes(uow: UnitOfWork) -> int:
    """Remove codes whose time is long over; returns how many."""
    gone = uow.session.execute(delete(PortalCode).where(PortalCode.expires_at < uow.now - timedelta(days=1)))
    return int(getattr(gone, "rowcount", 0))


def _throttle(runtime: Runtime, address: str, tenant_id: str) -> None:
    with runtime.unit_of_work(read_only=True, tenant_id=tenant_id) as uow:
        recent = select(func.count()).where(
            PortalCode.tenant_id == tenant_id,
            PortalCode.contact == address,
            PortalCode.created_at > uow.now - timedelta(hours=1),
        )
        if (uow.session.scalar(recent) or 0) >= MOST_AN_HOUR:
            raise CodesThrottled("Too many codes were asked for; wait an hour.")


def _is_known(runtime: Runtime, address: str, tenant_id: str) -> bool:
    with runtime.unit_of_work(read_only=True, tenant_id=tenant_id) as uow:
        email, phone = (address, None) if "@" in address else (None, address)
        if find_by_address(uow, phone, email) is not None:
            return True
    return _latest_order(runtime, address) is not None


def _latest_order(runtime: Runtime, address: str) -> OrderRecord | None:
    found = None if "@" in address else outside(runtime).orders_of(address, 1)
    return found[0] if found else None


def _store(runtime: Runtime, uow: UnitOfWork, address: str, code: str) -> int:
    row = add(runtime, uow, PortalCode, contact=address, code_hash="", created_at=uow.now, expires_at=uow.now + VALID)
    row.code_hash = _hash(runtime, row.key, code)
    uow.flush()
    return row.key


def _use(runtime: Runtime, uow: UnitOfWork, address: str, code: str) -> bool:
    """Count the try on the newest code first, so that tries at the same moment cannot be more than there are."""
    newest = (
        select(PortalCode)
        .where(PortalCode.tenant_id == uow.tenant_id, PortalCode.contact == address)
        .order_by(PortalCode.created_at.desc(), PortalCode.key.desc())
        .limit(1)
    )
    row = uow.session.scalars(newest).one_or_none()
    if row is None or row.expires_at <= uow.now:
        return False
    counted = (
        update(PortalCode)
        .where(PortalCode.key == row.key, PortalCode.tries < MOST_TRIES, PortalCode.used_at.is_(None))
        .values(tries=PortalCode.tries + 1)
    )
    if getattr(uow.session.execute(counted), "rowcount", 0) != 1:
        return False
    given = "".join(character for character in code if character.isascii() and character.isdecimal())
    if not hmac.compare_digest(row.code_hash, _hash(runtime, row.key, given)):
        return False
    row.used_at = uow.now
    return True


def _hash(runtime: Runtime, key: int, code: str) -> str:
    return hmac.new(runtime.settings.signing_key().encode(), f"portal.code:{key}:{code}".encode(), sha256).hexdigest()


def _sender(runtime: Runtime, address: str) -> object | None:
    connectors = outside(runtime)
    return connectors.mail if "@" in address else connectors.text


def _send(runtime: Runtime, address: str, code: str, language: str, key: str) -> None:
    """Send it, and keep it nowhere: whoever reads the outbox must not open a customer's orders."""
    words, zone = template(runtime, "portal_code").words(language), runtime.settings.time_zone
    values = {"code": code, "minutes": str(int(VALID.total_seconds() // 60))}
    connectors = outside(runtime)
    if "@" in address and connectors.mail:
        subject, body = render(words.subject, values, zone, language), render(words.text, values, zone, language)
        connectors.mail.send(Mail(address, subject, body, key))
    elif connectors.text:
        connectors.text.send(TextMessage(address, render(words.sms, values, zone, language), key))
