"""What the desk does for a diagram's service tasks: one function a job type, each safe to run more than once.

A handler runs outside any transaction. What it writes is written in one transaction together with its result under the job's
idempotency key, so that a repeated job does nothing and answers the same (`once`). What leaves the house carries that key.
The table of job types with their inputs and outputs is in `processes/README.md`.
"""

from datetime import timedelta

from engine.config import EVERY_JOB
from engine.errors import ConfigError
from engine.runtime import Handler, Runtime
from engine.services.handlers import (
    absences,
    aftersales,
    aftersales_goods,
    aftersales_money,
    assigning,
    callbacks,
    campaigns,
    cases,
    clocks,
    customers,
    escalations,
    messages,
    notices,
    quality,
    reports,
)

HANDLERS: dict[str, Handler] = {
    "case.open": notices.telling(cases.open_case),
    "case.update": cases.update_case,
    "case.close": notices.telling(cases.close_case),
    "case.assign": assigning.assign,
    "case.set_aside": assigning.set_aside,
    "complaint.repeats": cases.count_repeats,
    "sla.start": notices.telling(clocks.start),
    "sla.pause": notices.telling(clocks.pause),
    "sla.resume": clocks.resume,
    "sla.move": clocks.move,
    "sla.meet": clocks.meet,
    "customer.notify": notices.notify_customer,
    "customer.survey": notices.send_survey,
    "survey.remind": notices.remind_of_survey,
    "callback.open": callbacks.open_callback,
    "callback.record": callbacks.record_callback,
    "campaign.choose": campaigns.choose,
    "campaign.end": campaigns.end,
    "lead.notify": notices.notify_lead,
    "staff.notify": customers.notify_person,
    "absence.keep": absences.keep,
    "customer.refer": customers.refer_customer,
    "customers.find_stale": customers.find_stale,
    "customers.reviewed": customers.reviewed,
    "customers.find_at_risk": customers.find_at_risk,
    "task.reassign": escalations.reassign,
    "escalation.note": escalations.add_note,
    "evidence.build": escalations.build_evidence,
    "message.publish": messages.publish,
    "quality.sample": quality.sample,
    "quality.record": quality.record,
    "report.build": reports.build,
    "report.send": reports.send,
    "order.load": aftersales.load_order,
    "order.cancel": aftersales.cancel_order,
    "order.change": aftersales.change_order,
    "order.intercept": aftersales.intercept_order,
    "order.track": aftersales.track_order,
    "order.remark": aftersales.remark_order,
    "refund.calculate": aftersales_money.calculate,
    "article.price": aftersales_money.price_exchange,
    "payment.refund": aftersales_money.pay_back,
    "payment.record": aftersales_money.record_payment,
    "payment.ask": notices.telling(aftersales_money.ask_for_payment),
    "payment.confirm": aftersales_money.confirm_due,
    "payment.poll": aftersales_money.poll_payment,
    "stock.reserve": aftersales_goods.reserve_stock,
    "stock.release": aftersales_goods.release_stock,
    "stock.disposition": aftersales_goods.dispose_stock,
    "shipment.create": notices.telling(aftersales_goods.create_shipment),
    "parcel.poll": aftersales_goods.poll_parcel,
    "repair.record": aftersales_goods.record_repair,
}
# These ask a system outside, which may take its time.
_SLOW = {"customer.notify", "customer.survey", "order.load", "case.open", "payment.refund"}


def register_handlers(runtime: Runtime) -> None:
    """Let this process's worker do the desk's job types, but for those that the settings leave to workers outside.

    Raises ConfigError where the settings name a type that is none of the desk's.
    """
    unknown = runtime.settings.external_job_types - {*HANDLERS, EVERY_JOB}
    if unknown:
        named = ", ".join(sorted(unknown))
        raise ConfigError(f"KEFUFLOW_EXTERNAL_JOBS names {named}; Kefuflow does {', '.join(sorted(HANDLERS))}.")
    for job_type, handler in HANDLERS.items():
        runtime.handle_jobs(job_type, handler, lease=timedelta(minutes=2 if job_type in _SLOW else 1), at_once=4)
