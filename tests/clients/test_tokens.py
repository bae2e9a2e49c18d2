"""Camunda's clients, unmodified, with a token of the desk's: by OAuth and as Bearer; what the desktop Modeler calls; every kind of job."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

import pytest

from tests.clients import diagrams, tokens
from tests.clients.conftest import Server
from tests.clients.test_javascript import modules, run  # noqa: F401 - the fixture

sdk = pytest.importorskip("camunda_orchestration_sdk", reason="camunda-orchestration-sdk is not installed")
pytestmark = pytest.mark.full
MODELER = ("processes:read", "processes:deploy", "instances:read", "instances:start")
WORKER = (*MODELER, "jobs:work")


@dataclasses.dataclass(frozen=True)
class WithToken(Server):
    given: tuple[tuple[str, str], ...] = ()

    @property
    def environment(self) -> dict[str, str]:
        return dict(self.given)


def signed_in(server: Server, home: Path, *scopes: str) -> WithToken:
    found = tokens.environment(server, *tokens.make(server, *scopes), str(home))
    return WithToken(server.address, tuple(found.items()))


@pytest.mark.proves("both, signed in by OAuth with a token of the desk's")
def test_the_python_client_signs_in_with_a_token_and_may_do_what_its_scopes_say(server, tmp_path):
    environment = signed_in(server, tmp_path, "processes:read").environment
    with sdk.CamundaClient(configuration=environment) as client:
        assert client.get_topology().gateway_version.startswith("8.8")
        client.search_process_definitions(consistency=sdk.ConsistencyOptions(wait_up_to_ms=0))
        with pytest.raises(sdk.errors.UnexpectedStatus, match="403"):  # the client knows no other name for it here
            client.deploy_resources_from_files(diagrams.write(tmp_path))


@pytest.mark.proves("both, signed in by OAuth with a token of the desk's")
def test_the_calls_of_the_desktop_modeler_succeed(server, modules, tmp_path):  # noqa: F811
    files = os.pathsep.join(str(path) for path in diagrams.shipped())
    seen = run("modeler.mjs", signed_in(server, tmp_path, *MODELER), modules, files)
    assert seen["gateway"].startswith("8.8")
    assert {"complaint", "return_exchange"} <= set(seen["deployed"])
    assert seen["wrong"] == {}
    assert seen["started"]


@pytest.mark.proves("both, signed in by OAuth with a token of the desk's")
def test_a_job_worker_does_every_kind_of_job(server, modules, tmp_path):  # noqa: F811
    path = tmp_path / "kinds.bpmn"
    path.write_bytes(diagrams.KINDS)
    seen = run("workers.mjs", signed_in(server, tmp_path, *WORKER), modules, str(path))
    assert seen["state"] == "COMPLETED"
    assert sorted(seen["worked"]) == sorted(diagrams.JOB_TYPES)
