"""Merging: one of two cases about the same matter goes on, the other is closed into it.

What becomes of the processes of the closed one is decided in docs/decisions/0003-merging-cases.md: they end at once, and so
merging is refused while one of them is about to move money or goods.
"""

from sqlalchemy import select

from engine.errors import Conflict, InvalidInput
from engine.model.case import Case, CaseInstance
from engine.model.element import ElementInstance, ElementState
from engine.model.instance import ProcessInstance
from engine.model.job import TIMER, Job, JobState
from engine.model.permissions import Actor
from engine.model.variable import Variable
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services.cases.files import find_case
from engine.services.cases.following import add_follower
from engine.services.cases.timeline import record
from engine.services.notices import leave_notice
from engine.services.sla import CaseClocks
from engine.services.turn import Turn

OUTCOME = "merged"
# A process says by these that money or goods are on their way.
UNDER_WAY = ("remedy_under_way", "mediation_under_way", "settlement_pending", "escalation_open")
PARCEL_SENT = ("tracking_submitted", "await_tracking")  # the steps of a return after which goods are on their way
MOVING = ("payment.", "shipment.", "stock.")


def merge_cases(runtime: Runtime, number: str, into: str, reason: str = "", *, actor: Actor) -> None:
    """Close a case as a duplicate of another of the same customer or order, which goes on with both histories.

    The closed one's processes end, its clocks count in no figure, its owner follows the other. Raises InvalidInput with
    fields, Conflict while it is about to move money or goods or when either is closed, NotFound, Forbidden without cases.write.
    """
    actor.require("cases.write")
    if not into.strip() or number == into.strip().upper():
        raise InvalidInput(
            "A case cannot be merged into itself.", {"into": ["请填写另一个工单号 / Another case's number."]}
        )

    def work(uow: UnitOfWork) -> None:
        target, case = find_case(uow, into.strip().upper(), for_update=True), find_case(uow, number, for_update=True)
        _check(case, target)
        roots = _running(uow, case)
        _check_nothing_moves(uow, case, roots)
        with CaseClocks(runtime, uow, case, actor.username) as clocks:
            clocks.cancel_all(OUTCOME)
        _end(runtime, uow, roots, actor)
        _close(runtime, uow, case, target, reason.strip(), actor)

    runtime.transact(work, actor.tenant_id)


def _check(case: Case, target: Case) -> None:
    if not case.is_open or not target.is_open:
        raise Conflict("Only open cases are merged.")
    same_customer = case.customer_key is not None and case.customer_key == target.customer_key
    same_order = bool(case.order_number) and case.order_number == target.order_number
    if not (same_customer or same_order):
        raise InvalidInput("The cases have nothing in common.", {"into": [
            "只能合并同一客户或同一订单的工单 / Only cases of one customer or one order are merged."
        ]})  # fmt: skip


def _running(uow: UnitOfWork, case: Case) -> list[int]:
    linked = select(CaseInstance.instance_key).where(CaseInstance.case_key == case.key)
    query = select(ProcessInstance.key).where(ProcessInstance.key.in_(linked), ProcessInstance.state == "ACTIVE")
    return list(uow.session.scalars(query))


def _check_nothing_moves(uow: UnitOfWork, case: Case, roots: list[int]) -> None:
    tree = select(ProcessInstance.key).where(ProcessInstance.root_key.in_(roots))
    flags = select(Variable.value).where(Variable.process_instance_key.in_(tree), Variable.name.in_(UNDER_WAY))
    jobs = select(Job.type).where(Job.process_instance_key.in_(tree), Job.state == JobState.CREATED, Job.type != TIMER)
    parcels = select(ElementInstance.key).where(
        ElementInstance.process_instance_key.in_(tree),
        ElementInstance.state == ElementState.COMPLETED,
        ElementInstance.element_id.in_(PARCEL_SENT),
    )
    moves = case.escalated_at is not None or any(value is True for value in uow.session.scalars(flags))
    moves = moves or any(str(name).startswith(MOVING) for name in uow.session.scalars(jobs))
    if moves or uow.session.scalar(parcels.limit(1)) is not None:
        raise Conflict("Money or goods are on their way for this case; merge the other one into it instead.")


def _end(runtime: Runtime, uow: UnitOfWork, roots: list[int], actor: Actor) -> None:
    turn = Turn(runtime, uow, actor.username)
    for key in sorted(roots):
        live = turn.load(key)
        turn.act(live, lambda instance: instance.cancel())
        turn.audit("instance.cancel", "process_instance", key, key)
    turn.finish()


def _close(runtime: Runtime, uow: UnitOfWork, case: Case, target: Case, reason: str, actor: Actor) -> None:
    changes = case.close(OUTCOME, uow.now)
    case.merged_into_key = target.key
    target.unread_at = target.unread_at or case.unread_at
    case.unread_at = None
    data = {"into": target.number}
    record(runtime, uow, case, actor.username, "step", "case.merged", reason, changes=changes, data=data)
    record(runtime, uow, target, actor.username, "step", "case.absorbed", reason, data={"from": case.number})
    if case.owner and case.owner != target.owner:
        add_follower(uow, target, case.owner)
        if case.owner != actor.username:
            values = {"into": target.number, "note": reason}
            leave_notice(runtime, uow, case, case.owner, "case_merged", values, f"merged:{case.key}")
