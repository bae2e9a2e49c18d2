"""Every job type of `processes/`, done by Camunda's own job workers, unmodified, where the desk leaves all jobs to them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.clients import occurrences
from tests.clients.conftest import Server, serving
from tests.clients.test_javascript import modules, run  # noqa: F401 - the fixture

sdk = pytest.importorskip("camunda_orchestration_sdk", reason="camunda-orchestration-sdk is not installed")
pytestmark = pytest.mark.full
NOW = sdk.ConsistencyOptions(wait_up_to_ms=0)
SOON = sdk.ConsistencyOptions(wait_up_to_ms=60_000)
CREATIONS = occurrences.creations()
FAILING = "case.assign"


@pytest.fixture
def outside(tmp_path: Path) -> Iterator[Server]:
    """A desk that leaves every job to workers outside; they ask more often than people do."""
    settings = {"KEFUFLOW_EXTERNAL_JOBS": "*", "KEFUFLOW_API_RATE_LIMIT": "60000 per minute"}
    with serving(tmp_path, **settings) as started:
        yield started


@pytest.mark.proves("`@camunda8/sdk` (JavaScript), `CamundaRestClient`")
def test_the_javascript_clients_workers_do_every_job_type_and_a_failed_one_is_repaired(outside, modules, tmp_path):  # noqa: F811
    written = tmp_path / "creations.json"
    written.write_text(json.dumps(CREATIONS))
    seen = run("every_job.mjs", outside, modules, str(written), FAILING)
    assert seen == {"done": sorted(CREATIONS), "incident": "JOB_NO_RETRIES", "repaired": True}


@pytest.mark.proves("`camunda-orchestration-sdk` (Python)")
def test_the_python_clients_workers_do_every_job_type_and_a_failed_one_is_repaired(outside):
    asyncio.run(asyncio.wait_for(_work(outside), 240))


async def _work(outside: Server) -> None:
    async with sdk.CamundaAsyncClient(configuration=outside.environment) as client:
        desk = _Desk()
        for job_type in CREATIONS:
            config = sdk.WorkerConfig(
                job_type=job_type, job_timeout_milliseconds=60_000, request_timeout_milliseconds=2000
            )
            client.create_job_worker(config=config, callback=desk.handler(job_type))
        running = asyncio.ensure_future(client.run_workers())
        try:
            for creation in CREATIONS.values():
                await client.create_process_instance(data=sdk.ProcessCreationById.from_dict(creation))
            await _repair(client, await desk.failed)
            await asyncio.wait_for(desk.all_done.wait(), 120)
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


class _Desk:
    """What the workers have done."""

    def __init__(self) -> None:
        self.failed: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.all_done = asyncio.Event()
        self._done: set[str] = set()

    def handler(self, job_type: str) -> Any:
        async def handle(job: Any) -> dict[str, Any]:
            if job_type == FAILING and not self.failed.done():
                self.failed.set_result(job.job_key)
                raise sdk.JobFailure("no", retries=0)
            self._done.add(job_type)
            if self._done == set(CREATIONS):
                self.all_done.set()
            return {}

        return handle


async def _repair(client: Any, job_key: Any) -> None:
    wanted = sdk.IncidentSearchQuery.from_dict({"filter": {"jobKey": job_key, "state": "ACTIVE"}})
    (incident,) = (await client.search_incidents(data=wanted, consistency=SOON)).items
    assert incident.error_type.value == "JOB_NO_RETRIES"
    await client.update_job(job_key=job_key, data=sdk.JobUpdateRequest.from_dict({"changeset": {"retries": 1}}))
    await client.resolve_incident(incident_key=incident.incident_key)
