"""Camunda's own JavaScript clients, unmodified, against Kefuflow; installed once under build/ from the npm registry."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.clients import diagrams
from tests.clients.conftest import Server

pytestmark = pytest.mark.full
HERE = Path(__file__).parent
FOLDER = HERE.parents[1] / "build" / "clients"
SDK = "@camunda8/sdk@8.8.13"  # brings @camunda8/orchestration-cluster-api


@pytest.fixture(scope="module")
def modules() -> Path:
    """The folder whose `node_modules` holds the clients."""
    if shutil.which("npm") is None:
        if os.environ.get("CI"):
            pytest.fail("CI is set, but there is no npm to install Camunda's JavaScript clients with.")
        pytest.skip("no npm to install Camunda's JavaScript clients with")
    if not (FOLDER / "node_modules" / "@camunda8" / "sdk" / "package.json").is_file():
        FOLDER.mkdir(parents=True, exist_ok=True)
        (FOLDER / "package.json").write_text('{"private": true}')
        install = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", SDK]
        subprocess.run(install, cwd=FOLDER, check=True, timeout=600)
    return FOLDER


def run(script: str, server: Server, modules: Path, *more: str) -> Any:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("CAMUNDA_", "ZEEBE_"))}
    done = subprocess.run(
        ["node", HERE / script, modules, *more],
        env=inherited | server.environment,
        cwd=modules,
        capture_output=True,
        text=True,
        timeout=240,
    )
    last = [line for line in done.stdout.splitlines() if line.startswith("RESULT ")]
    assert last, done.stdout + done.stderr
    return json.loads(last[-1].removeprefix("RESULT "))


def paths(files: list[Path]) -> str:
    return os.pathsep.join(str(file) for file in files)


@pytest.mark.proves("`@camunda8/sdk` (JavaScript), `CamundaRestClient`")
def test_the_client_drives_the_engine(server, modules, tmp_path):
    seen = run("drive.mjs", server, modules, paths(diagrams.write(tmp_path)), paths(diagrams.shipped()))
    assert {"complaint", "return_exchange", "escalation", "callback"} <= set(seen.pop("processes"))
    assert seen.pop("gateway").startswith("8.8")
    found = seen.pop("found")
    assert {name: json.loads(str(found[name])) for name in ("amount", "paid")} == {"amount": 3, "paid": 3}
    assert seen == {
        "variables": {"amount": 3},
        "incidents": ["JOB_NO_RETRIES"],
        "retries": 2,
        "tasks": ["task"],
        "assignee": "li",
        "completed": "COMPLETED",
        "received": "COMPLETED",
        "result": {"q": 1},
        "doubled": 10,
        "cancelled": "TERMINATED",
    }


@pytest.mark.proves("`@camunda8/orchestration-cluster-api`")
def test_its_own_schemas_accept_every_answer(server, modules, tmp_path):
    seen = run("validate.mjs", server, modules, paths(diagrams.write(tmp_path)))
    assert seen["wrong"] == {}
    assert len(set(seen["right"])) >= 45
