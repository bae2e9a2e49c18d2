"""Saying to the process of a case what it waits for, by the case's number or the number of its return."""

from typing import Any, Literal

from sqlalchemy import select

from engine.model.case import Case
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services.cases.timeline import record
from engine.services.messages import publish_within
from engine.services.turn import Turn

Taken = Literal["taken", "ignored"]


def publish_to_case(
    runtime: Runtime,
    tenant_id: str,
    number: str,
    message: str,
    values: dict[str, Any],
    entry: str = "",
    first: str = "",
) -> Taken:
    """Say it to the process of a case, whose return may go by a number of its own; to what waits under the key `first`, if any does."""

    def work(uow: UnitOfWork) -> Taken:
        case = uow.session.scalars(select(Case).where(Case.tenant_id == tenant_id, Case.number == number)).one_or_none()
        keys = [number] if case is None else [number, case.attributes.get("aftersale_number") or number]
        turn = Turn(runtime, uow)
        if not first or not publish_within(turn, message, first, values).correlated:
            taken = [
                each for key in dict.fromkeys(keys) for each in publish_within(turn, message, key, values).correlated
            ]
            if not taken:
                return "ignored"
        turn.finish()
        if entry and case is not None:
            record(runtime, uow, case, "system", "step", entry, public=True)
        return "taken"

    answer: Taken = runtime.transact(work, tenant_id)
    return answer
