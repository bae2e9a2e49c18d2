"""Filling a database with very many open cases, so that what a million of them costs can be measured, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    Column,
    ColumnElement,
    Insert,
    LargeBinary,
    Select,
    Table,
    Text,
    cast,
    exists,
    func,
    insert,
    literal,
    select,
    text,
)

from engine.errors import Conflict
from engine.model.base import Json, UtcDateTime, table_of, to_json
from engine.model.case import Case, CaseInstance
from engine.model.customer import Customer
from engine.model.element import ElementInstance
from engine.model.instance import ProcessInstance
from engine.model.job import TIMER, Job
from engine.model.permissions import SYSTEM
from engine.model.search import SearchEntry
from engine.model.subscription import Subscription
from engine.model.user_task import TaskCandidate, UserTask
from engine.runtime import Runtime
from engine.services import starting
from engine.services.due import run_due

Row = dict[str, Any]
_instance, _element, _task = table_of(ProcessInstance), table_of(ElementInstance), table_of(UserTask)
_candidate, _job, _subscription = table_of(TaskCandidate), table_of(Job), table_of(Subscription)
_case, _link, _entry = table_of(Case), table_of(CaseInstance), table_of(SearchEntry)
_customer = table_of(Customer)
CHUNK = 20_000
# Between the keys of two copies: 16 s of them, in which even a busy machine begins the pattern. They lie before the pattern's, where no
# key will be made.
STEP = 1 << 36
PHONE, ORDER = "13800138000", "NO-SUCH-ORDER"
COMPLAINT = {
    "customer_name": "王小明",
    "contact": PHONE,
    "channel": "phone",
    "tier": "B",
    "received_at": "2026-03-02T16:55:00+08:00",
    "matter": "收到的水壶漏水，要求退款",
    "cause": "quality",
    "wanted_remedy": "refund",
    "order_number": ORDER,
    "risk": "none",
    "photos": [],
    "consent": True,
}


def fill(
    runtime: Runtime, count: int, told: Callable[[int], None] = lambda done: None, again: bool = False
) -> dict[str, int]:
    """Copy one complaint that waits at its first task `count` times; returns how many rows each table got.

    Copies have keys, case numbers, customers, orders, tasks, offers and timers of their own (due one second apart, from a day on)
    and can be worked on; their variables and timelines are not copied. Raises Conflict in a database that has been filled already,
    unless `again`: then the same customers get another case each.
    """
    number, pattern = _pattern(runtime, again)
    keys = frozenset(row["key"] for _, rows in pattern for row in rows if "key" in row)
    copying = _Copying(number, keys, runtime.database.is_sqlite)
    written = {table.name: len(rows) * count for table, rows in pattern}
    # From the last number to the first, so that keys ascend and pages of indexes are filled one after another.
    for last in range(count, 0, -CHUNK):
        copies = _numbers(max(last - CHUNK, 0) + 1, last)
        _send(runtime, [copying.insertion(table, row, copies) for table, rows in pattern for row in rows])
        told(count - max(last - CHUNK, 0))
    if not runtime.database.is_sqlite:
        # Or PostgreSQL plans as for an empty database until its own turn comes.
        _send(runtime, [text("ANALYZE")])
    return written


def _send(runtime: Runtime, statements: list[Any]) -> None:
    with runtime.database.begin() as connection:
        for statement in statements:
            connection.execute(statement)


def _pattern(runtime: Runtime, again: bool) -> tuple[str, list[tuple[Table, list[Row]]]]:
    """The number and the rows of a complaint that has been begun as people begin one."""
    with runtime.unit_of_work(read_only=True) as uow:
        filled = uow.connection.execute(select(Case.key).where(Case.number.like("%~%")).limit(1)).first() is not None
        if filled and not again:
            raise Conflict("This database has been filled already; fill an empty one.")
    begun = starting.start_with_form(runtime, "complaint", COMPLAINT, actor=SYSTEM)
    run_due(runtime)
    number = str(begun.case_number)
    with runtime.unit_of_work(read_only=True) as uow:
        return number, [
            (table, [dict(row._mapping) for row in uow.connection.execute(query)])
            for table, query in _parts(begun.instance_key, number)
        ]


def _parts(instance: int, number: str) -> Iterator[tuple[Table, Select[Any]]]:
    """What is copied, in the order in which rows refer to each other."""
    theirs = select(_case.c.customer_key).where(_case.c.number == number)
    yield _customer, select(_customer).where(_customer.c.key.in_(theirs))
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


def _numbers(first: int, last: int) -> CTE:
    """The numbers of copies, the highest first."""
    numbers = select(cast(literal(last), BigInteger).label("number")).cte("numbers", recursive=True)
    return numbers.union_all(select(numbers.c.number - 1).where(numbers.c.number > first))


@dataclass(frozen=True)
class _Copying:
    """How the database itself makes copies of a row: keys, the numbers of case and order and the phone in it are each copy's own."""

    number: str
    keys: frozenset[int]
    is_sqlite: bool

    def insertion(self, table: Table, row: Row, numbers: CTE) -> Insert:
        """One statement for all copies of one row."""
        values = {name: self._value(table.c[name], value, numbers.c.number) for name, value in row.items()}
        copies = select(*values.values()).select_from(numbers)
        if table is _customer:  # they may be there from the last time
            copies = copies.where(~exists(select(_customer.c.key).where(_customer.c.key == values["key"])))
        return insert(table).from_select(list(values), copies)

    def _value(self, column: Column[Any], value: Any, number: ColumnElement[int]) -> ColumnElement[Any]:
        if isinstance(value, int) and value in self.keys:
            return self._key(value, number)
        if column.name in ("due_at", "run_at") and value is not None:
            return self._later(value + timedelta(days=1), number)
        if column.table is _entry and column.name == "terms":
            return cast(literal(f"{value} w", Text) + cast(number, Text), column.type)  # as terms_of cuts `…~number`
        if isinstance(value, bytes):
            found = self._text(value.decode(), number)
            return cast(found, LargeBinary) if self.is_sqlite else func.convert_to(found, "UTF8")
        if isinstance(column.type, Json):
            return self._text(to_json(value), number)
        if isinstance(value, str):
            return self._text(value, number)
        same = literal(value, column.type)
        return same if self.is_sqlite else cast(same, column.type)  # a cast to DATETIME would make a number of it there

    def _key(self, key: int, number: ColumnElement[int]) -> ColumnElement[int]:
        return cast(literal(key), BigInteger) - number * literal(STEP, BigInteger)

    def _text(self, value: str, number: ColumnElement[int]) -> ColumnElement[str]:
        numbers = "|".join(re.escape(one) for one in (self.number, ORDER, PHONE))
        parts = re.split(rf"({numbers}|\b\d{{15,19}}\b)", value)
        found: ColumnElement[str] = literal(parts[0], Text)
        for mark, after in zip(parts[1::2], parts[2::2], strict=True):
            found = found + self._own(mark, number) + literal(after, Text)
        return found

    def _own(self, mark: str, number: ColumnElement[int]) -> ColumnElement[str]:
        if mark in (self.number, ORDER):
            return literal(f"{mark}~", Text) + cast(number, Text)
        if mark == PHONE:
            return cast(literal(int(PHONE), BigInteger) + number, Text)
        return cast(self._key(int(mark), number), Text) if int(mark) in self.keys else literal(mark, Text)

    def _later(self, moment: datetime, number: ColumnElement[int]) -> ColumnElement[Any]:
        """`moment` and as many seconds as the copy's number."""
        if not self.is_sqlite:
            return cast(literal(moment), UtcDateTime) + number * literal(timedelta(seconds=1))
        # As SQLAlchemy stores a moment there.
        whole = literal(int(moment.timestamp()), BigInteger) + number
        return func.strftime("%Y-%m-%d %H:%M:%S", whole, "unixepoch") + literal(f".{moment.microsecond:06d}", Text)


def numbers_of(written: dict[str, int]) -> Iterator[str]:
    """Lines for people."""
    yield from (f"{name}: {count:,}" for name, count in written.items() if count)
