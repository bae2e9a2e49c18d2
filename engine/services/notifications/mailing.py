"""Notices by mail too, for whoever asked for it on their account: each group of kinds at once, or gathered for an hour.

One mail holds all that is unread and was not mailed before; what was read already is in none. Two mails to one person are
never closer than `APART`, so that a busy hour is no storm.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import literal_column, select

from engine.errors import InvalidInput
from engine.model.case import Case
from engine.model.notification import Notification
from engine.model.people import User
from engine.model.permissions import Actor
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services.notifications.sending import WAITING, first_state
from engine.services.people.actors import actor_for, find_user
from engine.services.rows import add

# Groups of the kinds of notices; what a process's templates tell (a limit that is near or over, …) is `deadline`.
KINDS: dict[str, frozenset[str]] = {
    "assigned": frozenset({"task_assigned", "case_transferred"}),
    "mention": frozenset({"mention"}),
    "customer_wrote": frozenset({"customer_wrote"}),
    "deadline": frozenset(),
    "other": frozenset(
        {"case_closed", "case_merged", "leave_answered", "answer_appraised", "report", "stands_in", "sent_away"}
    ),
}
AT_ONCE, HOURLY = "now", "hourly"
WAYS = (AT_ONCE, HOURLY)
APART, GATHERED = timedelta(minutes=5), timedelta(hours=1)
MOST = 200  # of the newest notices, that are looked at for one mail
SHOWN = 30
WORDS = {
    "zh": ("Kefuflow 通知：{count} 条未读", "……另有 {more} 条", "不想再收到，可在这里更改："),
    "en": ("Kefuflow: {count} unread notices", "… and {more} more", "Change what you get by mail here:"),
}


@dataclass(frozen=True, slots=True)
class MailWishes:
    """Which groups of notices come by mail and how; `address` is where to, None when the account has none."""

    ways: dict[str, str]
    address: str | None


def kind_of(template: str) -> str:
    """The group of a notice."""
    return next((name for name, kinds in KINDS.items() if template in kinds), "deadline")


def mail_wishes(runtime: Runtime, *, actor: Actor) -> MailWishes:
    """What somebody gets by mail."""
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        user = find_user(uow, actor.username)
        return MailWishes(dict(user.mailed_kinds), user.email) if user else MailWishes({}, None)


def wish_mails(runtime: Runtime, ways: Mapping[str, str], *, actor: Actor) -> None:
    """Get these groups of notices by mail from now on, each `now` or `hourly`; the others not. Raises InvalidInput."""
    wanted = {kind: way for kind, way in ways.items() if way}
    if not (wanted.keys() <= KINDS.keys() and set(wanted.values()) <= set(WAYS)):
        raise InvalidInput("There is no such notice.", {"mail": ["没有这种通知 / There is no such notice."]})

    def work(uow: UnitOfWork) -> None:
        user = find_user(uow, actor.username)
        if user is None or (wanted and not user.email):
            problem = "您的账号没有邮箱，请让管理员填写 / Your account has no mail address; ask an administrator."
            raise InvalidInput("There is no address to write to.", {"mail": [problem]})
        for row in _unmailed(uow, user) if wanted else ():
            if kind_of(row.template) not in user.mailed_kinds:  # what was there before is in no mail
                row.sent_at = uow.now
        user.mailed_kinds = wanted
        user.mailed_since = (user.mailed_since or uow.now) if wanted else None

    runtime.transact(work, actor.tenant_id)


def mail_notices(runtime: Runtime) -> int:
    """Leave the mails that are due for the sender, each in its own transaction; returns how many."""
    with runtime.unit_of_work(read_only=True) as uow:
        asking = uow.session.scalars(select(User).where(User.active, User.mailed_since.is_not(None)))
        due = [(user.key, user.tenant_id) for user in asking if _to_mail(uow, user)]
    return sum(runtime.transact(lambda uow, key=key: _mail(runtime, uow, key), tenant) for key, tenant in due)  # type: ignore[misc]


def _to_mail(uow: UnitOfWork, user: User) -> list[Notification]:
    """What a mail to them would hold now; nothing while none of it has waited long enough, or to who may not read it here."""
    if not user.email or (user.mailed_at is not None and uow.now - user.mailed_at < APART):
        return []
    waiting = [row for row in _unmailed(uow, user) if kind_of(row.template) in user.mailed_kinds]
    is_time = any(_is_time(uow, user, row) for row in waiting)
    return waiting if is_time and actor_for(uow, user).may("cases.read") else []


def _mail(runtime: Runtime, uow: UnitOfWork, key: int) -> bool:
    """One person's mail, unless another worker was first; whether it was left."""
    user = uow.session.get_one(User, key, with_for_update=True)
    waiting = _to_mail(uow, user)
    if not waiting:
        return False
    user.mailed_at = uow.now
    for row in waiting:
        row.sent_at = uow.now
    subject, body = _words(runtime, uow, waiting, user)
    state = first_state(runtime, "email")
    add(
        runtime, uow, Notification, channel="email", recipient=user.email, template="notices", language=user.locale,
        subject=subject, body=body, state=state, idempotency_key=f"notices:{user.username}:{waiting[0].key}"[:255],
        created_at=uow.now, next_try_at=uow.now if state == WAITING else None,
    )  # fmt: skip
    return True


def _unmailed(uow: UnitOfWork, user: User) -> list[Notification]:
    """Their unread notices of the time since they asked that no mail has told, the newest first."""
    desk = Notification.channel == literal_column("'desk'")  # written out, as the index of notices has it
    own = select(Notification.key).where(
        Notification.tenant_id == user.tenant_id, desk, Notification.recipient == user.username
    )
    newest = own.order_by(Notification.key.desc()).limit(MOST).subquery()
    query = select(Notification).where(
        Notification.key.in_(select(newest.c.key)),
        Notification.read_at.is_(None),
        Notification.sent_at.is_(None),
        Notification.created_at >= (user.mailed_since or uow.now),
    )
    return list(uow.session.scalars(query.order_by(Notification.key.desc())))


def _is_time(uow: UnitOfWork, user: User, row: Notification) -> bool:
    return user.mailed_kinds[kind_of(row.template)] == AT_ONCE or uow.now - row.created_at >= GATHERED


def _words(runtime: Runtime, uow: UnitOfWork, rows: Sequence[Notification], user: User) -> tuple[str, str]:
    """The mail in the person's language, its times on the wall of their zone."""
    subject, more, change = WORDS["en" if user.locale == "en" else "zh"]
    address, zone = runtime.settings.public_url or f"http://{runtime.settings.bind}", ZoneInfo(user.time_zone)
    keys = {row.case_key for row in rows if row.case_key is not None}
    numbers = {
        row.key: row.number for row in uow.session.execute(select(Case.key, Case.number).where(Case.key.in_(keys)))
    }
    parts = []
    for row in rows[:SHOWN]:
        link = f"{address}/desk/cases/{numbers[row.case_key]}" if row.case_key in numbers else f"{address}/desk/notices"
        parts.append(
            "\n".join(
                [f"{row.created_at.astimezone(zone):%m-%d %H:%M}  {row.subject}", *row.body.splitlines()[:3], link]
            )
        )
    if len(rows) > SHOWN:
        parts.append(more.format(more=len(rows) - SHOWN))
    single = rows[0].subject if len(rows) == 1 else subject.format(count=len(rows))
    return " ".join(single.split()), "\n\n".join([*parts, f"{change}\n{address}/account"])
