"""A process with something of everything, and what must hold of its instances after every command."""

from __future__ import annotations

from collections import Counter
from typing import Any

from sqlalchemy import func, select

from engine.model.audit import AuditEntry
from engine.model.base import table_of
from engine.model.element import ElementInstance, TakenFlow
from engine.model.incident import Incident
from engine.model.instance import ProcessInstance
from engine.model.job import TIMER, Job
from engine.model.subscription import Subscription
from engine.model.user_task import TaskCandidate, UserTask
from engine.runtime import Runtime
from engine.services.turn import Turn
from tests.engine.diagrams import (
    ONE_TASK,
    boundary,
    call,
    catch,
    diagram,
    end,
    error,
    error_root,
    message,
    message_root,
    service_task,
    signal,
    signal_root,
    start,
    timer,
    user_task,
)

_SUB = (
    f'<bpmn:subProcess id="nudge" triggeredByEvent="true"><bpmn:startEvent id="nudged" isInterrupting="false">'
    f'{signal("bell")}</bpmn:startEvent>{user_task("calm")}<bpmn:endEvent id="calmed"/>'
    '<bpmn:sequenceFlow id="n1" sourceRef="nudged" targetRef="calm"/>'
    '<bpmn:sequenceFlow id="n2" sourceRef="calm" targetRef="calmed"/></bpmn:subProcess>'
)
_PARTS = (
    start() + '<bpmn:parallelGateway id="split"/>' + user_task("a") + user_task("late")
    + boundary("remind", "a", timer("cycle", "R3/PT1H"), interrupting=False) + end("reminded")
    + service_task("pay", "life.pay") + boundary("refused", "pay", error("no")) + end("refused_end")
    + catch("word", message("m")) + call("child", "one_task")
    + '<bpmn:inclusiveGateway id="join"/>' + user_task("b") + boundary("over", "b", timer("duration", "PT5H"))
    + end("done") + end("over_end") + _SUB
)  # fmt: skip
_FLOWS = (
    "start>split split>a split>pay split>word split>child a>join pay>join word>join child>join remind>reminded "
    "refused>refused_end over>late late>over_end {}"
)
_ROOTS = message_root("m", "life.word", "=order") + signal_root("bell", "life.bell") + error_root("no", "NO")
LIFE = diagram("life", _PARTS, _FLOWS.format("join>b b>done"), _ROOTS)
LIFE_2 = diagram("life", _PARTS + user_task("extra"), _FLOWS.format("join>b b>extra extra>done"), _ROOTS)
FILES = [("one_task.bpmn", ONE_TASK), ("life.bpmn", LIFE)]


class Life:
    """Reads the database as it is, and complains where it does not agree with itself."""

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime

    def rows(self, statement: Any) -> list[Any]:
        with self.runtime.unit_of_work(read_only=True) as uow:
            return list(uow.connection.execute(statement))

    def of(self, entity: Any, roots: list[int], *more: Any) -> list[Any]:
        table = table_of(entity)
        inside = select(ProcessInstance.key).where(ProcessInstance.root_key.in_(roots))
        return self.rows(select(table).where(table.c.process_instance_key.in_(inside), *more).order_by(table.c.key))

    def instances(self, roots: list[int]) -> list[Any]:
        table = table_of(ProcessInstance)
        columns = [column for column in table.columns if column.name != "data"]
        return self.rows(select(*columns).where(table.c.root_key.in_(roots)).order_by(table.c.key))

    def check(self, roots: list[int]) -> None:
        for row in self.instances(roots):
            open_ = self._open(row.key)
            if row.state != "ACTIVE":
                assert not any(open_.values()), f"{row.key} has ended, and leaves {open_}"
            else:
                assert open_ == self._held(row.key), row.key
            if row.suspended_at is not None:
                runnable = select(Job.key).where(
                    Job.process_instance_key == row.key, Job.state == "CREATED", Job.run_at.is_not(None)
                )
                assert self.rows(runnable) == []
        self._check_path(roots)
        self._check_tasks(roots)

    def _open(self, key: int) -> dict[str, Any]:
        """What the rows say is open in one instance."""
        job = table_of(Job)
        jobs = self.rows(select(job).where(job.c.process_instance_key == key, job.c.state.in_(["CREATED", "FAILED"])))
        own = [row for row in jobs if not row.type.startswith("kefuflow:")]
        waits = [row.key for row in jobs if row.type == TIMER]
        waits += [key for (key,) in self.rows(select(Subscription.key).where(Subscription.process_instance_key == key))]
        elements = self.rows(
            select(ElementInstance.key, ElementInstance.element_id).where(
                ElementInstance.process_instance_key == key, ElementInstance.state == "ACTIVE"
            )
        )
        tasks = self.rows(select(UserTask.key).where(UserTask.process_instance_key == key, UserTask.state == "CREATED"))
        incidents = self.rows(
            select(Incident.key).where(Incident.process_instance_key == key, Incident.state == "ACTIVE")
        )
        return {
            "elements": sorted(tuple(row) for row in elements),
            "tasks": sorted(row.key for row in tasks),
            "jobs": sorted(row.element_instance_key for row in own),
            "waits": sorted(waits),
            "incidents": sorted(row.key for row in incidents),
        }

    def _held(self, key: int) -> dict[str, Any]:
        """What the instance's own state says is open, read as after a restart."""
        with self.runtime.unit_of_work(read_only=True) as uow:
            run = Turn(self.runtime, uow).peek(key).instance.run
        tokens = list(run.tasks.values())
        return {
            "elements": sorted((t.id, t.task_spec.element.id) for t in tokens if t.announced),
            "tasks": sorted(t.id for t in tokens if t.memo.get("task")),
            "jobs": sorted(t.id for t in tokens if t.memo.get("job")),
            "waits": sorted(run.owners),
            "incidents": sorted(t.incident.key for t in tokens if t.incident is not None),
        }

    def _check_path(self, roots: list[int]) -> None:
        """No flow is taken twice here but those behind a reminder; a join that completed had all that came to it."""
        flows = Counter(row.flow_id for row in self.of(TakenFlow, roots))
        assert all(number > 0 for number in flows.values())
        for row in self.of(ElementInstance, roots):
            assert (row.state == "ACTIVE") == (row.ended_at is None)

    def _check_tasks(self, roots: list[int]) -> None:
        done = [row.key for row in self.of(UserTask, roots, UserTask.state == "COMPLETED")]
        table = table_of(AuditEntry)
        counted = self.rows(
            select(table.c.entity_key, func.count())
            .where(table.c.what == "task.complete", table.c.entity_key.in_(done))
            .group_by(table.c.entity_key)
        )
        assert sorted(tuple(row) for row in counted) == sorted((key, 1) for key in done), "a task was done twice"
        ended = [row.key for row in self.of(UserTask, roots, UserTask.state != "CREATED")]
        assert self.rows(select(TaskCandidate.task_key).where(TaskCandidate.task_key.in_(ended))) == []
