"""Who else is at a case: a page that is open says so every few seconds, and is told who else did."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from engine.model.base import table_of
from engine.model.permissions import Actor
from engine.model.presence import CasePresence
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services.cases.files import find_case

_presence = table_of(CasePresence)
SEEN_FOR = timedelta(seconds=20)  # without another word somebody has gone
SAID_ANEW = timedelta(seconds=8)  # sooner nothing is written again
TYPED_FOR = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Present:
    """Somebody who looks at a case, and whether they typed something there within the last minute."""

    username: str
    is_writing: bool


def look_in(runtime: Runtime, number: str, *, actor: Actor, is_writing: bool = False) -> list[Present]:
    """Say that one is at a case, and learn who else is, by name. Raises NotFound, Forbidden without cases.read."""
    actor.require("cases.read")
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        key = find_case(uow, number).key
        found = {row.username: row for row in _seen(uow, key)}
        mine = found.pop(actor.username, None)
        is_known = mine is not None and mine.seen_at > uow.now - SAID_ANEW and (_typed(mine, uow.now) or not is_writing)
        others = [Present(name, _typed(row, uow.now)) for name, row in sorted(found.items())]
    if not is_known:
        runtime.transact(lambda uow: _say(uow, key, actor, is_writing), actor.tenant_id)
    return others


def _seen(uow: UnitOfWork, case_key: int) -> list[Any]:
    query = select(_presence).where(_presence.c.case_key == case_key, _presence.c.seen_at > uow.now - SEEN_FOR)
    return list(uow.connection.execute(query))


def _typed(row: Any, now: datetime) -> bool:
    return row.typed_at is not None and row.typed_at > now - TYPED_FOR


def _say(uow: UnitOfWork, case_key: int, actor: Actor, is_writing: bool) -> None:
    """One row for each case that they are at; where they were before is forgotten."""
    gone = (_presence.c.tenant_id == uow.tenant_id, _presence.c.username == actor.username)
    uow.connection.execute(delete(_presence).where(*gone, _presence.c.seen_at < uow.now - 2 * SEEN_FOR))
    said: dict[str, Any] = {"seen_at": uow.now} | ({"typed_at": uow.now} if is_writing else {})
    row = {"case_key": case_key, "username": actor.username, "tenant_id": uow.tenant_id, **said}
    statement = (sqlite_insert if uow.is_sqlite else postgresql_insert)(_presence).values(row)
    keys = [_presence.c.case_key, _presence.c.username]
    uow.connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=said))
