"""Job types that the settings leave to workers outside: the desk's own handlers take none of them."""

from __future__ import annotations

import dataclasses

import pytest

from engine.errors import ConfigError
from engine.services import startup
from engine.services.handlers import HANDLERS
from tests.clients import occurrences

CREATIONS = occurrences.creations()


@pytest.fixture
def outside(api):
    """The API of a desk that leaves every job to workers outside, with all of `processes/` deployed."""
    leave(api.runtime, "*")
    startup.deploy_paths(api.runtime, [occurrences.PROCESSES], "olga")
    return api


def leave(runtime, job_types: str) -> None:
    runtime.settings = dataclasses.replace(runtime.settings, external_jobs=job_types)
    runtime.job_handlers.clear()
    startup.wire(runtime)


def test_every_job_type_of_the_processes_is_one_of_the_desks():
    assert set(CREATIONS) <= set(HANDLERS)


def test_a_type_that_nobody_here_does_stops_the_start(runtime):
    with pytest.raises(ConfigError, match=r"names case\.opn; Kefuflow does .*case\.open"):
        leave(runtime, "case.opn")


def test_only_the_types_that_are_named_are_left(runtime):
    leave(runtime, "case.open, order.load")
    assert runtime.external_jobs == {"case.open", "order.load"}
    assert set(runtime.job_handlers) == set(HANDLERS) - {"case.open", "order.load"}


def test_every_job_type_of_the_processes_can_be_worked_from_outside(outside):
    for job_type, creation in CREATIONS.items():
        key = outside.post("/process-instances", creation)["processInstanceKey"]
        found = worked(outside, key, job_type)
        assert found is not None, job_type
        (done,) = outside.search("jobs", filter={"jobKey": found["jobKey"]})
        assert done["state"] == "COMPLETED", job_type
        outside.call("POST", f"/process-instances/{key}/cancellation")


def worked(api, key: str, job_type: str):
    """Do the instance's jobs until one of this type is done; the engine's own handlers had their chance before."""
    for _step in range(5):
        api.work()
        (waiting,) = api.search("jobs", filter={"processInstanceKey": key, "state": "CREATED"})
        (found,) = api.jobs(waiting["type"])
        api.complete(found)
        if found["type"] == job_type:
            return found
    return None
