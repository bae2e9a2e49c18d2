"""Months of history: one goes whole when nothing in it is kept, and whoever looks from outside cannot tell which database it is."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import func, select

from engine.errors import NotFound
from engine.history import months as history_months
from engine.model.audit import AuditEntry
from engine.model.base import table_of
from engine.model.case import TimelineEntry
from engine.model.element import TakenFlow
from engine.model.job import Job
from engine.model.setting import Setting
from engine.model.variable import VariableChange
from engine.persistence import months, prepare_months
from engine.runtime import keys
from engine.services import deployments, history, instances, retention, tasks
from engine.services.cases.files import link_instance, open_case
from engine.services.due import _claim_first, perform
from engine.services.trail import NO_KEY, note
from tests.engine.diagrams import diagram, end, start, user_task
from tests.engine.services.desk_people import BOSS

DAY = timedelta(days=1)
ONE = diagram("one", start() + user_task() + end(), "start>task task>end")
FLOW = table_of(TakenFlow)
MARCH, APRIL, MAY = 3, 4, 5


@pytest.fixture(autouse=True)
def keys_by_the_clock(monkeypatch, clock):
    """Keys are of the time that the clock shows, as they are where no test moves it."""
    monkeypatch.setattr(keys, "time", SimpleNamespace(time_ns=lambda: int(clock().timestamp() * 1e9)))
    monkeypatch.setattr("engine.runtime._new_key", keys.KeyMaker())


@pytest.fixture(autouse=True)
def history_of_30_days(runtime, clock, keys_by_the_clock, deploy):
    prepare_months(runtime.database, clock())
    deploy(ONE)
    with runtime.unit_of_work() as uow:
        uow.add(Setting(name="history.keep_days", value=30, changed_by="boss", changed_at=uow.now))


@pytest.fixture
def begin(runtime):
    return lambda tenant="<default>": instances.start(runtime, "one", {"amount": 1}, tenant_id=tenant).key


@pytest.fixture
def live(runtime, begin, rows):
    """An instance that began and ended, with a value that it had before its last."""

    def live(tenant="<default>"):
        key = begin(tenant)
        ((task,),) = rows(f"SELECT key FROM user_task WHERE process_instance_key = {key}")
        tasks.complete(runtime, task, {"amount": 2}, who="ann", tenant_id=tenant)
        return key

    return live


@pytest.fixture
def parts(runtime):
    """The numbers of the spring's months that the flows have; None on SQLite."""

    def parts():
        with runtime.database.begin() as connection:
            found = [month.name for month in months.months(connection, FLOW) if "_2026_0" in month.name]
            return [int(name[-2:]) for name in found] if months.is_parted(connection, FLOW) else None

    return parts


@pytest.fixture
def flows(runtime):
    """The flows that an instance is seen to have taken; None when there is no such instance."""

    def flows(key):
        try:
            return [row.flow_id for row in history.path(runtime, key).flows]
        except NotFound:
            return None

    return flows


BOTH = ["start>task", "task>end"]


def test_a_month_goes_when_its_last_instance_has_gone_and_nothing_else_does(clock, live, clean_up, parts, flows, rows):
    march = [live(), live()]
    clock.advance(31 * DAY)
    april = live()
    clock.advance(29 * DAY)
    run = clean_up()
    assert run.instances == 2
    assert [flows(key) for key in (*march, april)] == [None, None, flows(april)]
    assert len(flows(april)) == 2
    assert parts() in (None, [APRIL, MAY])
    assert rows(select(FLOW.c.process_instance_key).distinct()) == [(april,)]
    changes = table_of(VariableChange)
    assert rows(select(changes.c.process_instance_key)) == [(april,)]


def test_a_month_in_which_one_lives_stays_until_it_has_ended(
    runtime, clock, begin, live, clean_up, parts, flows, open_tasks
):
    old, lives = live(), begin()
    clock.advance(70 * DAY)
    clean_up()
    assert flows(old) is None
    assert len(flows(lives)) == 1
    assert parts() in (None, [MARCH, MAY])
    tasks.complete(runtime, open_tasks()["task"], {}, who="ann")
    assert len(flows(lives)) == 2
    clock.advance(31 * DAY)
    clean_up()
    assert flows(lives) is None
    assert parts() in (None, [MAY], [])


def test_what_is_gone_does_not_wait_for_ever_for_the_one_that_lives(clock, begin, live, clean_up, parts, flows, rows):
    live()
    lives = begin()
    clock.advance(95 * DAY)  # the month, 30 days to keep it, and 31 more
    clean_up()
    assert len(flows(lives)) == 1
    assert rows(select(FLOW.c.process_instance_key)) == [(lives,)]
    assert parts() in (None, [MARCH])


def test_another_tenants_history_keeps_its_month(runtime, clock, live, clean_up, parts, flows):
    deployments.deploy(runtime, [("one.bpmn", ONE)], "owner", tenant_id="other")
    mine, theirs = live(), live("other")
    clock.advance(70 * DAY)
    clean_up()
    assert flows(mine) is None
    assert len(history.path(runtime, theirs, "other").flows) == 2
    assert parts() in (None, [MARCH, MAY])


def test_what_the_desk_keeps_does_not_go_with_a_month(runtime, clock, live, clean_up, rows):
    key = live()
    with runtime.unit_of_work() as uow:
        case = open_case(runtime, uow, "ann", "complaint", "phone", "漏水")
        link_instance(uow, case, key, "one")
        case.status, number = "closed", case.number
        note(runtime, uow, BOSS, "user.change", NO_KEY, {"name": "a"}, {"name": "b"})
    kept = [
        select(func.count()).select_from(TimelineEntry),
        select(func.count()).where(AuditEntry.what == "user.change"),
    ]
    before = [rows(query) for query in kept]
    clock.advance(70 * DAY)
    assert clean_up().instances == 1
    assert [rows(query) for query in kept] == before
    assert before[1] == [(1,)]
    assert rows(f"SELECT status FROM service_case WHERE number = '{number}'") == [("closed",)]


def test_a_month_with_an_open_case_stays(runtime, clock, live, clean_up, parts, flows):
    key = live()
    with runtime.unit_of_work() as uow:
        link_instance(uow, open_case(runtime, uow, "ann", "complaint", "phone", "漏水"), key, "one")
    clock.advance(70 * DAY)
    clean_up()
    assert len(flows(key)) == 2
    assert parts() in (None, [MARCH, MAY])


@pytest.mark.parametrize("dies_in", ["drop_one", "thin_one"])
def test_a_worker_that_dies_half_way_leaves_nothing_half(
    runtime, clock, live, clean_up, parts, flows, rows, monkeypatch, dies_in
):
    keys_of_march = [live(), live()]
    clock.advance(70 * DAY)
    real = getattr(history_months, dies_in)

    def dies(*args):
        real(*args)
        raise SystemExit

    retention.clean_up_now(runtime, actor=BOSS)
    with monkeypatch.context() as patch:
        patch.setattr(history_months, dies_in, dies)
        with pytest.raises(SystemExit):
            perform(runtime, _claim_first(runtime, "dies"))
    assert [flows(key) for key in keys_of_march] == [None, None]
    ((removed, ended),) = rows("SELECT instances, ended_at FROM clean_up_run")
    assert (removed, ended) == (2, None)
    assert parts() in (None, [MARCH, APRIL, MAY] if dies_in == "drop_one" else [MAY])
    clock.advance(timedelta(hours=1))  # past the lease
    perform(runtime, _claim_first(runtime, "w"))
    assert parts() in (None, [MAY], [])
    assert rows(select(FLOW.c.key)) == []
    assert rows(select(func.count()).where(Job.key == retention.JOB_KEY)) == [(1,)]
    assert [run.ended_at is None for run in retention.retention(runtime, actor=BOSS).runs] == [False]
