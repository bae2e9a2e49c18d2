"""A server as people run it, for clients that nobody here wrote: `kefuflow run` on a loopback port, in test mode."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

PASSWORD = "a long password, 1"
BOOT_SECONDS = 90  # of a loaded machine; it takes two or three


@dataclass(frozen=True)
class Server:
    address: str

    @property
    def environment(self) -> dict[str, str]:
        """What Camunda's clients read."""
        return {
            "CAMUNDA_REST_ADDRESS": self.address,
            "ZEEBE_REST_ADDRESS": self.address,
            "CAMUNDA_AUTH_STRATEGY": "BASIC",
            "CAMUNDA_BASIC_AUTH_USERNAME": "admin",
            "CAMUNDA_BASIC_AUTH_PASSWORD": PASSWORD,
        }


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("home")) as started:
        yield started


@contextmanager
def serving(home: Path, **more: str) -> Iterator[Server]:
    """`kefuflow run` with its data in `home`, and with `more` settings than a test needs."""
    port = free_port()
    settings = {
        "KEFUFLOW_HOME": str(home),
        "KEFUFLOW_BIND": f"127.0.0.1:{port}",
        "KEFUFLOW_MODE": "test",
        "KEFUFLOW_ADMIN_PASSWORD": PASSWORD,
    }
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("KEFUFLOW_")}
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(
            [Path(sys.executable).parent / "kefuflow", "run"], env=inherited | settings | more, stdout=log, stderr=log
        )
    try:
        _until_ready(process, f"http://127.0.0.1:{port}/readyz", home / "log")
        yield Server(f"http://127.0.0.1:{port}")
    finally:
        process.terminate()
        process.wait(30)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _until_ready(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    """Another process starts; there is no event to wait for but its own answer."""
    until = time.monotonic() + BOOT_SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        try:
            urllib.request.urlopen(url, timeout=2).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    pytest.fail(f"kefuflow run did not become ready:\n{log.read_text(errors='replace')}")
