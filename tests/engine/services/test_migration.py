"""Migration: what waits goes on in the other version with what it had; what cannot is told, and then nothing has happened."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from engine.errors import NotFound
from engine.model.audit import AuditEntry
from engine.model.base import table_of
from engine.model.deployment import ProcessDefinition
from engine.model.draft import Draft
from engine.model.element import ElementInstance
from engine.model.instance import ProcessInstance
from engine.model.job import Job
from engine.model.subscription import Subscription
from engine.services import deployments, incidents, jobs, messages, migration, suspension, tasks
from engine.services.migration import MigrationRefused, Plan, PlanRefused
from tests.conftest import START
from tests.engine.diagrams import (
    ONE_TASK,
    boundary,
    call,
    catch,
    diagram,
    end,
    message,
    message_root,
    service_task,
    start,
    timer,
    user_task,
)

HOUR = timedelta(hours=1)
PAID = message_root("m", "paid", "=order")
CANCELLED = message_root("c", "cancelled", "=order")


def gateway(identifier, kind="parallel"):
    return f'<bpmn:{kind}Gateway id="{identifier}"/>'


def event_subprocess(identifier, event, interrupting=True):
    flag = str(interrupting).lower()
    inside = f'<bpmn:startEvent id="{identifier}_start" isInterrupting="{flag}">{event}</bpmn:startEvent>'
    inside += f'<bpmn:userTask id="{identifier}_task"/><bpmn:endEvent id="{identifier}_end"/>'
    inside += f'<bpmn:sequenceFlow id="{identifier}_f1" sourceRef="{identifier}_start" targetRef="{identifier}_task"/>'
    inside += f'<bpmn:sequenceFlow id="{identifier}_f2" sourceRef="{identifier}_task" targetRef="{identifier}_end"/>'
    return f'<bpmn:subProcess id="{identifier}" triggeredByEvent="true">{inside}</bpmn:subProcess>'


def task_with(more="", roots="", flows="", name="p", task="task"):
    """A process with one user task, and whatever is put beside it."""
    return diagram(name, start() + user_task(task) + end() + more, f"start>{task} {task}>end {flows}", roots)


@pytest.fixture
def two(deploy, start):
    """Deploy two versions, start an instance of the first; the instance, and a plan made by matching ids."""

    def two(old, new, process_id="p", **variables):
        first = deploy(old).items[0].key
        key = start(process_id, **variables)
        second = deploy(new).items[0].key
        return key, first, second

    return two


@pytest.fixture
def matched(runtime, two):
    def matched(old, new, process_id="p", recompute=False, **variables):
        key, first, second = two(old, new, process_id, **variables)
        plan = migration.plan_by_ids(runtime, first, second).plan
        return key, Plan(plan.target_key, plan.mapping, recompute)

    return matched


@pytest.fixture
def migrate(runtime):
    return lambda key, plan: migration.migrate(runtime, key, plan, who="owner", reason="新规定")


@pytest.fixture
def waits_of(rows):
    """What an instance waits for: element ids of its timers with their moments, and of its messages and signals."""

    def waits_of(key):
        timers = rows(
            select(Job.element_id, Job.run_at).where(
                Job.process_instance_key == key, Job.type == "kefuflow:timer", Job.state == "CREATED"
            )
        )
        subscribed = rows(select(Subscription.element_id).where(Subscription.process_instance_key == key))
        return dict(timers), sorted(row.element_id for row in subscribed)

    return waits_of


def codes(refused):
    return [obstacle.code for obstacle in refused.value.obstacles]


def test_a_user_task_keeps_its_key_assignee_draft_and_dates_and_leads_on_by_the_new_version(
    runtime, matched, migrate, open_tasks, task_row, rows, state_of
):
    new = diagram("p", start() + user_task() + user_task("check") + end(), "start>task task>check check>end")
    key, plan = matched(task_with(), new)
    task = open_tasks()["task"]
    tasks.claim(runtime, task, who="ann")
    with runtime.unit_of_work() as uow:
        uow.add(Draft(task_key=task, username="ann", data={"a": 1}, saved_at=uow.now))
    before = task_row(task)
    migrate(key, plan)
    after = task_row(task)
    kept = ("key", "assignee", "claimed_at", "created_at", "candidate_groups", "due_at", "form_id", "state", "revision")
    assert [getattr(after, name) for name in kept] == [getattr(before, name) for name in kept]
    assert (after.version, after.process_definition_key) == (2, plan.target_key)
    assert rows(select(Draft.data).where(Draft.task_key == task)) == [({"a": 1},)]
    assert rows(select(ProcessInstance.version).where(ProcessInstance.key == key)) == [(2,)]
    tasks.complete(runtime, task, who="ann")
    tasks.complete(runtime, open_tasks()["check"], who="ann")
    assert state_of(key) == ("COMPLETED", "end")


def test_an_element_can_become_another_of_its_type(runtime, two, migrate, open_tasks, rows):
    key, _, target = two(task_with(), task_with(task="review"))
    migrate(key, Plan(target, {"task": "review"}))
    assert list(open_tasks()) == ["review"]
    query = select(ElementInstance.element_id, ElementInstance.process_definition_key).where(
        ElementInstance.state == "ACTIVE", ElementInstance.type == "USER_TASK"
    )
    assert rows(query) == [("review", target)]


def test_a_migrated_instance_lives_on_after_a_restart(runtime, matched, migrate, open_tasks, state_of):
    key, plan = matched(task_with(), task_with(user_task("x"), flows="", name="p").replace(b"flow2", b"flowX"))
    migrate(key, plan)
    runtime.instances.clear()
    tasks.complete(runtime, open_tasks()["task"], who="ann")
    assert state_of(key) == ("COMPLETED", "end")


LATE = task_with(boundary("b", "task", timer("duration", "PT2H")) + end("late"), flows="b>late")
SOONER = LATE.replace(b"PT2H", b"PT1H")


def test_a_timer_that_is_mapped_keeps_its_moment(matched, migrate, clock, waits_of, worker, state_of):
    key, plan = matched(LATE, SOONER)
    clock.advance(HOUR)
    migrate(key, plan)
    assert waits_of(key) == ({"b": START + 2 * HOUR}, [])
    clock.pin(START + 2 * HOUR)
    worker.run_due()
    assert state_of(key) == ("COMPLETED", "late")


def test_a_timer_is_armed_again_by_the_new_definition_where_that_is_chosen(matched, migrate, clock, waits_of):
    key, plan = matched(LATE, SOONER, recompute=True)
    clock.advance(timedelta(minutes=30))
    migrate(key, plan)
    assert waits_of(key) == ({"b": START + timedelta(minutes=90)}, [])


def test_a_timer_that_is_not_mapped_is_closed_and_the_new_one_opened(two, migrate, clock, waits_of):
    key, _, target = two(LATE, SOONER)
    clock.advance(HOUR)
    migrate(key, Plan(target, {"task": "task"}))
    assert waits_of(key) == ({"b": START + 2 * HOUR}, [])  # an hour from now


def test_catch_events_are_added_and_removed(runtime, matched, migrate, waits_of, state_of):
    told = boundary("told", "task", message("m")) + end("told_end")
    key, plan = matched(LATE, task_with(told, PAID, "told>told_end"), order="7")
    migrate(key, plan)
    assert waits_of(key) == ({}, ["told"])
    messages.correlate(runtime, "paid", "7")
    assert state_of(key) == ("COMPLETED", "told_end")


def test_a_message_that_is_kept_meets_a_catch_event_that_is_new(runtime, matched, migrate, state_of):
    told = boundary("told", "task", message("m")) + end("told_end")
    key, plan = matched(task_with(), task_with(told, PAID, "told>told_end"), order="7")
    messages.publish(runtime, "paid", "7", ttl=HOUR)
    migrate(key, plan)
    assert state_of(key) == ("COMPLETED", "told_end")


def test_a_mapped_message_keeps_its_name_and_key(runtime, matched, migrate, waits_of, state_of):
    old = diagram("p", start() + catch("wait", message("m")) + end(), "start>wait wait>end", PAID)
    key, plan = matched(old, old.replace(b'name="paid"', b'name="settled"'), order="7")
    migrate(key, plan)
    assert waits_of(key) == ({}, ["wait"])
    messages.correlate(runtime, "paid", "7")
    assert state_of(key) == ("COMPLETED", "end")


def test_event_subprocesses_are_armed_closed_and_those_under_way_go_on(
    runtime, deploy, matched, migrate, waits_of, open_tasks, state_of
):
    with_sub = task_with(event_subprocess("sub", message("c")), CANCELLED)
    key, plan = matched(task_with(), with_sub, order="7")
    migrate(key, plan)
    assert waits_of(key) == ({}, ["sub_start"])
    messages.correlate(runtime, "cancelled", "7")
    assert list(open_tasks()) == ["sub_task"]
    renamed = with_sub.replace(b'id="end"', b'id="finish"').replace(b'targetRef="end"', b'targetRef="finish"')
    second = deploy(renamed).items[0].key
    migrate(key, migration.plan_by_ids(runtime, plan.target_key, second).plan)
    assert waits_of(key) == ({}, [])  # an interrupted scope is not armed again
    tasks.complete(runtime, open_tasks()["sub_task"], who="ann")
    assert state_of(key)[0] == "COMPLETED"


def test_a_job_keeps_its_type_and_retries_and_its_worker(runtime, matched, migrate, state_of):
    old = diagram("p", start() + service_task(retries=5) + end(), "start>work work>end")
    new = diagram("p", start() + service_task(job_type="other", retries=1) + end("done"), "start>work work>done")
    key, plan = matched(old, new)
    (job,) = jobs.activate(runtime, "work", "w", HOUR, 1)
    jobs.fail(runtime, job.key, "no", retries=4, retry_after=timedelta(0))
    (job,) = jobs.activate(runtime, "work", "w", HOUR, 1)
    migrate(key, plan)
    jobs.complete(runtime, job.key)
    assert state_of(key) == ("COMPLETED", "done")


def test_an_incident_is_resolved_by_the_new_version(runtime, matched, migrate, open_tasks, open_incidents, state_of):
    split = start() + user_task() + gateway("which", "exclusive") + end("yes") + end("no")
    old = diagram("p", split, "start>task task>which which>yes:=wrong which>no:=nothing")
    new = old.replace(b"=wrong", b"=right")
    key, plan = matched(old, new, right=True)
    tasks.complete(runtime, open_tasks()["task"], who="ann")
    (incident,) = open_incidents()
    migrate(key, plan)
    incidents.resolve(runtime, incident.key)
    assert state_of(key) == ("COMPLETED", "yes")


JOIN = diagram(
    "p",
    start() + gateway("split") + user_task("a") + user_task("b") + gateway("join") + user_task("after") + end(),
    "start>split split>a split>b a>join b>join join>after after>end",
)


def test_a_token_that_waits_at_a_join_counts_there_and_only_once(runtime, matched, migrate, open_tasks, rows, state_of):
    key, plan = matched(JOIN, JOIN.replace(b'name="after"', b'name="later"'))
    tasks.complete(runtime, open_tasks()["a"], who="ann")
    migrate(key, plan)
    assert list(open_tasks()) == ["b"]
    tasks.complete(runtime, open_tasks()["b"], who="ann")
    assert list(open_tasks()) == ["after"]
    tasks.complete(runtime, open_tasks()["after"], who="ann")
    assert state_of(key) == ("COMPLETED", "end")


def test_a_token_at_a_join_is_found_by_where_its_flow_comes_from_when_the_flow_has_another_id(
    runtime, matched, migrate, open_tasks
):
    key, plan = matched(JOIN, JOIN.replace(b'"flow4"', b'"renamed"'))
    tasks.complete(runtime, open_tasks()["a"], who="ann")
    migrate(key, plan)
    tasks.complete(runtime, open_tasks()["b"], who="ann")
    assert list(open_tasks()) == ["after"]


def test_a_join_that_asks_for_fewer_lets_go_at_once(runtime, matched, migrate, open_tasks):
    fewer = diagram(
        "p",
        start() + gateway("split") + user_task("a") + user_task("b") + gateway("join") + user_task("after") + end() + end("b_end"),
        "start>split split>a split>b a>join b>b_end join>after after>end",
    )  # fmt: skip
    key, plan = matched(JOIN, fewer)
    tasks.complete(runtime, open_tasks()["a"], who="ann")
    migrate(key, plan)
    assert sorted(open_tasks()) == ["after", "b"]


def test_a_token_at_a_join_without_its_flow_is_an_obstacle(runtime, two, migrate, open_tasks):
    other = diagram(
        "p",
        start() + gateway("split") + user_task("x") + user_task("b") + gateway("join") + user_task("after") + end(),
        "start>split split>x split>b x>join b>join join>after after>end",
    ).replace(b'"flow4"', b'"other"')
    key, first, second = two(JOIN, other)
    tasks.complete(runtime, open_tasks()["a"], who="ann")
    with pytest.raises(MigrationRefused) as refused:
        migrate(key, migration.plan_by_ids(runtime, first, second).plan)
    assert codes(refused) == ["flow-missing"]


EACH = (
    '<bpmn:userTask id="task"><bpmn:multiInstanceLoopCharacteristics isSequential="{}"><bpmn:extensionElements>'
    '<zeebe:loopCharacteristics inputCollection="=[1,2,3]" inputElement="item"/></bpmn:extensionElements>'
    "</bpmn:multiInstanceLoopCharacteristics></bpmn:userTask>"
)


@pytest.mark.parametrize("sequential", ["true", "false"])
def test_a_multi_instance_goes_on_with_those_that_are_left(
    runtime, matched, migrate, open_tasks, rows, state_of, sequential
):
    body = EACH.format(sequential)
    old = diagram("p", start() + body + end(), "start>task task>end")
    new = diagram("p", start() + body + user_task("after") + end(), "start>task task>after after>end")
    key, plan = matched(old, new)
    tasks.complete(runtime, open_tasks()["task"], who="ann")
    migrate(key, plan)
    for _ in range(2):
        tasks.complete(runtime, open_tasks()["task"], who="ann")
    assert list(open_tasks()) == ["after"]


def test_a_parallel_multi_instance_cannot_become_a_sequential_one(runtime, two, migrate):
    old, new = (diagram("p", start() + EACH.format(how) + end(), "start>task task>end") for how in ("false", "true"))
    key, first, second = two(old, new)
    with pytest.raises(PlanRefused) as refused:
        migrate(key, Plan(second, {"task": "task"}))
    assert codes(refused) == ["type-differs"]
    assert migration.plan_by_ids(runtime, first, second).left[0].code == "type-differs"


def test_a_called_instance_is_left_alone_and_its_end_still_answers(
    runtime, deploy, matched, migrate, open_tasks, rows, state_of
):
    deploy(ONE_TASK)
    old = diagram("p", start() + call("child", "one_task") + end(), "start>child child>end")
    new = diagram("p", start() + call("child", "elsewhere") + end("done"), "start>child child>done")
    key, plan = matched(old, new)
    migrate(key, plan)
    assert rows(select(ProcessInstance.version).where(ProcessInstance.parent_key == key)) == [(1,)]
    tasks.complete(runtime, open_tasks()["task"], who="ann")
    assert state_of(key) == ("COMPLETED", "done")


def nested(inner, outer="sub"):
    inside = f'<bpmn:startEvent id="in"/>{user_task(inner)}<bpmn:endEvent id="out"/>'
    inside += f'<bpmn:sequenceFlow id="s1" sourceRef="in" targetRef="{inner}"/>'
    inside += f'<bpmn:sequenceFlow id="s2" sourceRef="{inner}" targetRef="out"/>'
    return diagram(
        "p", start() + f'<bpmn:subProcess id="{outer}">{inside}</bpmn:subProcess>' + end(), f"start>{outer} {outer}>end"
    )


def test_what_is_inside_a_subprocess_goes_with_it(runtime, two, migrate, open_tasks, state_of):
    key, _, target = two(nested("task"), nested("other", "box"))
    migrate(key, Plan(target, {"task": "other", "sub": "box"}))
    tasks.complete(runtime, open_tasks()["other"], who="ann")
    assert state_of(key) == ("COMPLETED", "end")


def test_a_task_cannot_leave_or_enter_a_subprocess(two, migrate, runtime):
    key, first, second = two(task_with(), nested("task"))
    with pytest.raises(MigrationRefused) as refused:
        migrate(key, Plan(second, {"task": "task"}))
    assert codes(refused) == ["scope-differs"]
    assert "task" not in migration.plan_by_ids(runtime, first, second).plan.mapping


def test_to_another_process_altogether(runtime, deploy, start, migrate, rows):
    deploy(task_with())
    key = start("p")
    target = deploy(task_with(name="q")).items[0].key
    migrate(key, Plan(target, {"task": "task"}))
    assert rows(select(ProcessInstance.process_id, ProcessInstance.version).where(ProcessInstance.key == key)) == [
        ("q", 1)
    ]


def test_what_is_active_and_not_mapped_is_named_and_nothing_is_changed(two, migrate, rows, waits_of, open_tasks):
    key, _, target = two(LATE, task_with(task="other"))
    before = rows(select(table_of(ProcessInstance)))
    with pytest.raises(MigrationRefused, match="'task' is active and not mapped") as refused:
        migrate(key, Plan(target, {}))
    assert [(o.code, o.source, o.message_zh) for o in refused.value.obstacles] == [
        ("active-not-mapped", "task", "“task”正在进行，但没有映射目标。")
    ]
    assert rows(select(table_of(ProcessInstance))) == before
    assert waits_of(key)[0] == {"b": START + 2 * HOUR}
    assert list(open_tasks()) == ["task"]


@pytest.mark.parametrize(
    ("mapping", "code"),
    [
        ({"nothing": "task"}, "source-unknown"),
        ({"task": "nothing"}, "target-unknown"),
        ({"task": "end"}, "type-differs"),
        ({"task": "task", "b": "b2", "c": "b2"}, "target-taken"),
    ],
)
def test_a_wrong_mapping_is_refused_before_any_instance_is_looked_at(runtime, two, migrate, mapping, code):
    more = boundary("c", "task", timer("duration", "PT3H")) + end("c_end")
    old = LATE.replace(
        b"</bpmn:process>",
        more.encode() + b'<bpmn:sequenceFlow id="fc" sourceRef="c" targetRef="c_end"/></bpmn:process>',
    )
    key, first, second = two(old, LATE.replace(b'"b"', b'"b2"'))
    with pytest.raises(PlanRefused) as refused:
        migrate(key, Plan(second, mapping))
    assert codes(refused) == [code]
    assert [each.code for each in migration.check(runtime, first, Plan(second, mapping))] == [code]


def test_an_event_cannot_be_taken_off_its_element(two, migrate):
    both = start() + user_task("task") + user_task("other") + end() + end("late")
    old = diagram(
        "p", both + boundary("b", "task", timer("duration", "PT2H")), "start>task task>other other>end b>late"
    )
    new = diagram(
        "p", both + boundary("b", "other", timer("duration", "PT2H")), "start>task task>other other>end b>late"
    )
    key, _, target = two(old, new)
    with pytest.raises(MigrationRefused) as refused:
        migrate(key, Plan(target, {"task": "task", "b": "b"}))
    assert codes(refused) == ["event-detached"]


def test_a_timer_that_cannot_be_armed_is_an_obstacle(matched, migrate, waits_of):
    key, plan = matched(LATE, LATE.replace(b"PT2H", b"=missing"), recompute=True)
    with pytest.raises(MigrationRefused) as refused:
        migrate(key, plan)
    assert codes(refused) == ["expression-failed"]
    assert waits_of(key) == ({"b": START + 2 * HOUR}, [])


def test_a_preview_says_what_would_happen_and_changes_nothing(runtime, two, start, rows, open_tasks):
    told = boundary("told", "task", message("m")) + end("told_end")
    key, first, second = two(LATE, task_with(told, PAID, "told>told_end"), order="7")
    stuck = start("p", order="8")  # of the second version already, at an element that is mapped all the same
    before = rows(select(table_of(ProcessInstance)))
    plan = migration.plan_by_ids(runtime, first, second).plan
    good, missing = migration.preview(runtime, [key, 99], plan)
    assert good.possible
    assert (good.done.opened, good.done.closed) == (["told"], ["b"])
    assert [obstacle.code for obstacle in missing.obstacles] == ["not-active"]
    assert rows(select(table_of(ProcessInstance))) == before
    assert stuck in [row.key for row in before]


def test_a_suspended_instance_is_migrated_and_rests_on(runtime, matched, migrate, clock, worker, waits_of, state_of):
    more = boundary("c", "task", timer("duration", "PT1H")) + end("soon")
    new = LATE.replace(
        b"</bpmn:process>",
        more.encode() + b'<bpmn:sequenceFlow id="fc" sourceRef="c" targetRef="soon"/></bpmn:process>',
    )
    key, plan = matched(LATE, new)
    suspension.suspend(runtime, key, who="eva")
    migrate(key, plan)
    clock.advance(3 * HOUR)
    assert worker.run_due() == 0
    suspension.resume(runtime, key, who="eva")
    worker.run_due()
    assert state_of(key)[0] == "COMPLETED"


def test_who_migrated_it_from_what_to_what_and_why_is_kept(matched, migrate, rows):
    key, plan = matched(task_with(), LATE)
    migrate(key, plan)
    ((who, before, after),) = rows(
        select(AuditEntry.who, AuditEntry.before, AuditEntry.after).where(AuditEntry.what == "instance.migrate")
    )
    assert (who, before) == ("owner", {"process": "p", "version": 1})
    assert after == {"process": "p", "version": 2, "reason": "新规定"}


def test_an_unknown_target_or_instance_is_not_found(runtime, matched):
    key, plan = matched(task_with(), LATE)
    with pytest.raises(NotFound):
        migration.migrate(runtime, key, Plan(5, {}), who="owner")
    with pytest.raises(NotFound):
        migration.migrate(runtime, 5, plan, who="owner")


UNDO = (
    start()
    + user_task("pay")
    + '<bpmn:boundaryEvent id="undo" attachedToRef="pay"><bpmn:compensateEventDefinition/></bpmn:boundaryEvent>'
    + '<bpmn:userTask id="refund" isForCompensation="true"/>'
    + '<bpmn:association id="a" sourceRef="undo" targetRef="refund" associationDirection="One"/>'
    + user_task("ship")
    + '<bpmn:intermediateThrowEvent id="throw"><bpmn:compensateEventDefinition/></bpmn:intermediateThrowEvent>'
    + end()
)
UNDOABLE = diagram("p", UNDO, "start>pay pay>ship ship>throw throw>end")


def test_what_was_done_before_can_still_be_undone_after(runtime, two, migrate, open_tasks, state_of):
    key, first, second = two(UNDOABLE, UNDOABLE.replace(b'"pay"', b'"charge"').replace(b">pay<", b">charge<"))
    tasks.complete(runtime, open_tasks()["pay"], who="ann")
    plan = migration.plan_by_ids(runtime, first, second).plan
    assert "pay" not in plan.mapping
    migrate(key, Plan(second, {**plan.mapping, "pay": "charge"}))
    tasks.complete(runtime, open_tasks()["ship"], who="ann")
    tasks.complete(runtime, open_tasks()["refund"], who="ann")
    assert state_of(key) == ("COMPLETED", "end")


ANY = (
    '<bpmn:adHocSubProcess id="any"><bpmn:extensionElements><zeebe:adHoc activeElementsCollection="=[&quot;a&quot;]"/>'
    '</bpmn:extensionElements><bpmn:userTask id="a"/><bpmn:userTask id="b"/></bpmn:adHocSubProcess>'
)


def test_an_ad_hoc_subprocess_goes_on_with_what_runs_in_it(runtime, matched, migrate, open_tasks, state_of):
    old = diagram("p", start() + ANY + end(), "start>any any>end")
    new = diagram("p", start() + ANY + user_task("after") + end(), "start>any any>after after>end")
    key, plan = matched(old, new)
    migrate(key, plan)
    tasks.complete(runtime, open_tasks()["a"], who="ann")
    assert list(open_tasks()) == ["after"]


def listened(*types):
    listeners = "".join(f'<zeebe:executionListener eventType="start" type="{each}"/>' for each in types)
    extra = f"<zeebe:executionListeners>{listeners}</zeebe:executionListeners>" if types else ""
    return diagram("p", start() + user_task("task", extra) + end(), "start>task task>end")


def test_a_listener_that_runs_needs_its_counterpart(runtime, two, matched, migrate, open_tasks, state_of):
    key, first, second = two(listened("one", "two"), listened())
    plan = migration.plan_by_ids(runtime, first, second).plan
    with pytest.raises(MigrationRefused) as refused:
        migrate(key, plan)
    assert codes(refused) == ["listener-missing"]
    again, plan = matched(listened("one", "two"), listened("one"))
    migrate(again, plan)
    for job in jobs.activate(runtime, "one", "w", HOUR, 5):
        if job.process_instance_key == again:
            jobs.complete(runtime, job.key)
    tasks.complete(runtime, open_tasks()["task"], who="ann")
    assert state_of(again) == ("COMPLETED", "end")


def test_a_plan_is_made_while_somebody_deletes_the_target_and_does_not_wait_for_them(postgres_runtime):
    runtime, found, table = postgres_runtime, [], table_of(ProcessDefinition)
    items = [
        deployments.deploy(runtime, [("one.bpmn", each)], "owner").items[0] for each in (ONE_TASK, ONE_TASK + b"\n")
    ]
    source, target = (item.key for item in items)
    reader = threading.Thread(target=lambda: found.append(migration.plan_by_ids(runtime, source, target)))
    with runtime.unit_of_work() as deletion:
        deletion.connection.execute(select(table.c.key).where(table.c.key == target).with_for_update())
        deletion.connection.execute(update(table).where(table.c.key == target).values(deleted_at=deletion.now))
        reader.start()
        reader.join(5)
        deletion.commit()
    reader.join()
    assert [made.plan.target_key for made in found] == [target]
