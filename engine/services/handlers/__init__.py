"""What the desk does for a diagram's service tasks: one function a job type, each safe to run more than once.

A handler runs outside any transaction. What it writes is written in one transaction together with its result under the job's
idempotency key, so that a repeated job does nothing and answers the same (`once`). What leaves the house carries that key.
The table of job types with their inputs and outputs is in `processes/README.md`.
"""

from datetime import timedelta

from engine.runtime import Handler, Runtime
from engine.services.handlers import aftersales, cases, clocks, escalations, messages, notices

HANDLERS: dict[str, Handler] = {
    "case.open": notices.telling(cases.open_case),
    "case.update": cases.update_case,
    "case.close": cases.close_case,
    "complaint.repeats": cases.count_repeats,
    "sla.start": clocks.start,
    "sla.pause": notices.telling(clocks.pause),
    "sla.resume": clocks.resume,
    "sla.move": clocks.move,
    "sla.meet": clocks.meet,
    "customer.notify": notices.notify_customer,
    "customer.survey": notices.send_survey,
    "lead.notify": notices.notify_lead,
    "task.reassign": escalations.reassign,
    "escalation.note": escalations.add_note,
    "evidence.build": escalations.build_evidence,
    "message.publish": messages.publish,
    "order.load": aftersales.load_order,
    "order.cancel": aftersales.cancel_order,
    "order.change": aftersales.change_order,
    "order.intercept": aftersales.intercept_order,
    "payment.refund": aftersales.pay_back,
    "stock.reserve": aftersales.reserve_stock,
    "stock.disposition": aftersales.dispose_stock,
    "shipment.create": aftersales.create_shipment,
}
# These ask a system outside, which may take its time.
_SLOW = {"customer.notify", "customer.survey", "order.load", "case.open"}


def register_handlers(runtime: Runtime) -> None:
    """Let this process's worker do the desk's job types."""
    for job_type, handler in HANDLERS.items():
        runtime.handle_jobs(job_type, handler, lease=timedelta(minutes=2 if job_type in _SLOW else 1), at_once=4)
