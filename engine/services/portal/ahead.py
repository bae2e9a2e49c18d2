"""What happens next with a case, in a customer's words: the step that it is at, by when, and the whole way with that step on it.

Words belong to elements of the shipped diagrams; a step that has none is left out, and the case then shows its state alone.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from engine.model.base import table_of
from engine.model.case import Case, CaseInstance
from engine.model.element import ElementInstance, ElementState
from engine.model.instance import ProcessInstance
from engine.model.job import TIMER, Job, JobState
from engine.model.sla import SlaClockRow
from engine.model.user_task import TaskState, UserTask
from engine.persistence import UnitOfWork

_instance, _element, _job = table_of(ProcessInstance), table_of(ElementInstance), table_of(Job)
_task = table_of(UserTask)


@dataclass(frozen=True, slots=True)
class Words:
    """A sentence in both languages; `stage` is its place on the case's way, `timer` the element that says by when."""

    zh: str
    en: str
    stage: int
    timer: str | None = None


@dataclass(frozen=True, slots=True)
class NextStep:
    """What is being done now, and by when (None: no moment is promised)."""

    zh: str
    en: str
    by: datetime | None


@dataclass(frozen=True, slots=True)
class Milestone:
    """A place on the way: `state` is done, now or ahead."""

    zh: str
    en: str
    state: str


@dataclass(frozen=True, slots=True)
class Promise:
    """A clock that runs for this customer: what it is, when it ends, whether the law sets it, and its state."""

    zh: str
    en: str
    at: datetime | None
    statutory: bool
    state: str  # running, paused, met or late


RETURN_WAY = (
    ("已提交", "Sent"),
    ("审核", "Review"),
    ("寄回", "Send back"),
    ("验货", "Check"),
    ("办理", "Settled"),
)
COMPLAINT_WAY = (("已受理", "Received"), ("核实", "Looking into it"), ("方案", "Offer"), ("办理", "Carried out"))
REQUEST_WAY = (("已收到", "Received"), ("处理", "Being answered"), ("回复", "Answered"))
WAYS = {
    "return_exchange": RETURN_WAY,
    "complaint": COMPLAINT_WAY,
    "intake": REQUEST_WAY,
    "consultation": REQUEST_WAY,
    "suggestion": REQUEST_WAY,
    "order_change": REQUEST_WAY,
}
STOPPED = ("cancelled", "refused", "closed_no_shipment", "withdrawn")
_RETURN = {
    "load_order": Words("正在核对订单", "We are checking the order", 0),
    "review_request": Words("客服正在审核您的申请", "We are reviewing your request", 1, "review_late"),
    "confirm_price": Words("客服正在核对换货差价", "We are checking the difference in price", 1),
    "review_by_supervisor": Words("主管正在审核您的申请", "A supervisor is reviewing your request", 1),
    "await_tracking": Words(
        "等您寄回商品并填写快递单号", "Please send the goods back and tell us the parcel", 2, "ship_expired"
    ),
    "await_warehouse": Words(
        "商品在路上，仓库签收后验货", "The goods are on their way to our warehouse", 2, "warehouse_late"
    ),
    "chase_parcel": Words("包裹还没到仓库，我们在追查", "The parcel has not arrived; we are looking for it", 2),
    "inspect": Words("仓库正在验货", "The warehouse is inspecting the goods", 3),
    "approve_refund": Words("退款正在审批", "The refund is being approved", 4),
    "replan_refund": Words("退款金额正在重新核定", "The amount is being looked at again", 4),
    "pay_refund": Words("正在退款，原路退回", "The refund is on its way, by the way you paid", 4),
    "pay_refund_by_hand": Words("财务正在人工退款", "Our finance department pays the refund by hand", 4),
    "await_objection": Words(
        "申请未通过，您可以要求主管处理", "Refused; you may ask for a supervisor", 1, "objection_expired"
    ),
    "escalate_refusal": Words("主管正在处理您的申诉", "A supervisor is looking at your objection", 1),
    "await_answer": Words("等您确认验货结果", "Please look at what we found", 3, "answer_expired"),
    "negotiate_finding": Words("客服会就验货结果与您联系", "We will contact you about what we found", 3),
    "escalate_finding": Words("主管正在处理验货争议", "A supervisor is looking at what we found", 3),
    "await_settlement": Words("已退款，等银行到账", "Paid; your bank is still at work", 4),
    "await_choice": Words(
        "缺货，等您选择退款或继续等", "Out of stock: your choice, money back or wait", 4, "choice_expired"
    ),
    "try_again": Words("正在等货，到货就为您换", "We are waiting for stock", 4, "try_again"),
    "confirm_difference": Words("等您补换货差价", "Please pay the difference in price", 4, "difference_expired"),
    "choose_after_repair": Words(
        "未能修好，客服会与您商定换货或退货", "Not repairable; we will ask you: exchange or money back", 4
    ),
    "reserve_stock": Words("正在为您备货", "We are getting the replacement ready", 4),
    "ship_exchange": Words("换货正在寄出", "The replacement is being sent", 4),
    "repair": Words("正在维修", "Your article is being repaired", 4),
}
_COMPLAINT = {
    "verify_complaint": Words("客服正在核实情况", "We are looking into what happened", 1, "verify_breach"),
    "find_solution": Words("正在调查并制定方案", "We are investigating and making an offer", 2),
    "investigate": Words("相关部门正在调查原因", "The department in charge is investigating", 2),
    "plan_remedy": Words("正在制定解决方案", "We are making an offer", 2),
    "report_upward": Words("主管正在处理", "A supervisor is looking after it", 2),
    "manager_decision": Words("经理正在决定", "A manager is deciding", 2, "manager_late"),
    "general_decision": Words("总经理正在决定", "The general manager is deciding", 2),
    "coordinate": Words("经理正在协调相关部门", "A manager is coordinating the departments", 2),
    "legal_review": Words("正在做法务审核", "Our lawyers are looking at it", 2),
    "get_approval": Words("方案正在审批", "The offer is being approved", 2),
    "negotiate": Words("客服会就方案与您联系", "We will contact you about our offer", 2),
    "await_reply": Words("等您答复我们的方案", "We are waiting for your answer to our offer", 2, "reply_expired"),
    "await_escalation": Words("主管正在处理", "A supervisor is looking after it", 2),
    "pay_remedy": Words("正在付款", "The payment is on its way", 3),
    "call_back": Words("已办理，我们会回访您是否满意", "It is done; we will ask whether you are happy with it", 3),
    "carry_out": Words("正在按方案办理", "We are carrying out what we agreed", 3),
}
_REQUEST = {
    "register_request": Words("客服正在看您的来信", "We are reading your message", 1),
    "give_advice": Words("客服正在为您解答", "We are working on your answer", 1),
    "take_suggestion": Words("相关部门正在评估您的建议", "The department in charge is looking at your suggestion", 1),
}
STEPS = {
    "return_exchange": _RETURN,
    **dict.fromkeys(
        (
            "return_request",
            "return_review",
            "return_shipment",
            "return_inspection",
            "return_refund",
            "return_payment",
            "return_replacement",
            "return_repair",
        ),
        _RETURN,
    ),
    "order_change": {
        "confirm_change": Words("客服正在与您确认", "We are confirming your request", 1),
        "await_parcel_back": Words("包裹已拦截，退回后退款", "The parcel was turned; we refund it once it is back", 1),
    },
    "complaint": _COMPLAINT,
    "complaint_solution": _COMPLAINT,
    "intake": _REQUEST,
    "consultation": _REQUEST,
    "suggestion": _REQUEST,
}
# Clocks that are the customer's business, and whether a law sets them.
CLOCKS = {
    "first_response": ("首次答复", "First answer", False),
    "resolution": ("处理完成", "Settled", False),
    "promised": ("答应您的时间", "What we promised", False),
    "refund": ("退款到账", "Refund", True),
    "repair": ("维修完成", "Repair", True),
    "no_reason": ("七日无理由退货", "Return without a reason", True),
    "warranty_return": ("三包：可退、可换、可修", "Fault: money back, exchange or repair", True),
    "warranty_exchange": ("三包：可换、可修", "Fault: exchange or repair", True),
}


def next_step(uow: UnitOfWork, case: Case) -> tuple[NextStep | None, int]:
    """The furthest step that the case is at, and its stage; (None, 0) where no step has words."""
    roots = select(CaseInstance.instance_key).where(CaseInstance.case_key == case.key)
    query = (
        select(_instance.c.process_id, _element.c.element_id, _element.c.key, _element.c.process_instance_key)
        .join(_instance, _instance.c.key == _element.c.process_instance_key)
        .where(_instance.c.root_key.in_(roots), _element.c.state == ElementState.ACTIVE)
        .order_by(_element.c.key)
    )
    found = [
        (words, row)
        for row in uow.connection.execute(query)
        if (words := STEPS.get(row.process_id, {}).get(row.element_id)) is not None
    ]
    if not found:
        return None, 0
    words, row = max(found, key=lambda pair: (pair[0].stage, pair[1].key))
    return NextStep(words.zh, words.en, _by(uow, words.timer, row)), words.stage


def way(case: Case, stage: int) -> list[Milestone]:
    """The case's way with what is done, now and ahead; empty for a kind that has none, and for a case that left it before its end."""
    stages = () if case.outcome in STOPPED else WAYS.get(case.kind, ())
    done = not case.is_open
    stage = min(stage, len(stages) - 1)  # A called process has a way of its own, which may be longer.
    return [
        Milestone(zh, en, "done" if done or place < stage else "now" if place == stage else "ahead")
        for place, (zh, en) in enumerate(stages)
    ]


def promises(uow: UnitOfWork, case: Case) -> list[Promise]:
    """The clocks of the case that a customer counts on, the soonest first; what was met long ago stays to be seen."""
    query = select(SlaClockRow).where(SlaClockRow.case_key == case.key).order_by(SlaClockRow.round)
    newest = {row.name: row for row in uow.session.scalars(query) if row.name in CLOCKS}
    found = [_promise(uow, row) for row in newest.values() if row.phase != "cancelled"]
    return sorted(found, key=lambda one: (one.at is None, one.at))


def _promise(uow: UnitOfWork, row: SlaClockRow) -> Promise:
    zh, en, statutory = CLOCKS[row.name]
    if row.finished_at is not None:
        return Promise(zh, en, row.finished_at, statutory, "late" if row.breached_at else "met")
    if row.breach_at is None:
        return Promise(zh, en, None, statutory, "paused")
    return Promise(zh, en, row.breach_at, statutory, "late" if row.breach_at <= uow.now else "running")


def _by(uow: UnitOfWork, timer: str | None, row: Any) -> datetime | None:
    """When the step ends: by its timer, else by its task's due date."""
    if timer is not None:
        query = select(_job.c.due_at).where(
            _job.c.process_instance_key == row.process_instance_key,
            _job.c.type == TIMER,
            _job.c.state == JobState.CREATED,
            _job.c.element_id == timer,
        )
        due = uow.connection.execute(query).scalars().first()
        if due is not None:
            return due  # type: ignore[no-any-return]
    open_task = select(_task.c.due_at).where(
        _task.c.process_instance_key == row.process_instance_key,
        _task.c.element_id == row.element_id,
        _task.c.state == TaskState.CREATED,
    )
    return uow.connection.execute(open_task).scalars().first()
