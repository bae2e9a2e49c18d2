"""A desk that works: the shipped processes deployed, its handlers registered, a few people and orders, and a worker by hand."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from engine.clock import MovableClock
from engine.config import Settings
from engine.model.case import Case
from engine.model.incident import Incident
from engine.model.job import Job
from engine.model.user_task import TaskState, UserTask
from engine.persistence import create_all
from engine.runtime import JobContext, Runtime
from engine.services import instances, people, startup
from engine.services.shop import set_stock, store_order
from engine.worker import Worker
from tests.engine.connectors.sample_orders import ORDERS, PHONE, SIGNED
from tests.engine.services.desk_people import ADMIN

PROCESSES = Path(__file__).parents[3] / "processes"
COMPLAINT: dict[str, Any] = {
    "customer_name": "王小明",
    "contact": PHONE,
    "channel": "online",
    "tier": "C",
    "matter": "耳机左耳没有声音",
    "cause": "quality",
    "wanted_remedy": "refund",
    "order_number": SIGNED.number,
    "sku": "KZ-501",
    "risk": "none",
    "consent": True,
}
STAFF = {
    "alice": "agent",
    "bob": "agent",
    "leo": "group_lead",
    "sue": "supervisor",
    "max": "manager",
    "wang": "warehouse",
}


_furnished: list[Path] = []


class Desk:
    def __init__(self, runtime: Runtime, clock: MovableClock) -> None:
        self.runtime, self.clock, self.worker = runtime, clock, Worker(runtime)

    def run(self) -> None:
        """Let the worker do all that is due."""
        self.worker.run_due()

    def advance(self, by: timedelta) -> None:
        self.clock.advance(by)
        self.run()

    def start_complaint(self, **changes: Any) -> str:
        """Start a complaint as an agent does and return its case's number."""
        started = instances.start(self.runtime, "complaint", COMPLAINT | changes, who="alice")
        self.run()
        return str(self.variables(started.key)["case_number"])

    def variables(self, instance_key: int) -> dict[str, Any]:
        with self.runtime.unit_of_work(read_only=True) as uow:
            return instances.root_variables(uow, instance_key)

    def tasks(self) -> dict[str, UserTask]:
        """The open tasks by element id."""
        with self.runtime.unit_of_work(read_only=True) as uow:
            rows = uow.session.scalars(select(UserTask).where(UserTask.state == TaskState.CREATED))
            return {row.element_id: row for row in rows}

    def incidents(self) -> list[str]:
        with self.runtime.unit_of_work(read_only=True) as uow:
            return list(uow.session.scalars(select(Incident.message)))

    def case(self, number: str) -> Case:
        with self.runtime.unit_of_work(read_only=True) as uow:
            return uow.session.scalars(select(Case).where(Case.number == number)).one()

    def timers(self) -> dict[str, Any]:
        """When the open timers are due, by element id; None for one whose clock is paused. The daily reports' are left out."""
        with self.runtime.unit_of_work(read_only=True) as uow:
            rows = uow.session.scalars(
                select(Job).where(Job.type == "kefuflow:timer", Job.state == "CREATED", Job.process_id != "reports")
            )
            return {str(row.element_id): row.due_at for row in rows}

    def job(self, job_type: str, variables: dict[str, Any], key: int | None = None, **headers: str) -> JobContext:
        """A job that no diagram opened, to try a handler alone."""
        key = key or self.runtime.new_key()
        return JobContext(
            key=key,
            type=job_type,
            headers=headers,
            variables=variables,
            retries=3,
            tenant_id="<default>",
            process_instance_key=None,
            root_instance_key=None,
            process_definition_key=None,
            process_id=None,
            element_id=None,
            element_instance_key=None,
            due_at=self.runtime.now(),
        )

    def handle(self, job: JobContext) -> dict[str, Any]:
        return dict(self.runtime.job_handlers[job.type].handler(self.runtime, job) or {})


def furnish(runtime: Runtime) -> None:
    startup.deploy_paths(runtime, [PROCESSES], "system")
    for username, role in STAFF.items():
        people.create_user(runtime, username, username.title(), [role], actor=ADMIN)
    with runtime.unit_of_work() as uow:
        set_stock(uow, "KZ-501", "无线降噪耳机", Decimal("399.00"), 5)
        for record in ORDERS:
            store_order(runtime, uow, record)


def open_runtime(home: Path, clock: MovableClock) -> Runtime:
    settings = Settings(home=home, database_url=f"sqlite:///{home / 'kefuflow.db'}", mode="test")
    return Runtime(settings, clock=clock)


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with everything in it: deploying takes seconds, copying a file does not."""
    if not _furnished:  # each folder's conftest brings this fixture; one file serves them all
        home = tmp_path_factory.mktemp("furnished")
        runtime = open_runtime(home, MovableClock(datetime(2026, 3, 2, 9, 0, tzinfo=UTC)))
        create_all(runtime.database)
        startup.wire(runtime)
        furnish(runtime)
        runtime.close()
        _furnished.append(home / "kefuflow.db")
    return _furnished[0]


@pytest.fixture
def desk(furnished: Path, clock: MovableClock, tmp_path: Path) -> Iterator[Desk]:
    """A desk on SQLite."""
    shutil.copy(furnished, tmp_path / "kefuflow.db")
    runtime = open_runtime(tmp_path, clock)
    startup.wire(runtime)
    yield Desk(runtime, clock)
    runtime.close()


@pytest.fixture
def any_desk(runtime: Runtime, clock: MovableClock) -> Desk:
    """A desk on each kind of database."""
    startup.wire(runtime)
    furnish(runtime)
    return Desk(runtime, clock)


__all__ = ["COMPLAINT", "PROCESSES", "Desk", "any_desk", "desk", "furnished"]
