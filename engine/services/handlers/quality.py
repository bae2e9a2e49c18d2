"""Job types of the quality check: quality.sample, quality.record."""

from collections.abc import Mapping
from typing import Any

from engine.persistence import UnitOfWork
from engine.runtime import JobContext, Runtime
from engine.services import appraisals
from engine.services.cases.files import find_case
from engine.services.figures.period import named_period
from engine.services.handlers.once import once, text
from engine.services.settings import setting


def sample(runtime: Runtime, job: JobContext) -> Mapping[str, Any]:
    """Draw `quality.sample` answered cases of each agent from `period`. Answers `samples`."""
    period = named_period(text(job, "period"), runtime.now(), runtime.settings.time_zone)

    def work(uow: UnitOfWork) -> dict[str, Any]:
        return {"samples": appraisals.draw(runtime, uow, period, setting(uow, "quality.sample"), job.key)}

    return once(runtime, job, work)


def record(runtime: Runtime, job: JobContext) -> Mapping[str, Any]:
    """Keep the verdict `accurate` on the answer to the case `case_number`, with `error` and `note`, by `who`."""
    accurate = job.variables.get("accurate") is True

    def work(uow: UnitOfWork) -> None:
        case = find_case(uow, text(job, "case_number"))
        error = None if accurate else text(job, "error") or None
        note = text(job, "note") or None
        appraisals.appraise(uow, case, accurate, error, note, text(job, "who"))

    return once(runtime, job, work)
