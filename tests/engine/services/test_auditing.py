"""Who did what, over everything: found by person, act, thing, case and period, page by page."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import insert

from engine.errors import Forbidden, InvalidInput, NotFound
from engine.model.audit import AuditEntry
from engine.model.base import DEFAULT_TENANT
from engine.model.permissions import SYSTEM
from engine.services import auditing, instances, people, settings
from engine.services.auditing import Wanted
from engine.services.cases.files import link_instance, open_case
from tests.engine.diagrams import ONE_TASK
from tests.engine.services.desk_people import ADMIN, MANAGER, SUPERVISOR


@pytest.fixture
def acts(runtime):
    """(who, what) of the acts that are found, the newest first."""

    def acts(**wanted):
        return [(act.who, act.what) for act in auditing.acts(runtime, Wanted(**wanted), actor=MANAGER).rows]

    return acts


@pytest.fixture
def done(runtime, deploy, start, clock):
    """A person is made; an hour later an instance is started, and cancelled by another."""
    people.create_user(runtime, "bob", "Bob", ["agent"], actor=ADMIN)
    clock.advance(timedelta(hours=1))
    deploy(ONE_TASK)
    key = start("one_task")
    instances.cancel(runtime, key, who="max", reason="误发")
    return key


def test_acts_are_found_by_person_act_thing_and_period(runtime, done, acts):
    now = runtime.now()
    assert acts() == [
        ("max", "instance.cancel"), ("ann", "instance.start"), ("owner", "deployment.create"), ("root", "user.create"),
    ]  # fmt: skip
    assert acts(who=["max"]) == [("max", "instance.cancel")]
    assert acts(what="user.create") == acts(entity="user") == [("root", "user.create")]
    assert acts(number=done) == [("max", "instance.cancel"), ("ann", "instance.start")]
    assert acts(until=now) == [("root", "user.create")]
    assert ("root", "user.create") not in acts(since=now)


def test_an_act_tells_its_reason_and_whom_it_was_about(runtime, done):
    rows = auditing.acts(runtime, Wanted(), actor=MANAGER).rows
    assert [(act.reason, act.named) for act in (rows[0], rows[-1])] == [("误发", None), ("", "bob")]


def test_what_the_engine_did_by_itself_can_be_left_out(runtime, deploy, acts):
    deploy(ONE_TASK)
    instances.start(runtime, "one_task")
    assert ("kefuflow", "instance.start") in acts()
    assert acts(by_people=True) == [("owner", "deployment.create")]


def test_a_case_has_the_acts_on_all_its_instances(runtime, done, start, acts):
    start("one_task", who="eva")

    def of_case(uow):
        case = open_case(runtime, uow, "ann", "complaint", "phone", "漏水")
        link_instance(uow, case, done, "one_task")
        return case.number

    number = runtime.transact(of_case)
    assert acts(case=number) == [("max", "instance.cancel"), ("ann", "instance.start")]
    shown = auditing.acts(runtime, Wanted(number=done), actor=MANAGER).rows
    assert {act.case_number for act in shown} == {number}
    with pytest.raises(NotFound):
        acts(case="TS-none")


def test_pages_follow_each_other_without_a_gap(runtime, done):
    whole = [act.key for act in auditing.acts(runtime, Wanted(), actor=MANAGER).rows]
    found, after = [], ""
    while after is not None:
        page = auditing.acts(runtime, Wanted(), actor=MANAGER, after=after, limit=1)
        found += [act.key for act in page.rows]
        after = page.after
    assert found == whole
    for cursor in ("x", "2026-03-02_1", "2026-03-02T00:00:00+00:00_x"):
        with pytest.raises(InvalidInput):
            auditing.acts(runtime, Wanted(), actor=MANAGER, after=cursor)


def test_only_those_who_may_read_it_do(runtime, done):
    with pytest.raises(Forbidden):
        auditing.acts(runtime, Wanted(), actor=SUPERVISOR)


def test_nobody_sees_what_was_done_in_another_tenant(runtime, acts):
    settings.change_setting(runtime, "links.valid", "P10D", actor=ADMIN)
    other = SYSTEM.__class__("root", is_system=True, tenant_id="other")
    assert auditing.acts(runtime, Wanted(), actor=other).rows == []
    assert auditing.acts(runtime, Wanted(number=0), actor=other).rows == []  # settings have no key
    assert acts(number=0) == [("root", "setting.change")]
    assert acts() == [("root", "setting.change")]


def test_more_acts_on_one_instance_than_a_statement_can_name_are_found_as_well(runtime, acts):
    row = {
        "tenant_id": DEFAULT_TENANT,
        "at": runtime.now(),
        "who": "max",
        "what": "variables.set",
        "before": {},
        "after": {},
    }
    about = {"entity": "process_instance", "entity_key": 77, "process_instance_key": 77}
    with runtime.unit_of_work() as uow:
        rows = [{"key": runtime.new_key(), **row, **about} for _ in range(70_000)]
        uow.connection.execute(insert(AuditEntry.__table__), rows)
    assert acts(number=77) == [("max", "variables.set")] * auditing.PAGE
