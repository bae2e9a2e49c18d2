"""What people wait for, over HTTP: the start, the inbox and a case's page, with a thousand and with a million open tasks."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from sqlalchemy import text

from benchmarks.plans import explain
from benchmarks.stage import BUILD, Stage
from engine.config import Settings
from engine.runtime import Runtime
from engine.services import cases, filling, people, starting, startup
from engine.services.due import run_due

FEW, MANY, OPEN = 1_000, 1_000_000, 100_000
PASSWORD = "a benchmark's password 1"
ENTRIES = 200
PAGES = {  # an agent's
    "inbox": "/desk/",
    "case_page": "/desk/cases/{number}",
    "search_number": "/desk/?q={number}",
    "search_words": "/desk/?q=%E6%B0%B4%E5%A3%B6",
    "cases": "/desk/cases",
    "customers": "/desk/customers?q=%E7%8E%8B",
}
OVERVIEWS = {  # a supervisor's
    "board": "/board/",
    "instances": "/board/instances",
    "heat": "/board/heat/complaint",
    "figures": "/board/figures?period=yesterday",
}


def measure(stage: Stage) -> dict[str, float]:
    """p95 of pages as an agent sees them, `kefuflow run` in a process of its own; the memory with 100,000 open instances.

    The plans of what the pages ask of a million are written to `build/plans-….md`. With `--quick` the database holds a
    thousand tasks and no more, and the figures of more are left out.
    """
    runtime, number = _prepared(stage)
    figures: dict[str, float] = {}
    with _desk(stage, figures) as client:
        count = stage.repetitions(240)
        figures |= _page(client, "inbox", "/desk/", count, "_1k")
        figures |= _page(client, "case_page", f"/desk/cases/{number}", count)
    if not stage.quick:
        _more(runtime, OPEN - FEW)
        with _desk(stage, {}) as client:
            _p95(client, "/desk/", 20)
            figures["idle_rss_mb"] = _memory_mb(client)
        _more(runtime, MANY - OPEN)
        figures |= _of_many(stage, runtime, number)
    runtime.close()
    return figures


def measure_kept(stage: Stage) -> dict[str, float]:
    """The same of a million in a database that is kept: it is filled the first time, which is noted in its folder."""
    filled = stage.home / "busy-case"
    if filled.exists():
        runtime = startup.open_runtime(_settings(stage))
    else:
        runtime, number = _prepared(stage)
        _more(runtime, MANY - FEW)
        filled.write_text(number)
    figures = _of_many(stage, runtime, filled.read_text())
    runtime.close()
    return figures


def _settings(stage: Stage) -> Settings:
    return Settings(home=stage.home, database_url=stage.url, mode="test", admin_password=PASSWORD)


def _prepared(stage: Stage) -> tuple[Runtime, str]:
    """A thousand open cases, an agent, and the number of a case with a long timeline."""
    settings = _settings(stage)
    list(startup.prepare(settings))
    runtime = startup.open_runtime(settings)
    people.create_user(runtime, "agent", "客服", ["agent"], PASSWORD, actor=people.SYSTEM)
    filling.fill(runtime, FEW)
    return runtime, _busy_case(runtime)


def _of_many(stage: Stage, runtime: Runtime, number: str) -> dict[str, float]:
    figures: dict[str, float] = {}
    count = stage.repetitions(240)
    with _desk(stage, figures) as client:
        figures = {"boot_s_1m": figures["boot_s"], "rss_mb_1m": _memory_mb(client)}
        for name, path in PAGES.items():
            figures |= _page(client, name, path.format(number=number), count, "_1m")
        _sign_in(client, "admin")
        for name, path in OVERVIEWS.items():
            figures |= _page(client, name, path, count // 12, "_1m")
        figures["claim_p95_ms_1m"] = _claims(runtime, count)
    agent, supervisor = (people.actor_of(runtime, name) for name in ("agent", "admin"))
    BUILD.mkdir(exist_ok=True)
    plans = BUILD / f"plans-{'sqlite' if stage.is_sqlite else 'postgresql'}.md"
    plans.write_text(explain(runtime, number, agent, supervisor))
    return figures


def _more(runtime: Runtime, count: int) -> None:
    filling.fill(runtime, count, again=True)
    if not runtime.database.is_sqlite:
        with runtime.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))


def _busy_case(runtime: Runtime) -> str:
    """A case with `ENTRIES` entries in its timeline."""
    begun = starting.start_with_form(runtime, "complaint", filling.COMPLAINT, actor=people.SYSTEM)
    run_due(runtime)
    assert begun.case_number is not None
    for entry in range(ENTRIES):
        cases.add_note(runtime, begun.case_number, f"第 {entry} 条记录：客户补充了照片和说明。", actor=people.SYSTEM)
    return begun.case_number


@contextmanager
def _desk(stage: Stage, figures: dict[str, float]) -> Iterator[httpx.Client]:
    """`kefuflow run` over the stage's database, and an agent signed in; `figures` gets how long it took to start."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        bind = f"127.0.0.1:{probe.getsockname()[1]}"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("KEFUFLOW_")}
    environment |= {"KEFUFLOW_HOME": str(stage.home), "KEFUFLOW_DATABASE_URL": stage.url, "KEFUFLOW_BIND": bind}
    began = time.perf_counter()
    with (stage.home / "run.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "web.cli", "run"], env=environment, stdout=log, stderr=log, start_new_session=True
        )
    client = httpx.Client(base_url=f"http://{bind}", timeout=120, trust_env=False)
    try:
        _until_first_page(client, process)
        figures["boot_s"] = time.perf_counter() - began
        _sign_in(client, "agent")
        yield client
    finally:
        client.close()
        if sys.exc_info()[0] is not None:
            print((stage.home / "run.log").read_text()[-3000:], file=sys.stderr)
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(60)


def _sign_in(client: httpx.Client, username: str) -> None:
    client.cookies.clear()
    token = re.search(r'name="csrf-token" content="([^"]+)"', client.get("/sign-in").text)
    assert token is not None
    given = {"username": username, "password": PASSWORD, "csrf_token": token[1]}
    assert client.post("/sign-in", data=given).status_code == 302


def _until_first_page(client: httpx.Client, process: subprocess.Popen[bytes]) -> None:
    while process.poll() is None:
        try:
            if client.get("/sign-in").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.02)
    raise RuntimeError("kefuflow run ended; see run.log")


def _p95(client: httpx.Client, path: str, count: int) -> float:
    took = []
    for number in range(count + 5):
        began = time.perf_counter()
        answer = client.get(path)
        if number >= 5:  # the first ones warm caches
            took.append((time.perf_counter() - began) * 1000)
        assert answer.status_code == 200, (
            path,
            answer.status_code,
            re.findall(r"<h1.*?</h1>.{0,400}", answer.text, re.DOTALL),
        )
    return sorted(took)[int(len(took) * 0.95) - 1]


def _page(client: httpx.Client, name: str, path: str, count: int, after: str = "") -> dict[str, float]:
    """What the reader waits, and what the server's own processor works; the second says the same on a busy machine."""
    cpu = _of_process(client, "process_cpu_seconds_total")
    waited = _p95(client, path, count)
    worked = (_of_process(client, "process_cpu_seconds_total") - cpu) / (count + 5) * 1000
    return {f"{name}_p95_ms{after}": waited, f"{name}_cpu_ms{after}": worked}


def _memory_mb(client: httpx.Client) -> float:
    return _of_process(client, "process_resident_memory_bytes") / 1024 / 1024


def _of_process(client: httpx.Client, name: str) -> float:
    """A figure of the process that answers, as it says itself."""
    found = re.search(rf"^{name} (\S+)$", client.get("/metrics").text, re.MULTILINE)
    assert found is not None
    return float(found[1])


def _claims(runtime: Runtime, count: int) -> float:
    from engine.services import tasks

    with runtime.unit_of_work(read_only=True) as uow:
        keys = list(
            uow.connection.execute(
                text("SELECT key FROM user_task WHERE state = 'CREATED' LIMIT :n"), {"n": count}
            ).scalars()
        )
    took = []
    for key in keys:
        began = time.perf_counter()
        tasks.claim(runtime, key, who="admin")  # the agent's inbox stays as it is, however often this is measured
        took.append((time.perf_counter() - began) * 1000)
    return sorted(took)[int(len(took) * 0.95) - 1]
