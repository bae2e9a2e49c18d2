"""One torture from beginning to end."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from engine.clock import MovableClock, system_clock
from engine.errors import Unavailable
from engine.model.deployment import ProcessDefinition
from engine.model.incident import Incident
from engine.persistence import Database, create_all
from engine.runtime import Runtime
from engine.services import deployments, incidents
from engine.worker import Worker
from tests.torture.check import look, problems
from tests.torture.cluster import Cluster
from tests.torture.load import Client, Promises
from tests.torture.receiver import Receiver
from tests.torture.story import FIRST, PROCESS, SECOND
from tests.torture.victim import open_runtime

ROOT = Path(__file__).resolve().parents[2]
CLIENTS, WEBS, WORKERS = 4, 2, 2
PAUSE_S = 0.5  # between two kills, on average; some follow at once


@dataclass
class Report:
    """What was done, and what is wrong (nothing, one hopes)."""

    kills: int = 0
    crashes: int = 0
    started: int = 0
    completed: int = 0
    published: int = 0
    refused: int = 0
    unanswered: int = 0
    effects: int = 0
    set_apart: int = 0
    seconds: float = 0.0
    problems: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"{self.kills} kills, {self.crashes} crashes of the database, {self.seconds:.0f} s: {self.started} instances, "
            f"{self.completed} tasks and {self.published} messages acknowledged, {self.refused} refused, "
            f"{self.unanswered} calls without an answer, {self.effects} effects received, {self.set_apart} jobs set apart; "
            f"{len(self.problems)} problems"
        )


def torture(
    home: Path, kills: int, cluster: Cluster | None = None, crashes: int = 0, mutant: str | None = None, least: int = 20
) -> Report:
    """Kill `kills` processes under load, and the cluster's servers `crashes` times; then let everything end, and check.

    It goes on until at least `least` tasks were acknowledged with both versions deployed, and one that leads to an incident, for two
    minutes at most: what never happened cannot be broken.
    """
    began, report = time.monotonic(), Report()
    url = cluster.url if cluster is not None else f"sqlite:///{home / 'torture.db'}"
    database = Database(url)
    create_all(database)
    database.close()
    receiver, promises, over = Receiver(), Promises(), threading.Event()
    receiver.fails = 0.2 if mutant else receiver.fails  # a few calls must show what is broken
    runtime = open_runtime(url, str(home), receiver.url)
    runtime.clock = system_clock
    deployments.deploy(runtime, [("torture.bpmn", FIRST)], "owner")
    with _Nursery(url, home, receiver.url, mutant) as nursery:
        clients = [Client(f"c{number}", nursery.ports, promises, over) for number in range(CLIENTS)]
        for client in clients:
            client.start()
        before = 0
        _wait_for(lambda: bool(promises.completed))
        for number in range(kills):
            time.sleep(random.expovariate(1 / PAUSE_S))
            nursery.kill_one()
            if number == kills // 2:
                _deploy_second(runtime)
                before = len(promises.completed)
            if cluster is not None and crashes and number % max(kills // crashes, 1) == kills // (2 * crashes):
                cluster.crash()
                time.sleep(random.uniform(0, 0.5))
                cluster.start()
                report.crashes += 1
        report.kills = kills
        _wait_for(lambda: len(promises.completed) >= before + least and promises.stuck)
        over.set()
        for client in clients:
            client.join(20)
    report.set_apart = _finish(runtime, receiver)
    diagrams = _diagrams(runtime)
    report.problems = list(problems(look(runtime), promises, receiver.received, diagrams))
    runtime.close()
    receiver.stop()
    report.started, report.completed = len(promises.started), len(promises.completed)
    report.published, report.refused, report.unanswered = len(promises.published), promises.refused, promises.unanswered
    report.effects, report.seconds = len(receiver.received), time.monotonic() - began
    return report


class _Nursery:
    """The victims: `WEBS` web and `WORKERS` worker processes, each replaced at once when it is killed."""

    def __init__(self, url: str, home: Path, receiver: str, mutant: str | None) -> None:
        arguments = [
            sys.executable,
            "-m",
            "tests.torture.victim",
            url,
            str(home),
            receiver,
            *([mutant] if mutant else []),
        ]
        self._log = (home / "victims.log").open("ab")
        self._process: Any = subprocess.Popen(
            arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log, text=True, cwd=ROOT
        )
        self.ports = [_free_port() for _ in range(WEBS)]
        self._lines = [f"web {port}" for port in self.ports] + ["worker"] * WORKERS
        self._pids = [self._fork(line) for line in self._lines]

    def __enter__(self) -> _Nursery:
        return self

    def __exit__(self, *_: object) -> None:
        for pid in self._pids:
            _kill(pid)
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()
        self._log.close()

    def _fork(self, line: str) -> int:
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def kill_one(self) -> None:
        number = random.randrange(len(self._lines))
        _kill(self._pids[number])
        self._pids[number] = self._fork(self._lines[number])


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(enough: Callable[[], bool]) -> None:
    """Until enough was promised, for two minutes at most."""
    until = time.monotonic() + 120
    while not enough() and time.monotonic() < until:
        time.sleep(0.05)


def _deploy_second(runtime: Runtime) -> None:
    for _ in range(20):
        try:
            deployments.deploy(runtime, [("torture.bpmn", SECOND)], "owner")
            return
        except Unavailable:
            time.sleep(0.5)


def _finish(runtime: Runtime, receiver: Receiver) -> int:
    """Let everything that can go on go on, with a moved clock; returns how many jobs had been set apart for a person."""
    receiver.fails = 0.0
    runtime.instances.clear()
    runtime.clock = clock = MovableClock(runtime.now())
    worker, apart = Worker(runtime, "after"), 0
    end = clock() + timedelta(days=2)  # beyond every timer and lease; the nightly clean-up comes again for ever
    while True:
        while (due := worker.next_due()) is not None and due < end:
            clock.pin(max(due, clock()))
            worker.run_due()
        found = _set_apart(runtime)
        if not found:
            return apart
        apart += len(found)
        for key in found:
            incidents.resolve(runtime, key)


def _set_apart(runtime: Runtime) -> list[int]:
    with runtime.unit_of_work(read_only=True) as uow:
        query = select(Incident.key).where(Incident.state == "ACTIVE", Incident.message.like("%not heard of again%"))
        return list(uow.connection.execute(query).scalars())


def _diagrams(runtime: Runtime) -> dict[int, bytes]:
    with runtime.unit_of_work(read_only=True) as uow:
        query = select(ProcessDefinition.key, ProcessDefinition.version).where(ProcessDefinition.process_id == PROCESS)
        return {row.key: FIRST if row.version == 1 else SECOND for row in uow.connection.execute(query)}
