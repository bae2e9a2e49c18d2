"""Notices to staff: a lead is told of a warning, a supervisor of what ran out. They wait under a bell until they are read."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, literal_column, select, update

from engine.errors import NotFound
from engine.model.case import Case
from engine.model.notification import Notification
from engine.model.people import Group, GroupMember, User
from engine.model.permissions import Actor
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services.absences import with_stand_ins
from engine.services.notices import on_behalf
from engine.services.notifications.templates import render, template
from engine.services.people.actors import find_user, users_with_role
from engine.services.rows import add


@dataclass(frozen=True, slots=True)
class NoticeView:
    key: int
    case_number: str | None
    subject: str
    body: str
    created_at: datetime
    read_at: datetime | None
    kind: str = ""


def notify_staff(
    runtime: Runtime,
    uow: UnitOfWork,
    case: Case,
    usernames: Iterable[str],
    template_name: str,
    values: Mapping[str, Any],
    idempotency_key: str,
) -> list[str]:
    """Leave a notice for each of these people, and for who stands in for one who is away, once per key; returns their names."""
    told = with_stand_ins(uow, usernames)
    for username, instead_of in told.items():
        user, key = find_user(uow, username), f"{idempotency_key}:{username}"[:255]
        if user is not None and not _left(uow, key):
            words = template(runtime, template_name).words(user.locale)
            known = {"number": case.number, "title": case.title, "owner": case.owner} | dict(values)
            shown = [render(text, known, user.time_zone, user.locale) for text in (words.subject, words.text)]
            shown[0] = on_behalf(uow, instead_of, user.locale) + shown[0]
            values_of_row = {"subject": shown[0], "body": shown[1], "language": user.locale, "state": "stored"}
            add(runtime, uow, Notification, case_key=case.key, channel="desk", recipient=username,
                template=template_name, idempotency_key=key, created_at=uow.now, **values_of_row)  # fmt: skip
    return sorted(told)


def leads_of(uow: UnitOfWork, case: Case) -> list[str]:
    """Who is told about a case: the leads of its owner's teams, else the group leads, else the supervisors."""
    if case.owner:
        owner = select(User.key).where(User.tenant_id == uow.tenant_id, User.username == case.owner).scalar_subquery()
        teams = select(GroupMember.group_key).where(GroupMember.user_key == owner)
        leads = select(User.username).join(Group, Group.lead_key == User.key).where(Group.key.in_(teams), User.active)
        found = list(uow.session.scalars(leads))
        if found:
            return found
    return users_with_role(uow, "group_lead") or users_with_role(uow, "supervisor")


def list_notices(
    runtime: Runtime, *, actor: Actor, unread_only: bool = False, before: int | None = None, limit: int = 50
) -> list[NoticeView]:
    """One's own notices, the newest first; `before` is the last key of the page before. `kind` is what each is about."""
    query = select(Notification, Case.number).outerjoin(Case, Case.key == Notification.case_key)
    query = query.where(*_own(actor))
    if before is not None:
        query = query.where(Notification.key < before)
    if unread_only:
        query = query.where(Notification.read_at.is_(None))
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        found = uow.session.execute(query.order_by(Notification.key.desc()).limit(limit))
        return [
            NoticeView(row.key, number, row.subject, row.body, row.created_at, row.read_at, row.template)
            for row, number in found
        ]


def count_unread_notices(runtime: Runtime, *, actor: Actor, most: int = 100) -> int:
    """How many of one's notices are unread, at most `most`: a bell shows no more."""
    query = select(Notification.key).where(*_own(actor), Notification.read_at.is_(None)).limit(most)
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        return uow.session.scalar(select(func.count()).select_from(query.subquery())) or 0


def mark_notice_read(runtime: Runtime, key: int, *, actor: Actor) -> str | None:
    """Say that one has read a notice; returns the number of the case that it is about. Raises NotFound for another's."""

    def work(uow: UnitOfWork) -> str | None:
        row = uow.get(Notification, key)
        if row.channel != "desk" or row.recipient != actor.username:
            raise NotFound(f"There is no notice {key} for {actor.username}.")
        row.read_at = row.read_at or uow.now
        case = uow.session.get(Case, row.case_key) if row.case_key else None
        return case.number if case else None

    return runtime.transact(work, actor.tenant_id)


def mark_all_notices_read(runtime: Runtime, *, actor: Actor) -> None:
    """Say that one has read all of one's notices."""

    def work(uow: UnitOfWork) -> None:
        uow.session.execute(
            update(Notification).where(*_own(actor), Notification.read_at.is_(None)).values(read_at=uow.now)
        )

    runtime.transact(work, actor.tenant_id)


def _own(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    # Written out, not as a parameter: only so does a database know that its index of notices serves.
    desk = Notification.channel == literal_column("'desk'")
    return Notification.tenant_id == actor.tenant_id, desk, Notification.recipient == actor.username


def _left(uow: UnitOfWork, key: str) -> bool:
    query = select(Notification.key).where(Notification.tenant_id == uow.tenant_id, Notification.idempotency_key == key)
    return uow.session.scalar(query) is not None
