"""What an agent writes to a customer, before it goes: a phrase's placeholders filled in for the case."""

from engine.errors import InvalidInput
from engine.model.case import Case
from engine.model.customer import Customer
from engine.model.permissions import Actor
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services.cases.files import readable_case
from engine.services.notifications.templates import render


def fill_in(runtime: Runtime, number: str, text: str, *, actor: Actor) -> str:
    """A text with its placeholders (`{{ customer_name }}`, `{{ promised_at | moment }}`) filled in, in the customer's language.

    A line whose placeholders have no value is left out. Raises InvalidInput for an empty text, NotFound, Forbidden without
    cases.read.
    """
    actor.require("cases.read")
    if not text.strip():
        raise InvalidInput("The message is empty.", {"message": ["请填写内容 / Write something."]})
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        return fill_in_within(runtime, uow, readable_case(uow, number, actor), text, actor)


def fill_in_within(runtime: Runtime, uow: UnitOfWork, case: Case, text: str, actor: Actor) -> str:
    """`fill_in` in the caller's transaction."""
    customer = uow.session.get(Customer, case.customer_key) if case.customer_key else None
    known = {
        "number": case.number,
        "title": case.title,
        "order_number": case.order_number,
        "promised_at": case.promised_at,
        "customer_name": customer.name if customer else "",
        "agent_name": actor.display_name or actor.username,
    }
    language = customer.language if customer else "zh"
    return render(text, known, runtime.settings.time_zone, language).strip()
