"""The board by mail: what came to be at risk, breached or escalated since the last mail, for those who asked for it.

One mail a person for each `alerts.every`, and none when there is nothing new: a digest, not a storm.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import and_, select

from engine.calendars import parse_duration
from engine.errors import InvalidInput
from engine.model.notification import Notification
from engine.model.people import User
from engine.model.permissions import Actor
from engine.model.setting import Setting
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services.notifications.sending import WAITING, first_state
from engine.services.people.actors import actor_for, find_user
from engine.services.rows import add
from engine.services.settings import default, setting
from engine.services.worklist.board import CaseAlert, NewAlerts, new_alerts

EVERY = "alerts.every"
# Everybody who asked for the mails, whichever tenant's, and how often that tenant sends them when it is not as by default.
_ASKING = (
    select(User.key, User.tenant_id, User.alerted_until, Setting.value)
    .outerjoin(Setting, and_(Setting.tenant_id == User.tenant_id, Setting.name == EVERY))
    .where(User.active, User.alerted_until.is_not(None))
)
MOST = 20  # lines of each kind in one mail; the board has them all
WORDS = {
    "zh": ("看板预警：{count} 件", ("已升级", "已超时", "即将超时"), "……另有 {more} 件"),
    "en": ("Board: {count} new", ("Escalated", "Breached", "At risk"), "… and {more} more"),
}


def wants_alerts(runtime: Runtime, *, actor: Actor) -> bool:
    """Whether somebody gets the board by mail."""
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        user = find_user(uow, actor.username)
        return user is not None and user.alerted_until is not None


def interval(runtime: Runtime, *, actor: Actor) -> timedelta:
    """The least time between two mails to one person."""
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        return parse_duration(setting(uow, EVERY))


def want_alerts(runtime: Runtime, wanted: bool, *, actor: Actor) -> None:
    """Get the board by mail from now on, or no longer. Raises InvalidInput without an address, Forbidden without board.read."""
    actor.require("board.read")

    def work(uow: UnitOfWork) -> None:
        user = find_user(uow, actor.username)
        if user is None or (wanted and not user.email):
            problem = "您的账号没有邮箱，请让管理员填写 / Your account has no mail address; ask an administrator."
            raise InvalidInput("There is no address to write to.", {"email": [problem]})
        user.alerted_until = (user.alerted_until or uow.now) if wanted else None

    runtime.transact(work, actor.tenant_id)


def send_due(runtime: Runtime) -> int:
    """Leave the mails that are due for the sender, each in its own transaction; returns how many."""
    with runtime.unit_of_work(read_only=True) as uow:
        found = uow.session.execute(_ASKING)
        due = [
            (row.key, row.tenant_id)
            for row in found
            if _is_time(row.alerted_until, row.value or default(EVERY), uow.now)
        ]
    return sum(runtime.transact(lambda uow, key=key: _digest(runtime, uow, key), tenant) for key, tenant in due)  # type: ignore[misc]


def _is_time(told_until: datetime, every: str, now: datetime) -> bool:
    return now - told_until >= parse_duration(every)


def _digest(runtime: Runtime, uow: UnitOfWork, key: int) -> bool:
    """One person's mail, when it is time and there is something new; whether one was left."""
    user = uow.session.get_one(User, key, with_for_update=True)
    if user.alerted_until is None or not _is_time(user.alerted_until, setting(uow, EVERY), uow.now):
        return False
    since, user.alerted_until = user.alerted_until, uow.now
    found = new_alerts(uow, since)
    if not found.count or not user.email or not actor_for(uow, user).may("board.read"):
        return False
    subject, body = _words(runtime, found, user)
    state = first_state(runtime, "email")
    add(
        runtime, uow, Notification, channel="email", recipient=user.email, template="board_alerts", language=user.locale,
        subject=subject, body=body, state=state, idempotency_key=f"alerts:{user.username}:{since.isoformat()}"[:255],
        created_at=uow.now, next_try_at=uow.now if state == WAITING else None,
    )  # fmt: skip
    return True


def _words(runtime: Runtime, found: NewAlerts, user: User) -> tuple[str, str]:
    """The mail in the person's language, its times on the wall of their zone."""
    subject, titles, more = WORDS["en" if user.locale == "en" else "zh"]
    parts = [
        _part(title, rows, more, user.time_zone)
        for title, rows in zip(titles, (found.escalated, found.breached, found.at_risk), strict=True)
        if rows
    ]
    address = runtime.settings.public_url or f"http://{runtime.settings.bind}"
    return subject.format(count=found.count), "\n\n".join([*parts, f"{address}/board/"])


def _part(title: str, rows: Sequence[CaseAlert], more: str, zone: str) -> str:
    lines = [f"{title} ({len(rows)})", *(f"{row.number}  {_at(row.at, zone)}  {row.title}" for row in rows[:MOST])]
    return "\n".join([*lines, *([more.format(more=len(rows) - MOST)] if len(rows) > MOST else [])])


def _at(moment: datetime | None, zone: str) -> str:
    return f"{moment.astimezone(ZoneInfo(zone)):%m-%d %H:%M}" if moment is not None else ""
