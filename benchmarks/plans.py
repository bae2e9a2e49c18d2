"""How a database goes about what the desk asks most often: each statement's plan, as Markdown."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from sqlalchemy import event, text

from engine.jobs import queue
from engine.model.job import TIMER
from engine.model.permissions import Actor
from engine.runtime import Runtime
from engine.services import inspection, tasks, work
from engine.services.cases.listing import list_cases
from engine.services.cases.views import get_case
from engine.services.customers import search_customers
from engine.services.figures import named_period
from engine.services.figures.heat import heat
from engine.services.worklist import InboxFilter, board, count_inbox, inbox, pulse

LONGEST = 1500  # signs of a statement that are shown
RUNNING = {"state": {"$in": ["ACTIVE", "SUSPENDED"]}}
Asked = tuple[str, Any]


def explain(runtime: Runtime, number: str, actor: Actor, supervisor: Actor) -> str:
    """The plans of an agent's pages, of a claim and of the worker's look for timers; `number` is a case that is open.

    A statement that comes again is shown where it came first. PostgreSQL runs the statements that only read, and tells the
    rows of each step and the time of the whole.
    """
    found, seen = [f"# Query plans, {'SQLite' if runtime.database.is_sqlite else 'PostgreSQL'}\n"], set[str]()
    for title, call in _acts(runtime, number, actor, supervisor):
        with _asked(runtime) as statements:
            call()
        found.append(f"\n## {title}\n")
        for statement, parameters in statements:
            if statement in seen:
                continue
            seen.add(statement)
            plan = _plan(runtime, statement, parameters)
            found.append(f"```sql\n{_short(statement)}\n```\n```text\n{plan}\n```\n")
    return "".join(found)


def _acts(runtime: Runtime, number: str, actor: Actor, supervisor: Actor) -> Iterator[tuple[str, Callable[[], object]]]:
    yield "Inbox, first page", lambda: inbox(runtime, actor=actor)
    yield "Inbox, to whom its tasks can be given", lambda: _receivers(runtime, actor)
    yield "Inbox, its badges", lambda: count_inbox(runtime, actor=actor)
    yield "Inbox, is there anything new (every 5 s)", lambda: pulse(runtime, actor=actor)
    yield "Search by a case's number", lambda: inbox(runtime, actor=actor, wanted=InboxFilter(search=number))
    yield "Search by words", lambda: inbox(runtime, actor=actor, wanted=InboxFilter(search="水壶 退款"))
    yield "A case's page", lambda: get_case(runtime, number, actor=actor)
    yield "The supervisor's board", lambda: board(runtime, actor=supervisor)
    yield "The list of cases", lambda: list_cases(runtime, actor=actor)
    yield "The list of customers", lambda: search_customers(runtime, actor=actor)
    yield "Process instances that run", lambda: inspection.find(runtime, RUNNING, actor=supervisor)
    today = named_period("today", runtime.now(), runtime.settings.time_zone)
    yield "The heat map of complaints", lambda: heat(runtime, "complaint", None, today, actor=supervisor)
    yield "Claim a task", lambda: tasks.claim(runtime, _open_task(runtime), who=actor.username)
    yield "A worker looks for due timers", lambda: _look_for_timers(runtime)


def _receivers(runtime: Runtime, actor: Actor) -> None:
    work.receivers(runtime, [row.key for row in inbox(runtime, actor=actor).rows], actor=actor)


def _open_task(runtime: Runtime) -> int:
    query = text("SELECT key FROM user_task WHERE state = 'CREATED' AND assignee IS NULL LIMIT 1")
    with runtime.unit_of_work(read_only=True) as uow:
        return int(uow.connection.execute(query).scalar_one())


def _look_for_timers(runtime: Runtime) -> None:
    with runtime.unit_of_work() as uow:
        queue.claim(uow, TIMER, "plans", 10, timedelta(minutes=1))


@contextmanager
def _asked(runtime: Runtime) -> Iterator[list[Asked]]:
    """The statements that are sent meanwhile, with what the driver got for them."""
    statements: list[Asked] = []

    def keep(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if re.match(r"\s*(SELECT|WITH|UPDATE)", statement):
            kept = tuple(parameters.items()) if isinstance(parameters, dict) else tuple(parameters)
            statements.append((statement, kept))

    event.listen(runtime.database.engine, "before_cursor_execute", keep)
    try:
        yield statements
    finally:
        event.remove(runtime.database.engine, "before_cursor_execute", keep)


def _plan(runtime: Runtime, statement: str, parameters: Any) -> str:
    sqlite = runtime.database.is_sqlite
    changes = re.search(r"\b(UPDATE|INSERT|DELETE)\b", statement) is not None
    how = "EXPLAIN QUERY PLAN" if sqlite else f"EXPLAIN (COSTS off{'' if changes else ', ANALYZE, TIMING off'})"
    given = parameters if sqlite else dict(parameters)
    with runtime.unit_of_work(read_only=True) as uow:
        rows = uow.connection.exec_driver_sql(f"{how} {statement}", given).all()
    return "\n".join(_short(str(row[-1])) for row in rows)


def _short(statement: str) -> str:
    one_line = re.sub(r"SELECT (?:\w+\.\w+(?: AS \w+)?,\s*){6,}.*?\sFROM", "SELECT … FROM", statement, flags=re.DOTALL)
    # A list of keys says no more after its first.
    few = re.sub(
        r"((?:%\(\w+\)s::\w+|\?|'?\{?\d{15,}), ?)(?:(?:%\(\w+\)s::\w+|\?|\d{15,})(, ?)?){4,}", r"\1… ", one_line
    )
    return few[:LONGEST]
