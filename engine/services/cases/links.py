"""Signed links that let a customer into one case, one survey or one payment: they expire, and cannot be guessed or changed."""

from datetime import datetime
from typing import Any

from itsdangerous import BadSignature, URLSafeSerializer

from engine.calendars import parse_duration
from engine.errors import Forbidden
from engine.model.base import DEFAULT_TENANT
from engine.model.case import Case
from engine.model.customer import Customer
from engine.model.permissions import Actor
from engine.runtime import Runtime
from engine.services.people.actors import customer_actor
from engine.services.settings import setting


class LinkRefused(Forbidden):
    """The link is not ours, was changed, or has expired."""


class LinkExpired(LinkRefused):
    """The link was ours, and its time is over; `number` is the case that it was about."""

    def __init__(self, message: str, number: str, language: str = "") -> None:
        super().__init__(message)
        self.number, self.language = number, language


def link_for(runtime: Runtime, case: Case, until: datetime) -> str:
    """The address of a case's portal page for its customer, good until that moment."""
    return f"{_base(runtime)}/portal/c/{_sign(runtime, 'case', case, until)}"


def survey_link(runtime: Runtime, case: Case, survey_key: int, until: datetime) -> str:
    """The address of a survey, good until that moment."""
    return f"{_base(runtime)}/portal/s/{_sign(runtime, 'survey', case, until, s=survey_key)}"


def payment_link(runtime: Runtime, case: Case, due: str, until: datetime) -> str:
    """The address where the sum that was asked for under the key `due` is paid, good until that moment."""
    return f"{_base(runtime)}/portal/p/{_sign(runtime, 'payment', case, until, d=due)}"


def case_of_link(runtime: Runtime, token: str) -> tuple[str, Actor]:
    """The case number that a link names, and the customer it lets in. Raises LinkRefused."""
    content = _read(runtime, "case", token)
    return content["n"], _customer(runtime, content)


def survey_of_link(runtime: Runtime, token: str) -> tuple[int, Actor]:
    """The key of the survey that a link names, and the customer it lets in. Raises LinkRefused."""
    content = _read(runtime, "survey", token)
    return content["s"], _customer(runtime, content)


def payment_of_link(runtime: Runtime, token: str) -> tuple[str, Actor]:
    """The key of the sum that a link names, and the customer it lets in. Raises LinkRefused."""
    content = _read(runtime, "payment", token)
    return content["d"], _customer(runtime, content)


def valid_until(runtime: Runtime) -> datetime:
    """When a case's link made now ends."""
    with runtime.unit_of_work(read_only=True) as uow:
        return uow.now + parse_duration(setting(uow, "links.valid"))


def _sign(runtime: Runtime, purpose: str, case: Case, until: datetime, **more: Any) -> str:
    content = {"n": case.number, "c": case.customer_key, "t": case.tenant_id, "e": int(until.timestamp())}
    token = _serializer(runtime, purpose).dumps(content | more)
    return token if isinstance(token, str) else token.decode()


def _read(runtime: Runtime, purpose: str, token: str) -> dict[str, Any]:
    try:
        content: dict[str, Any] = _serializer(runtime, purpose).loads(token)
    except BadSignature as error:
        raise LinkRefused("This link is not valid; ask for a new one.") from error
    if runtime.now().timestamp() >= content["e"]:
        raise LinkExpired("This link has expired; ask for a new one.", str(content.get("n", "")))
    return content


def _customer(runtime: Runtime, content: dict[str, Any]) -> Actor:
    tenant_id = content.get("t", DEFAULT_TENANT)
    with runtime.unit_of_work(read_only=True, tenant_id=tenant_id) as uow:
        customer = uow.session.get(Customer, content["c"]) if content["c"] else None
        if customer is None:
            raise LinkRefused("This link names no customer; ask for a new one.")
        return customer_actor(customer.key, customer.name, content["n"], tenant_id, customer.language)


def _serializer(runtime: Runtime, purpose: str) -> URLSafeSerializer:
    # The salt keeps a link for one purpose from being used for another.
    return URLSafeSerializer(runtime.settings.signing_key(), salt=f"kefuflow.{purpose}")


def _base(runtime: Runtime) -> str:
    return (runtime.settings.public_url or f"http://{runtime.settings.bind}").rstrip("/")
