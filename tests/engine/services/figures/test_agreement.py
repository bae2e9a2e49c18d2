"""The figures against an independent computation from the history, on generated weeks with business hours, pauses and reopenings."""

from __future__ import annotations

from collections import Counter
from dataclasses import astuple, replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select, update

from engine.model.base import DEFAULT_TENANT
from engine.model.callback import Callback
from engine.model.case import Case
from engine.model.customer import Customer
from engine.model.figure_day import FigureDay, FigureMonth
from engine.model.notification import Survey
from engine.model.order import Order
from engine.services import figures
from engine.services.cases.files import open_case
from engine.services.figures import keeping
from engine.services.figures.period import LONGEST_DAYS
from engine.services.rows import add
from engine.services.startup import wire
from tests.engine.services.desk_people import MANAGER
from tests.engine.services.figures.generated import OWNERS, Weeks
from tests.engine.services.figures.history_judge import Story, judge

ZONE = "Asia/Shanghai"


def _agree(found: dict[str, figures.Figure], stories: list[Story], period: figures.Period, now) -> None:
    for name, told in judge(stories, period.start, period.end, now).items():
        mine = found[name]
        got = (mine.value, mine.p50, mine.p90, mine.count) if len(told) == 4 else (mine.value, mine.count)
        assert got == pytest.approx(told), name


@pytest.mark.parametrize("seed", range(4))
def test_the_figures_agree_with_the_history(runtime, clock, seed):
    wire(runtime)
    weeks = Weeks(runtime, clock, seed, cases=40)
    weeks.live()
    clock.advance(timedelta(hours=5))
    stories, now = weeks.stories(), runtime.now()
    first = weeks.first.date()
    for length in (1, 7, 30):
        period = figures.Period(first + timedelta(days=5), first + timedelta(days=4 + length), ZONE)
        found = figures.report(runtime, period, actor=MANAGER)
        _agree(found.overall, stories, period, now)
        _agree_on_issues(found.issues, [one for one in stories if period.start <= one.created_at < period.end])


def _agree_on_issues(found: list[tuple[str, str, int]], stories: list[Story]) -> None:
    """The ten pairs of article and cause that most complaints have; which of those that are equally many is no matter."""
    pairs = Counter((one.sku, one.cause) for one in stories if one.kind == "complaint" and one.sku and one.cause)
    assert [often for _sku, _cause, often in found] == sorted(pairs.values(), reverse=True)[:10]
    assert {(sku, cause): often for sku, cause, often in found}.items() <= pairs.items()


def test_they_agree_for_each_agent_and_channel_too(runtime, clock):
    wire(runtime)
    weeks = Weeks(runtime, clock, 11, cases=40)
    weeks.live()
    stories, now = weeks.stories(), runtime.now()
    period = figures.named_period("last_30_days", now, ZONE)
    by_agent = {line.value: line.figures for line in figures.report(runtime, period, by="agent", actor=MANAGER).lines}
    for owner in OWNERS:
        mine = [story for story in stories if story.owner == owner]
        cut = figures.report(runtime, period, figures.Cut(agent=owner), actor=MANAGER).overall
        _agree(cut, mine, period, now)
        names = {name for name in by_agent[owner] if name != "repeat_cause"}  # a pair may be of two agents' cases
        assert {name: by_agent[owner][name] for name in names} == {name: cut[name] for name in names}
    for channel in ("phone", "online", "email"):
        mine = [story for story in stories if story.channel == channel]
        _agree(figures.report(runtime, period, figures.Cut(channel=channel), actor=MANAGER).overall, mine, period, now)


def _compare(runtime, zones: tuple[str, str]) -> int:
    """Figures with kept days beside those of the cases alone; how many were compared."""
    now, compared = runtime.now(), 0
    ways = [
        (figures.Cut(), "agent"), (figures.Cut(channel="phone", kind="complaint"), "version"), (figures.Cut(agent="alice"), "channel"),
        (figures.Cut(process="complaint"), "group"),
    ]  # fmt: skip
    for first, last in ((60, 0), (40, 20)):
        days = (now.date() - timedelta(days=first), now.date() - timedelta(days=last))
        periods = [figures.Period(*days, zone) for zone in zones]
        for cut, by in ways:
            trends = ("registered", "csat", "load", "customers_per_day", "first_response")
            mine, direct = (figures.report(runtime, period, cut, by, trends, actor=MANAGER) for period in periods)
            assert [line.value for line in mine.lines] == [line.value for line in direct.lines]
            for one, other in zip(
                (mine.overall, *(line.figures for line in (*mine.lines, *mine.clocks))),
                (direct.overall, *(line.figures for line in (*direct.lines, *direct.clocks))),
                strict=True,
            ):
                for name in one:
                    assert astuple(one[name])[1:6] == pytest.approx(astuple(other[name])[1:6]), (name, cut, by)
                    compared += one[name].count > 0
            assert [often for *_issue, often in mine.issues] == [often for *_issue, often in direct.issues]
            for name, points in mine.trend.items():
                assert points == pytest.approx(direct.trend[name]), name
        for name in ("registered", "repeat_cause", "load", "conversion", "attainment"):
            mine, direct = (figures.cases_behind(runtime, name, period, actor=MANAGER) for period in periods)
            assert mine == direct, name
        by_agent = [figures.report(runtime, period, by="agent", actor=MANAGER) for period in periods]
        mine, direct = (figures.agents(runtime, found, actor=MANAGER) for found in by_agent)
        told = [
            [(line.username, line.registered, line.score, line.tasks) for line in lines] for lines in (mine, direct)
        ]
        assert told[0] == told[1]
    return compared


def test_kept_days_say_what_the_cases_say_also_after_these_change(runtime, clock):
    wire(runtime)
    with runtime.unit_of_work() as uow:  # before the month of the others, so that this month is kept whole
        open_case(runtime, uow, "alice", "complaint", "phone", "一件事").created_at = uow.now - timedelta(days=5)
    weeks = Weeks(runtime, clock, 7, cases=40)
    weeks.live()
    clock.advance(timedelta(days=21))
    assert keeping.keep(runtime)
    with runtime.unit_of_work(read_only=True) as uow:
        kept = uow.connection.execute(select(func.count()).select_from(FigureDay)).scalar_one()
    assert kept > 20
    assert _months(runtime) == {"2026-03"}
    # Taipei's days are Shanghai's, but not the desk's: there everything is read from the cases.
    zones = (ZONE, "Asia/Taipei")
    assert _compare(runtime, zones) > 200

    clock.advance(timedelta(minutes=10))
    with runtime.unit_of_work() as uow:
        for number, row in enumerate(uow.session.scalars(select(Case).order_by(Case.key))):
            if number % 3 == 0:
                row.change({"owner": "bob", "channel": "email"}, uow.now)
            if number % 5 == 0 and not row.is_open:
                row.reopen(uow.now)
            if number % 7 == 0:
                add(runtime, uow, Survey, case_key=row.key, idempotency_key=f"late {number}", sent_at=uow.now - timedelta(days=20),
                    answered_at=uow.now, solved=True, score=5)  # fmt: skip
    clock.advance(timedelta(minutes=10))
    _compare(runtime, zones)
    clock.advance(timedelta(days=1))
    assert keeping.keep(runtime)
    assert _months(runtime) == {"2026-03"}
    clock.advance(timedelta(minutes=10))
    _compare(runtime, zones)
    assert not list(keeping.keep_days(runtime, DEFAULT_TENANT))


def _months(runtime) -> set[str]:
    with runtime.unit_of_work(read_only=True) as uow:
        return set(uow.session.scalars(select(FigureMonth.month).where(FigureMonth.name == "names")))


def test_days_that_were_kept_the_night_after_say_what_the_cases_say(runtime, clock):
    wire(runtime)
    weeks = Weeks(runtime, clock, 11, cases=40)
    weeks.live(lambda: keeping.keep(runtime))
    zones = (ZONE, "Asia/Taipei")
    assert _compare(runtime, zones) > 200
    clock.advance(timedelta(days=1))
    phone = _consult(runtime)
    for number, days in enumerate((1, 1, 1, 2, 2, 3)):
        clock.advance(timedelta(days=days))
        if number == 3:
            _order(runtime, phone)
        keeping.keep(runtime)
        clock.advance(timedelta(minutes=10))
        _compare(runtime, zones)
    found = figures.report(runtime, _last_days(runtime, 20), actor=MANAGER).overall
    assert (found["conversion"].hits, found["conversion"].count) == (1, 1)


def test_what_happens_later_to_a_case_of_a_kept_day_is_seen_at_once(runtime, clock):
    wire(runtime)
    with runtime.unit_of_work() as uow:
        cases = [open_case(runtime, uow, "alice", "complaint", "phone", "一件事") for _ in range(3)]
        for case in cases:
            case.close("resolved", uow.now)
    clock.advance(timedelta(days=1))
    keeping.keep(runtime)
    covered = figures.report(runtime, _last_days(runtime, 5), actor=MANAGER).overall["callback_coverage"]
    assert (covered.hits, covered.count) == (0, 3)
    clock.advance(timedelta(hours=1))
    with runtime.unit_of_work() as uow:
        add(runtime, uow, Callback, case_key=cases[0].key, reason="complaint", tries=0, opened_at=uow.now)
        add(runtime, uow, Survey, case_key=cases[1].key, idempotency_key="asked", sent_at=uow.now)
    covered = figures.report(runtime, _last_days(runtime, 5), actor=MANAGER).overall["callback_coverage"]
    assert (covered.hits, covered.count) == (2, 3)


def test_a_day_of_long_ago_is_made_again_too_when_its_case_changes(runtime, clock):
    wire(runtime)
    with runtime.unit_of_work() as uow:
        case = open_case(runtime, uow, "alice", "complaint", "phone", "一件事")
    day = case.created_at.date()
    clock.advance(timedelta(days=2))
    keeping.keep(runtime)
    clock.advance(timedelta(days=LONGEST_DAYS + 30))
    keeping.keep(runtime)
    with runtime.unit_of_work() as uow:
        uow.session.get(Case, case.key).change({"channel": "email"}, uow.now)
    for _night in range(2):
        period = figures.Period(day, day, ZONE)
        found = figures.report(runtime, period, figures.Cut(channel="email"), actor=MANAGER).overall["registered"]
        assert found.count == 1
        clock.advance(timedelta(days=1))
        keeping.keep(runtime)


def test_when_the_desk_moves_to_another_zone_its_kept_days_are_the_days_there(runtime, clock):
    wire(runtime)
    clock.advance(runtime.now().replace(hour=17) - runtime.now())  # one in the night of the next day in Shanghai
    day = runtime.now().date()
    with runtime.unit_of_work() as uow:
        open_case(runtime, uow, "alice", "complaint", "phone", "一件事")
    clock.advance(timedelta(days=45))
    keeping.keep(runtime)
    with runtime.unit_of_work() as uow:  # as a release kept them that did not say the zone
        uow.session.execute(update(FigureDay).values(zone=None))
    clock.advance(timedelta(days=1))
    keeping.keep(runtime)
    runtime.settings = replace(runtime.settings, time_zone="UTC")
    for _night in range(2):
        counts = []
        for last in (0, 1, 40):
            period = figures.Period(day, day + timedelta(days=last), "UTC")
            counts.append(figures.report(runtime, period, actor=MANAGER).overall["registered"].count)
        period = figures.Period(day + timedelta(days=1), day + timedelta(days=1), "UTC")
        counts.append(figures.report(runtime, period, actor=MANAGER).overall["registered"].count)
        assert counts == [1, 1, 1, 0]
        clock.advance(timedelta(days=1))
        keeping.keep(runtime)
    with runtime.unit_of_work(read_only=True) as uow:
        assert set(uow.session.scalars(select(FigureDay.zone))) == {"UTC"}


def _last_days(runtime, days: int) -> figures.Period:
    today = runtime.now().date()
    return figures.Period(today - timedelta(days=days), today, ZONE)


def _consult(runtime) -> str:
    """A customer asks; their phone number."""
    with runtime.unit_of_work() as uow:
        customer = add(runtime, uow, Customer, name="王", phone="13900000001", created_at=uow.now, updated_at=uow.now)
        uow.flush()
        open_case(runtime, uow, "alice", "consultation", "online", "问价格", customer_key=customer.key)
        return customer.phone


def _order(runtime, phone: str) -> None:
    with runtime.unit_of_work() as uow:
        add(runtime, uow, Order, number="O-1", status="paid", placed_at=uow.now, customer_name="王", customer_phone=phone,
            freight=Decimal(0))  # fmt: skip


def test_every_figure_leads_to_its_cases(runtime, clock):
    wire(runtime)
    weeks = Weeks(runtime, clock, 5, cases=40)
    weeks.live()
    period = figures.named_period("last_30_days", runtime.now(), ZONE)
    overall = figures.report(runtime, period, actor=MANAGER).overall
    for name in ("registered", "reopen_rate", "escalation_rate", "resolution_rate", "first_contact"):
        _numbers, count = figures.cases_behind(runtime, name, period, actor=MANAGER)
        _hit, hits = figures.cases_behind(runtime, name, period, hit=True, actor=MANAGER)
        assert (count, hits) == (overall[name].count, overall[name].hits), name
