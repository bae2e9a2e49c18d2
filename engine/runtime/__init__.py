"""What every service is handed: settings, the database, the clock, keys, caches, and what others have registered."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar

from engine.clock import Clock, MovableClock, system_clock
from engine.config import Settings
from engine.errors import Conflict, Unavailable
from engine.model.base import DEFAULT_TENANT
from engine.persistence import Database, UnitOfWork, is_outage, is_retryable
from engine.runtime.caches import Cache, InstanceCache
from engine.runtime.handlers import BpmnError, Handler, JobContext, JobFailed, Registration
from engine.runtime.instances import InstanceInfo
from engine.runtime.keys import KeyMaker

__all__ = [
    "BpmnError",
    "Handler",
    "InstanceInfo",
    "JobContext",
    "JobFailed",
    "Registration",
    "Runtime",
    "StaleInstance",
]

Result = TypeVar("Result")
FunctionProvider = Callable[[UnitOfWork, InstanceInfo], Mapping[str, Callable[..., Any]]]
"""Given the unit of work and a process instance: FEEL functions by name (`sla`, `setting` …). Asked once a command."""

_new_key = KeyMaker()  # one for the whole process, whatever number of runtimes it has
_TRIES = 8


class StaleInstance(Conflict):
    """Another transaction moved the instance first; the same command may succeed now."""


class Runtime:
    """One process's view of the engine. Make it once and pass it everywhere; it is safe for threads."""

    def __init__(self, settings: Settings, database: Database | None = None, clock: Clock | None = None) -> None:
        self.settings = settings
        self.database = database or Database(settings.database, settings.pool_size)
        self.clock: Clock = clock or (MovableClock() if settings.mode == "test" else system_clock)
        self.definitions: Cache[Any] = Cache(1000)
        self.instances = InstanceCache(settings.instance_cache)
        self.job_handlers: dict[str, Registration] = {}
        self.function_providers: list[FunctionProvider] = []
        self.work_arrived = (
            threading.Event()
        )  # set after a commit that opened jobs; the worker in this process waits on it
        self.tasks_changed: list[Callable[[int, str], None]] = []  # told (task key, state) after the commit

    def now(self) -> datetime:
        """The moment by this runtime's clock, aware UTC."""
        return self.clock()

    def new_key(self) -> int:
        """A key that no other call has returned or will return."""
        return _new_key()

    def unit_of_work(self, read_only: bool = False, tenant_id: str = DEFAULT_TENANT) -> UnitOfWork:
        """One transaction; `read_only` ones never wait for a writer."""
        return UnitOfWork(self.database, self.now(), tenant_id, read_only)

    def transact(self, work: Callable[[UnitOfWork], Result], tenant_id: str = DEFAULT_TENANT) -> Result:
        """Run `work` in one transaction, again from its beginning when another transaction was in the way.

        `work` must do nothing but what the transaction undoes. Raises Unavailable after several tries in vain.
        """
        for tried in range(_TRIES):
            try:
                with self.unit_of_work(tenant_id=tenant_id) as uow:
                    return work(uow)
            except Exception as error:
                if is_outage(error) and not is_retryable(error):
                    # Whether the commit came through is not known, so that it is not ours to try again.
                    raise Unavailable("The database does not answer; try again later.") from error
                if not (isinstance(error, StaleInstance) or is_retryable(error)):
                    raise
                if tried == _TRIES - 1:
                    raise Unavailable("Too many people change this at the same time; try again.") from error
            time.sleep(random.uniform(0, 0.01 * 2**tried))  # noqa: S311
        raise AssertionError("unreachable")

    def handle_jobs(
        self, job_type: str, handler: Handler, lease: timedelta = timedelta(minutes=1), at_once: int = 2
    ) -> None:
        """Let this process's worker do the jobs of one type; `lease` is how long one try may take."""
        self.job_handlers[job_type] = Registration(handler, lease, at_once)

    def close(self) -> None:
        self.database.close()
