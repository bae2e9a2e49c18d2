"""One callback's row: opened with the customer's consent and ways to reach them, ended with its result."""

from dataclasses import dataclass
from typing import Any

from engine.model.callback import CALLBACK_CONSENT, Callback
from engine.model.case import Case
from engine.model.customer import Customer
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services.cases.contacts import store_contact
from engine.services.cases.timeline import record
from engine.services.rows import add

KIND = "callback"  # a case that is nothing but a regular callback
WHO = "system"


@dataclass(frozen=True, slots=True)
class Result:
    """How a callback ended. `opt_out`: the customer wants no more of them."""

    outcome: str
    solved: bool | None = None
    score: int | None = None
    comment: str = ""
    tries: int = 0
    method: str | None = None
    script: str | None = None
    opt_out: bool = False


def open_callback(
    runtime: Runtime,
    uow: UnitOfWork,
    case: Case,
    *,
    reason: str,
    tier: str | None,
    channel: str | None,
    consent: bool | None,
    campaign_key: int | None = None,
) -> dict[str, Any]:
    """Begin a callback about a case, and say what its plan must know.

    Answers `callback_key`, `tier`, `consent`, `may_call` (there is a phone number, and they do not mind calls), `contact` and
    `customer_name`. Whoever asked not to be called back any more is never asked again, whatever the case says.
    """
    customer = uow.session.get(Customer, case.customer_key) if case.customer_key else None
    row = add(
        runtime,
        uow,
        Callback,
        case_key=case.key,
        customer_key=case.customer_key,
        campaign_key=campaign_key,
        reason=reason or case.kind,
        tier=customer.tier if customer else tier,
        channel=channel,
        opened_at=uow.now,
    )
    uow.flush()
    found: dict[str, Any] = {"callback_key": str(row.key), "tier": row.tier, "consent": consent, "may_call": None}
    if customer is None:
        return found
    if customer.consent.get(CALLBACK_CONSENT) is False:
        found["consent"] = False
    may_call = bool(customer.phone) and customer.consent.get("phone") is not False
    return found | {
        "may_call": may_call,
        "contact": customer.phone or customer.email,
        "customer_name": customer.name,
    }


def record_result(runtime: Runtime, uow: UnitOfWork, callback_key: int, result: Result) -> None:
    """Keep how a callback ended, on its row and on the case's timeline; an opt-out is remembered on the customer's file.

    A regular callback's own case is closed with it, unless the customer is not satisfied. Raises NotFound.
    """
    row = uow.get(Callback, callback_key)
    case = uow.get(Case, row.case_key)
    if row.ended_at is None:
        row.outcome, row.ended_at = result.outcome, uow.now
        row.solved, row.score, row.comment = result.solved, result.score, result.comment or None
        row.tries, row.method, row.script = result.tries, result.method, result.script
        _write_down(runtime, uow, case, result)
    if result.opt_out and case.customer_key:
        refuse_callbacks(runtime, uow, case)
    if case.kind == KIND and result.outcome != "reopened" and case.is_open:
        changes = case.close(result.outcome, uow.now)
        record(runtime, uow, case, WHO, "step", "case.closed", result.outcome, changes=changes, public=True)


def refuse_callbacks(runtime: Runtime, uow: UnitOfWork, case: Case) -> None:
    """Remember that the case's customer wants no more callbacks; saying it again changes nothing."""
    customer = uow.session.get(Customer, case.customer_key) if case.customer_key else None
    if customer is None or customer.consent.get(CALLBACK_CONSENT) is False:
        return
    customer.consent = {**customer.consent, CALLBACK_CONSENT: False}
    customer.updated_at = uow.now
    record(runtime, uow, case, "customer", "change", "callback.refused", "")


def _write_down(runtime: Runtime, uow: UnitOfWork, case: Case, result: Result) -> None:
    data = {"score": result.score, "solved": result.solved, "tries": result.tries, "method": result.method}
    text = result.comment if result.method == "call" else ""
    if result.method == "call" and result.outcome not in ("unreachable", "opted_out"):
        store_contact(runtime, uow, case, WHO, "phone", "out", text or result.outcome, "answered")
    record(runtime, uow, case, WHO, "step", f"callback.{result.outcome}", text, data=data)
