"""The words of the notices that the desk itself leaves for its people: a mention, a task that one was given, a customer's answer.

What a process tells its leads is in the process owners' templates; these belong to no process. `{name}` is filled in.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select

from engine.model.case import Case
from engine.model.desk import CaseFollower
from engine.model.notification import Notification
from engine.model.people import User
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services.absences import stand_in_for
from engine.services.rows import add

LONGEST_SUBJECT, LONGEST_BODY = 200, 2000
ABOUT_THE_PERSON = frozenset({"leave_answered", "answer_appraised", "sent_away"})  # no stand-in's business


@dataclass(frozen=True, slots=True)
class _Words:
    """Subject and body in both languages."""

    zh: tuple[str, str]
    en: tuple[str, str]


WORDS = {
    "mention": _Words(("{from}在 {number} 提到了您", "{note}"), ("{from} mentioned you in {number}", "{note}")),
    "task_assigned": _Words(
        ("{from}把“{task}”交给了您：{number}", "{note}"), ('{from} gave you "{task_en}": {number}', "{note}")
    ),
    "case_transferred": _Words(
        ("{from}把工单 {number} 转给了您", "{note}"), ("{from} transferred case {number} to you", "{note}")
    ),
    "customer_wrote": _Words(("客户来信：{number}", "{note}"), ("The customer wrote: {number}", "{note}")),
    "case_closed": _Words(
        ("您关注的工单已结案：{number}", "{note}"), ("A case that you follow was closed: {number}", "{note}")
    ),
    "leave_answered": _Words(("您的请假外出申请：{answer}", "{note}"), ("Your leave request: {answer}", "{note}")),
    "answer_appraised": _Words(
        ("质检：{number} 的答复{answer}", "{note}"), ("Quality check: the answer in {number}: {answer}", "{note}")
    ),
    "stands_in": _Words(
        ("{from}离岗期间由您代班", "{when}"),
        ("You stand in for {from}", "{when}"),
    ),
    "sent_away": _Words(
        ("{from}为您登记了离岗", "{when}"),
        ("{from} said that you are away", "{when}"),
    ),
    "case_merged": _Words(
        ("{number} 已并入 {into}", "{note}"),
        ("{number} was merged into {into}", "{note}"),
    ),
}


def leave_notice(
    runtime: Runtime,
    uow: UnitOfWork,
    case: Case | None,
    username: str,
    kind: str,
    values: Mapping[str, str],
    idempotency_key: str,
    but: Iterable[str] = (),
) -> bool:
    """Leave a notice of this kind for an active person in their language, once per key; whether it was left now.

    While they are away whoever stands in for them has it too, unless they are one of `but`, and but for what is about the person.
    """
    left = _leave(runtime, uow, case, username, kind, values, idempotency_key)
    stand_in = None if kind in ABOUT_THE_PERSON else stand_in_for(uow, username)
    if stand_in is not None and stand_in not in but:
        _leave(runtime, uow, case, stand_in, kind, values, idempotency_key, instead_of=username)
    return left


def _leave(
    runtime: Runtime,
    uow: UnitOfWork,
    case: Case | None,
    username: str,
    kind: str,
    values: Mapping[str, str],
    idempotency_key: str,
    instead_of: str | None = None,
) -> bool:
    query = select(User).where(User.tenant_id == uow.tenant_id, User.username == username, User.active)
    user, key = uow.session.scalars(query).one_or_none(), f"{idempotency_key}:{username}"[:255]
    if user is None or _is_left(uow, key):
        return False
    words = WORDS[kind].en if user.locale == "en" else WORDS[kind].zh
    known = {"number": case.number if case else "", **values}
    subject, body = (text.format_map(_Blanks(known)) for text in words)
    subject = on_behalf(uow, instead_of, user.locale) + subject
    texts = {"subject": subject[:LONGEST_SUBJECT], "body": body[:LONGEST_BODY], "language": user.locale}
    add(runtime, uow, Notification, case_key=case.key if case else None, channel="desk", recipient=username,
        template=kind, state="stored", idempotency_key=key, created_at=uow.now, **texts)  # fmt: skip
    return True


def on_behalf(uow: UnitOfWork, username: str | None, locale: str) -> str:
    """What stands before a notice that somebody has for a colleague who is away; nothing before their own."""
    if username is None:
        return ""
    query = select(User.display_name).where(User.tenant_id == uow.tenant_id, User.username == username)
    name = uow.session.scalar(query) or username
    return f"[for {name}] " if locale == "en" else f"［代{name}］"


def those_who_follow(uow: UnitOfWork, case: Case) -> list[str]:
    """The case's owner, and who follows it."""
    query = select(CaseFollower.username).where(CaseFollower.case_key == case.key)
    return sorted({*uow.session.scalars(query), *([case.owner] if case.owner else [])})


def tell_followers(
    runtime: Runtime, uow: UnitOfWork, case: Case, kind: str, note: str, idempotency_key: str, but: Iterable[str] = ()
) -> None:
    """Leave the notice for everybody who has or follows the case, but for these (who did it), be it for themselves or for who is
    away."""
    left_out = set(but)
    for username in those_who_follow(uow, case):
        if username not in left_out:
            leave_notice(runtime, uow, case, username, kind, {"note": note}, idempotency_key, left_out)


class _Blanks(dict[str, str]):
    """A word that was not given is left out."""

    def __missing__(self, key: str) -> str:
        return ""


def _is_left(uow: UnitOfWork, key: str) -> bool:
    query = select(Notification.key).where(Notification.tenant_id == uow.tenant_id, Notification.idempotency_key == key)
    return uow.session.scalar(query) is not None
