"""Random commands on running instances, and restarts between them: no token is lost, and nothing is done twice."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from engine.clock import MovableClock
from engine.config import Settings
from engine.errors import Conflict, InvalidInput, NotFound
from engine.model.element import ElementInstance, TakenFlow
from engine.model.incident import Incident
from engine.model.user_task import UserTask
from engine.runtime import Runtime
from engine.services import (
    deployments,
    incidents,
    instances,
    jobs,
    messages,
    migration,
    modification,
    signals,
    suspension,
    tasks,
)
from engine.services.suspension import InstanceSuspended
from engine.worker import Worker
from tests.conftest import START
from tests.engine.services.life import FILES, LIFE_2, Life

HOUR = timedelta(hours=1)
PICK = st.integers(0, 1_000)
REFUSED = (Conflict, NotFound, InvalidInput)


class RandomLives(RuleBasedStateMachine):
    """Up to three instances of `life`; what is refused must leave everything as it was, which the invariant sees."""

    url: str
    folder: object
    clock = MovableClock(START)
    orders = 0

    def __init__(self) -> None:
        super().__init__()
        self.roots: list[int] = []
        self.order_of: dict[int, str] = {}
        self.touched: set[int] = set()  # by hand: their paths are not the diagram's
        self.frozen: dict[int, int] = {}  # suspended, and how many elements it had been to then
        self._open()

    def _open(self) -> None:
        settings_ = Settings(home=self.folder, database_url=self.url, mode="test")
        self.runtime = Runtime(settings_, clock=type(self).clock)
        self.life = Life(self.runtime)

    def _pick(self, found, number):
        return found[number % len(found)] if found else None

    def _active(self, suspended=None):
        rows = [row for row in self.life.instances(self.roots) if row.parent_key is None and row.state == "ACTIVE"]
        return [row for row in rows if suspended is None or (row.suspended_at is not None) == suspended]

    def _is_suspended(self, key):
        return any(row.key == key and row.suspended_at is not None for row in self.life.instances(self.roots))

    @initialize()
    def deploy(self):
        items = deployments.deploy(self.runtime, FILES, "owner").items
        self.first = next(item.key for item in items if item.id == "life")
        self.second = deployments.deploy(self.runtime, [("life.bpmn", LIFE_2)], "owner").items[0].key

    @precondition(lambda self: len(self.roots) < 3)
    @rule(second=st.booleans())
    def begin(self, second):
        type(self).orders += 1
        order = f"o{type(self).orders}"
        key = self.second if second else self.first
        started = instances.start(self.runtime, definition_key=key, variables={"order": order}, who="ann")
        self.roots.append(started.key)
        self.order_of[started.key] = order

    @rule(number=PICK)
    def complete(self, number):
        task = self._pick(self.life.of(UserTask, self.roots, UserTask.state == "CREATED"), number)
        if task is None:
            return
        if self._is_suspended(task.process_instance_key):
            with pytest.raises(InstanceSuspended):
                tasks.complete(self.runtime, task.key, who="ann")
        else:
            tasks.complete(self.runtime, task.key, who="ann")

    @rule(number=PICK)
    def complete_what_is_done(self, number):
        task = self._pick(self.life.of(UserTask, self.roots, UserTask.state != "CREATED"), number)
        if task is not None:
            with pytest.raises(tasks.TaskNotOpen):
                tasks.complete(self.runtime, task.key, who="bob")

    @rule(number=PICK, kept=st.booleans())
    def correlate(self, number, kept):
        key = self._pick(self.roots, number)
        if key is not None:
            ttl = HOUR if kept else timedelta(0)
            messages.publish(self.runtime, "life.word", self.order_of[key], {"said": number}, ttl=ttl)

    @rule()
    def ring(self):
        signals.broadcast(self.runtime, "life.bell")

    @rule(number=PICK, how=st.sampled_from(["complete", "fail", "give up", "error", "leave"]))
    def work(self, number, how):
        for job in jobs.activate(self.runtime, "life.pay", "w", HOUR, 1):
            if how == "complete":
                jobs.complete(self.runtime, job.key, {"paid": number})
                with pytest.raises(jobs.JobNotOpen):
                    jobs.complete(self.runtime, job.key)
            elif how == "error":
                jobs.throw_error(self.runtime, job.key, "NO")
            elif how != "leave":
                jobs.fail(self.runtime, job.key, "no", retries=0 if how == "give up" else None)

    @rule(minutes=st.integers(1, 150))
    def pass_time(self, minutes):
        type(self).clock.advance(timedelta(minutes=minutes))
        Worker(self.runtime, "worker").run_due()

    @rule(number=PICK)
    def resolve(self, number):
        incident = self._pick(self.life.of(Incident, self.roots, Incident.state == "ACTIVE"), number)
        if incident is not None and not self._is_suspended(incident.process_instance_key):
            incidents.resolve(self.runtime, incident.key)

    @precondition(lambda self: self.roots)
    @rule(number=PICK)
    def suspend(self, number):
        row = self._pick(self._active(suspended=False), number)
        if row is not None:
            suspension.suspend(self.runtime, row.key, who="eva")
            self.frozen[row.key] = len(self.life.of(ElementInstance, [row.key]))

    @rule(number=PICK)
    def resume(self, number):
        row = self._pick(self._active(suspended=True), number)
        if row is not None:
            del self.frozen[row.key]
            suspension.resume(self.runtime, row.key, who="eva")

    @rule(number=PICK)
    def cancel(self, number):
        row = self._pick(self._active(), number)
        if row is not None and number % 3 == 0:
            self.frozen.pop(row.key, None)
            self.touched.add(row.key)
            instances.cancel(self.runtime, row.key, who="eva")

    @rule(number=PICK, to=st.sampled_from(["a", "b", "word", "child", "join"]))
    def move(self, number, to):
        row = self._pick(self._active(), number)
        if row is None:
            return
        open_ = [e for e in self.life.of(ElementInstance, [row.key], ElementInstance.state == "ACTIVE")
                 if e.process_instance_key == row.key and e.element_id in ("a", "b", "word", "pay", "child", "late")]  # fmt: skip
        element = self._pick(open_, number)
        if element is None:
            return
        try:
            modification.modify(self.runtime, row.key, moves=[(element.key, to)], activations=[], who="eva")
            self.touched.add(row.key)
        except REFUSED:
            assert row.suspended_at is not None

    @rule(number=PICK, recompute=st.booleans())
    def migrate(self, number, recompute):
        row = self._pick(self._active(), number)
        if row is None:
            return
        target = self.second if row.process_definition_key == self.first else self.first
        plan = migration.plan_by_ids(self.runtime, row.process_definition_key, target).plan
        chosen = migration.Plan(plan.target_key, plan.mapping, recompute)
        (tried,) = migration.preview(self.runtime, [row.key], chosen)
        try:
            migration.migrate(self.runtime, row.key, chosen, who="owner")
            assert tried.possible
        except migration.MigrationRefused as refused:
            assert not tried.possible
            assert {each.source for each in refused.obstacles} == {"extra"}  # noqa: PT017

    @rule(number=PICK)
    def set_variables(self, number):
        row = self._pick(self._active(), number)
        if row is not None:
            instances.set_variables(self.runtime, row.key, {"note": number}, who="eva")

    @rule()
    def restart(self):
        self.runtime.close()
        self._open()

    @invariant()
    def rows_and_states_agree(self):
        self.life.check(self.roots)

    @invariant()
    def what_is_suspended_does_not_move(self):
        for key, before in self.frozen.items():
            assert len(self.life.of(ElementInstance, [key])) == before

    @invariant()
    def each_branch_of_an_untouched_instance_is_gone_once(self):
        for key in set(self.roots) - self.touched:
            own = [row.flow_id for row in self.life.of(TakenFlow, [key]) if row.process_instance_key == key]
            counted = Counter(own)
            reminders = {flow for flow in counted if flow in _REPEATED}
            assert all(number == 1 for flow, number in counted.items() if flow not in reminders), counted

    def teardown(self):
        """Everything that was begun can be brought to its end."""
        for row in self._active(suspended=True):
            suspension.resume(self.runtime, row.key, who="eva")
        for _ in range(60):
            if not self._active():
                break
            self._push_on()
        assert self._active() == []
        self.life.check(self.roots)
        self.runtime.close()

    def _push_on(self):
        for incident in self.life.of(Incident, self.roots, Incident.state == "ACTIVE"):
            incidents.resolve(self.runtime, incident.key)
        for row in self._active():
            messages.publish(self.runtime, "life.word", self.order_of[row.key])
        type(self).clock.advance(2 * HOUR)  # also past what workers have left lying
        for job in jobs.activate(self.runtime, "life.pay", "last", HOUR, 50):
            jobs.complete(self.runtime, job.key)
        for task in self.life.of(UserTask, self.roots, UserTask.state == "CREATED"):
            try:
                tasks.complete(self.runtime, task.key, who="ann")
            except tasks.TaskNotOpen:
                continue  # what another did has ended it
        Worker(self.runtime, "worker").run_due()


_REPEATED = {"flow10", "n1", "n2"}  # behind the reminder, and in the event subprocess


def play(url, folder, examples, steps):
    machine = type("Lives", (RandomLives,), {"url": url, "folder": folder, "clock": MovableClock(START)})
    chosen = settings(
        max_examples=examples, stateful_step_count=steps, deadline=None, database=None, derandomize=False,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    run_state_machine_as_test(machine, settings=chosen)


def test_random_commands_and_restarts_lose_no_token_and_do_nothing_twice(tables_url, tmp_path):
    play(tables_url, tmp_path, examples=6, steps=25)


@pytest.mark.full
def test_many_random_commands_and_restarts(tables_url, tmp_path):
    play(tables_url, tmp_path, examples=60, steps=40)
