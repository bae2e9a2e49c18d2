"""The job type absence.keep: a leave that was granted becomes an absence, during which a stand-in gets the person's work."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select

from engine.model.people import User
from engine.persistence import UnitOfWork
from engine.runtime import JobContext, JobFailed, Runtime
from engine.services import going_away
from engine.services.handlers.once import once, text

_IN_BRACKETS = re.compile(r"[（(]([^（()）]+)[)）]\s*$")


def keep(runtime: Runtime, job: JobContext) -> Mapping[str, Any]:
    """Keep that `username` is away from `since` to `until`; `stand_in` is a user name, a name, or both as the form offers them.

    Answers `absent`: whether it is kept, and `covered_by`: the stand-in's user name.
    """
    try:
        since, until = (datetime.fromisoformat(text(job, name)).astimezone() for name in ("since", "until"))
    except ValueError as error:
        raise JobFailed(f"The leave has no moments: {error}", permanent=True) from error

    def work(uow: UnitOfWork) -> dict[str, Any]:
        stand_in = _user_named(uow, text(job, "stand_in"))
        kept = going_away.keep_leave(runtime, uow, text(job, "username"), stand_in, since, until, job.idempotency_key)
        return {"absent": kept, "covered_by": stand_in}

    return once(runtime, job, work)


def _user_named(uow: UnitOfWork, name: str) -> str | None:
    """The user name in brackets, the user of that name, or the only active person who is called so."""
    found = _IN_BRACKETS.search(name)
    wanted = found[1] if found else name.strip()
    people = select(User.username).where(User.tenant_id == uow.tenant_id, User.active)
    if uow.session.scalar(people.where(User.username == wanted)) is not None:
        return wanted
    called = list(uow.session.scalars(people.where(User.display_name == wanted).limit(2)))
    return called[0] if len(called) == 1 else None
