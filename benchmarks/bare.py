"""SpiffWorkflow alone beside ours: the same diagram, every step stored in the same database and committed.

Bare SpiffWorkflow keeps an instance as the JSON of its own serializer, in one row; ours writes history, tasks and offers besides.
"""

from __future__ import annotations

import statistics
import time

from lxml import etree
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState
from sqlalchemy import Column, Integer, MetaData, Table, Text, func, insert, select, update

from benchmarks.diagrams import LOOP
from benchmarks.growth import advance, step_ms
from benchmarks.stage import Stage, desk
from engine.runtime import Runtime
from engine.services import instances

LATE, LATE_QUICK, WINDOW = 500, 120, 20
_bare = Table("bare", MetaData(), Column("key", Integer, primary_key=True), Column("state", Text, nullable=False))


def measure(stage: Stage) -> dict[str, float]:
    """Median ms of a step in the first 20 and in the last 20 of 500 (quick: 120) of one instance each, in turns; what bare
    SpiffWorkflow's row then holds, in KB."""
    late = LATE_QUICK if stage.quick else LATE
    with desk(stage, LOOP) as runtime:
        ours, bare = instances.start(runtime, "bench_loop").key, _Bare(runtime)
        early_ours, early_bare = [], []
        for _ in range(WINDOW):
            early_ours.append(step_ms(runtime, ours))
            early_bare.append(bare.step_ms())
        for _ in range(late - 2 * WINDOW):
            bare.step_ms()
        advance(runtime, ours, late - 2 * WINDOW)
        late_ours, late_bare = [], []
        for _ in range(WINDOW):
            late_ours.append(step_ms(runtime, ours))
            late_bare.append(bare.step_ms())
        return {
            "bare_step_ms_early": statistics.median(early_bare),
            "bare_step_ms_late": statistics.median(late_bare),
            "ours_step_ms_early": statistics.median(early_ours),
            "ours_step_ms_late": statistics.median(late_ours),
            "bare_ratio_early": statistics.median(early_bare) / statistics.median(early_ours),
            "bare_ratio_late": statistics.median(late_bare) / statistics.median(late_ours),
            "bare_state_kb_late": bare.state_kb(),
        }


class _Bare:
    """One instance: read, deserialized, moved by one user task, serialized, written and committed at each step."""

    def __init__(self, runtime: Runtime) -> None:
        self._database, self._serializer = runtime.database, BpmnWorkflowSerializer()
        parser = BpmnParser()
        # Its expressions are Python.
        parser.add_bpmn_xml(etree.fromstring(LOOP[1].replace(b"=done = true", b"done == True")), filename=LOOP[0])
        workflow = BpmnWorkflow(parser.get_spec("bench_loop"))
        workflow.do_engine_steps()
        _bare.create(self._database.engine)
        with self._database.begin() as connection:
            connection.execute(insert(_bare), {"key": 1, "state": self._serializer.serialize_json(workflow)})

    def step_ms(self) -> float:
        began = time.perf_counter()
        with self._database.begin() as connection:
            found = connection.execute(select(_bare.c.state).where(_bare.c.key == 1)).scalar_one()
            workflow = self._serializer.deserialize_json(found)
            (task,) = workflow.get_tasks(state=TaskState.READY, manual=True)
            task.data["done"] = False
            task.run()
            workflow.do_engine_steps()
            state = self._serializer.serialize_json(workflow)
            connection.execute(update(_bare).where(_bare.c.key == 1), {"state": state})
        return (time.perf_counter() - began) * 1000

    def state_kb(self) -> float:
        with self._database.begin() as connection:
            return float(connection.execute(select(func.length(_bare.c.state))).scalar_one()) / 1024
