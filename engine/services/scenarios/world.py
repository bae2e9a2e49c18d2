"""What a scenario sees of the database: open tasks and jobs, waiting elements, what ended and fired."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, func, select, update

from engine.model.base import table_of
from engine.model.element import ElementInstance, ElementState
from engine.model.incident import Incident, IncidentState
from engine.model.instance import ProcessInstance
from engine.model.job import OWN, TIMER_START, Job, JobState
from engine.model.user_task import TaskState, UserTask
from engine.runtime import Runtime
from engine.services import instances

_instance, _element, _task, _job = (table_of(e) for e in (ProcessInstance, ElementInstance, UserTask, Job))
_incident = table_of(Incident)


@dataclass(frozen=True)
class Visit:
    """An element that a token came to, and the process it is in."""

    process_id: str
    element_id: str
    type: str
    state: str


class World:
    """A scenario has the database for itself, so everything in it belongs to the story."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    def hold_timer_starts(self) -> None:
        """Let no process start by itself."""
        self._set_timer_starts(_job.c.type == TIMER_START, run_at=None)

    def release_timer_start(self, process_id: str, element_id: str) -> None:
        """Make a timer start event due now."""
        which = (_job.c.type == TIMER_START) & (_job.c.process_id == process_id) & (_job.c.element_id == element_id)
        now = self._runtime.now()
        (row,) = self._rows(select(_job.c.payload).where(which, _job.c.state == JobState.CREATED))
        self._set_timer_starts(which, due_at=now, run_at=now, payload=row.payload | {"at": now.isoformat()})

    def started(self, process_id: str) -> int:
        """The key of the instance of a process that began last."""
        query = select(func.max(_instance.c.key)).where(_instance.c.process_id == process_id)
        return int(self._rows(query)[0][0])

    def _set_timer_starts(self, which: Any, **values: Any) -> None:
        with self._runtime.unit_of_work() as uow:
            uow.connection.execute(update(_job).where(which, _job.c.state == JobState.CREATED).values(**values))

    def tasks(self, name: str | None = None) -> list[Row[Any]]:
        """Open user tasks, the oldest first; `name` is an element's id or `process:element`."""
        query = select(_task).where(_task.c.state == TaskState.CREATED).order_by(_task.c.key)
        return [row for row in self._rows(query) if name is None or is_named(row, name)]

    def next_job(self, but: set[int]) -> Row[Any] | None:
        """The first job for the outside that may be done now, and is none of `but`."""
        query = (
            select(_job)
            .where(_job.c.state == JobState.CREATED, ~_job.c.type.startswith(OWN), _job.c.run_at <= self._runtime.now())
            .order_by(_job.c.run_at, _job.c.key)
        )
        return next((row for row in self._rows(query) if row.key not in but), None)

    def job(self, key: int) -> Row[Any]:
        return self._rows(select(_job).where(_job.c.key == key))[0]

    def jobs_done(self) -> list[Row[Any]]:
        done = _job.c.state == JobState.COMPLETED
        return self._rows(select(_job).where(done, ~_job.c.type.startswith(OWN)).order_by(_job.c.key))

    def next_retry(self) -> Any:
        """When a failed job for the outside may be tried again; None when none waits."""
        query = select(func.min(_job.c.run_at)).where(
            _job.c.state == JobState.CREATED, ~_job.c.type.startswith(OWN), _job.c.run_at > self._runtime.now()
        )
        return self._rows(query)[0][0]

    def visits(self) -> list[Visit]:
        """Every element that was reached, in order."""
        query = (
            select(_instance.c.process_id, _element.c.element_id, _element.c.type, _element.c.state)
            .join(_instance, _instance.c.key == _element.c.process_instance_key)
            .order_by(_element.c.key)
        )
        return [Visit(row.process_id, row.element_id, row.type, row.state) for row in self._rows(query)]

    def waiting(self) -> list[Visit]:
        return [visit for visit in self.visits() if visit.state == ElementState.ACTIVE]

    def incidents(self) -> list[Row[Any]]:
        return self._rows(select(_incident).where(_incident.c.state == IncidentState.ACTIVE))

    def instance(self, key: int) -> Row[Any]:
        columns = [column for column in _instance.columns if column.name != "data"]
        return self._rows(select(*columns).where(_instance.c.key == key))[0]

    def variables(self, instance_key: int) -> dict[str, Any]:
        with self._runtime.unit_of_work(read_only=True) as uow:
            return instances.root_variables(uow, instance_key)

    def _rows(self, query: Any) -> list[Row[Any]]:
        with self._runtime.unit_of_work(read_only=True) as uow:
            return list(uow.connection.execute(query))


def is_named(row: Any, name: str) -> bool:
    """Whether a row with a process and an element is meant by `element` or `process:element`."""
    process, _, element = name.rpartition(":")
    return bool(row.element_id == element and (not process or row.process_id == process))
