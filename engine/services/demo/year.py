"""A year of ended and open cases, made up in bulk, to see how the desk's pages and figures bear it.

The rows are what a year's work leaves behind (cases, clocks, contacts, timeline, completed tasks, surveys), written straight into
the tables; the open cases among them have no process behind them, so nobody can work on them.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, insert, select, text

from engine.calendars import format_duration
from engine.errors import InvalidInput
from engine.model.base import Base, table_of
from engine.model.case import Case, CaseInstance, TimelineEntry
from engine.model.contact import Contact
from engine.model.customer import Customer
from engine.model.deployment import ProcessDefinition
from engine.model.element import ElementInstance
from engine.model.instance import ProcessInstance
from engine.model.notification import Survey
from engine.model.sla import SlaClockRow
from engine.model.user_task import UserTask
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services import search
from engine.services.demo.catalogue import ARTICLES
from engine.services.demo.staff import AGENTS, QUEUES
from engine.services.figures import keeping

SEED, CHUNK, YEAR = 20_26, 2_000, timedelta(days=365)
KINDS = ("complaint", "complaint", "return_exchange", "return_exchange", "consultation", "consultation", "suggestion")
CHANNELS = ("phone", "online", "online", "email", "social", "portal")
CAUSES = ("quality", "wrong_item", "logistics", "service", "price", "other")
ENDS = (
    "resolved",
    "resolved",
    "resolved",
    "resolved",
    "refunded",
    "exchanged",
    "unfounded",
    "withdrawn",
    "refused",
    "no_reply",
)
STEPS = (("verify_complaint", "核实投诉"), ("plan_remedy", "制定方案"), ("negotiate", "与客户协商"))
TARGETS = {"first_response": timedelta(minutes=30), "resolution": timedelta(hours=72)}
MATTERS = (
    "收到的商品有破损",
    "少发了一件赠品",
    "物流三天没有更新",
    "尺码不合适想换",
    "发票抬头开错了",
    "充不进电",
    "颜色与图片不符",
    "想了解保修政策",
)
SURNAMES, GIVEN = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗",
    ("伟", "芳", "娜", "敏", "静", "丽", "强", "磊", "洋", "艳", "勇", "杰", "雨欣", "子轩"),
)
Rows = dict[type[Base], list[dict[str, Any]]]


def load_year(runtime: Runtime, cases: int) -> Iterator[str]:
    """Write that many cases over the year before now, a transaction for every two thousand; yields progress as lines.

    Raises InvalidInput unless there is at least one case to make and `complaint` is deployed.
    """
    if cases < 1:
        raise InvalidInput("How many cases? At least 1.")
    dice, now = random.Random(SEED + cases), runtime.now()  # noqa: S311
    definition = _definition(runtime)
    customers = _customers(runtime, dice, max(1, cases // 4), now)
    moments = sorted(now - YEAR + dice.random() * YEAR for _ in range(cases))
    for done in range(0, cases, CHUNK):
        rows: Rows = defaultdict(list)
        for number, at in enumerate(moments[done : done + CHUNK], done + 1):
            _case(runtime, dice, rows, f"YR-{number:07d}", at, now, dice.choice(customers), definition)
        runtime.transact(lambda uow, rows=rows: _write(uow, rows))  # type: ignore[misc]
        if done // CHUNK % 10 == 9:
            yield f"{done + CHUNK} of {cases} cases"
    yield f"{cases} cases of {len(customers)} customers over a year"
    search.reindex(runtime)  # they were written past the mapper
    yield "the index of their words"
    _analyze(runtime)
    keeping.keep(runtime)
    yield "the figures of their days"


def _analyze(runtime: Runtime) -> None:
    """Let the database count what has come, for its plans."""
    runtime.transact(lambda uow: uow.connection.execute(text("ANALYZE")))


def _definition(runtime: Runtime) -> tuple[int, int]:
    table = table_of(ProcessDefinition)
    with runtime.unit_of_work(read_only=True) as uow:
        query = select(table.c.key, table.c.version).where(
            table.c.process_id == "complaint", table.c.tenant_id == uow.tenant_id
        )
        found = uow.connection.execute(query.order_by(table.c.version.desc()).limit(1)).first()
        if uow.connection.scalar(select(func.count()).select_from(Case).where(Case.number == "YR-0000001")):
            raise InvalidInput("A year of cases is there already.")
    if found is None:
        raise InvalidInput("Deploy the processes first; complaint is not there.")
    return found.key, found.version


def _customers(runtime: Runtime, dice: random.Random, number: int, now: datetime) -> list[int]:
    rows: Rows = defaultdict(list)
    for at in range(number):
        rows[Customer].append(
            {
                "key": runtime.new_key(),
                "name": dice.choice(SURNAMES) + dice.choice(GIVEN),
                "phone": f"199{at:08d}",
                "tier": dice.choice("AABBBCCCCC"),
                "created_at": now - YEAR,
                # Not today: a customer who changes has the figures of all their cases' days read anew until the night.
                "updated_at": now - timedelta(days=1),
                "notes": "演示数据 / demo",
            }
        )
    runtime.transact(lambda uow: _write(uow, rows))
    return [row["key"] for row in rows[Customer]]


def _write(uow: UnitOfWork, rows: Rows) -> None:
    for entity, values in rows.items():
        for row in values:
            row.setdefault("tenant_id", uow.tenant_id)
        uow.connection.execute(insert(entity), values)


def _case(
    runtime: Runtime,
    dice: random.Random,
    rows: Rows,
    number: str,
    at: datetime,
    now: datetime,
    customer: int,
    definition: tuple[int, int],
) -> None:
    agent = dice.choice(AGENTS)[0]
    key, instance = runtime.new_key(), runtime.new_key()
    took = timedelta(hours=dice.expovariate(1 / 30))
    closed = at + took if at + took < now else None
    outcome = dice.choice(ENDS) if closed else None
    reopened = int(dice.random() < 0.04)
    article, matter = dice.choice(ARTICLES), dice.choice(MATTERS)
    rows[Case].append(
        {
            "key": key,
            "number": number,
            "kind": dice.choice(KINDS),
            "status": "closed" if closed else "open",
            "outcome": outcome,
            "channel": dice.choice(CHANNELS),
            "queue": dice.choice(QUEUES)[0],
            "customer_key": customer,
            "title": matter,
            "description": matter,
            "matter": matter,
            "cause": dice.choice(CAUSES),
            "cause_code": dice.choice(CAUSES),
            "sku": article.sku,
            "owner": agent,
            "level": "normal",
            "reopened": reopened,
            "created_by": agent,
            "created_at": at,
            "updated_at": closed or at,
            "closed_at": closed,
        }
    )
    rows[ProcessInstance].append(
        {
            "key": instance,
            "root_key": instance,
            "process_definition_key": definition[0],
            "process_id": "complaint",
            "version": definition[1],
            "state": "COMPLETED" if closed else "TERMINATED",
            "started_at": at,
            "ended_at": closed or at,
            "end_element": outcome,
        }
    )
    rows[CaseInstance].append({"instance_key": instance, "case_key": key, "process_id": "complaint", "linked_at": at})
    answered = at + timedelta(minutes=dice.expovariate(1 / 18))
    _clock(runtime, rows, key, "first_response", at, answered if answered < now else None, now)
    _clock(runtime, rows, key, "resolution", at, closed, now, cancelled=outcome in ("withdrawn", "no_reply"))
    _steps(runtime, dice, rows, key, instance, definition, agent, at, closed, now)
    _talk(runtime, dice, rows, key, customer, agent, at, answered, now)
    if closed and dice.random() < 0.7 and (asked := closed + timedelta(hours=1)) < now:
        given = asked + timedelta(hours=5)
        score = dice.choice((None, 5, 5, 5, 4, 4, 3, 2, 1)) if given < now else None
        rows[Survey].append(
            {
                "key": runtime.new_key(),
                "case_key": key,
                "idempotency_key": number,
                "sent_at": asked,
                "solved": None if score is None else score > 2,
                "answered_at": given if score else None,
                "score": score,
                "comment": dice.choice((None, "很满意", "处理太慢")),
            }
        )


def _clock(
    runtime: Runtime,
    rows: Rows,
    case: int,
    name: str,
    at: datetime,
    done: datetime | None,
    now: datetime,
    cancelled: bool = False,
) -> None:
    """A clock around the clock, so that its time is the wall's."""
    target = TARGETS[name]
    due = at + target
    phase = "cancelled" if done and cancelled else "finished" if done else "running"
    events = [("start", at), *([("cancel" if cancelled else "meet", done)] if done else [])]
    history = [
        {
            "at": moment.isoformat(),
            "action": what,
            "target": format_duration(target),
            "state_before": "waiting" if what == "start" else "running",
            "reason": None,
        }
        for what, moment in events
    ]
    late = (done or now) > due and not (done and cancelled)
    rows[SlaClockRow].append(
        {
            "key": runtime.new_key(),
            "case_key": case,
            "name": name,
            "phase": phase,
            "started_at": at,
            "finished_at": done,
            "warn_at": None if done else at + target * 0.8,
            "breach_at": None if done else due,
            "breached_at": due if late and done else None,
            "elapsed_seconds": (done - at).total_seconds() if done and not cancelled else None,
            "running_seconds": (done - at).total_seconds() if done and not cancelled else None,
            "clock": {
                "name": name,
                "calendar": "always",
                "target": format_duration(target),
                "warn_fraction": 0.8,
                "warn_before": None,
                "phase": phase,
                "used": "PT0S",
                "started_at": at.isoformat(),
                "running_since": at.isoformat(),
                "finished_at": done.isoformat() if done else None,
                "history": history,
            },
        }
    )


def _steps(
    runtime: Runtime,
    dice: random.Random,
    rows: Rows,
    case: int,
    instance: int,
    definition: tuple[int, int],
    agent: str,
    at: datetime,
    closed: datetime | None,
    now: datetime,
) -> None:
    """Three completed tasks on the way, with their elements and timeline entries."""
    end = closed or now
    entries = [("case.opened", at)]
    for place, (element, name) in enumerate(STEPS):
        begun, ended = (at + (end - at) * part for part in (place / 3, (place + dice.uniform(0.2, 1)) / 3))
        key = runtime.new_key()
        common = {
            "key": key,
            "element_id": element,
            "process_instance_key": instance,
            "process_definition_key": definition[0],
        }
        rows[ElementInstance].append(
            {**common, "type": "USER_TASK", "state": "COMPLETED", "started_at": begun, "ended_at": ended}
        )
        rows[UserTask].append(
            {
                **common,
                "name": name,
                "root_key": instance,
                "process_id": "complaint",
                "version": definition[1],
                "scope_key": instance,
                "state": "COMPLETED",
                "assignee": agent,
                "candidate_groups": ["agent"],
                "candidate_users": [],
                "priority": 50,
                "due_at": begun + timedelta(hours=8),
                "headers": {},
                "properties": {},
                "created_at": begun,
                "ended_at": ended,
                "completed_by": agent,
            }
        )
        entries.append((name, ended))
    if closed:
        entries.append(("case.closed", closed))
    rows[TimelineEntry] += [
        {"key": runtime.new_key(), "case_key": case, "at": moment, "actor": agent, "kind": "step", "name": name}
        for name, moment in entries
    ]


def _talk(
    runtime: Runtime,
    dice: random.Random,
    rows: Rows,
    case: int,
    customer: int,
    agent: str,
    at: datetime,
    answered: datetime,
    now: datetime,
) -> None:
    moments = [("in", at)] + [("out", answered)] * (answered < now)
    if dice.random() < 0.3:
        moments.append(("in", min(now, at + timedelta(hours=dice.uniform(1, 40)))))
    rows[Contact] += [
        {
            "key": runtime.new_key(),
            "case_key": case,
            "customer_key": customer,
            "direction": way,
            "channel": "phone",
            "at": moment,
            "agent": agent if way == "out" else None,
            "content": "通话记录",
            "result": "answered",
        }
        for way, moment in moments
    ]
