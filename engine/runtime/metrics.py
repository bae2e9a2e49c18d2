"""What a process counts of itself, for Prometheus. Each process has its own; whoever scrapes adds them up.

Names follow Prometheus' rules: seconds, `_total` for what only grows. Labels have few values: never a key or a person.
"""

from __future__ import annotations

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.gc_collector import GCCollector
from prometheus_client.process_collector import ProcessCollector

from engine.persistence import Database

disable_created_metrics()  # type: ignore[no-untyped-call]
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_FAST = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_SLOW = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600)


class Metrics:
    """One registry for each runtime, so that two in one process (a test's) do not mix."""

    def __init__(self, database: Database) -> None:
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        GCCollector(registry=registry)
        self.commands = Counter(
            "kefuflow_commands",
            "Commands (service calls that write), by outcome: done, refused, failed, unavailable",
            ["command", "outcome"],
            registry=registry,
        )
        self.command_seconds = Histogram(
            "kefuflow_command_seconds", "How long commands took", ["command"], registry=registry, buckets=_FAST
        )
        self.command_retries = Counter(
            "kefuflow_command_retries",
            "Commands begun again because another transaction was in the way",
            ["command"],
            registry=registry,
        )
        self.jobs = Counter(
            "kefuflow_jobs",
            "Jobs that this process's worker worked on, by outcome: completed, error, failed, incident, gone, busy, broken",
            ["type", "outcome"],
            registry=registry,
        )
        self.job_seconds = Histogram(
            "kefuflow_job_seconds", "How long one try of a job took", ["type"], registry=registry, buckets=_SLOW
        )
        self.lateness = Histogram(
            "kefuflow_job_lateness_seconds",
            "From the moment a job was due until its work began",
            ["type"],
            registry=registry,
            buckets=_SLOW,
        )
        self.requests = Counter(
            "kefuflow_http_requests", "Requests answered", ["method", "endpoint", "status"], registry=registry
        )
        self.request_seconds = Histogram(
            "kefuflow_http_request_seconds", "How long requests took", ["endpoint"], registry=registry, buckets=_FAST
        )
        self.connections = Gauge("kefuflow_database_connections", "This process's pool", ["state"], registry=registry)
        self.database_up = Gauge("kefuflow_database_up", "Whether the database answered just now", registry=registry)
        self.jobs_due = Gauge(
            "kefuflow_jobs_due",
            "Jobs of the whole database that are due and that nobody has, counted up to 10,000 (the same in every process)",
            ["type"],
            registry=registry,
        )
        self.jobs_overdue = Gauge(
            "kefuflow_jobs_overdue_seconds",
            "For how long the oldest of them has been due (the same in every process)",
            ["type"],
            registry=registry,
        )
        self.incidents = Gauge(
            "kefuflow_incidents_open",
            "Incidents that wait for a person, counted up to 10,000 (the same in every process)",
            registry=registry,
        )
        self._database = database

    def exposition(self) -> bytes:
        """Everything, as Prometheus reads it (`CONTENT_TYPE`)."""
        for state, count in self._database.pool_figures().items():
            self.connections.labels(state).set(count)
        return generate_latest(self.registry)
