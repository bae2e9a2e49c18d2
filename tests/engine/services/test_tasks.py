"""User tasks: taken, given, done, and what is refused."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from engine.errors import InvalidInput
from engine.model.audit import AuditEntry
from engine.model.user_task import TaskCandidate
from engine.runtime import Runtime
from engine.services import tasks
from tests.engine.diagrams import ONE_TASK, diagram, end, start, user_task

EXCLUDING = diagram(
    "excluding",
    start()
    + user_task("task", '<zeebe:properties><zeebe:property name="exclude.users" value="=[author]"/></zeebe:properties>')
    + end(),
    "start>task task>end",
)
OUTPUT = diagram(
    "output",
    start()
    + user_task("task", '<zeebe:ioMapping><zeebe:output source="=completed_by" target="approver"/></zeebe:ioMapping>')
    + end(),
    "start>task task>end",
)


@pytest.fixture
def task(deploy, start, open_tasks):
    deploy(ONE_TASK)
    start("one_task", order="A-1")
    return open_tasks()["task"]


def test_completing_a_task_moves_its_process_on_with_its_variables(
    runtime, task, rows, state_of, variables_of, task_row
):
    instance = task_row(task).process_instance_key
    tasks.complete(runtime, task, {"answer": "是"}, who="ann")
    assert state_of(instance) == ("COMPLETED", "end")
    assert variables_of(instance) == {"order": "A-1", "answer": "是"}
    done = task_row(task)
    assert (done.state, done.completed_by) == ("COMPLETED", "ann")
    assert rows(select(TaskCandidate)) == []


def test_a_completed_task_tells_its_output_mappings_who_did_it(runtime, deploy, start, open_tasks, variables_of):
    deploy(OUTPUT)
    key = start("output")
    tasks.complete(runtime, open_tasks()["task"], who="ann")
    assert variables_of(key) == {"approver": "ann"}


def test_a_task_that_is_done_cannot_be_done_again(runtime, task):
    tasks.complete(runtime, task, who="ann")
    with pytest.raises(tasks.TaskNotOpen, match="completed"):
        tasks.complete(runtime, task, who="bob")


def test_a_task_that_there_is_not_is_not_found(runtime):
    for command in (tasks.complete, tasks.claim, tasks.unclaim):
        with pytest.raises(tasks.TaskNotFound):
            command(runtime, 5, who="ann")


def test_another_tenants_task_is_not_found(runtime, task):
    with pytest.raises(tasks.TaskNotFound):
        tasks.complete(runtime, task, who="ann", tenant_id="other")


def test_completing_with_an_older_revision_is_refused_and_changes_nothing(runtime, task, open_tasks, task_row):
    seen = task_row(task).revision
    tasks.claim(runtime, task, who="bob")
    with pytest.raises(tasks.TaskChanged):
        tasks.complete(runtime, task, who="ann", revision=seen)
    assert open_tasks() == {"task": task}


def test_claim_is_refused_when_another_was_first(runtime, task, clock, task_row):
    tasks.claim(runtime, task, who="ann")
    with pytest.raises(tasks.TaskAlreadyClaimed, match="ann"):
        tasks.claim(runtime, task, who="bob")
    clock.advance(timedelta(minutes=1))
    assert tasks.claim(runtime, task, who="ann") == 3
    assert task_row(task).claimed_at == clock()
    assert tasks.unclaim(runtime, task, who="ann") == 4
    assert tasks.claim(runtime, task, who="bob") == 5


def test_a_lead_gives_a_task_to_another_whoever_held_it(runtime, task, task_row):
    tasks.claim(runtime, task, who="ann")
    tasks.assign(runtime, task, "bob", who="lead")
    assert task_row(task).assignee == "bob"
    with pytest.raises(tasks.TaskAlreadyClaimed):
        tasks.assign(runtime, task, "cyd", who="lead", allow_override=False)


def test_whom_the_diagram_leaves_out_can_neither_claim_nor_do_the_task(runtime, deploy, start, open_tasks):
    deploy(EXCLUDING)
    start("excluding", author="ann")
    task = open_tasks()["task"]
    for refused in (tasks.claim, tasks.complete):
        with pytest.raises(tasks.PersonExcluded, match="ann"):
            refused(runtime, task, who="ann")
    with pytest.raises(tasks.PersonExcluded):
        tasks.assign(runtime, task, "ann", who="lead")
    tasks.complete(runtime, task, who="bob")


def test_a_change_of_the_groups_moves_the_task_to_their_inboxes(runtime, task, rows):
    tasks.update(runtime, task, {"candidate_groups": ["legal"], "priority": 90}, who="lead")
    assert rows(select(TaskCandidate.task_key, TaskCandidate.name, TaskCandidate.rank)) == [(task, "legal", 10)]
    with pytest.raises(InvalidInput):
        tasks.update(runtime, task, {"priority": 101}, who="lead")
    with pytest.raises(InvalidInput, match="state"):
        tasks.update(runtime, task, {"state": "COMPLETED"}, who="lead")


def test_every_change_says_who_what_and_from_what_to_what(runtime, task, rows):
    tasks.claim(runtime, task, who="ann")
    tasks.complete(runtime, task, {"x": 1}, who="ann")
    found = rows(select(AuditEntry.who, AuditEntry.what, AuditEntry.before, AuditEntry.after).order_by(AuditEntry.key))
    whats = [(row.who, row.what) for row in found]
    assert whats == [
        ("owner", "deployment.create"),
        ("ann", "instance.start"),
        ("ann", "task.claim"),
        ("ann", "task.complete"),
    ]
    assert (found[2].before["assignee"], found[2].after["assignee"]) == (None, "ann")
    assert found[3].after == {"x": 1}


def test_of_many_who_complete_one_task_at_once_exactly_one_wins(runtime: Runtime, task, state_of, task_row):
    instance = task_row(task).process_instance_key
    outcomes, ready = [], threading.Barrier(6)

    def attempt(name):
        ready.wait()
        try:
            tasks.complete(runtime, task, {"winner": name}, who=name)
            outcomes.append("won")
        except tasks.TaskNotOpen:
            outcomes.append("refused")

    threads = [threading.Thread(target=attempt, args=(f"user{number}",)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["refused"] * 5 + ["won"]
    assert state_of(instance) == ("COMPLETED", "end")
