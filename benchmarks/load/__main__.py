"""`python -m benchmarks.load [--minutes 10] [--agents 80] [--customers 2000] [--rush] [--database URL]`: a day's people at one desk.

The desk is the real one with demo customers and orders: on SQLite `kefuflow run`; on PostgreSQL (`--database`, beside which a
database is made and dropped) two `kefuflow web`, behind each of which half of the people sit, and one `kefuflow worker`. Prints a
line for each page: how often, failures, median and 95 %, in milliseconds; then what the worker left undone. Needs `kefuflow[load]`.
"""

from __future__ import annotations

import argparse
import csv
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import httpx
from sqlalchemy import func, select

from benchmarks.stage import Stage, stage
from engine.config import Settings
from engine.model.case import Case
from engine.model.incident import Incident
from engine.model.job import Job, JobState
from engine.model.order import Order, OrderLineRow
from engine.model.people import User
from engine.runtime import Runtime
from engine.services import people, startup
from engine.services.demo import load
from engine.services.people.actors import find_user

LOCUSTFILE = Path(__file__).parent / "people.py"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--agents", type=int, default=80)
    parser.add_argument("--customers", type=int, default=2000)
    parser.add_argument(
        "--rush", action="store_true", help="a day's customers within eight minutes, agents without a pause"
    )
    parser.add_argument("--database", help="a PostgreSQL URL (default: SQLite)")
    options = parser.parse_args()
    with stage(options.database, quick=False) as on, ExitStack() as ended:
        password = secrets.token_urlsafe(12)
        settings = Settings(
            home=on.home, database_url=on.url, admin_password=password, secret_key=secrets.token_hex(32)
        )
        runtime, orders = _open(settings, options.agents, password)
        commands = ["run"] if on.is_sqlite else ["web", "web", "worker"]
        hosts = [host for name in commands if (host := _begin(ended, on, settings, name)) is not None]
        agents, customers = options.agents // len(hosts), options.customers // len(hosts)
        runs = []
        for number, host in enumerate(hosts):
            given = {"LOAD_AGENTS": agents, "LOAD_CUSTOMERS": customers, "LOAD_FIRST": number * agents}
            given["LOAD_RUSH"] = int(options.rush)
            known = {"LOAD_PASSWORD": password, "LOAD_ORDERS": ",".join(orders)}
            runs.append(
                _locust(on, host, options.minutes, {**{k: str(v) for k, v in given.items()}, **known}, str(number))
            )
        for run in runs:
            run.wait(options.minutes * 60 + 300)
        for number in range(len(hosts)):
            _tell(on.home / f"load{number}", hosts[number])
        _tell_backlog(runtime)
        runtime.close()


def _open(settings: Settings, agents: int, password: str) -> tuple[Runtime, list[str]]:
    """The deployed processes, demo customers and orders, and the agents; returns `number:phone:sku` of orders that came last."""
    list(startup.prepare(settings))
    runtime = startup.open_runtime(settings)
    load(runtime)
    hashed = people.hash_password(password)  # one for all: making 80 takes longer than the rest
    for number in range(1, agents + 1):
        people.create_user(runtime, f"load{number}", f"客服{number}", ["agent"], actor=people.SYSTEM)
        people.set_queues(runtime, f"load{number}", ["aftersale_chat", "presale_chat", "phone"], actor=people.SYSTEM)
    with runtime.unit_of_work() as uow:
        for number in range(1, agents + 1):
            user = find_user(uow, f"load{number}")
            assert isinstance(user, User)
            user.password_hash = hashed
    with runtime.unit_of_work(read_only=True) as uow:
        query = select(Order.number, Order.customer_phone, OrderLineRow.sku).join(
            OrderLineRow, OrderLineRow.order_key == Order.key
        )
        newest = query.where(Order.status == "signed").order_by(Order.placed_at.desc()).limit(300)
        return runtime, [":".join(row) for row in uow.connection.execute(newest)]


def _begin(ended: ExitStack, on: Stage, settings: Settings, command: str) -> str | None:
    """Start a process of the desk; returns its address when it answers, None for a worker."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        bind = f"127.0.0.1:{probe.getsockname()[1]}"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KEFUFLOW_")}
    own = {
        "HOME": str(on.home),
        "DATABASE_URL": on.url,
        "BIND": bind,
        "TRUSTED_PROXIES": "1",
        "SECRET_KEY": settings.secret_key,
    }
    with (on.home / f"{command}.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "web.cli", command],
            env=kept | {f"KEFUFLOW_{name}": str(value) for name, value in own.items()},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    ended.callback(_end, process)
    if command == "worker":
        return None
    transport = httpx.HTTPTransport(retries=9)
    with httpx.Client(transport=transport, trust_env=False, timeout=60) as client:
        client.get(f"http://{bind}/readyz").raise_for_status()
    return f"http://{bind}"


def _end(process: subprocess.Popen[bytes]) -> None:
    os.killpg(process.pid, signal.SIGTERM)
    process.wait(60)


def _locust(on: Stage, host: str, minutes: float, given: dict[str, str], number: str) -> subprocess.Popen[bytes]:
    many = str(int(given["LOAD_AGENTS"]) + int(given["LOAD_CUSTOMERS"]))
    command = [sys.executable, "-m", "locust", "-f", str(LOCUSTFILE), "--headless", "--host", host, "--users", many]
    command += [
        "--spawn-rate",
        "20",
        "--run-time",
        f"{int(minutes * 60)}s",
        "--csv",
        str(on.home / f"load{number}"),
        "--only-summary",
    ]
    with (on.home / f"locust{number}.log").open("ab") as log:
        return subprocess.Popen(command, env=os.environ | given, stdout=log, stderr=log)


def _tell(prefix: Path, host: str) -> None:
    print(f"{host}\n{'page':36}{'count':>8}{'failed':>8}{'median':>8}{'95 %':>8}")
    with prefix.with_name(f"{prefix.name}_stats.csv").open() as file:
        for row in csv.DictReader(file):
            cells = (row["Request Count"], row["Failure Count"], row["50%"], row["95%"])
            print(f"{row['Name']:36}" + "".join(f"{cell:>8}" for cell in cells))
    with prefix.with_name(f"{prefix.name}_failures.csv").open() as file:
        for row in csv.DictReader(file):
            print(f"  {row['Name']}: {row['Error'][:200]} × {row['Occurrences']}")


def _tell_backlog(runtime: Runtime) -> None:
    """Jobs whose moment was more than ten seconds ago, and incidents."""
    time.sleep(10)
    with runtime.unit_of_work(read_only=True) as uow:
        then = uow.now - timedelta(seconds=10)
        late = select(func.count()).select_from(Job).where(Job.state == JobState.CREATED, Job.run_at < then)
        jobs, cases, incidents = (
            uow.connection.execute(query).scalar_one()
            for query in (late, select(func.count()).select_from(Case), select(func.count()).select_from(Incident))
        )
    print(f"cases {cases}, jobs late {jobs}, incidents {incidents}")


if __name__ == "__main__":
    main()
