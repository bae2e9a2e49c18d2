"""Job types about SLA clocks: sla.start, sla.pause, sla.resume, sla.move, sla.meet. The header `clock` names the clock."""

from collections.abc import Mapping
from typing import Any

from engine.calendars import parse_duration
from engine.errors import InvalidInput
from engine.persistence import UnitOfWork
from engine.runtime import JobContext, Runtime
from engine.services.cases.files import moment, store_changes
from engine.services.handlers.once import WHO, case_of, once, text
from engine.services.sla import CaseClocks
from engine.services.sla.feel import newest


def start(runtime: Runtime, job: JobContext) -> Mapping[str, Any]:
    """Start a clock with `limit` (of open time in `calendar`) or towards `breach_at`; the header `meets` names one that is met by it.

    Without the header `clock`, the list `clocks` is started: `{name, limit or breach_at, calendar, warn_ratio}`.
    """

    def work(uow: UnitOfWork) -> None:
        case = case_of(uow, job)
        with CaseClocks(runtime, uow, case, WHO) as clocks:
            if name := job.headers.get("clock"):
                _start_one(clocks, {"name": name} | dict(job.variables))
                if name == "promised" and job.variables.get("breach_at"):
                    store_changes(runtime, uow, case, {"promised_at": moment(text(job, "breach_at"))}, WHO)
            else:
                start_clocks(clocks, job.variables.get("clocks"))
            met = job.headers.get("meets")
            if met and newest(uow, case.key, met) is not None:
                clocks.meet(met)

    return once(runtime, job, work)


def pause(runtime: Runtime, job: JobContext) -> Mapping[str, Any]:
    """Stop the clock while we wait for the customer; the case says so."""

    def work(uow: UnitOfWork) -> None:
        case = case_of(uow, job)
        with CaseClocks(runtime, uow, case, WHO) as clocks:
            clocks.pause(_name(job), text(job, "reason", "waiting for the customer"))
        if case.status == "open":
            store_changes(runtime, uow, case, {"status": "waiting_customer"}, WHO)

    return once(runtime, job, work)


def resume(runtime: Runtime, job: JobContext) -> Mapping[str, Any]:
    """Let the clock count on; the case no longer waits for the customer."""

    def work(uow: UnitOfWork) -> None:
        case = case_of(uow, job)
        with CaseClocks(runtime, uow, case, WHO) as clocks:
            clocks.resume(_name(job), text(job, "reason"))
        if case.status == "waiting_customer":
            store_changes(runtime, uow, case, {"status": "open"}, WHO)

    return once(runtime, job, work)


def move(runtime: Runtime, job: JobContext) -> Mapping[str, Any]:
    """Give clocks new limits: the list `clocks`, or the header `clock` with `limit` or `breach_at`. A new `level` is kept."""

    def work(uow: UnitOfWork) -> None:
        case = case_of(uow, job)
        listed = job.variables.get("clocks")
        wanted = [{"name": job.headers["clock"]} | dict(job.variables)] if "clock" in job.headers else _listed(listed)
        with CaseClocks(runtime, uow, case, WHO) as clocks:
            for values in wanted:
                if newest(uow, case.key, values["name"]) is None:
                    _start_one(clocks, values)
                else:
                    clocks.move(values["name"], **_limit(values), calendar=values.get("calendar"))
        kept = {name: job.variables[name] for name in ("level", "major") if job.variables.get(name) is not None}
        store_changes(runtime, uow, case, kept, WHO)

    return once(runtime, job, work)


def meet(runtime: Runtime, job: JobContext) -> Mapping[str, Any]:
    """What the clock measures is done."""

    def work(uow: UnitOfWork) -> None:
        case = case_of(uow, job)
        with CaseClocks(runtime, uow, case, WHO) as clocks:
            clocks.meet(_name(job))

    return once(runtime, job, work)


def start_clocks(clocks: CaseClocks, listed: Any) -> None:
    """Start each clock of a list; null is an empty list. Raises InvalidInput for one that lacks its name or limit."""
    for values in _listed(listed):
        _start_one(clocks, values)


def _start_one(clocks: CaseClocks, values: Mapping[str, Any]) -> None:
    limit = _limit(values)
    ratio = values.get("warn_ratio")
    more = {} if ratio is None else {"warn_fraction": float(ratio)}
    calendar = str(values.get("calendar") or "always")
    clocks.start(str(values["name"]), target=limit.get("target"), breach_at=limit.get("to"), calendar=calendar, **more)


def _limit(values: Mapping[str, Any]) -> dict[str, Any]:
    if values.get("breach_at"):
        return {"to": moment(str(values["breach_at"]))}
    if not isinstance(values.get("limit"), str):
        raise InvalidInput(f"The clock {values.get('name')!r} has neither a limit nor a moment.")
    return {"target": parse_duration(values["limit"])}


def _listed(listed: Any) -> list[dict[str, Any]]:
    if listed is None:
        return []
    if not isinstance(listed, list) or not all(isinstance(item, dict) and item.get("name") for item in listed):
        raise InvalidInput("The variable clocks must be a list of clocks, each with a name.")
    return listed


def _name(job: JobContext) -> str:
    name = job.headers.get("clock") or text(job, "clock")
    if not name:
        raise InvalidInput(f"The job {job.type} needs the header clock.")
    return name
