"""`kill -9` at any moment: nothing that was promised is lost, nothing happens twice, nothing is half done."""

import os
import random
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from engine.clock import MovableClock, system_clock
from engine.services import deployments
from engine.worker import Worker
from tests.engine.diagrams import catch, diagram, end, service_task, start, timer, user_task

ROOT = Path(__file__).resolve().parents[3]
STORY = diagram(
    "story",
    start() + user_task("ask") + catch("pause", timer("duration", "PT0.01S")) + service_task("work", "work") + end(),
    "start>ask ask>pause pause>work work>end",
)
# Starts instances and does their tasks, and says so only after the call has returned; a worker runs beside it.
VICTIM = """
import sys
from pathlib import Path
from engine.config import Settings
from engine.runtime import Runtime
from engine.services import instances, tasks
from sqlalchemy import text
from engine.worker import Worker
runtime = Runtime(Settings(home=Path(sys.argv[1]), database_url=sys.argv[2]))
runtime.handle_jobs("work", lambda runtime, job: {"worked": job.key}, at_once=4)
Worker(runtime).start()
while True:
    key = instances.start(runtime, "story").key
    print("started", key, flush=True)
    with runtime.unit_of_work(read_only=True) as uow:
        query = text("SELECT key FROM user_task WHERE process_instance_key = :key")
        task = uow.connection.execute(query, {"key": key}).scalar_one()
    tasks.complete(runtime, task, {"answer": key}, who="ann")
    print("completed", task, flush=True)
"""


def _run_and_kill(home, url, lines):
    """Kill it when it has said so much; it is in the middle of something then, at no particular place."""
    arguments = [sys.executable, "-c", VICTIM, str(home), url]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True, cwd=ROOT) as victim:
        said = [victim.stdout.readline() for _ in range(lines)]
        os.kill(victim.pid, signal.SIGKILL)
        said += victim.stdout.read().splitlines()
    return [line.split() for line in said if line.strip() and len(line.split()) == 2]


@pytest.mark.parametrize("rounds", [3, pytest.param(10, marks=pytest.mark.full)])
def test_what_was_promised_before_a_kill_is_there_and_everything_ends_exactly_once(
    runtime, tables_url, tmp_path, rounds
):
    runtime.clock = system_clock
    deployments.deploy(runtime, [("story.bpmn", STORY)], "owner")
    promised = []
    for _ in range(rounds):
        promised += _run_and_kill(tmp_path, tables_url, random.randint(5, 60))
    started = {int(key) for word, key in promised if word == "started"}
    completed = {int(key) for word, key in promised if word == "completed"}
    assert started
    assert completed
    with runtime.unit_of_work() as uow:
        execute = uow.connection.execute
        there = set(execute(text("SELECT key FROM process_instance")).scalars())
        done = set(execute(text("SELECT key FROM user_task WHERE state = 'COMPLETED'")).scalars())
        assert started <= there
        assert completed <= done
        # What the dead worker had in its hands is free again when its lease ends; we do not wait that long.
        execute(text("UPDATE job SET run_at = created_at WHERE state = 'CREATED' AND run_at IS NOT NULL"))
    _finish(runtime)
    with runtime.unit_of_work(read_only=True) as uow:
        execute = uow.connection.execute
        wrong = (
            "SELECT element_id, process_instance_key, count(*) FROM element_instance GROUP BY 1, 2 HAVING count(*) > 1"
        )
        assert execute(text(wrong)).all() == []
        counts = dict(execute(text("SELECT element_id, count(*) FROM element_instance GROUP BY 1")).all())
        asked = execute(text("SELECT count(*) FROM user_task WHERE state = 'CREATED'")).scalar_one()
        assert counts["ask"] - asked == counts["pause"] == counts["work"] == counts["end"]
        assert execute(text("SELECT count(*) FROM incident")).scalar_one() == 0
        open_instances = execute(text("SELECT count(*) FROM process_instance WHERE state = 'ACTIVE'")).scalar_one()
        assert open_instances == asked


def _finish(runtime):
    runtime.handle_jobs("work", lambda _runtime, job: {"worked": job.key})
    worker = Worker(runtime, "after")
    runtime.clock = clock = MovableClock(runtime.now())
    end = clock() + timedelta(hours=1)  # far beyond every lease; the nightly clean-up comes again for ever
    while (due := worker.next_due()) is not None and due < end:
        clock.pin(max(due, clock()))
        worker.run_due()
