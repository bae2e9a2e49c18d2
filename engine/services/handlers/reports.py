"""Job types of the desk's reports: report.build, report.send."""

from collections.abc import Mapping
from typing import Any

from engine.errors import InvalidInput, NotFound
from engine.runtime import JobContext, JobFailed, Runtime
from engine.services.figures import kept
from engine.services.handlers.once import text


def build(runtime: Runtime, job: JobContext) -> Mapping[str, Any]:
    """Make the report `report` for the `period` and the roles `to`. Answers `reports`: the keys of what was made, as text."""
    roles = job.variables.get("to")
    wanted = [roles] if isinstance(roles, str) else [str(role) for role in roles or []]
    try:
        keys = kept.make(runtime, text(job, "report"), text(job, "period"), wanted, job.tenant_id)
    except (InvalidInput, NotFound) as error:
        raise JobFailed(str(error), permanent=True) from error
    return {"reports": [str(key) for key in keys]}


def send(runtime: Runtime, job: JobContext) -> Mapping[str, Any]:
    """Leave a notice for everybody who is to have `reports`, and mail it. Answers `told`: how many people."""
    keys = [int(key) for key in job.variables.get("reports") or []]
    return {"told": kept.send(runtime, keys, job.tenant_id)}
