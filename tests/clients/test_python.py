"""Camunda's own Python client, unmodified, against Kefuflow."""

from __future__ import annotations

import asyncio
import json
import threading
from pathlib import Path
from typing import Any

import pytest

from tests.clients import diagrams
from tests.clients.conftest import Server

sdk = pytest.importorskip("camunda_orchestration_sdk", reason="camunda-orchestration-sdk is not installed")
pytestmark = pytest.mark.full
NOW = sdk.ConsistencyOptions(wait_up_to_ms=0)  # answers here are consistent at once


@pytest.fixture(scope="module")
def client(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Any:
    with sdk.CamundaClient(configuration=server.environment) as opened:
        opened.deploy_resources_from_files(diagrams.write(tmp_path_factory.mktemp("diagrams")))
        yield opened


def query(model: str, **wanted: Any) -> Any:
    """A search's body, read as the client reads JSON."""
    return getattr(sdk, model).from_dict({"filter": wanted})


def begin(client: Any, process_id: str, **more: Any) -> Any:
    return client.create_process_instance(
        data=sdk.ProcessCreationById.from_dict({"processDefinitionId": process_id, **more})
    )


def take(client: Any) -> Any:
    ask = {"type": "client-work", "worker": "w", "timeout": 60_000, "maxJobsToActivate": 1, "requestTimeout": -1}
    return client.activate_jobs(data=sdk.JobActivationRequest.from_dict(ask)).jobs


def cancel(client: Any, key: Any) -> None:
    client.cancel_process_instance(process_instance_key=key, data=sdk.CancelProcessInstanceRequest())


@pytest.mark.proves("`camunda-orchestration-sdk` (Python)")
def test_it_says_what_it_talks_to(client):
    assert client.get_topology().gateway_version.startswith("8.8")
    assert client.get_authentication().username == "admin"
    assert client.get_license().valid_license is True


@pytest.mark.proves("`camunda-orchestration-sdk` (Python)")
def test_it_deploys_everything_that_is_shipped(client):
    deployed = client.deploy_resources_from_files(diagrams.shipped())
    assert {"complaint", "return_exchange", "escalation", "callback"} <= {
        process.process_definition_id for process in deployed.processes
    }
    assert deployed.decisions
    assert deployed.forms


@pytest.mark.proves("`camunda-orchestration-sdk` (Python)")
def test_it_reads_and_deletes_a_resource(client, tmp_path: Path):
    (tmp_path / "gone.form").write_text('{"id": "gone", "type": "default", "components": []}')
    (form,) = client.deploy_resources_from_files([tmp_path / "gone.form"]).forms
    found = client.get_resource(resource_key=form.form_key)
    assert (found.resource_id, found.resource_name, found.version) == ("gone", "gone.form", 1)
    assert client.get_resource_content(resource_key=form.form_key)["id"] == "gone"
    assert (
        client.delete_resource(resource_key=form.form_key, data=sdk.DeleteResourceRequest()).resource_key
        == form.form_key
    )
    with pytest.raises(sdk.errors.NotFoundError):
        client.get_resource(resource_key=form.form_key)


@pytest.mark.proves("`camunda-orchestration-sdk` (Python)")
def test_it_starts_finds_and_does_a_user_task(client):
    key = begin(client, "client_work", variables={"amount": 3}).process_instance_key
    (job,) = take(client)
    assert job.variables.to_dict() == {"amount": 3}
    client.complete_job(job_key=job.job_key, data=sdk.JobCompletionRequest.from_dict({"variables": {"paid": 3}}))
    wanted = query("UserTaskSearchQuery", processInstanceKey=key, state="CREATED", candidateGroup="agent")
    (task,) = client.search_user_tasks(data=wanted, consistency=NOW).items
    client.assign_user_task(
        user_task_key=task.user_task_key, data=sdk.UserTaskAssignmentRequest.from_dict({"assignee": "li"})
    )
    assert client.get_user_task(user_task_key=task.user_task_key, consistency=NOW).assignee == "li"
    client.unassign_user_task(user_task_key=task.user_task_key)
    changes = {"changeset": {"priority": 80, "dueDate": "2030-01-01T00:00:00Z"}}
    client.update_user_task(user_task_key=task.user_task_key, data=sdk.UserTaskUpdateRequest.from_dict(changes))
    assert client.get_user_task(user_task_key=task.user_task_key, consistency=NOW).priority == 80
    done = sdk.UserTaskCompletionRequest.from_dict({"variables": {"done": True}})
    client.complete_user_task(user_task_key=task.user_task_key, data=done)
    assert client.get_process_instance(process_instance_key=key, consistency=NOW).state.value == "COMPLETED"
    found = client.search_variables(data=query("VariableSearchQuery", scopeKey=key), consistency=NOW).items
    assert {each.name: json.loads(each.value) for each in found} == {"amount": 3, "paid": 3, "done": True}
    log = client.search_user_task_audit_logs(
        user_task_key=task.user_task_key,
        data=query("UserTaskAuditLogSearchQueryRequest", operationType="ASSIGN"),
        consistency=NOW,
    )
    assert [(each.actor_id, each.result.value) for each in log.items] == [("admin", "SUCCESS")]
    elements = client.search_element_instances(
        data=query("ElementInstanceSearchQuery", processInstanceKey=key, elementName=task.name), consistency=NOW
    )
    assert [(each.element_id, each.state.value) for each in elements.items] == [("task", "COMPLETED")]


@pytest.mark.proves("`camunda-orchestration-sdk` (Python)")
def test_a_failed_job_is_an_incident_that_it_resolves(client):
    key = begin(client, "client_work").process_instance_key
    (job,) = take(client)
    client.fail_job(job_key=job.job_key, data=sdk.JobFailRequest.from_dict({"retries": 0, "errorMessage": "no"}))
    wanted = query("IncidentSearchQuery", processInstanceKey=key, state="ACTIVE")
    (incident,) = client.search_incidents(data=wanted, consistency=NOW).items
    assert (incident.error_type.value, incident.job_key) == ("JOB_NO_RETRIES", job.job_key)
    client.update_job(job_key=job.job_key, data=sdk.JobUpdateRequest.from_dict({"changeset": {"retries": 2}}))
    client.resolve_incident(incident_key=incident.incident_key)
    (again,) = take(client)
    assert (again.job_key, again.retries) == (job.job_key, 2)
    cancel(client, key)


@pytest.mark.proves("`camunda-orchestration-sdk` (Python)")
def test_it_publishes_a_message(client):
    key = begin(client, "client_awaits", variables={"order": "py-1"}).process_instance_key
    waiting = client.search_message_subscriptions(
        data=query("MessageSubscriptionSearchQuery", processInstanceKey=key), consistency=NOW
    )
    assert [each.correlation_key for each in waiting.items] == ["py-1"]
    message = {"name": "client-paid", "correlationKey": "py-1", "timeToLive": 0, "variables": {"sum": 3}}
    published = client.publish_message(data=sdk.MessagePublicationRequest.from_dict(message))
    assert client.get_process_instance(process_instance_key=key, consistency=NOW).state.value == "COMPLETED"
    met = client.search_correlated_message_subscriptions(
        data=query("CorrelatedMessageSubscriptionSearchQuery", messageKey=published.message_key), consistency=NOW
    )
    assert [(each.process_instance_key, each.message_name) for each in met.items] == [(key, "client-paid")]


@pytest.mark.proves("`camunda-orchestration-sdk` (Python)")
def test_it_waits_for_the_end_and_evaluates_a_decision(client):
    ended = begin(client, "client_straight", variables={"q": 1}, awaitCompletion=True)
    assert ended.variables.to_dict() == {"q": 1}
    (decision, *_rest) = client.search_decision_definitions(consistency=NOW).items
    asked = {"decisionDefinitionKey": decision.decision_definition_key, "variables": {}}
    answer = client.evaluate_decision(data=sdk.DecisionEvaluationByKey.from_dict(asked))
    assert answer.decision_definition_id == decision.decision_definition_id
    (stored, *_rest) = client.search_decision_instances(consistency=NOW).items
    one = client.get_decision_instance(
        decision_evaluation_instance_key=stored.decision_evaluation_instance_key, consistency=NOW
    )
    assert one.decision_definition_id == stored.decision_definition_id


@pytest.mark.proves("`camunda-orchestration-sdk` (Python)")
def test_what_does_not_exist_is_its_not_found_error(client):
    with pytest.raises(sdk.errors.NotFoundError):
        client.get_process_instance(process_instance_key=sdk.ProcessInstanceKey("12"), consistency=NOW)


@pytest.mark.proves("`camunda-orchestration-sdk` (Python)")
def test_its_worker_does_jobs(client, server):
    key = begin(client, "client_work", variables={"amount": 5}).process_instance_key
    seen = threading.Event()

    async def work() -> None:
        async with sdk.CamundaAsyncClient(configuration=server.environment) as opened:

            async def handle(job: Any) -> dict[str, Any]:
                seen.set()
                return {"doubled": job.variables.to_dict()["amount"] * 2}

            config = sdk.WorkerConfig(job_type="client-work", job_timeout_milliseconds=30_000)
            opened.create_job_worker(config=config, callback=handle)
            running = asyncio.ensure_future(opened.run_workers())
            try:
                wanted = query("UserTaskSearchQuery", processInstanceKey=key, state="CREATED")
                await opened.search_user_tasks(data=wanted, consistency=sdk.ConsistencyOptions(wait_up_to_ms=20_000))
            finally:
                running.cancel()
                await asyncio.gather(running, return_exceptions=True)

    asyncio.run(asyncio.wait_for(work(), 60))
    assert seen.is_set()
    found = client.search_variables(data=query("VariableSearchQuery", scopeKey=key), consistency=NOW).items
    assert {each.name: each.value for each in found}["doubled"] == "10"
    cancel(client, key)


def test_files_are_read_from_disk_as_people_do(client, tmp_path: Path):
    (tmp_path / "broken.bpmn").write_text("<no/>")
    with pytest.raises(sdk.errors.BadRequestError):
        client.deploy_resources_from_files([tmp_path / "broken.bpmn"])
