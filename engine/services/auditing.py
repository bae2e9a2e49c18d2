"""Who did what, over everything: the record of acts, found by person, act, thing, case and period."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, or_, select

from engine.errors import InvalidInput
from engine.history.audit import ENGINE
from engine.model.audit import AuditEntry
from engine.model.base import table_of
from engine.model.case import Case, CaseInstance
from engine.model.instance import ProcessInstance
from engine.model.people import User
from engine.model.permissions import SYSTEM, Actor
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services.cases.files import find_case

_entry, _instance, _user = table_of(AuditEntry), table_of(ProcessInstance), table_of(User)
_case, _linked = table_of(Case), table_of(CaseInstance)
MACHINES = (ENGINE, SYSTEM.username)
PAGE = 50
MOST_NAMED = 20_000  # keys in one statement
OLDEST_YEAR = 1900
ENTITIES = (
    "process_instance", "user_task", "timer", "job", "incident", "message", "signal", "decision", "batch_operation", "deployment",
    "process", "requirements", "form", "history", "user", "absence", "token", "setting", "customer", "article", "macro", "campaign",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for; what is None or empty is not asked for.

    `by_people` leaves out what the engine did by itself; `what` is an act's code; `number` the key of the thing or of the
    process instance that the act was about; `case` a case's number; `since` and `until` are aware, `until` not included.
    """

    who: Collection[str] | None = None
    by_people: bool = False
    what: str = ""
    entity: str = ""
    number: int | None = None
    case: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Act:
    """One act. `reason` is what the person gave; `before` and `after` hold what changed besides; `named` is the user name of
    the person whom it was about."""

    key: int
    at: datetime
    who: str
    what: str
    entity: str
    entity_key: int
    process_instance_key: int | None
    case_number: str | None
    named: str | None
    reason: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Acts:
    """A page, the newest first; `after` is the cursor of the next, None on the last."""

    rows: list[Act]
    after: str | None


def acts(runtime: Runtime, wanted: Wanted, *, actor: Actor, after: str = "", limit: int = PAGE) -> Acts:
    """Raises Forbidden without audit.read, NotFound for a case that is not there, InvalidInput for a cursor of no page."""
    actor.require("audit.read")
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        query = select(_entry).where(*_conditions(uow, wanted))
        if after:
            query = query.where(_behind(after))
        query = query.order_by(_entry.c.at.desc(), _entry.c.key.desc()).limit(limit + 1)
        found = list(uow.connection.execute(query))
        rows, more = found[:limit], len(found) > limit
        return Acts(_acts(uow, rows), _cursor(rows[-1]) if more else None)


def _conditions(uow: UnitOfWork, wanted: Wanted) -> list[ColumnElement[bool]]:
    found = _few(uow, wanted) or [_entry.c.tenant_id == uow.tenant_id]
    if wanted.who is not None:
        found.append(_entry.c.who.in_(wanted.who))
    if wanted.by_people:
        found.append(_entry.c.who.not_in(MACHINES))
    if wanted.what:
        found.append(_entry.c.what == wanted.what)
    if wanted.entity:
        found.append(_entry.c.entity == wanted.entity)
    if wanted.since is not None:
        found.append(_entry.c.at >= wanted.since)
    if wanted.until is not None:
        found.append(_entry.c.at < wanted.until)
    return found


def _few(uow: UnitOfWork, wanted: Wanted) -> list[ColumnElement[bool]]:
    """The acts on one thing or case, looked up by themselves and named by key: else SQLite reads the whole period for them."""
    found: list[ColumnElement[bool]] = []
    if wanted.number is not None:
        thing = and_(_entry.c.entity.in_(ENTITIES), _entry.c.entity_key == wanted.number)
        found.append(_named(uow, thing, _entry.c.process_instance_key == wanted.number))
    if wanted.case:
        found.append(_named(uow, _entry.c.process_instance_key.in_(_instances_of(uow, wanted.case))))
    return found


def _named(uow: UnitOfWork, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """The acts that one of these finds, by their keys; more than fit into a statement by what finds them."""
    keys = set().union(*(_keys(uow, condition) for condition in conditions))
    if len(keys) <= MOST_NAMED:
        return _entry.c.key.in_(keys)
    return and_(_entry.c.tenant_id == uow.tenant_id, or_(*conditions))


def _keys(uow: UnitOfWork, condition: ColumnElement[bool]) -> set[int]:
    rows = uow.connection.execute(select(_entry.c.key, _entry.c.tenant_id).where(condition))
    return {key for key, tenant_id in rows if tenant_id == uow.tenant_id}


def _instances_of(uow: UnitOfWork, number: str) -> list[int]:
    """The instances that work or worked on a case, with all that they called."""
    linked = select(_linked.c.instance_key).where(_linked.c.case_key == find_case(uow, number).key)
    roots = list(uow.connection.execute(linked).scalars())
    return list(uow.connection.execute(select(_instance.c.key).where(_instance.c.root_key.in_(roots))).scalars())


def _cursor(row: Row[Any]) -> str:
    return f"{row.at.isoformat()}_{row.key}"


def _behind(cursor: str) -> ColumnElement[bool]:
    text, _, key = cursor.rpartition("_")
    try:
        at, last = datetime.fromisoformat(text), int(key)
    except ValueError as error:
        raise _no_page() from error
    if at.tzinfo is None or at.year < OLDEST_YEAR or not 0 <= last < 2**63:
        raise _no_page()
    return and_(_entry.c.at <= at, or_(_entry.c.at < at, _entry.c.key < last))


def _no_page() -> InvalidInput:
    return InvalidInput("This is no page of the list.", {"": ["没有这一页 / There is no such page."]})


def _acts(uow: UnitOfWork, rows: list[Row[Any]]) -> list[Act]:
    cases = _case_numbers(uow, {row.process_instance_key for row in rows if row.process_instance_key is not None})
    users = select(_user.c.key, _user.c.username).where(
        _user.c.key.in_({row.entity_key for row in rows if row.entity == "user"})
    )
    named = {key: name for key, name in uow.connection.execute(users)}
    return [_act(row, cases, named) for row in rows]


def _act(row: Row[Any], cases: dict[int, str], named: dict[int, str]) -> Act:
    after = dict(row.after) if isinstance(row.after, dict) else row.after
    reason = str(after.pop("reason", "") or "") if isinstance(after, dict) else ""
    return Act(
        key=row.key,
        at=row.at,
        who=row.who,
        what=row.what,
        entity=row.entity,
        entity_key=row.entity_key,
        process_instance_key=row.process_instance_key,
        case_number=cases.get(row.process_instance_key) if row.process_instance_key is not None else None,
        named=named.get(row.entity_key) if row.entity == "user" else None,
        reason=reason,
        before=row.before,
        after=after,
    )


def _case_numbers(uow: UnitOfWork, keys: set[int]) -> dict[int, str]:
    """The case of each instance, where it has one."""
    query = (
        select(_instance.c.key, _case.c.number)
        .join(_linked, _linked.c.instance_key == _instance.c.root_key)
        .join(_case, _case.c.key == _linked.c.case_key)
        .where(_instance.c.key.in_(keys))
    )
    return {key: number for key, number in uow.connection.execute(query)}
