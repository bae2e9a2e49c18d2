"""An agent's own words to a customer about a case: out by the way that the customer used, and onto the timeline."""

from dataclasses import dataclass

from engine.errors import Conflict, InvalidInput
from engine.model.case import Case
from engine.model.customer import Customer
from engine.model.notification import Notification
from engine.model.permissions import Actor
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services.cases.contacts import store_contact
from engine.services.cases.files import find_case, readable_case
from engine.services.notifications.routes import Route, route_of
from engine.services.notifications.sending import STORED, WAITING, first_state, stored
from engine.services.rows import add
from engine.services.sla import CaseClocks
from engine.services.sla.feel import newest

LONGEST = 10_000
MET_BY_A_REPLY = ("acknowledge", "first_response", "first_plan")
TEMPLATE = "reply"


@dataclass(frozen=True, slots=True)
class ReplyWay:
    """How a reply would go: `channel` as people call it, the recipient, and whether everybody can read it."""

    channel: str
    recipient: str | None
    public: bool


def reply_way(runtime: Runtime, number: str, *, actor: Actor) -> ReplyWay:
    """How a reply about this case would reach its customer; the portal when there is no other way. Raises NotFound, Forbidden."""
    actor.require("cases.read")
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        case = readable_case(uow, number, actor)
        route = route_of(uow, case, _customer(uow, case))
        shown = route.recipient if route and actor.may("customers.read_personal") else None
        return ReplyWay(route.shown, shown, route.is_public) if route else ReplyWay("portal", None, False)


def reply(runtime: Runtime, number: str, text: str, *, actor: Actor, key: str | None = None) -> str:
    """Write to the customer and return the channel. It is kept at once and sent by the worker; the same `key` sends once.

    It meets the clocks of the first answer, and says that what the customer wrote was read.
    Raises InvalidInput, NotFound, Forbidden without cases.write.
    """
    actor.require("cases.write")
    words = text.strip()
    if not words:
        raise InvalidInput("The reply is empty.", {"reply": ["请填写回复内容 / Write something."]})
    if len(words) > LONGEST:
        sentence = f"最多 {LONGEST} 字 / At most {LONGEST} characters."
        raise InvalidInput("The reply is too long.", {"reply": [sentence]})

    def work(uow: UnitOfWork) -> str:
        case = find_case(uow, number, for_update=True)
        return store_reply(runtime, uow, case, words, actor, key or f"reply-{runtime.new_key()}")

    return runtime.transact(work, actor.tenant_id)


def store_reply(runtime: Runtime, uow: UnitOfWork, case: Case, words: str, actor: Actor, key: str) -> str:
    """`reply` in the caller's transaction. Raises Conflict when the key was used."""
    customer = _customer(uow, case)
    route = route_of(uow, case, customer)
    if _row(runtime, uow, case, customer, words, f"{key}:portal", None, actor) is None:
        raise Conflict("This reply was sent already.")
    if route is not None:
        _row(runtime, uow, case, customer, words, f"{key}:{route.channel}", route, actor)
    shown = route.shown if route else "portal"
    store_contact(runtime, uow, case, actor.username, shown, "out", words, "sent", public=True)
    case.unread_at = None
    with CaseClocks(runtime, uow, case, actor.username) as clocks:
        for name in MET_BY_A_REPLY:
            if newest(uow, case.key, name) is not None:
                clocks.meet(name)
    return shown


def _row(
    runtime: Runtime,
    uow: UnitOfWork,
    case: Case,
    customer: Customer | None,
    words: str,
    key: str,
    route: Route | None,
    actor: Actor,
) -> Notification | None:
    if stored(uow, key) is not None:
        return None
    state = first_state(runtime, route.channel) if route else STORED
    row = add(
        runtime,
        uow,
        Notification,
        case_key=case.key,
        customer_key=case.customer_key,
        channel=route.channel if route else "portal",
        recipient=route.recipient if route else None,
        template=TEMPLATE,
        language=customer.language if customer else "zh",
        subject=route.subject(case.title, case.number) if route else case.title,
        body=words,
        state=state,
        idempotency_key=key[:255],
        created_at=uow.now,
        next_try_at=uow.now if state == WAITING else None,
        data=(route.data(automatic=False) if route else {}) | {"by": actor.username},
    )
    uow.flush()
    return row


def _customer(uow: UnitOfWork, case: Case) -> Customer | None:
    return uow.session.get(Customer, case.customer_key) if case.customer_key else None
