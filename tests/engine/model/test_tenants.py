"""Every runtime row belongs to a tenant, and what one tenant has another neither finds nor changes."""

import importlib
import pkgutil

import pytest
from sqlalchemy import select

import engine.model
from engine.errors import KefuflowError
from engine.model.base import Base
from engine.model.message import MessageCorrelation
from engine.model.subscription import Subscription
from engine.model.user_task import UserTask
from engine.services import deployments, instances, jobs, messages, tasks
from engine.services.queries import resources
from engine.services.queries.query import Request, Resource, get, search
from tests.engine.diagrams import catch, diagram, end, message, message_root, service_task, start, user_task

WITHOUT = {"worker_process": "a worker does the jobs of every tenant"}
BOTH = diagram(
    "both",
    start() + '<bpmn:parallelGateway id="split"/>' + user_task("task") + service_task() + catch("wait", message("m"))
    + end() + end("end2") + end("end3"),
    "start>split split>task task>end split>work work>end2 split>wait wait>end3",
    message_root("m", "nod", "=&quot;k&quot;"),
)  # fmt: skip
RESOURCES = [value for value in vars(resources).values() if isinstance(value, Resource)]


def _tables():
    for module in pkgutil.iter_modules(engine.model.__path__):
        importlib.import_module(f"engine.model.{module.name}")
    return Base.metadata.tables


def test_every_table_has_a_tenant_or_belongs_to_a_row_that_has_one():
    tables = _tables()
    lacking = []
    for name, table in tables.items():
        owners = {key.column.table.name for key in table.foreign_keys}
        has = "tenant_id" in table.columns or any("tenant_id" in tables[owner].columns for owner in owners)
        if not has and name not in WITHOUT:
            lacking.append(name)
    assert lacking == []


@pytest.fixture
def theirs(runtime):
    """The same process deployed and running for tenants a and b; the instances' keys."""
    for tenant in ("a", "b"):
        deployments.deploy(runtime, [("both.bpmn", BOTH)], "owner", tenant_id=tenant)
    return {tenant: instances.start(runtime, "both", {"of": tenant}, tenant_id=tenant).key for tenant in ("a", "b")}


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.name)
def test_a_search_finds_only_what_is_the_tenants_own(runtime, theirs, resource):
    found = {tenant: search(runtime, resource, Request(), tenant).items for tenant in ("a", "b", "c")}
    keys = {tenant: {str(item[resource.key]) for item in items} for tenant, items in found.items()}
    assert keys["c"] == set()
    assert not keys["a"] & keys["b"]
    assert len(keys["a"]) == len(keys["b"])
    if resource.name in ("process instance", "user task", "job", "variable"):
        assert keys["a"]
    for key in keys["b"]:
        with pytest.raises(KefuflowError):
            get(runtime, resource, int(key) if key.isdigit() else key, "a")


def test_a_command_on_what_another_tenant_has_is_refused_and_changes_nothing(runtime, theirs):
    with runtime.unit_of_work(read_only=True) as uow:
        query = select(UserTask.key).where(UserTask.process_instance_key == theirs["b"])
        task = uow.connection.execute(query).scalar_one()
    (job,) = jobs.activate(runtime, "work", "w", minutes(1), 10, tenant_ids=["b"])
    for command in (
        lambda: instances.cancel(runtime, theirs["b"], who="ann", tenant_id="a"),
        lambda: instances.set_variables(runtime, theirs["b"], {"of": "a"}, who="ann", tenant_id="a"),
        lambda: tasks.complete(runtime, task, {}, who="ann", tenant_id="a"),
        lambda: tasks.claim(runtime, task, who="ann", tenant_id="a"),
        lambda: jobs.complete(runtime, job.key, {}, tenant_id="a"),
        lambda: jobs.fail(runtime, job.key, "no", tenant_id="a"),
    ):
        with pytest.raises(KefuflowError):
            command()
    tasks.complete(runtime, task, {}, who="ben", tenant_id="b")
    jobs.complete(runtime, job.key, {}, tenant_id="b")


def test_jobs_and_messages_stay_with_their_tenant(runtime, theirs):
    assert [job.tenant_id for job in jobs.activate(runtime, "work", "w", minutes(1), 10, tenant_ids=["a"])] == ["a"]
    published = messages.publish(runtime, "nod", "k", ttl=minutes(5), tenant_id="b")
    assert published is not None
    with runtime.unit_of_work(read_only=True) as uow:
        waiting = uow.connection.execute(select(Subscription.tenant_id)).scalars().all()
        met = uow.connection.execute(select(MessageCorrelation.tenant_id)).scalars().all()
    assert (waiting, met) == (["a"], ["b"])


def minutes(count):
    from datetime import timedelta

    return timedelta(minutes=count)
