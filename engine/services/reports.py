"""What staff report from outside and a process waits for: goods that came in, the result of a mediation."""

from typing import Any

from engine.errors import Conflict, InvalidInput
from engine.model.case import Case
from engine.model.permissions import Actor
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services.cases.files import find_case
from engine.services.cases.timeline import record
from engine.services.messages import HELD, publish_within
from engine.services.turn import Turn

REMEDIES = ("refund", "compensation")


def goods_received(runtime: Runtime, number: str, *, actor: Actor) -> None:
    """The warehouse has the goods of a case's return; `number` is the case's. Raises Conflict when none are awaited."""
    actor.require("cases.write")
    _report(runtime, number, "warehouse.received", {}, "warehouse.received", "", actor, by_return=True)


def mediation_result(
    runtime: Runtime, number: str, result: str, *, actor: Actor, remedy: str = "refund", amount: float = 0
) -> None:
    """What the third party decided, and the sum that we pay. Raises InvalidInput, Conflict when none is awaited, Forbidden."""
    actor.require("cases.close")
    if not result.strip() or amount < 0:
        raise InvalidInput("The result is not complete.", {"result": ["请填写结果 / Write the result."]})
    if remedy not in REMEDIES:
        raise InvalidInput("The remedy is unknown.", {"remedy": ["请选择退款或赔付 / Choose refund or compensation."]})
    values = {"result": result.strip(), "remedy": remedy, "amount": amount}
    _report(runtime, number, "mediation.result", values, "mediation.result", result.strip(), actor)


def _report(
    runtime: Runtime,
    number: str,
    message: str,
    values: dict[str, Any],
    name: str,
    words: str,
    actor: Actor,
    by_return: bool = False,
) -> None:
    def work(uow: UnitOfWork) -> None:
        case: Case = find_case(uow, number)
        key = case.attributes.get("aftersale_number", "") if by_return else case.number
        turn = Turn(runtime, uow, actor.username)
        told = publish_within(turn, message, key, values, hold=HELD)
        if not told.correlated and not told.held:
            raise Conflict(f"No process of case {number} waits for this.")
        turn.finish()
        record(runtime, uow, case, actor.username, "step", name, words, public=True)

    runtime.transact(work, actor.tenant_id)
