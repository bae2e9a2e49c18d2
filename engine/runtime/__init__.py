"""What every service is handed: settings, the database, the clock, keys, caches, and what others have registered."""

from __future__ import annotations

import gc
import logging
import random
import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar

from engine import tracing
from engine.clock import Clock, MovableClock, system_clock
from engine.config import EVERY_JOB, Settings
from engine.errors import Conflict, KefuflowError, Unavailable
from engine.model.base import DEFAULT_TENANT
from engine.persistence import Database, UnitOfWork, is_outage, is_retryable
from engine.runtime.caches import Cache, InstanceCache
from engine.runtime.handlers import BpmnError, Handler, JobContext, JobFailed, Registration
from engine.runtime.instances import InstanceInfo
from engine.runtime.keys import KeyMaker
from engine.runtime.metrics import Metrics

__all__ = [
    "BpmnError",
    "Handler",
    "InstanceInfo",
    "JobContext",
    "JobFailed",
    "Registration",
    "Runtime",
    "StaleInstance",
    "keep_for_good",
]

Result = TypeVar("Result")
FunctionProvider = Callable[[UnitOfWork, InstanceInfo], Mapping[str, Callable[..., Any]]]
"""Given the unit of work and a process instance: FEEL functions by name (`sla`, `setting` …). Asked once a command."""

_new_key = KeyMaker()  # one for the whole process, whatever number of runtimes it has
_TRIES = 8
_OUTAGE_TRIES = 3  # a pool may hold several connections that a restarted server has closed
COMMIT_UNKNOWN = "The database broke off during the commit; look whether the command took effect before you try again."
log = logging.getLogger("kefuflow.command")


class StaleInstance(Conflict):
    """Another transaction moved the instance first; the same command may succeed now."""


class Runtime:
    """One process's view of the engine. Make it once and pass it everywhere; it is safe for threads."""

    def __init__(self, settings: Settings, database: Database | None = None, clock: Clock | None = None) -> None:
        self.settings = settings
        self.database = database or Database(settings.database, settings.pool_size)
        self.metrics = Metrics(self.database)
        self.clock: Clock = clock or (MovableClock() if settings.mode == "test" else system_clock)
        self.definitions: Cache[Any] = Cache(1000)
        self.instances = InstanceCache(settings.instance_cache)
        self.figures: Cache[Any] = Cache(64)  # reports over long periods, for a little while
        self.job_handlers: dict[str, Registration] = {}
        self.external_jobs: set[str] = set()  # types that we have a handler for, but leave to workers outside
        self.function_providers: list[FunctionProvider] = []
        self.work_arrived = (
            threading.Event()
        )  # set after a commit that opened jobs; the worker in this process waits on it
        self.tasks_changed: list[Callable[[int, str], None]] = []  # told (task key, state) after the commit

    def now(self) -> datetime:
        """The moment by this runtime's clock, aware UTC."""
        return self.clock()

    @property
    def clock_stands(self) -> bool:
        """Whether a test has pinned the clock: no pause comes to its end by itself then."""
        return isinstance(self.clock, MovableClock) and self.clock.is_pinned

    def new_key(self) -> int:
        """A key that no other call has returned or will return."""
        return _new_key()

    def unit_of_work(self, read_only: bool = False, tenant_id: str = DEFAULT_TENANT) -> UnitOfWork:
        """One transaction; `read_only` ones never wait for a writer."""
        return UnitOfWork(self.database, self.now, tenant_id, read_only)

    def transact(
        self, work: Callable[[UnitOfWork], Result], tenant_id: str = DEFAULT_TENANT, name: str | None = None
    ) -> Result:
        """Run `work` in one transaction, again from its beginning when another transaction was in the way.

        `work` must do nothing but what the transaction undoes. It is counted under `name`, or under the service that made
        it. A connection that breaks before the commit was asked for is tried again; when it breaks during the commit
        nobody knows what came of it, and that is told. Raises Unavailable, after several tries in vain too.
        """
        name = name or _name_of(work)
        began, outcome = time.perf_counter(), "failed"
        try:
            with tracing.span(name, {"kefuflow.tenant": tenant_id}):
                result = self._transact(work, tenant_id, name)
            outcome = "done"
            return result
        except Unavailable:
            outcome = "unavailable"
            raise
        except KefuflowError:
            outcome = "refused"
            raise
        finally:
            took = time.perf_counter() - began
            self.metrics.commands.labels(name, outcome).inc()
            self.metrics.command_seconds.labels(name).observe(took)
            if log.isEnabledFor(logging.DEBUG):
                log.debug("%s: %s in %.1f ms", name, outcome, took * 1000)

    def _transact(self, work: Callable[[UnitOfWork], Result], tenant_id: str, name: str) -> Result:
        for tried in range(_TRIES):
            uow = self.unit_of_work(tenant_id=tenant_id)
            try:
                with uow:
                    return work(uow)
            except Exception as error:
                outage = is_outage(error)
                if outage and uow.commit_began:
                    raise Unavailable(COMMIT_UNKNOWN) from error
                if not (outage or isinstance(error, StaleInstance) or is_retryable(error)):
                    raise
                if outage and tried >= _OUTAGE_TRIES - 1:
                    raise Unavailable("The database does not answer; try again later.") from error
                if tried == _TRIES - 1:
                    raise Unavailable("Too many people change this at the same time; try again.") from error
            self.metrics.command_retries.labels(name).inc()
            time.sleep(random.uniform(0, 0.01 * 2**tried))  # noqa: S311
        raise AssertionError("unreachable")

    def handle_jobs(
        self, job_type: str, handler: Handler, lease: timedelta = timedelta(minutes=1), at_once: int = 2
    ) -> None:
        """Let this process's worker do the jobs of one type; `lease` is how long one try may take.

        A type that the settings leave to workers outside is only noted, and no job of it is taken here.
        """
        if self.settings.external_job_types & {job_type, EVERY_JOB}:
            self.external_jobs.add(job_type)
        else:
            self.job_handlers[job_type] = Registration(handler, lease, at_once)

    def close(self) -> None:
        self.database.close()


def _name_of(work: Callable[..., Any]) -> str:
    """The service that a piece of work belongs to, like `tasks.complete`; few enough to label figures with."""
    module, function = getattr(work, "__module__", ""), getattr(work, "__qualname__", type(work).__name__)
    return f"{module.removeprefix('engine.').removeprefix('services.')}.{function.partition('.<locals>')[0]}"


def keep_for_good() -> None:
    """What was made to start with stays as long as the process: the collector need not look through it again and again.

    A full collection takes 0.2 s with it, during which nobody is answered.
    """
    gc.collect()
    gc.freeze()
