"""What a turn will write: rows gathered while instances run, and sent in one go at its end.

Something that opens and closes within the turn is written once, as it ended, or not at all.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from engine.history.audit import ENGINE
from engine.model.element import ElementState
from engine.model.incident import IncidentState, message_hash
from engine.model.job import JobState
from engine.model.user_task import TaskState
from engine.persistence import UnitOfWork
from engine.runtime import StaleInstance
from engine.services.turn import sql
from engine.services.turn.statements import Batch, Row

Rows = dict[int, dict[str, Any]]


class Writes:
    """The rows of one turn, by their keys."""

    def __init__(self, uow: UnitOfWork, who: str, new_key: Callable[[], int]) -> None:
        self.uow = uow
        self.who = who
        self.new_key = new_key
        self.by = None if who == ENGINE else who  # in the path and the variables, where the engine goes without saying
        self.new_instances: list[Row] = []
        self.instances: list[Row] = []
        self.new_elements: Rows = {}
        self.ended_elements: list[Row] = []
        self.flows: list[Row] = []
        self.variables: dict[tuple[int, str], Row] = {}
        self.new_tasks: Rows = {}
        self.ended_tasks: list[Row] = []
        self.task_revisions: dict[int, int] = {}  # as they were read; another one when it ends is a conflict
        self.candidates: dict[int, list[dict[str, Any]]] = {}
        self.new_jobs: Rows = {}  # by element instance
        self.other_jobs: list[Row] = []
        self.ended_jobs: list[Row] = []
        self.timers: Rows = {}
        self.ended_timers: dict[int, Row] = {}
        self.new_subscriptions: Rows = {}
        self.ended_subscriptions: list[Row] = []
        self.new_incidents: Rows = {}
        self.resolved_incidents: list[Row] = []
        self.decisions: list[Row] = []
        self.audit: list[Row] = []
        self.correlations: list[Row] = []
        self.met_messages: list[Row] = []

    @property
    def now(self) -> datetime:
        return self.uow.now

    def end_element(self, key: int, state: ElementState) -> None:
        new = self.new_elements.get(key)
        if new is not None:
            new["state"], new["ended_at"], new["ended_by"] = state, self.now, self.by
        else:
            row = {"at_key": key, "n_state": state, "n_ended_at": self.now, "n_ended_by": self.by}
            self.ended_elements.append(row)

    def end_task(self, key: int, state: TaskState) -> None:
        by = self.who if state == TaskState.COMPLETED else None
        new = self.new_tasks.get(key)
        if new is not None:
            new |= {"state": state, "ended_at": self.now, "completed_by": by}
            self.candidates.pop(key, None)
        else:
            row = {"at_key": key, "n_state": state, "n_ended_at": self.now, "n_by": by}
            self.ended_tasks.append({**row, "old_revision": self.task_revisions.get(key)})

    def end_job(self, element_key: int, state: JobState) -> None:
        new = self.new_jobs.pop(element_key, None)
        if new is not None:
            new["state"], new["ended_at"] = state, self.now
            self.other_jobs.append(new)
        else:
            self.ended_jobs.append({"at_element": element_key, "n_state": state, "n_ended_at": self.now})

    def arm_timer(self, row: dict[str, Any]) -> None:
        self.ended_timers.pop(row["key"], None)
        self.timers[row["key"]] = row

    def end_timer(self, key: int, state: JobState) -> None:
        """A timer of this turn alone leaves no trace; an older one is told how it ended."""
        self.timers.pop(key, None)
        self.ended_timers.setdefault(key, {"at_key": key, "n_state": state, "n_ended_at": self.now})

    def end_subscription(self, key: int) -> None:
        if self.new_subscriptions.pop(key, None) is None:
            self.ended_subscriptions.append({"at_key": key})

    def resolve_incident(self, key: int) -> None:
        new = self.new_incidents.get(key)
        resolved = {"state": IncidentState.RESOLVED, "resolved_at": self.now, "resolved_by": self.who}
        if new is not None:
            new |= resolved
        else:
            self.resolved_incidents.append(
                {"at_key": key, "n_state": IncidentState.RESOLVED, "n_at": self.now, "n_by": self.who}
            )

    @property
    def opens_jobs(self) -> bool:
        return bool(self.new_jobs or self.other_jobs or self.timers)

    def send(self, uow: UnitOfWork) -> None:
        """Write everything; raises StaleInstance when another transaction moved an instance first."""
        batch = Batch()
        updated = batch.add(sql.UPDATE_INSTANCES, self.instances)
        batch.add(sql.INSERT_INSTANCES, self.new_instances)
        self._add_path(batch)
        ended = self._add_tasks(batch)
        self._add_jobs(batch)
        self._add_waits(batch)
        batch.add(sql.INSERT_AUDIT, self.audit)
        counts = batch.send(uow)
        if updated >= 0 and counts[updated] != len(self.instances):
            raise StaleInstance("Another command moved this process instance at the same moment.")
        if ended >= 0 and counts[ended] != len(self.ended_tasks):
            raise StaleInstance("Somebody changed this task at the same moment.")

    def _add_path(self, batch: Batch) -> None:
        batch.add(sql.END_ELEMENTS, self.ended_elements)
        batch.add(sql.INSERT_ELEMENTS, self.new_elements.values())
        batch.add(sql.INSERT_FLOWS, self.flows)
        batch.add(sql.KEEP_VALUES, self._overwritten())
        batch.add(sql.UPSERT_VARIABLES, self.variables.values())
        batch.add(sql.INSERT_DECISIONS, self.decisions)

    def _overwritten(self) -> list[Row]:
        """The variables that may have had another value: those of scopes that were there before this turn."""
        return [
            {"key": self.new_key(), "at_scope": scope, "at_name": name}
            for scope, name in self.variables
            if scope not in self.new_elements
        ]

    def _add_tasks(self, batch: Batch) -> int:
        ended = batch.add(sql.END_TASKS, self.ended_tasks)
        batch.add(sql.DELETE_CANDIDATES, [{"at_key": row["at_key"]} for row in self.ended_tasks])
        needs_form = [row for row in self.new_tasks.values() if row["form_id"] and not row["form_key"]]
        batch.add(sql.INSERT_TASKS_WITH_FORM, needs_form)
        batch.add(sql.INSERT_TASKS, [row for row in self.new_tasks.values() if not row["form_id"] or row["form_key"]])
        batch.add(sql.INSERT_CANDIDATES, [row for rows in self.candidates.values() for row in rows])
        return ended

    def _add_jobs(self, batch: Batch) -> None:
        batch.add(sql.END_JOBS, self.ended_jobs)
        batch.add(sql.INSERT_JOBS, [*self.new_jobs.values(), *self.other_jobs])
        batch.add(sql.END_TIMERS, self.ended_timers.values())
        batch.add(sql.UPSERT_TIMERS, self.timers.values())

    def _add_waits(self, batch: Batch) -> None:
        batch.add(sql.DELETE_SUBSCRIPTIONS, self.ended_subscriptions)
        batch.add(sql.INSERT_SUBSCRIPTIONS, self.new_subscriptions.values())
        batch.add(sql.RESOLVE_INCIDENTS, self.resolved_incidents)
        incidents = [{**row, "message_hash": message_hash(row["message"])} for row in self.new_incidents.values()]
        batch.add(sql.INSERT_INCIDENTS, incidents)
        batch.add(sql.INSERT_CORRELATIONS, self.correlations)
        batch.add(sql.INSERT_MET_MESSAGES, self.met_messages)
