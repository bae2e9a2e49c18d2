"""Jobs that are never done: one row each that comes every night, and at once again while there is more to do."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from engine.model.base import DEFAULT_TENANT, table_of
from engine.model.job import Job, JobState
from engine.persistence import UnitOfWork

_job = table_of(Job)


def ensure(uow: UnitOfWork, key: int, kind: str, night: time, zone: str) -> None:
    """Let a job come every night; of several that say so, one is enough. `key` is its own in the whole database."""
    at = next_night(uow.now, night, zone)
    row = {
        "key": key, "tenant_id": DEFAULT_TENANT, "type": kind, "state": JobState.CREATED, "due_at": at, "run_at": at,
        "lease": 0, "retries": 3, "tries": 0, "headers": {}, "payload": {}, "created_at": uow.now,
    }  # fmt: skip
    statement = (sqlite_insert if uow.is_sqlite else postgresql_insert)(_job).values(row)
    uow.connection.execute(statement.on_conflict_do_nothing(index_elements=["key"]))


def again(uow: UnitOfWork, job: Row[Any], night: time, zone: str, at_once: bool) -> None:
    """Let it come at once, or the next night, when this go is still its own."""
    at = uow.now if at_once else next_night(uow.now, night, zone)
    values = {"run_at": at, "due_at": at, "worker": None, "retries": 3, "tries": 0}
    uow.connection.execute(update(_job).where(_job.c.key == job.key, _job.c.lease == job.lease).values(**values))


def next_night(now: datetime, night: time, zone: str) -> datetime:
    """The next time that the wall of a zone shows this time."""
    local = now.astimezone(ZoneInfo(zone))
    found = datetime.combine(local.date(), night, local.tzinfo)
    return (found if found > local else found + timedelta(days=1)).astimezone(now.tzinfo)
