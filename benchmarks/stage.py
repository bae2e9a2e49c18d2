"""Where a benchmark runs: an empty database of its own, dropped after, with the shipped processes deployed."""

from __future__ import annotations

import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, make_url, text

from engine.config import Settings
from engine.persistence import Database, create_all
from engine.runtime import Runtime
from engine.services import deployments, settings

ROOT = Path(__file__).resolve().parent.parent
PROCESSES, BUILD = ROOT / "processes", ROOT / "build"  # a disk as the desk has, where /tmp may be memory
COMPLAINT = {
    "customer_name": "王敏",
    "contact": "13800000000",
    "channel": "online",
    "tier": "B",
    "received_at": "2026-03-02T09:58+08:00",
    "matter": "收到的水壶漏水，无法使用",
    "cause": "quality",
    "wanted_remedy": "refund",
    "order_number": "D-1001",
    "sku": "KETTLE-1",
    "risk": "none",
    "consent": True,
    "case_number": "TS-1",
}
VERIFIED = {
    "matter": "水壶漏水，已核对照片",
    "cause": "quality",
    "wanted_remedy": "refund",
    "order_number": "D-1001",
    "sku": "KETTLE-1",
    "risk": "none",
    "compensation_asked": False,
    "agent_can_solve": True,
    "departments": ["quality"],
    "promised_at": "2036-03-20T18:00+08:00",
}


@dataclass(frozen=True)
class Stage:
    """`quick` asks for few repetitions; `url` is the empty database's."""

    url: str
    home: Path
    quick: bool

    @property
    def is_sqlite(self) -> bool:
        return self.url.startswith("sqlite")

    def repetitions(self, full: int) -> int:
        """How often to do what takes milliseconds."""
        return max(full // 8, 20) if self.quick else full

    def open(self, **changes: Any) -> Runtime:
        """Another runtime on the same database, as another process would have."""
        runtime = Runtime(Settings(home=self.home, database_url=self.url, **changes))
        runtime.function_providers += [
            settings.functions,
            lambda uow, info: {"sla": lambda name: None, "case owner": lambda: None},
        ]
        return runtime


@contextmanager
def stage(database: str | None, quick: bool) -> Iterator[Stage]:
    """An empty database beside the one at `database` (PostgreSQL), or a SQLite file."""
    BUILD.mkdir(exist_ok=True)
    home = Path(tempfile.mkdtemp(prefix="kefuflow-bench-", dir=BUILD))
    try:
        if database is None or database.startswith("sqlite"):
            yield Stage(f"sqlite:///{home / 'bench.db'}", home, quick)
        else:
            with _database_beside(database) as url:
                yield Stage(url, home, quick)
    finally:
        shutil.rmtree(home)


def kept(database: str | None, home: Path, quick: bool) -> Stage:
    """A database that stays, with its folder."""
    home.mkdir(parents=True, exist_ok=True)
    return Stage(database or f"sqlite:///{(home / 'kefuflow.db').resolve()}", home.resolve(), quick)


@contextmanager
def _database_beside(url: str) -> Iterator[str]:
    name = f"kefuflow_bench_{secrets.token_hex(4)}"
    server = create_engine(make_url(url).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    try:
        yield make_url(url).set(database=name).render_as_string(hide_password=False)
    finally:
        with server.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        server.dispose()


@contextmanager
def desk(on: Stage, *more: tuple[str, bytes]) -> Iterator[Runtime]:
    """A runtime with every table, the shipped processes and `more` files deployed."""
    database = Database(on.url)
    create_all(database)
    database.close()
    runtime = on.open()
    files = [(str(path.relative_to(PROCESSES)), path.read_bytes()) for path in sorted(PROCESSES.rglob("*"))
             if path.suffix in (".bpmn", ".dmn", ".form")]  # fmt: skip
    deployments.deploy(runtime, [*files, *more], "benchmarks")
    try:
        yield runtime
    finally:
        runtime.close()
