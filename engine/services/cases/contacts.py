"""Logging contacts: every call, chat, mail or message with its time, content and result."""

from datetime import datetime
from typing import Any

from engine.errors import InvalidInput
from engine.model.case import Case
from engine.model.contact import RESULTS, Contact
from engine.model.permissions import Actor
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services.cases.files import find_case
from engine.services.cases.timeline import record
from engine.services.rows import add

DIRECTIONS = ("in", "out")


def log_contact(
    runtime: Runtime,
    number: str,
    channel: str,
    direction: str,
    content: str,
    result: str = "answered",
    *,
    actor: Actor,
    at: datetime | None = None,
    ended_at: datetime | None = None,
    rang_at: datetime | None = None,
    answered_at: datetime | None = None,
) -> int:
    """Write down a contact about a case and return its key; `at` is now unless said. Times are aware.

    Raises InvalidInput with fields, NotFound, Forbidden without cases.write.
    """
    actor.require("cases.write")
    _check(direction, content, result)
    times: dict[str, Any] = {"ended_at": ended_at, "rang_at": rang_at, "answered_at": answered_at}

    def work(uow: UnitOfWork) -> int:
        case = find_case(uow, number)
        contact = store_contact(runtime, uow, case, actor.username, channel, direction, content, result, at=at, **times)
        return contact.key

    return runtime.transact(work, actor.tenant_id)


def store_contact(
    runtime: Runtime,
    uow: UnitOfWork,
    case: Case,
    who: str,
    channel: str,
    direction: str,
    content: str,
    result: str,
    *,
    at: datetime | None = None,
    public: bool = False,
    **values: Any,
) -> Contact:
    """The row of a contact and its timeline entry. What came in from the customer waits to be read."""
    agent = who if direction == "out" else None
    contact = add(
        runtime,
        uow,
        Contact,
        case_key=case.key,
        customer_key=case.customer_key,
        direction=direction,
        channel=channel,
        at=at or uow.now,
        agent=values.pop("agent", agent or who),
        content=content,
        result=result,
        **values,
    )
    data = {"channel": channel, "direction": direction, "result": result}
    record(runtime, uow, case, who, "contact", f"contact.{direction}", content, data=data, public=public)
    return contact


def _check(direction: str, content: str, result: str) -> None:
    fields: dict[str, list[str]] = {}
    if direction not in DIRECTIONS:
        fields["direction"] = ["来电或去电 / in or out"]
    if not content.strip():
        fields["content"] = ["请填写内容 / Write what was said."]
    if result not in RESULTS:
        fields["result"] = [f"可选 / One of: {', '.join(RESULTS)}"]
    if fields:
        raise InvalidInput("This contact cannot be written down.", fields)
