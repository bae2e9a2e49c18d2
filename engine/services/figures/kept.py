"""The reports that are made and sent on their days: what each kind holds, making one, sending it, reading it again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from engine.errors import InvalidInput, NotFound
from engine.model.case import Case
from engine.model.contact import Contact
from engine.model.notification import Notification, Survey
from engine.model.people import User
from engine.model.permissions import SYSTEM, Actor
from engine.model.report import KeptReport
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services.figures import issue_log
from engine.services.figures.collecting import Collection, Cut
from engine.services.figures.definitions import DEFINITIONS, Definition
from engine.services.figures.period import Period, named_period
from engine.services.figures.reading import agents, report
from engine.services.notifications.sending import STORED, WAITING, Sending, deliver, first_state
from engine.services.people.actors import find_user, users_with_role
from engine.services.rows import add

# The figures of each kind; which day it is made, for which period and for whom is the table report_plan's.
KINDS: dict[str, tuple[str, ...]] = {
    "daily_personal": ("registered", "first_response", "timely_reply", "resolution_rate", "csat", "attainment"),
    "weekly": (
        "registered", "first_response", "timely_reply", "resolution_business", "attainment", "resolution_rate", "reopen_rate",
        "escalation_rate", "backlog_age", "csat",
    ),
    "weekly_summary": (
        "registered", "timely_reply", "attainment", "resolution_rate", "complaint_timely", "csat", "complaint_satisfaction",
        "accuracy", "reopen_rate", "escalation_rate", "refund_lead", "load", "conversion",
    ),
    "satisfaction": ("csat", "callback_satisfaction", "complaint_satisfaction", "survey_response", "callback_coverage"),
    "monthly": (
        "registered", "first_response", "timely_reply", "resolution_business", "resolution_calendar", "attainment",
        "resolution_rate", "first_contact", "complaint_timely", "contact_24h", "reopen_rate", "escalation_rate", "backlog_age",
        "refund_lead", "csat", "accuracy", "callback_coverage", "repeat_cause",
        "load", "customers_per_day", "consultations_per_day", "conversion",
    ),
    "meeting": ("registered", "timely_reply", "attainment", "resolution_rate", "backlog_age", "csat", "escalation_rate"),
    "issues": ("registered", "repeat_cause", "reopen_rate", "complaint_timely"),
    "feedback": ("csat", "survey_response"),
    "issue_log": (),
}  # fmt: skip
PERSONAL = ("daily_personal",)
TITLES = {
    "daily_personal": ("个人日报", "My day"),
    "weekly": ("周报", "Weekly report"),
    "weekly_summary": ("总周报", "Weekly summary"),
    "satisfaction": ("满意度月报", "Monthly satisfaction report"),
    "monthly": ("月报", "Monthly report"),
    "meeting": ("例会材料", "Weekly meeting"),
    "issues": ("高频问题分析", "Top issues"),
    "feedback": ("客户反馈汇总", "Feedback digest"),
    "issue_log": ("问题登记周汇总", "Issue log of the week"),
}
STATES = {  # of an issue that was written down
    "open": ("待处理", "Open"),
    "overdue": ("逾期未处理", "Overdue"),
    "solved": ("已解决", "Solved"),
    "passed_on": ("已转交相关部门", "Passed on to a department"),
    "no_action": ("不需要处理", "No action needed"),
}
_COMMENTS = 50


@dataclass(frozen=True, slots=True)
class KeptView:
    """A report as it was made. `data`: figures by name, agents, issues, feedback, log; what a kind does not hold is absent."""

    key: int
    kind: str
    about: str | None
    first: str
    last: str
    recipients: list[str]
    data: dict[str, Any]
    created_at: datetime
    sent_at: datetime | None


def make(runtime: Runtime, kind: str, period_name: str, roles: Iterable[str], tenant_id: str) -> list[int]:
    """Make the report of a kind, one for each person where it is personal, and return their keys.

    There is one for each kind, period and person: made again it is the same. `roles` receive it; a personal one goes to the
    person alone. Raises InvalidInput for an unknown kind or period.
    """
    if kind not in KINDS:
        raise InvalidInput(f"There is no report {kind!r}; there are {', '.join(KINDS)}.")
    actor = Actor(SYSTEM.username, is_system=True, tenant_id=tenant_id)
    period = named_period(period_name, runtime.now(), runtime.settings.time_zone)
    with runtime.unit_of_work(read_only=True, tenant_id=tenant_id) as uow:
        people = sorted({name for role in roles for name in users_with_role(uow, role)})
    wanted = [(person, [person]) for person in people] if kind in PERSONAL else [(None, people)]
    made = [(about, to, _data(runtime, kind, period, about, actor)) for about, to in wanted]
    return runtime.transact(lambda uow: [_keep(runtime, uow, kind, period, *one) for one in made], tenant_id)


def send(runtime: Runtime, keys: Iterable[int], tenant_id: str) -> int:
    """Leave a notice for each recipient and mail those with an address, once for each report and person; returns how many.

    Without a mail server the mails wait in the outbox. Raises Unavailable when a later try may work.
    """

    def work(uow: UnitOfWork) -> tuple[int, list[Sending]]:
        rows = [uow.get(KeptReport, key) for key in keys]
        people = [(row, user) for row in rows for name in row.recipients if (user := find_user(uow, name)) is not None]
        mails = [mail for row, user in people if (mail := _tell(runtime, uow, row, user)) is not None]
        for row in rows:
            row.sent_at = row.sent_at or uow.now
        return len(people), mails

    told, mails = runtime.transact(work, tenant_id)
    for mail in mails:
        deliver(runtime, mail, tenant_id)
    return told


def list_kept(runtime: Runtime, *, actor: Actor, kind: str | None = None, limit: int = 100) -> list[KeptView]:
    """Reports, the newest first: all of them with figures.read, else those about oneself."""
    query = select(KeptReport).where(KeptReport.tenant_id == actor.tenant_id).order_by(KeptReport.key.desc())
    if kind:
        query = query.where(KeptReport.kind == kind)
    if not actor.may("figures.read"):
        query = query.where(KeptReport.about == actor.username)
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        return [_view(row) for row in uow.session.scalars(query.limit(limit))]


def get_kept(runtime: Runtime, key: int, *, actor: Actor) -> KeptView:
    """One report. Raises NotFound, also for one that is not this person's to read."""
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        row = uow.get(KeptReport, key)
        if not (actor.may("figures.read") or actor.username in (row.about, *row.recipients)):
            raise NotFound(f"There is no report {key}.")
        return _view(row)


def _keep(
    runtime: Runtime,
    uow: UnitOfWork,
    kind: str,
    period: Period,
    about: str | None,
    to: list[str],
    data: dict[str, Any],
) -> int:
    unique = f"{kind}:{period.first}:{period.last}:{about or ''}"
    query = select(KeptReport.key).where(KeptReport.tenant_id == uow.tenant_id, KeptReport.idempotency_key == unique)
    found = uow.session.scalar(query)
    if found is not None:
        return found
    days = {"first": period.first.isoformat(), "last": period.last.isoformat()}
    values = {
        "kind": kind,
        "about": about,
        "recipients": to,
        "data": data,
        "created_at": uow.now,
        "idempotency_key": unique,
    }
    return add(runtime, uow, KeptReport, **days, **values).key


def _data(runtime: Runtime, kind: str, period: Period, about: str | None, actor: Actor) -> dict[str, Any]:
    if kind == "issue_log":
        with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
            return {"figures": {}, "log": issue_log.collected(uow, period)}
    by = "agent" if kind in ("weekly", "weekly_summary", "monthly", "meeting") else None
    found = report(runtime, period, Cut(agent=about) if about else None, by, actor=actor)
    names = KINDS[kind]
    data: dict[str, Any] = {"figures": {name: _plain(found.overall[name]) for name in names}}
    data["clocks"] = {line.value: _plain(line.figures["attainment"]) for line in found.clocks}
    if about:
        data["done"] = _done_by(runtime, period, about, actor)
    if by:
        lines = agents(runtime, found, actor=actor)
        data["agents"] = [
            {"username": line.username, "registered": line.registered, "score": line.score, "tasks": line.tasks,
             "figures": {name: _plain(one) for name, one in line.figures.items()}}
            for line in lines
        ]  # fmt: skip
    if kind in ("weekly_summary", "monthly", "meeting", "issues"):
        data["issues"] = [list(issue) for issue in found.issues]
    if kind == "feedback":
        data["feedback"] = _feedback(runtime, period, actor)
    return data


def _plain(one: Any) -> dict[str, Any]:
    return {name: getattr(one, name) for name in ("name", "value", "count", "hits", "p50", "p90", "good")}


def _done_by(runtime: Runtime, period: Period, who: str, actor: Actor) -> dict[str, int]:
    """One person's day (O1): consultations taken, replies given, cases solved."""
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        mine = (
            Contact.tenant_id == uow.tenant_id,
            Contact.agent == who,
            Contact.at >= period.start,
            Contact.at < period.end,
        )
        query = select(Contact.direction, func.count()).where(*mine).group_by(Contact.direction)
        ways: dict[str, int] = {direction: number for direction, number in uow.session.execute(query)}
        of = Collection(uow, period, Cut(agent=who))
        solved = sum(sample.hit for sample in of.samples("resolution_rate"))
    return {"consultations": ways.get("in", 0), "replies": ways.get("out", 0), "solved": solved}


def _feedback(runtime: Runtime, period: Period, actor: Actor) -> dict[str, Any]:
    """What customers said (O10): how many cases of each kind and cause, and their comments with the score."""
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        of = Collection(uow, period, Cut())
        rows = [
            (about.kind, cause) for about, (cause,) in of.read(of.query(Case.cause).where(of.within(Case.created_at)))
        ]
        said = of.query(Survey.score, Survey.comment).join(Survey, Survey.case_key == Case.key)
        said = said.where(of.within(Survey.answered_at), Survey.comment.is_not(None), Survey.comment != "")
        comments = [
            {"number": about.number, "score": score, "comment": comment}
            for about, (score, comment) in of.read(said.order_by(Survey.score, Survey.key).limit(_COMMENTS))
        ]
    counted = Counter((kind, cause or "") for kind, cause in rows)
    return {"kinds": [[kind, cause, number] for (kind, cause), number in counted.most_common()], "comments": comments}


def _tell(runtime: Runtime, uow: UnitOfWork, row: KeptReport, user: User) -> Sending | None:
    """A person's notice, and the mail that is still to be sent to them."""
    subject, body = _words(runtime, row, user)
    notice = _leave(runtime, uow, row, user, "desk", user.username, subject, body)
    if not user.email:
        return None
    notice.sent_at = notice.sent_at or uow.now  # so that no mail of notices tells of it again
    mail = _leave(runtime, uow, row, user, "email", user.email, subject, body)
    return (
        Sending(mail.key, "email", user.email, subject, body, mail.idempotency_key) if mail.state == WAITING else None
    )


def _words(runtime: Runtime, row: KeptReport, user: User) -> tuple[str, str]:
    """A report's subject and its figures as text, in the person's language, with the address of its page."""
    english = user.locale == "en"
    title = TITLES[row.kind][1 if english else 0]
    lines = [_line(DEFINITIONS[name], one, english) for name, one in row.data["figures"].items()]
    lines += [_logged(one, english) for one in row.data.get("log", ())]
    address = runtime.settings.public_url or f"http://{runtime.settings.bind}"
    return f"{title} {row.first} – {row.last}", "\n".join([*lines, "", f"{address}/board/reports/{row.key}"])


def _line(definition: Definition, one: Mapping[str, Any], english: bool) -> str:
    value = one["value"]
    if value is None:
        shown = "–"
    elif definition.unit == "share":
        shown = f"{value:.1%} ({one['hits']}/{one['count']})"
    elif definition.unit == "duration":
        shown = f"{value / 3600:.1f} h"
    else:
        shown = f"{value:,.1f}".removesuffix(".0")
    return f"{definition.en}: {shown}" if english else f"{definition.zh}：{shown}"


def _logged(issue: Mapping[str, Any], english: bool) -> str:
    """An issue as one line: its state, its words, the answer."""
    state = STATES[issue["state"]][1 if english else 0]
    answer = f" → {issue['answer']}" if issue["answer"] else ""
    return f"[{state}] {issue['issue']}{answer}"


def _leave(
    runtime: Runtime,
    uow: UnitOfWork,
    row: KeptReport,
    user: User,
    channel: str,
    recipient: str,
    subject: str,
    body: str,
) -> Notification:
    """The stored message of this report to this person on this channel, made if it is not there."""
    key = _notice(row.key, user.username, channel)
    query = select(Notification).where(Notification.tenant_id == uow.tenant_id, Notification.idempotency_key == key)
    found = uow.session.scalars(query).one_or_none()
    if found is not None:
        return found
    return add(
        runtime, uow, Notification, channel=channel, recipient=recipient, template="report", language=user.locale, subject=subject,
        body=body, state=STORED if channel == "desk" else first_state(runtime, channel), idempotency_key=key, created_at=uow.now,
    )  # fmt: skip


def _notice(report_key: int, username: str, channel: str) -> str:
    return f"report:{report_key}:{channel}:{username}"[:255]


def _view(row: KeptReport) -> KeptView:
    return KeptView(**{name: getattr(row, name) for name in KeptView.__dataclass_fields__})
