"""Job types of a callback: callback.open and callback.record."""

from collections.abc import Mapping
from typing import Any

from engine.errors import InvalidInput
from engine.model.case import Case
from engine.model.customer import Customer
from engine.persistence import UnitOfWork
from engine.runtime import JobContext, Runtime
from engine.services import callbacks
from engine.services.callbacks.records import KIND
from engine.services.cases import files
from engine.services.handlers.once import WHO, case_of, link, once, text

_TITLES = {"zh": "定期回访", "en": "Regular callback"}


def open_callback(runtime: Runtime, job: JobContext) -> Mapping[str, Any]:
    """Begin a callback about `case_number`; one of a campaign without a case (`customer_key`) gets a case of its own.

    Answers `callback_key`, `case_number`, `tier`, `consent`, `may_call`, `contact`, `customer_name`.
    """

    def work(uow: UnitOfWork) -> dict[str, Any]:
        case = case_of(uow, job) if text(job, "case_number") else _own_case(runtime, uow, job)
        consent = job.variables.get("consent")
        found = callbacks.open_callback(
            runtime,
            uow,
            case,
            reason=text(job, "reason"),
            tier=text(job, "tier") or None,
            channel=text(job, "channel") or None,
            consent=consent if isinstance(consent, bool) else None,
            campaign_key=_key(job, "campaign_key"),
        )
        given = {name: job.variables.get(name) for name in ("contact", "customer_name")}
        return {"case_number": case.number, **given, **found}

    return once(runtime, job, work)


def record_callback(runtime: Runtime, job: JobContext) -> Mapping[str, Any]:
    """Keep how the callback `callback_key` ended (`outcome`, `solved`, `score`, `comment`, `tries`, `method`, `script`) and an
    `opt_out`."""

    def work(uow: UnitOfWork) -> None:
        key, score = _key(job, "callback_key"), job.variables.get("score")
        if key is None:
            raise InvalidInput(f"The job {job.type} needs the variable callback_key.")
        result = callbacks.Result(
            outcome=text(job, "outcome", "unreachable"),
            solved={"yes": True, "no": False}.get(text(job, "solved")),
            score=int(score) if isinstance(score, int | float) else None,
            comment=text(job, "comment"),
            tries=int(text(job, "tries", "0")),
            method=text(job, "method") or None,
            script=text(job, "script") or None,
            opt_out=job.variables.get("opt_out") is True,
        )
        callbacks.record_result(runtime, uow, key, result)

    return once(runtime, job, work)


def _own_case(runtime: Runtime, uow: UnitOfWork, job: JobContext) -> Case:
    """The case of a regular callback: it has a number, a timeline and messages like any other."""
    key = _key(job, "customer_key")
    if key is None:
        raise InvalidInput(f"The job {job.type} needs the variable case_number or customer_key.")
    customer = uow.get(Customer, key)
    title = _TITLES["en" if customer.language == "en" else "zh"]
    case = files.open_case(
        runtime, uow, WHO, KIND, text(job, "channel", "phone"), title, customer_key=key, owner=customer.owner
    )
    link(uow, job, case)
    return case


def _key(job: JobContext, name: str) -> int | None:
    value = text(job, name)
    return int(value) if value.isdecimal() else None
