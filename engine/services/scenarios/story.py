"""Telling one scenario: each step done, everything that follows from it settled, and what was expected compared."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from engine.clock import MovableClock
from engine.deployment.durations import parse_duration
from engine.errors import KefuflowError
from engine.forms import validate
from engine.model.user_task import PersonExcluded
from engine.runtime import Runtime
from engine.services import definitions, due, instances, jobs, messages, operations, signals, tasks
from engine.services import variables as stored
from engine.services.scenarios import desk
from engine.services.scenarios.expectations import differences, end_differences
from engine.services.scenarios.files import Scenario, ScenarioError, Step, moment
from engine.services.scenarios.world import Visit, World, is_named

TESTER = "tester"
MAX_SETTLE = 10_000


class Unexpected(KefuflowError):
    """The story went another way; the differences are its lines."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("; ".join(lines))
        self.lines = lines


@dataclass
class Outcome:
    """How a scenario went. `differences` is empty when it passed; `visits` is all that was reached."""

    scenario: Scenario
    differences: list[str] = field(default_factory=list)
    visits: list[Visit] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        return not self.differences


class Story:
    """One scenario on a runtime of its own."""

    def __init__(self, scenario: Scenario, runtime: Runtime, clock: MovableClock, shared: dict[str, Any]) -> None:
        self.scenario, self.runtime, self.clock = scenario, runtime, clock
        self.world = World(runtime)
        self.answers = desk.Answers(scenario.jobs, shared)
        self.clocks = desk.Clocks(runtime)
        self.held: set[int] = set()
        self.root = 0

    def tell(self) -> Outcome:
        """Run it to its end or its first difference."""
        outcome = Outcome(self.scenario)
        place = "start"
        try:
            self._start()
            self._settle()
            for step in self.scenario.steps:
                place = f"step {step.number} ({step.does})"
                _STEPS[step.does](self, step)
                self._settle()
        except Unexpected as unexpected:
            outcome.differences = [f"{place}: {line}" for line in unexpected.lines]
        except KefuflowError as error:
            outcome.differences = [f"{place}: {type(error).__name__}: {error}"]
        outcome.visits = self.world.visits()
        return outcome

    def _start(self) -> None:
        start = self.scenario.start
        self.world.hold_timer_starts()
        if "timer" in start:
            self.world.release_timer_start(self.scenario.process, start["timer"])
            due.run_due(self.runtime)
            self.world.hold_timer_starts()
            self.root = self.world.started(self.scenario.process)
        elif "message" in start:
            key = str(start.get("key", ""))
            found = messages.publish(self.runtime, start["message"], key, start.get("variables"), who=TESTER)
            mine = [one for one in found.correlated if one.process_id == self.scenario.process]
            if not mine:
                raise Unexpected([f"message {start['message']} did not start {self.scenario.process}"])
            self.root = mine[0].process_instance_key
        else:
            begun = instances.start(self.runtime, self.scenario.process, start.get("variables"), who=TESTER)
            self.root = begun.key

    # What happens by itself.

    def _settle(self) -> None:
        """Do every job that can be done at this moment."""
        for _ in range(MAX_SETTLE):
            due.run_due(self.runtime)
            job = self.world.next_job(self.held)
            if job is None:
                return
            self._answer(job)
        raise Unexpected([f"{MAX_SETTLE} jobs were done and there are more; the process seems to run in a circle"])

    def _answer(self, job: Any) -> None:
        seen = self._variables(job.element_instance_key)
        answer = self.answers.to(job.type, job.element_id, seen, self.clock())
        if answer.hold:
            self.held.add(job.key)
        else:
            self._give(job, answer, seen)

    def _give(self, job: Any, answer: desk.Answer, seen: dict[str, Any]) -> None:
        if answer.error is not None:
            jobs.throw_error(self.runtime, job.key, answer.error, answer.message, answer.variables)
        elif answer.fail is not None:
            jobs.fail(self.runtime, job.key, answer.fail, retries=answer.retries, retry_after=timedelta(0))
        else:
            moved = self.clocks.apply(job.type, job.root_key, job.headers, {**seen, **answer.variables})
            jobs.complete(self.runtime, job.key, answer.variables)
            if moved:
                with self.runtime.unit_of_work() as uow:
                    operations.rearm_timers(self.runtime, uow, [job.root_key], "sla")
            if job.type == "message.publish":
                self._publish(job, seen)

    def _publish(self, job: Any, seen: dict[str, Any]) -> None:
        """A message that one process sends to another."""
        name = job.headers.get("message") or seen.get("message")
        if name:
            key = str(seen.get("correlation_key") or "")
            messages.publish(self.runtime, str(name), key, seen.get("variables") or {}, ttl=timedelta(hours=1))

    def _variables(self, scope_key: int) -> dict[str, Any]:
        with self.runtime.unit_of_work(read_only=True) as uow:
            return stored.visible(uow, scope_key)

    # Steps.

    def expect(self, step: Step) -> None:
        found = differences(step.what or {}, self.world, self.root, self.clock())
        if found:
            raise Unexpected(found)

    def complete(self, step: Step) -> None:
        task = self._task(step)
        by, data = step.details.get("by", TESTER), step.details.get("variables") or {}
        groups = self.scenario.users.get(by)
        if groups is not None and task.candidate_groups and not set(groups) & set(task.candidate_groups):
            raise Unexpected(
                [f"{by} is in {', '.join(groups)}, the task is offered to {', '.join(task.candidate_groups)}"]
            )
        values = data if step.details.get("valid") is False else self._checked(task, data)
        tasks.complete(self.runtime, task.key, values, who=by)

    def refused(self, step: Step) -> None:
        because = step.details.get("because")
        try:
            self.complete(step)
        except PersonExcluded:
            refused = "excluded"
        except FormNotAccepted:
            refused = "validation"
        else:
            raise Unexpected([f"{step.what} was accepted, but should have been refused"])
        if because is not None and because != refused:
            raise Unexpected([f"{step.what} was refused because of {refused}, not {because}"])

    def _task(self, step: Step) -> Any:
        found = self.world.tasks(step.what)
        where = step.details.get("where")
        if where is not None:
            found = [task for task in found if desk.feel(where, self._variables(task.key), self.clock()) is True]
        if not found:
            there = ", ".join(f"{task.process_id}:{task.element_id}" for task in self.world.tasks()) or "none"
            raise Unexpected([f"no open task {step.what}{f' where {where}' if where else ''}; open tasks: {there}"])
        return found[0]

    def _checked(self, task: Any, data: dict[str, Any]) -> dict[str, Any]:
        if task.form_key is None:
            return data
        with self.runtime.unit_of_work(read_only=True) as uow:
            form = definitions.form(self.runtime, uow, task.form_key)
            found = validate(form, data, stored.visible(uow, task.key), now=uow.now)
        if found.errors:
            raise FormNotAccepted([f"form {task.form_id}, {error.path}: {error.message_en}" for error in found.errors])
        return found.values

    def advance(self, step: Step) -> None:
        try:
            span = parse_duration(str(step.what))
        except ValueError as error:
            raise ScenarioError(str(error)) from error
        self._move_to(span.after(self.clock()))

    def advance_to(self, step: Step) -> None:
        self._move_to(moment(step.what))

    def _move_to(self, target: datetime) -> None:
        """Let the time pass; what falls due sees its own moment as now."""
        while True:
            waiting = [at for at in (due.next_due(self.runtime), self.world.next_retry()) if at is not None]
            if not waiting or min(waiting) > target:
                break
            self.clock.pin(max(min(waiting), self.clock()))
            self._settle()
        self.clock.pin(target)

    def message(self, step: Step) -> None:
        what, root = step.what, self.world.variables(self.root)
        key = desk.feel(what.get("key", ""), root, self.clock())
        values = desk.evaluated(what.get("variables") or {}, root, self.clock())
        found = messages.publish(self.runtime, what["name"], str(key if key is not None else ""), values, who=TESTER)
        if bool(found.correlated) != what.get("correlates", True):
            who = ", ".join(one.process_id for one in found.correlated) or "nobody"
            raise Unexpected([f"message {what['name']} with key {key!r} was taken by {who}"])

    def signal(self, step: Step) -> None:
        values = desk.evaluated(step.what.get("variables") or {}, self.world.variables(self.root), self.clock())
        signals.broadcast(self.runtime, step.what["name"], values, who=TESTER)

    def job(self, step: Step) -> None:
        what = dict(step.what)
        kind, element = what.pop("type", None), what.pop("element", None)
        held = [self.world.job(key) for key in sorted(self.held)]
        fitting = [
            job
            for job in held
            if job.state == "CREATED"
            and (kind is None or job.type == kind)
            and (element is None or is_named(job, element))
        ]
        if not fitting:
            raise Unexpected([f"no held job {kind or element}"])
        self.held.discard(fitting[0].key)
        seen = self._variables(fitting[0].element_instance_key)
        self._give(fitting[0], desk.answer(what, seen, self.clock()), seen)

    def end(self, step: Step) -> None:
        found = end_differences(str(step.what), self.world, self.root)
        found += differences({}, self.world, self.root, self.clock())
        if found:
            raise Unexpected(found)


class FormNotAccepted(Unexpected):
    """The task's form does not accept what was entered."""


_STEPS = {
    "expect": Story.expect,
    "complete": Story.complete,
    "refused": Story.refused,
    "advance": Story.advance,
    "advance_to": Story.advance_to,
    "message": Story.message,
    "signal": Story.signal,
    "job": Story.job,
    "end": Story.end,
}
