"""The worker: finds what is due, takes it, and has it done; in a thread of its own beside the web, or in its own process.

Timers and signals have their own threads, so that no slow service keeps a deadline from being met; no job type may take
all the threads for the outside. What is taken and not begun when it stops is handed back.
"""

from __future__ import annotations

import logging
import math
import os
import random
import socket
import threading
import time
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta
from importlib.metadata import version
from typing import Any

from sqlalchemy import Row

from engine.errors import Unavailable
from engine.jobs import queue
from engine.runtime import Runtime
from engine.services import alerts, messages, retention, uploads, workers
from engine.services.channels import mailroom
from engine.services.due import LONG_LEASE, LONG_TYPES, OWN_LEASE, OWN_TYPES, next_due, perform, run_due
from engine.services.figures import keeping
from engine.services.notifications.mailing import mail_notices
from engine.services.notifications.waiting import deliver_waiting
from engine.services.portal.identity import purge_codes

log = logging.getLogger("kefuflow.worker")

POLL = 0.2  # seconds between two looks at what other processes have put into the queue
OWN_THREADS = 2
OWN_BATCH = 16
TIDY_EVERY = timedelta(minutes=1)
SEND_EVERY = 1.0  # seconds between two looks for messages that no process sends
REPORT_EVERY = 15.0  # seconds between two words to the register of workers


class Worker:
    """`start` and `stop` run it in the background; `run_due` does everything that is due, here and now."""

    def __init__(self, runtime: Runtime, name: str | None = None) -> None:
        self.runtime = runtime
        self.name = name or f"{socket.gethostname()}:{os.getpid()}"
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._letters: threading.Thread | None = None
        self._own = ThreadPoolExecutor(OWN_THREADS, thread_name_prefix="kefuflow-own")
        self._outside = ThreadPoolExecutor(runtime.settings.worker_threads, thread_name_prefix="kefuflow-outside")
        self._running: Counter[str] = Counter()  # jobs taken and not finished, by type
        self._not_begun: dict[int, int] = {}  # key -> lease
        self._lock = threading.Lock()
        self._tidied: datetime | None = None
        self._reported = float("-inf")  # by the process's own clock, which no test pins
        self._started_at = runtime.now()
        self._done: Counter[str] = Counter()  # by outcome
        self._problem: str | None = None

    # In the background.

    def start(self) -> None:
        """Work until `stop`."""
        self._thread = threading.Thread(target=self._loop, name="kefuflow-worker", daemon=True)
        self._thread.start()
        self._letters = threading.Thread(target=self._carry_letters, name="kefuflow-letters", daemon=True)
        self._letters.start()

    def stop(self, grace: float = 30) -> None:
        """Take nothing more, hand back what has not begun, and wait for what has (at most `grace` seconds)."""
        self._stopping.set()
        self.runtime.work_arrived.set()
        until = time.monotonic() + grace
        if self._thread is not None:
            self._thread.join(grace)
        if self._letters is not None:
            self._letters.join(grace)
        self._hand_back()
        for pool in (self._own, self._outside):
            pool.shutdown(wait=False, cancel_futures=True)
        for thread in [*self._own._threads, *self._outside._threads]:
            thread.join(max(until - time.monotonic(), 0.0))
        if self._thread is not None:
            self._report("stopped")

    def _hand_back(self) -> None:
        with self._lock:
            leases = list(self._not_begun.items())
            self._not_begun.clear()
        if leases:
            try:
                self.runtime.transact(lambda uow: queue.hand_back(uow, leases), name="worker.hand_back")
            except Unavailable as error:
                log.warning(
                    "%s jobs could not be handed back and come again when their leases end: %s", len(leases), error
                )

    def _loop(self) -> None:
        while not self._stopping.is_set():
            self.runtime.work_arrived.clear()
            try:
                pause = self._look()
                self._problem = None
            except Unavailable as error:
                # The database is away for a while; the worker stays.
                log.warning("The worker could not look for work: %s", error)
                self._problem, pause = str(error), random.uniform(0.5, 1.5)  # noqa: S311
            except Exception as error:
                log.exception("The worker could not look for work.")
                self._problem, pause = f"{type(error).__name__}: {error}"[:1000], random.uniform(0.5, 1.5)  # noqa: S311
            self.runtime.work_arrived.wait(pause)

    def _carry_letters(self) -> None:
        """Read the shared mailbox and send what waits, in a thread of its own: a slow mail server delays no deadline."""
        polled = -math.inf
        while not self._stopping.wait(SEND_EVERY):
            try:
                deliver_waiting(self.runtime)
                if time.monotonic() - polled >= self.runtime.settings.imap_poll_seconds:
                    polled = time.monotonic()
                    mailroom.poll(self.runtime)
            except Exception:
                log.exception("The worker could not carry letters.")

    def _report(self, state: str) -> None:
        """A word to the register, for the page that shows the workers."""
        now = time.monotonic()
        if state == "working" and now - self._reported < REPORT_EVERY:
            return
        self._reported = now
        with self._lock:
            facts = {
                "host": socket.gethostname(),
                "pid": os.getpid(),
                "version": version("kefuflow"),
                "state": state,
                "started_at": self._started_at,
                "running": {name: count for name, count in self._running.items() if count},
                "done": dict(self._done),
                "problem": self._problem,
            }
        try:
            self.runtime.transact(lambda uow: workers.report(uow, self.name, facts))
        except Unavailable as error:
            log.warning("The worker could not report: %s", error)

    def _look(self) -> float:
        """Take what is due; returns the seconds until the next look."""
        self._report("working")
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
        known = (*OWN_TYPES, *LONG_TYPES, *self.runtime.job_handlers)
        return [job_type for job_type in known if self._room(job_type) > 0]

    def _room(self, job_type: str) -> int:
        if job_type in OWN_TYPES:
            return OWN_BATCH - self._running[job_type]
        outside = sum(count for name, count in self._running.items() if name not in OWN_TYPES)
        free = self.runtime.settings.worker_threads - outside
        at_once = 1 if job_type in LONG_TYPES else self.runtime.job_handlers[job_type].at_once
        return min(free, at_once - self._running[job_type])

    def _take(self, job_type: str) -> int:
        room = self._room(job_type)
        if room <= 0 or self._stopping.is_set():
            return 0
        own = job_type in OWN_TYPES
        lease = self._lease(job_type)
        rows = self.runtime.transact(
            lambda uow: queue.claim(uow, job_type, self.name, room, lease), name="worker.claim"
        )
        pool = self._own if own else self._outside
        for row in rows:
            with self._lock:
                self._running[job_type] += 1
                self._not_begun[row.key] = row.lease
            pool.submit(self._perform, row).add_done_callback(_report)
        return len(rows)

    def _lease(self, job_type: str) -> timedelta:
        if job_type in OWN_TYPES:
            return OWN_LEASE
        return LONG_LEASE if job_type in LONG_TYPES else self.runtime.job_handlers[job_type].lease

    def _perform(self, row: Row[Any]) -> None:
        with self._lock:
            if self._not_begun.pop(row.key, None) is None:
                self._running[row.type] -= 1  # handed back
                return
        outcome = "broken"
        try:
            outcome = perform(self.runtime, row)
        finally:
            with self._lock:
                self._running[row.type] -= 1
                self._done[outcome] += 1
            self.runtime.work_arrived.set()

    def _tidy(self) -> None:
        """Remove messages and codes whose time is over, and files that never reached a case."""
        now = self.runtime.now()
        if self._tidied is None or now - self._tidied >= TIDY_EVERY:
            self._tidied = now
            self.runtime.transact(messages.expire)
            self.runtime.transact(lambda uow: retention.ensure(uow, self.runtime.settings.time_zone))
            self.runtime.transact(lambda uow: keeping.ensure(uow, self.runtime.settings.time_zone))
            self.runtime.transact(uploads.purge)
            self.runtime.transact(purge_codes)
            alerts.send_due(self.runtime)
            mail_notices(self.runtime)

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
