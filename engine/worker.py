"""The worker: finds what is due, takes it, and has it done; in a thread of its own beside the web, or in its own process.

Timers and signals have their own threads, so that no slow service keeps a deadline from being met; no job type may take
all the threads for the outside. What is taken and not begun when it stops is handed back.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row

from engine.jobs import queue
from engine.runtime import Runtime
from engine.services import messages
from engine.services.due import OWN_LEASE, OWN_TYPES, next_due, perform, run_due

log = logging.getLogger("kefuflow.worker")

POLL = 0.2  # seconds between two looks at what other processes have put into the queue
OWN_THREADS = 2
OWN_BATCH = 16
TIDY_EVERY = timedelta(minutes=1)


class Worker:
    """`start` and `stop` run it in the background; `run_due` does everything that is due, here and now."""

    def __init__(self, runtime: Runtime, name: str | None = None) -> None:
        self.runtime = runtime
        self.name = name or f"{socket.gethostname()}:{os.getpid()}"
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._own = ThreadPoolExecutor(OWN_THREADS, thread_name_prefix="kefuflow-own")
        self._outside = ThreadPoolExecutor(runtime.settings.worker_threads, thread_name_prefix="kefuflow-outside")
        self._running: Counter[str] = Counter()  # jobs taken and not finished, by type
        self._not_begun: dict[int, int] = {}  # key -> lease
        self._lock = threading.Lock()
        self._tidied: datetime | None = None

    # In the background.

    def start(self) -> None:
        """Work until `stop`."""
        self._thread = threading.Thread(target=self._loop, name="kefuflow-worker", daemon=True)
        self._thread.start()

    def stop(self, grace: float = 30) -> None:
        """Take nothing more, hand back what has not begun, and wait for what has (at most `grace` seconds)."""
        self._stopping.set()
        self.runtime.work_arrived.set()
        if self._thread is not None:
            self._thread.join(grace)
        with self._lock:
            leases = list(self._not_begun.items())
            self._not_begun.clear()
        for pool in (self._own, self._outside):
            pool.shutdown(wait=True, cancel_futures=True)
        if leases:
            self.runtime.transact(lambda uow: queue.hand_back(uow, leases))

    def _loop(self) -> None:
        while not self._stopping.is_set():
            self.runtime.work_arrived.clear()
            try:
                pause = self._look()
            except Exception:
                # The database is away for a while; the worker stays.
                log.exception("The worker could not look for work.")
                pause = 1.0
            self.runtime.work_arrived.wait(pause)

    def _look(self) -> float:
        """Take what is due; returns the seconds until the next look."""
        self._tidy()
        with self.runtime.unit_of_work(read_only=True) as uow:
            due = queue.due_types(uow, self._types())
            now = uow.now
        taken = sum(self._take(job_type) for job_type, at in sorted(due.items(), key=lambda item: item[1]) if at <= now)
        if taken:
            return 0.0
        future = [(at - now).total_seconds() for at in due.values() if at > now]
        return min([POLL, *future])

    def _types(self) -> list[str]:
        """What this worker can take now: the engine's own, and types that have a thread free."""
        return [job_type for job_type in (*OWN_TYPES, *self.runtime.job_handlers) if self._room(job_type) > 0]

    def _room(self, job_type: str) -> int:
        if job_type in OWN_TYPES:
            return OWN_BATCH - self._running[job_type]
        outside = sum(count for name, count in self._running.items() if name not in OWN_TYPES)
        free = self.runtime.settings.worker_threads - outside
        return min(free, self.runtime.job_handlers[job_type].at_once - self._running[job_type])

    def _take(self, job_type: str) -> int:
        room = self._room(job_type)
        if room <= 0 or self._stopping.is_set():
            return 0
        own = job_type in OWN_TYPES
        lease = OWN_LEASE if own else self.runtime.job_handlers[job_type].lease
        rows = self.runtime.transact(lambda uow: queue.claim(uow, job_type, self.name, room, lease))
        pool = self._own if own else self._outside
        for row in rows:
            with self._lock:
                self._running[job_type] += 1
                self._not_begun[row.key] = row.lease
            pool.submit(self._perform, row).add_done_callback(_report)
        return len(rows)

    def _perform(self, row: Row[Any]) -> None:
        with self._lock:
            if self._not_begun.pop(row.key, None) is None:
                return  # handed back
        try:
            perform(self.runtime, row)
        finally:
            with self._lock:
                self._running[row.type] -= 1
            self.runtime.work_arrived.set()

    def _tidy(self) -> None:
        """Remove messages whose time is over."""
        now = self.runtime.now()
        if self._tidied is None or now - self._tidied >= TIDY_EVERY:
            self._tidied = now
            self.runtime.transact(messages.expire)

    # Here and now.

    def run_due(self) -> int:
        """Do all that is due by the runtime's clock, in order, here; returns how many jobs that were."""
        return run_due(self.runtime, self.name)

    def next_due(self) -> datetime | None:
        """When the next job that this worker can do may be taken; None when none waits."""
        return next_due(self.runtime)


def _report(future: Future[None]) -> None:
    error = None if future.cancelled() else future.exception()
    if error is not None:
        log.error("A job broke the worker's thread.", exc_info=error)
