"""Which samples each figure has: one function a figure, over the tables that the desk's work leaves behind."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, exists, func, null, or_, select, union

from engine.model.appraisal import Appraisal
from engine.model.base import table_of
from engine.model.callback import Callback
from engine.model.case import OPEN_STATUSES, Case, CaseInstance, TimelineEntry
from engine.model.contact import Contact
from engine.model.customer import Customer
from engine.model.instance import ProcessInstance
from engine.model.notification import Survey
from engine.model.order import Order
from engine.model.people import Group, GroupMember, User
from engine.model.sla import SlaClockRow
from engine.model.user_task import TaskState, UserTask
from engine.persistence import UnitOfWork
from engine.services.figures.period import Period
from engine.services.figures.samples import About, Sample

# Ends that say nothing about whether we solved it, and ends that say we did not. Every other end is a solution.
NOT_COUNTED = ("withdrawn", "cancelled", "no_reply", "spam", "closed_no_shipment", "routed")
NOT_SOLVED = ("refused", "shipped_back", "unreachable", "reopened")
GOOD_SCORE = 4
CONTACT_WITHIN, CONVERSION_WITHIN, LATE = timedelta(hours=24), timedelta(days=7), timedelta(days=1)
# What time alone changes, and how long: nothing happens to the case, and yet it counts otherwise; a day more for those who are late.
# Who registered a case stays as it is; it is here because days were kept without it once.
SETTLES_AFTER = {
    "contact_24h": CONTACT_WITHIN + LATE,
    "conversion": CONVERSION_WITHIN + LATE,
    "registered_by": timedelta(),
}
REFUND_CLOCKS = ("refund", "statutory_refund")
Rows = Select[*tuple[Any, ...]]
_linked = table_of(CaseInstance).alias()
# The first process that worked on a case.
_FIRST = (
    select(func.min(_linked.c.instance_key)).where(_linked.c.case_key == Case.key).correlate(Case).scalar_subquery()
)


@dataclass(frozen=True, slots=True)
class Cut:
    """Which cases count; None leaves a side open. `group` is a team's name, `kind` a case's kind."""

    agent: str | None = None
    group: str | None = None
    queue: str | None = None
    channel: str | None = None
    kind: str | None = None
    process: str | None = None
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Clock:
    """A clock's row. `decided_at` is when it was met or breached; the seconds are those of a finished one."""

    about: About
    name: str
    decided_at: datetime
    is_met: bool
    finished_at: datetime | None
    elapsed: float | None
    ran: float | None


@dataclass(slots=True)
class Collection:
    """One reading: a period and a cut, in one transaction. What several figures need is read once.

    `sides` names what is read of a case only for who groups by it: `tier`, `process`, `version`. `only` leaves out all but the cases
    with these keys.
    """

    uow: UnitOfWork
    period: Period
    cut: Cut
    sides: Container[str | None] = ()
    only: tuple[int, ...] | None = None
    start: datetime = field(init=False)
    end: datetime = field(init=False)
    _abouts: dict[tuple[int, str | None], About] = field(default_factory=dict)
    _clocks: list[Clock] | None = None
    _created: list[tuple[About, tuple[Any, ...]]] | None = None
    _ended: list[tuple[About, tuple[Any, ...]]] | None = None
    _answers: list[Sample] | None = None

    def __post_init__(self) -> None:
        # In UTC once: comparing with another zone asks for its offset each time.
        self.start, self.end = self.period.start.astimezone(UTC), self.period.end.astimezone(UTC)

    def samples(self, name: str) -> list[Sample]:
        """The samples of the figure with this name, before `columns.counted` says how those with a mark count."""
        return list(COLLECTORS[name](self))

    @property
    def until(self) -> datetime:
        """The period's end, or now while it runs."""
        return min(self.end, self.uow.now)

    @property
    def days(self) -> int:
        """Days of the period that have begun."""
        begun = (self.until.astimezone(ZoneInfo(self.period.zone)).date() - self.period.first).days + 1
        return max(1, min(begun, self.period.days))

    # Reading

    def passed(self, moment: Any) -> ColumnElement[bool]:
        """Within the period, and not in the future."""
        return and_(moment >= self.start, moment < self.end, moment <= self.uow.now)

    def within(self, moment: Any) -> ColumnElement[bool]:
        return and_(moment >= self.start, moment < self.end)

    def query(self, *more: Any, agent: Any = Case.owner, by: Any = Case, with_customer: bool = False) -> Rows:
        """Cases of the cut with what they can be grouped by, and these columns behind it; `agent` says whose they are.

        `by` is what is joined to them and narrows them: the tenant is asked of it alone, so that a planner without statistics
        does not read all cases of the tenant first.
        """
        with_tier, with_process = "tier" in self.sides, "process" in self.sides or "version" in self.sides
        about = [
            Case.key,
            Case.number,
            agent,
            Case.channel,
            Case.queue,
            Case.kind,
            Customer.tier if with_tier else null(),
        ]
        process = (ProcessInstance.process_id, ProcessInstance.version) if with_process else (null(), null())
        query: Rows = select(*about, *process, *more).select_from(Case)
        if with_tier or with_customer:
            query = query.outerjoin(Customer, Customer.key == Case.customer_key)
        if with_process:
            query = query.outerjoin(ProcessInstance, ProcessInstance.key == _FIRST)
        query = query.where(by.tenant_id == self.uow.tenant_id)
        for column, wanted in (
            (agent, self.cut.agent), (Case.queue, self.cut.queue), (Case.channel, self.cut.channel), (Case.kind, self.cut.kind)
        ):  # fmt: skip
            if wanted is not None:
                query = query.where(column == wanted)
        if self.cut.group is not None:
            query = query.where(agent.in_(members(self.uow, self.cut.group)))
        if self.cut.process is not None:
            # Asked of each case: read before, the cases that a process worked on in all the years are many.
            worked = worked_on_by(self.cut.process, self.cut.version)
            query = query.where(worked.where(CaseInstance.case_key == Case.key).correlate(Case).exists())
        if self.only is not None:
            query = query.where(Case.key.in_(self.only))
        return query

    def read(self, query: Rows) -> Iterator[tuple[About, tuple[Any, ...]]]:
        """Each row as its case and the columns that were asked for."""
        known = self._abouts.get
        for row in self.uow.connection.execute(query).all():
            about = known((row[0], row[2]))
            if about is None:
                about = self._abouts[row[0], row[2]] = About(*row[:9])
            yield about, row[9:]

    def clocks(self) -> list[Clock]:
        """Clocks that were met, breached or finished within the period."""
        if self._clocks is None:
            self._clocks = list(self._read_clocks())
        return self._clocks

    def _read_clocks(self) -> Iterator[Clock]:
        columns = (
            SlaClockRow.name, SlaClockRow.phase, SlaClockRow.finished_at, SlaClockRow.breached_at, SlaClockRow.breach_at,
            SlaClockRow.elapsed_seconds, SlaClockRow.running_seconds,
        )  # fmt: skip
        query = self.query(*columns, by=SlaClockRow).join(SlaClockRow, SlaClockRow.case_key == Case.key)
        ran_out = and_(SlaClockRow.phase == "running", _unbreached(), SlaClockRow.breach_at <= self.uow.now)
        query = query.where(
            SlaClockRow.phase != "cancelled",
            or_(
                self.within(SlaClockRow.finished_at),
                self.within(SlaClockRow.breached_at),
                and_(ran_out, self.within(SlaClockRow.breach_at)),
            ),
        )
        for about, (name, phase, finished, breached, breach, elapsed, ran) in self.read(query):
            is_met = phase == "finished" and breached is None
            decided = finished if is_met else breached or breach
            yield Clock(about, name, decided, is_met, finished if phase == "finished" else None, elapsed, ran)

    def decided(self) -> Iterator[tuple[str, Sample]]:
        """Clocks that were met or breached within the period, by their names."""
        for one in self.clocks():
            if self.holds(one.decided_at):
                yield one.name, Sample(one.about, one.decided_at, hit=one.is_met)

    def holds(self, moment: datetime | None) -> bool:
        """Whether a moment lies within the period."""
        return moment is not None and self.start <= moment < self.end

    def created(self) -> list[tuple[About, tuple[Any, ...]]]:
        """Cases registered within the period: when, since when escalated, whether ever, sku, cause."""
        if self._created is None:
            ever = exists().where(TimelineEntry.case_key == Case.key, TimelineEntry.name == "stage.escalated")
            columns = (Case.created_at, Case.escalated_at, ever.label("ever"), Case.sku, Case.cause_code)
            self._created = list(
                self.read(self.query(*columns).where(self.within(Case.created_at)).order_by(Case.created_at))
            )
        return self._created

    def ended(self) -> list[tuple[About, tuple[Any, ...]]]:
        """Cases closed within the period: when, outcome, times reopened, contacts from the customer, whether called back or asked."""
        if self._ended is None:
            came = select(func.count()).where(Contact.case_key == Case.key, Contact.direction == "in").scalar_subquery()
            asked = exists().where(Survey.case_key == Case.key)
            called = exists().where(
                Callback.case_key == Case.key, or_(Callback.outcome.is_(None), Callback.outcome != "opted_out")
            )
            query = self.query(Case.closed_at, Case.outcome, Case.reopened, came, or_(asked, called).label("covered"))
            self._ended = list(self.read(query.where(self.within(Case.closed_at))))
        return self._ended

    def answers(self) -> list[Sample]:
        """The scores given within the period, by survey and on the phone."""
        if self._answers is None:
            self._answers = list(_scores(self))
        return self._answers


def _unbreached() -> ColumnElement[bool]:
    """Not breached yet, which most clocks are: said so that SQLite looks for when they will be instead of for the nulls."""
    return func.coalesce(SlaClockRow.breached_at, SlaClockRow.breached_at).is_(None)


def members(uow: UnitOfWork, group: str) -> Rows:
    """The names of the people in a team."""
    found = select(User.username).join(GroupMember, GroupMember.user_key == User.key)
    return found.join(Group, Group.key == GroupMember.group_key).where(
        Group.tenant_id == uow.tenant_id, Group.name == group
    )


def worked_on_by(process: str, version: int | None) -> Rows:
    """The keys of the cases that a process, or one version of it, worked on."""
    query = select(CaseInstance.case_key).join(ProcessInstance, ProcessInstance.key == CaseInstance.instance_key)
    query = query.where(ProcessInstance.process_id == process)
    return query if version is None else query.where(ProcessInstance.version == version)


def worked_on_by_several() -> Rows:
    """The keys of the cases that more than one process instance worked on."""
    return select(CaseInstance.case_key).group_by(CaseInstance.case_key).having(func.count() > 1)


def changed_since(uow: UnitOfWork, moment: datetime) -> tuple[int, ...]:
    """The keys of the cases that something happened to since then: to them or their customer, a survey, a callback, an appraisal."""
    mine = select(Case.key).where(Case.tenant_id == uow.tenant_id)
    customers = select(Customer.key).where(Customer.tenant_id == uow.tenant_id, Customer.updated_at >= moment)
    appraised = select(Appraisal.case_key).where(Appraisal.tenant_id == uow.tenant_id)
    surveys = select(Survey.case_key).where(Survey.tenant_id == uow.tenant_id, Survey.case_key.is_not(None))
    called = select(Callback.case_key).where(Callback.tenant_id == uow.tenant_id, Callback.opened_at >= moment)
    found = union(
        mine.where(Case.updated_at >= moment),
        mine.where(Case.customer_key.in_(customers)),
        surveys.where(Survey.answered_at >= moment),
        surveys.where(Survey.sent_at >= moment),
        called,
        appraised.where(Appraisal.updated_at >= moment),
    )
    return tuple(uow.connection.execute(found).scalars())


# The figures


def _registered(of: Collection) -> Iterator[Sample]:
    for about, (at, *_rest) in of.created():
        yield Sample(about, at)


def _registered_by(of: Collection) -> Iterator[Sample]:
    query = of.query(Case.created_at, Case.created_by).where(of.within(Case.created_at))
    for about, (at, who) in of.read(query):
        yield Sample(about, at, mark=number_of(who))


def _first_response(of: Collection) -> Iterator[Sample]:
    yield from (Sample(one.about, at, value=one.elapsed) for one, at in _finished(of, "first_response"))


def _timely_reply(of: Collection) -> Iterator[Sample]:
    yield from _attained(of, "first_response")


def _resolution_business(of: Collection) -> Iterator[Sample]:
    yield from (Sample(one.about, at, value=one.elapsed) for one, at in _finished(of, "resolution"))


def _resolution_calendar(of: Collection) -> Iterator[Sample]:
    yield from (Sample(one.about, at, value=one.ran) for one, at in _finished(of, "resolution"))


def _attainment(of: Collection) -> Iterator[Sample]:
    yield from _attained(of)


def _complaint_timely(of: Collection) -> Iterator[Sample]:
    yield from (sample for sample in _attained(of, "resolution") if sample.about.kind == "complaint")


def _attained(of: Collection, name: str | None = None) -> Iterator[Sample]:
    yield from (sample for clock, sample in of.decided() if name in (None, clock))


def _finished(of: Collection, *names: str) -> Iterator[tuple[Clock, datetime]]:
    for one in of.clocks():
        if one.finished_at is not None and one.name in names and one.elapsed is not None and of.holds(one.finished_at):
            yield one, one.finished_at


def _scores(of: Collection) -> Iterator[Sample]:
    query = of.query(Survey.answered_at, Survey.score, by=Survey).join(Survey, Survey.case_key == Case.key)
    query = query.where(Survey.score.is_not(None), of.within(Survey.answered_at))
    for about, (at, score) in of.read(query):
        yield Sample(about, at, hit=score >= GOOD_SCORE)
    told = of.query(Callback.ended_at, Callback.score, by=Callback).join(Callback, Callback.case_key == Case.key)
    told = told.where(
        Callback.method == "call",  # a survey's answer is the survey's own row
        Callback.score.is_not(None),
        of.within(Callback.ended_at),
    )
    for about, (at, score) in of.read(told):
        yield Sample(about, at, hit=score >= GOOD_SCORE)


def _callback_satisfaction(of: Collection) -> Iterator[Sample]:
    yield from (sample for sample in of.answers() if sample.about.kind != "complaint")


def _complaint_satisfaction(of: Collection) -> Iterator[Sample]:
    yield from (sample for sample in of.answers() if sample.about.kind == "complaint")


def _survey_response(of: Collection) -> Iterator[Sample]:
    query = of.query(Survey.sent_at, Survey.answered_at, by=Survey).join(Survey, Survey.case_key == Case.key)
    query = query.where(of.within(Survey.sent_at))
    for about, (sent, answered) in of.read(query):
        yield Sample(about, sent, hit=answered is not None)


def _resolution_rate(of: Collection) -> Iterator[Sample]:
    for about, (at, outcome, *_rest) in of.ended():
        if outcome not in NOT_COUNTED:
            yield Sample(about, at, hit=outcome not in NOT_SOLVED)
    breached, breach = SlaClockRow.breached_at, SlaClockRow.breach_at
    query = (
        of.query(func.coalesce(breached, breach), by=SlaClockRow)
        .join(SlaClockRow, SlaClockRow.case_key == Case.key)
        .where(
            Case.status.in_(OPEN_STATUSES),
            SlaClockRow.name == "resolution",
            SlaClockRow.phase.in_(("running", "paused")),
            or_(of.passed(breached), and_(_unbreached(), of.passed(breach))),
        )
    )
    for about, (at,) in of.read(query):
        yield Sample(about, at, hit=False)


def _first_contact(of: Collection) -> Iterator[Sample]:
    for about, (at, outcome, reopened, contacts, _covered) in of.ended():
        if outcome not in NOT_COUNTED:
            yield Sample(about, at, hit=reopened == 0 and contacts <= 1 and outcome not in NOT_SOLVED)


def _accuracy(of: Collection) -> Iterator[Sample]:
    """Answers that were appraised; an answer's agent is who gave it, whoever has the case now."""
    query = of.query(Appraisal.appraised_at, Appraisal.accurate, agent=Appraisal.agent, by=Appraisal)
    query = query.join(Appraisal, Appraisal.case_key == Case.key).where(of.within(Appraisal.appraised_at))
    for about, (at, accurate) in of.read(query):
        yield Sample(about, at, hit=accurate)


def _contact_24h(of: Collection) -> Iterator[Sample]:
    spoke = select(func.min(Contact.at)).where(Contact.case_key == Case.key, Contact.agent.is_not(None))
    query = of.query(Case.created_at, spoke.scalar_subquery()).where(of.within(Case.created_at))
    for about, (at, spoken) in of.read(query):
        in_time = spoken is not None and spoken <= at + CONTACT_WITHIN
        if in_time or of.uow.now >= at + CONTACT_WITHIN:
            yield Sample(about, at, hit=in_time)


def _reopen_rate(of: Collection) -> Iterator[Sample]:
    for about, (at, _outcome, reopened, *_rest) in of.ended():
        yield Sample(about, at, hit=reopened > 0)


def _escalation_rate(of: Collection) -> Iterator[Sample]:
    for about, (at, escalated, ever, *_rest) in of.created():
        yield Sample(about, at, hit=bool(ever) or escalated is not None)


def _backlog_age(of: Collection) -> Iterator[Sample]:
    # Each by itself: of several states together a planner expects so many cases that it reads them all. And by when it was made
    # only among those: along the index of that it would read every case since the first.
    made = func.coalesce(Case.created_at, Case.created_at) < of.until
    for was_open in (*(Case.status == status for status in OPEN_STATUSES), Case.closed_at >= of.until):
        for about, (at,) in of.read(of.query(Case.created_at).where(was_open, made)):
            yield Sample(about, of.until, value=(of.until - at).total_seconds())


def _refund_lead(of: Collection) -> Iterator[Sample]:
    yield from (Sample(one.about, at, value=one.ran) for one, at in _finished(of, *REFUND_CLOCKS))


def _callback_coverage(of: Collection) -> Iterator[Sample]:
    for about, (at, outcome, _reopened, _contacts, covered) in of.ended():
        if outcome not in (*NOT_COUNTED, *NOT_SOLVED):
            yield Sample(about, at, hit=bool(covered))


def _repeat_cause(of: Collection) -> Iterator[Sample]:
    for about, (at, _escalated, _ever, sku, cause) in of.created():
        if about.kind == "complaint":
            yield Sample(about, at, mark=number_of(f"{sku} {cause}") if sku and cause else 0)


def number_of(text: str) -> int:
    """A number that stands for a text in 63 bits; two texts of a desk will not share one."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest()) >> 1


def _load(of: Collection) -> Iterator[Sample]:
    """Tasks that a person completed; a task's agent is who completed it, whoever has the case."""
    query = of.query(UserTask.ended_at, agent=UserTask.completed_by, by=UserTask)
    query = query.join(CaseInstance, CaseInstance.case_key == Case.key)
    query = query.join(UserTask, UserTask.root_key == CaseInstance.instance_key).where(
        UserTask.state == TaskState.COMPLETED,
        UserTask.completed_by.is_not(None),
        of.within(UserTask.ended_at),
    )
    for about, (at,) in of.read(query):
        yield Sample(about, at)


def _customers_per_day(of: Collection) -> Iterator[Sample]:
    query = of.query(Contact.at, Case.customer_key, by=Contact).join(Contact, Contact.case_key == Case.key)
    query = query.where(Case.customer_key.is_not(None), of.within(Contact.at))
    for about, (at, customer) in of.read(query):
        yield Sample(about, at, mark=customer)


def _consultations_per_day(of: Collection) -> Iterator[Sample]:
    yield from (Sample(about, row[0]) for about, row in of.ended() if about.kind == "consultation")


def _conversion(of: Collection) -> Iterator[Sample]:
    query = of.query(Case.created_at, Case.customer_key, Customer.phone, with_customer=True).where(
        of.within(Case.created_at), Case.kind == "consultation", Case.customer_key.is_not(None)
    )
    consulted = list(of.read(query))
    ordered = _orders_by_phone(of) if consulted else {}
    for about, (at, customer, phone) in consulted:
        hit = any(at <= placed <= at + CONVERSION_WITHIN for placed in ordered.get(phone, ()))
        yield Sample(about, at, hit=hit, mark=customer)


def _orders_by_phone(of: Collection) -> dict[str, list[datetime]]:
    query = select(Order.customer_phone, Order.placed_at).where(
        Order.tenant_id == of.uow.tenant_id,
        Order.placed_at >= of.period.start,
        Order.placed_at < of.period.end + CONVERSION_WITHIN,
    )
    found: dict[str, list[datetime]] = {}
    for phone, placed in of.uow.connection.execute(query):
        found.setdefault(phone, []).append(placed)
    return found


# By the name of its definition; who registered a case has none, and is told for each person.
COLLECTORS: dict[str, Callable[[Collection], Iterator[Sample]]] = {
    "registered": _registered,
    "registered_by": _registered_by,
    "first_response": _first_response,
    "timely_reply": _timely_reply,
    "resolution_business": _resolution_business,
    "resolution_calendar": _resolution_calendar,
    "attainment": _attainment,
    "csat": lambda of: iter(of.answers()),
    "survey_response": _survey_response,
    "callback_satisfaction": _callback_satisfaction,
    "complaint_satisfaction": _complaint_satisfaction,
    "resolution_rate": _resolution_rate,
    "first_contact": _first_contact,
    "complaint_timely": _complaint_timely,
    "accuracy": _accuracy,
    "contact_24h": _contact_24h,
    "reopen_rate": _reopen_rate,
    "escalation_rate": _escalation_rate,
    "backlog_age": _backlog_age,
    "refund_lead": _refund_lead,
    "callback_coverage": _callback_coverage,
    "repeat_cause": _repeat_cause,
    "load": _load,
    "customers_per_day": _customers_per_day,
    "consultations_per_day": _consultations_per_day,
    "conversion": _conversion,
}
