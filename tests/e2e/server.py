"""A real server process in a home of its own, with demo people and orders; its clock is moved over the API, and it can be killed."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx

ADMIN = ("admin", "the admin of a test, 1")
SHANGHAI = ZoneInfo("Asia/Shanghai")
_COMMAND = [sys.executable, "-m", "web.cli"]
_ROOT = Path(__file__).resolve().parents[2]


class Server:
    """`kefuflow run`, and what an operator does with it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.url = f"http://127.0.0.1:{_free_port()}"
        self.log = home / "server.log"
        # In office hours of the next day, so that no calendar surprises the story; everything happens at pinned moments.
        self.now = (datetime.now(SHANGHAI) + timedelta(days=1)).replace(hour=10, minute=0, second=0, microsecond=0)
        self._process: subprocess.Popen[bytes] | None = None

    def load_demo(self, complaints: bool = False) -> str:
        """Demo people, customers and orders, and a few complaints on demand; returns the password that the people share."""
        # Complaints can be filed only where a process takes them.
        deploy = [["deploy", str(_ROOT / "processes")]] if complaints else []
        for command in (*deploy, ["demo"]):
            subprocess.run([*_COMMAND, *command], env=self._environment(), cwd=_ROOT, check=True, capture_output=True)
        return (self.home / "demo_password").read_text(encoding="ascii").strip()

    def start(self) -> None:
        """Start, wait until it is ready, and set the clock to where it was."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*_COMMAND, "run"], env=self._environment(), cwd=_ROOT, stdout=log, stderr=log, start_new_session=True
            )
        with self._client() as client:
            ready = client.get("/readyz")
        assert ready.status_code == 200, ready.text
        self._pin()

    def kill(self) -> None:
        """End every process of the server at once, as a power cut does."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._process = None
        # Its children die with it, but not in the same instant: the port is free when the last one is gone.
        while _is_open(self.url):
            continue

    def stop(self) -> None:
        if self._process is not None:
            self.kill()

    def pass_time(self, **span: float) -> None:
        """Let the worker end what it is at, as it would within seconds, and move the clock; it does what has become due."""
        self._settle()
        self.now += timedelta(**span)
        self._pin()

    def _settle(self) -> None:
        """Wait until nothing is due and nothing is in a worker's hands; half a minute, for a lease of a server that died."""
        until = time.monotonic() + 30
        while self._busy() and time.monotonic() < until:
            time.sleep(0.1)  # the worker's own time: no clock that is pinned moves it on

    def _busy(self) -> bool:
        with closing(sqlite3.connect(self.home / "kefuflow.db", timeout=30)) as database:
            found = database.execute(
                "SELECT 1 FROM job WHERE state = 'CREATED' AND (run_at <= ? OR (run_at IS NOT NULL AND worker IS NOT NULL))",
                [self.now.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")],
            )
            return found.fetchone() is not None

    def _pin(self) -> None:
        moment = {"timestamp": int(self.now.astimezone(UTC).timestamp() * 1000)}
        with self._client() as client:
            answer = client.put("/v2/clock", json=moment)
        assert answer.status_code == 204, answer.text

    def _client(self) -> httpx.Client:
        # Connecting is tried again while the server starts.
        transport = httpx.HTTPTransport(retries=9)
        return httpx.Client(base_url=self.url, auth=ADMIN, timeout=60, transport=transport, trust_env=False)

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("KEFUFLOW_")}
        return kept | {
            "KEFUFLOW_HOME": str(self.home),
            "KEFUFLOW_MODE": "test",
            "KEFUFLOW_BIND": self.url.removeprefix("http://"),
            "KEFUFLOW_ADMIN_PASSWORD": ADMIN[1],
        }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _is_open(url: str) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", int(url.rpartition(":")[2]))) == 0
