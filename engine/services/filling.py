"""Filling a database with very many open cases, so that what a million of them costs can be measured, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, Table, select, text

from engine.errors import Conflict
from engine.model.base import table_of
from engine.model.case import Case, CaseInstance
from engine.model.element import ElementInstance
from engine.model.instance import ProcessInstance
from engine.model.job import TIMER, Job
from engine.model.permissions import SYSTEM
from engine.model.search import SearchEntry
from engine.model.subscription import Subscription
from engine.model.user_task import TaskCandidate, UserTask
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services import starting
from engine.services.due import run_due
from engine.services.turn.statements import Batch, Statement, insertion

Row = dict[str, Any]
_instance, _element, _task = table_of(ProcessInstance), table_of(ElementInstance), table_of(UserTask)
_candidate, _job, _subscription = table_of(TaskCandidate), table_of(Job), table_of(Subscription)
_case, _link, _entry = table_of(Case), table_of(CaseInstance), table_of(SearchEntry)
CHUNK = 1000
STEP = 1 << 32  # between the keys of two copies; they lie before the pattern's, where no key will be made
COMPLAINT = {
    "customer_name": "王小明",
    "contact": "13800138000",
    "channel": "phone",
    "tier": "B",
    "received_at": "2026-03-02T16:55:00+08:00",
    "matter": "收到的水壶漏水，要求退款",
    "cause": "quality",
    "wanted_remedy": "refund",
    "order_number": "NO-SUCH-ORDER",
    "risk": "none",
    "photos": [],
    "consent": True,
}


def fill(
    runtime: Runtime, count: int, told: Callable[[int], None] = lambda done: None, again: bool = False
) -> dict[str, int]:
    """Copy one complaint that waits at its first task `count` times; returns how many rows each table got.

    Copies have keys, case numbers, tasks, offers and timers of their own (due one second apart, from a day on) and can be worked
    on; their variables and timelines are not copied. Raises Conflict in a database that has been filled already, unless `again`.
    """
    pattern = _pattern(runtime, again)
    statements = {table.name: insertion(table) for table, _ in pattern}
    written: dict[str, int] = {}
    texts = _Texts([row for _, rows in pattern for row in rows])
    for begin in range(0, count, CHUNK):
        numbers = range(begin + 1, min(begin + CHUNK, count) + 1)
        runtime.transact(lambda uow, numbers=numbers: _send(uow, pattern, statements, texts, numbers, written))  # type: ignore[misc]
        told(numbers[-1])
    if not runtime.database.is_sqlite:
        # Or PostgreSQL plans as for an empty database until its own turn comes.
        with runtime.database.begin() as connection:
            connection.execute(text("ANALYZE"))
    return written


def _pattern(runtime: Runtime, again: bool) -> list[tuple[Table, list[Row]]]:
    """The rows of a complaint that has been begun as people begin one."""
    with runtime.unit_of_work(read_only=True) as uow:
        filled = uow.connection.execute(select(Case.key).where(Case.number.like("%~1")).limit(1)).first() is not None
        if filled and not again:
            raise Conflict("This database has been filled already; fill an empty one.")
    begun = starting.start_with_form(runtime, "complaint", COMPLAINT, actor=SYSTEM)
    run_due(runtime)
    with runtime.unit_of_work(read_only=True) as uow:
        return [
            (table, [dict(row._mapping) for row in uow.connection.execute(query)])
            for table, query in _parts(begun.instance_key, str(begun.case_number))
        ]


def _parts(instance: int, number: str) -> Iterator[tuple[Table, Select[Any]]]:
    """What is copied, in the order in which rows refer to each other."""
    yield _instance, select(_instance).where(_instance.c.key == instance)
    for table in (_element, _task, _subscription):
        of_instance = select(table).where(table.c.process_instance_key == instance)
        yield table, of_instance.where(_element.c.state == "ACTIVE") if table is _element else of_instance
    tasks = select(_task.c.key).where(_task.c.process_instance_key == instance)
    yield _candidate, select(_candidate).where(_candidate.c.task_key.in_(tasks))
    timers = select(_job).where(_job.c.process_instance_key == instance, _job.c.type == TIMER)
    yield _job, timers.where(_job.c.state == "CREATED")
    yield _case, select(_case).where(_case.c.number == number)
    yield _link, select(_link).where(_link.c.instance_key == instance)
    yield _entry, select(_entry).where(_entry.c.key.in_(select(_case.c.key).where(_case.c.number == number)))


class _Texts:
    """Keys and the case's number as they stand inside values."""

    def __init__(self, rows: list[Row]) -> None:
        self.number = next(row["number"] for row in rows if "number" in row and "kind" in row)
        self.keys = {row["key"] for row in rows if "key" in row}
        self._in_bytes = re.compile(rb"\b\d{15,19}\b")

    def copy(self, value: Any, number: int) -> Any:
        if isinstance(value, int) and not isinstance(value, bool):
            return value - number * STEP if value in self.keys else value
        if isinstance(value, str):
            return value.replace(self.number, f"{self.number}~{number}")
        if isinstance(value, bytes):
            return self._in_bytes.sub(lambda found: b"%d" % self.copy(int(found[0]), number), value)
        return value


def _send(
    uow: UnitOfWork,
    pattern: list[tuple[Table, list[Row]]],
    statements: dict[str, Statement],
    texts: _Texts,
    numbers: range,
    written: dict[str, int],
) -> None:
    batch = Batch()
    for table, rows in pattern:
        copies = [_copy(table, row, texts, number) for number in numbers for row in rows]
        written[table.name] = written.get(table.name, 0) + len(copies)
        batch.add(statements[table.name], copies)
    batch.send(uow)


def _copy(table: Table, row: Row, texts: _Texts, number: int) -> Row:
    copied = {name: texts.copy(value, number) for name, value in row.items()}
    for name in ("due_at", "run_at"):
        if isinstance(copied.get(name), datetime):
            copied[name] += timedelta(days=1, seconds=number)
    return copied


def numbers_of(written: dict[str, int]) -> Iterator[str]:
    """Lines for people."""
    yield from (f"{name}: {count:,}" for name, count in written.items() if count)
