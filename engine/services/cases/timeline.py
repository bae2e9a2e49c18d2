"""A case's timeline: who did what, when, and what changed from what to what."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from engine.model.case import Case, TimelineEntry
from engine.model.permissions import Actor
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services.notices import tell_followers
from engine.services.rows import add

CUSTOMER = "customer"  # who wrote, where it was the customer
KINDS = ("contact", "message", "step", "decision", "note", "file", "change", "sla", "escalation")


@dataclass(frozen=True, slots=True)
class EntryView:
    """One entry. `name` is a code (case.opened) or a step's name; `changes` are `{"field", "from", "to"}`.

    `case_number` names the case where it is one that was merged into this."""

    key: int
    at: datetime
    actor: str
    kind: str
    name: str
    text: str
    changes: list[dict[str, Any]]
    data: dict[str, Any]
    public: bool
    case_number: str | None = None


def record(
    runtime: Runtime,
    uow: UnitOfWork,
    case: Case,
    actor: str,
    kind: str,
    name: str,
    text: str = "",
    *,
    changes: list[dict[str, Any]] | None = None,
    data: dict[str, Any] | None = None,
    public: bool = False,
) -> TimelineEntry:
    """Write an entry in the transaction of what it tells; `public` lets the customer see it.

    Who has or follows the case is told of a customer's words and of its end.
    """
    case.updated_at = uow.now
    values = {"changes": changes or [], "data": data or {}, "public": public, "text": text}
    entry = add(
        runtime, uow, TimelineEntry, case_key=case.key, at=uow.now, actor=actor, kind=kind, name=name[:255], **values
    )
    if kind in ("contact", "message") and actor == CUSTOMER:
        tell_followers(runtime, uow, case, "customer_wrote", text, f"entry:{entry.key}")
    elif name == "case.closed":
        tell_followers(runtime, uow, case, "case_closed", case.title, f"entry:{entry.key}", but=[actor])
    return entry


def timeline(
    runtime: Runtime,
    number: str,
    *,
    actor: Actor,
    kinds: tuple[str, ...] = (),
    before: int | None = None,
    limit: int = 200,
) -> list[EntryView]:
    """A case's entries, the newest first; `before` is the last key of the page before.

    A customer sees the public ones of their own case. Raises NotFound, Forbidden without cases.read.
    """
    from engine.services.cases.files import readable_case

    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        case = readable_case(uow, number, actor)
        return entries(uow, case.key, kinds, before, limit, public_only=not actor.may("cases.read"))


def entries(
    uow: UnitOfWork,
    case_key: int,
    kinds: tuple[str, ...] = (),
    before: int | None = None,
    limit: int = 200,
    public_only: bool = False,
) -> list[EntryView]:
    """The entries themselves, the newest first, with those of the cases that were merged into this one."""
    merged = uow.session.execute(
        select(Case.key, Case.number).where(Case.tenant_id == uow.tenant_id, Case.merged_into_key == case_key)
    ).all()
    numbers = {row.key: row.number for row in merged}
    query = select(TimelineEntry).where(TimelineEntry.case_key.in_([case_key, *numbers]))
    query = query.order_by(TimelineEntry.key.desc())
    if kinds:
        query = query.where(TimelineEntry.kind.in_(kinds))
    if before is not None:
        query = query.where(TimelineEntry.key < before)
    if public_only:
        query = query.where(TimelineEntry.public)
    names = [name for name in EntryView.__dataclass_fields__ if name != "case_number"]
    rows = uow.session.scalars(query.limit(limit))
    return [
        EntryView(**{name: getattr(row, name) for name in names}, case_number=numbers.get(row.case_key)) for row in rows
    ]
