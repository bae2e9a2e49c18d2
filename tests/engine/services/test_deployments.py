"""Deploying: versions, findings, bindings, and that nothing is ever half deployed."""

import threading
from pathlib import Path

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import OperationalError

from engine.errors import Conflict, InvalidInput, NotFound
from engine.model.base import table_of
from engine.model.deployment import DecisionDefinition, Deployment, ElementName, ProcessDefinition, Resource
from engine.model.subscription import StartSubscription
from engine.services import decisions, definitions, deployments, incidents, instances, resources, tasks
from engine.services.deploying.completing import complete_definitions
from engine.services.deploying.deleting import DefinitionInUse, delete_resource
from engine.services.figures.heat import processes
from engine.services.people import Actor
from tests.engine.diagrams import ONE_TASK, call, diagram, end, message, message_root, user_task
from tests.engine.diagrams import start as begin

SEVERITY = Path(__file__).resolve().parents[3] / "processes" / "decisions" / "severity.dmn"
CALLBACK = SEVERITY.parents[1] / "callback.bpmn"
BROKEN = diagram("broken", begin() + user_task() + end(), "start>task task>nowhere")
FORM = b'{"id": "answer", "type": "default", "components": [{"type": "textfield", "key": "name", "label": "Name", "id": "f1"}]}'
FORM_TASK = diagram(
    "with_form", begin() + user_task("task", '<zeebe:formDefinition formId="answer"/>') + end(), "start>task task>end"
)
FILED = diagram(
    "filed",
    begin("heard", message("filed_message")) + user_task() + end(),
    "heard>task task>end",
    roots=message_root("filed_message", "filed"),
)


def test_a_changed_file_is_a_new_version_and_an_unchanged_one_is_not(runtime, deploy, rows):
    assert [(item.version, item.is_new) for item in deploy(ONE_TASK).items] == [(1, True)]
    assert [(item.version, item.is_new) for item in deploy(ONE_TASK).items] == [(1, False)]
    changed = deploy(ONE_TASK.replace(b'name="task"', b'name="new"'))
    assert [(item.version, item.is_new) for item in changed.items] == [(2, True)]
    assert rows(select(func.count()).select_from(Resource)) == [(2,)]


def _versions(rows, process_id="one_task"):
    found = select(ProcessDefinition.version).where(ProcessDefinition.process_id == process_id)
    return [version for (version,) in rows(found.order_by(ProcessDefinition.version))]


def test_a_start_deploys_what_is_new_and_nothing_again(runtime, rows):
    files = [("one.bpmn", ONE_TASK), ("answer.form", FORM), (SEVERITY.name, SEVERITY.read_bytes())]
    assert len(deployments.deploy_shipped(runtime, files, "system")[0]) >= 4
    assert deployments.deploy_shipped(runtime, files, "system") == ([], [])
    assert rows(select(func.count()).select_from(Deployment)) == [(1,)]
    changed = ("one.bpmn", ONE_TASK.replace(b'name="task"', b'name="new"'))
    fresh, left = deployments.deploy_shipped(runtime, [changed, *files[1:], ("filed.bpmn", FILED)], "system")
    assert ([item.id for item in fresh], left) == (["one_task", "filed"], [])


def test_a_start_leaves_what_an_owner_changed_and_says_so_until_the_owner_takes_it_back(runtime, rows):
    shipped = [("one.bpmn", ONE_TASK), ("answer.form", FORM)]
    deployments.deploy_shipped(runtime, shipped, "system")
    deployments.deploy(runtime, [("mine.bpmn", ONE_TASK.replace(b'name="task"', b'name="mine"'))], "owner")
    assert deployments.deploy_shipped(runtime, shipped, "system") == ([], ["one.bpmn"])
    later = [("one.bpmn", ONE_TASK.replace(b'name="task"', b'name="later"')), ("answer.form", FORM + b" ")]
    fresh, left = deployments.deploy_shipped(runtime, later, "system")
    assert ([item.id for item in fresh], left) == (["answer"], ["one.bpmn"])
    assert _versions(rows) == [1, 2]
    deployments.deploy(runtime, shipped[:1], "owner")
    fresh, left = deployments.deploy_shipped(runtime, later, "system")
    assert ([item.id for item in fresh], left) == (["one_task"], [])
    assert _versions(rows) == [1, 2, 3, 4]


def test_a_file_whose_version_was_deleted_is_deployed_at_the_next_start(runtime, rows):
    ((deployed,), _) = deployments.deploy_shipped(runtime, [("one.bpmn", ONE_TASK)], "system")
    delete_resource(runtime, deployed.key, "owner")
    ((again,), left) = deployments.deploy_shipped(runtime, [("one.bpmn", ONE_TASK)], "system")
    assert (again.version, left) == (2, [])


def test_files_with_an_error_are_refused_as_a_whole_with_every_finding(runtime, rows):
    with pytest.raises(deployments.DeploymentRefused) as refused:
        deployments.deploy(runtime, [("good.bpmn", ONE_TASK), ("bad.bpmn", BROKEN), ("note.txt", b"x")], "owner")
    files = {finding.file for finding in refused.value.findings if finding.severity == "error"}
    assert files == {"bad.bpmn", "note.txt"}
    assert rows(select(Deployment.key)) == []


def test_a_file_that_is_too_large_is_refused(runtime):
    with pytest.raises(deployments.DeploymentRefused, match="5 MB"):
        deployments.deploy(runtime, [("big.form", b" " * (5 * 1024 * 1024 + 1))], "owner")


def test_checking_stores_nothing(runtime, rows):
    assert deployments.check(runtime, [("good.bpmn", ONE_TASK)]) == []
    assert deployments.check(None, [("bad.bpmn", BROKEN)]) != []
    assert rows(select(ProcessDefinition.key)) == []


def test_two_files_that_define_the_same_process_are_refused(runtime):
    with pytest.raises(InvalidInput, match="both define"):
        deployments.deploy(runtime, [("a.bpmn", ONE_TASK), ("b.bpmn", ONE_TASK)], "owner")


def test_a_running_instance_keeps_its_version(runtime, deploy, start, rows, open_tasks):
    deploy(ONE_TASK)
    start("one_task")
    deploy(ONE_TASK.replace(b'id="end"', b'id="finish"').replace(b'targetRef="end"', b'targetRef="finish"'))
    tasks.complete(runtime, open_tasks()["task"], who="ann")
    assert rows("SELECT version, end_element FROM process_instance") == [(1, "end")]


def test_a_version_can_be_started_by_number_and_by_key(runtime, deploy):
    first = deploy(ONE_TASK).items[0]
    deploy(ONE_TASK.replace(b'name="task"', b'name="new"'))
    assert instances.start(runtime, "one_task").version == 2
    assert instances.start(runtime, "one_task", version=1).version == 1
    assert instances.start(runtime, definition_key=first.key).version == 1
    for wrong in ({"process_id": "unknown"}, {"process_id": "one_task", "version": 3}, {"definition_key": 5}):
        with pytest.raises(NotFound):
            instances.start(runtime, **wrong)


def test_another_tenant_has_its_own_versions(runtime, deploy):
    deploy(ONE_TASK)
    with pytest.raises(NotFound):
        instances.start(runtime, "one_task", tenant_id="other")
    theirs = deployments.deploy(runtime, [("file0.bpmn", ONE_TASK)], "owner", "other")
    assert theirs.items[0].version == 1
    assert instances.start(runtime, "one_task", tenant_id="other").tenant_id == "other"


def test_a_process_that_begins_with_a_message_only_cannot_be_started_by_hand(runtime, deploy, rows):
    deploy(FILED)
    with pytest.raises(Conflict, match="message"):
        instances.start(runtime, "filed")
    assert rows(select(StartSubscription.name)) == [("filed",)]


def test_a_task_has_the_form_that_was_newest_when_it_opened(runtime, deploy, start, open_tasks, task_row):
    deploy(FORM_TASK, ("answer.form", FORM))
    start("with_form")
    task = task_row(open_tasks()["task"])
    deployments.deploy(runtime, [("answer.form", FORM.replace(b"Name", b"Your name"))], "owner")
    with runtime.unit_of_work(read_only=True) as uow:
        assert definitions.of_key(uow, definitions.FormDefinition, task.form_key).version == 1
        assert definitions.form(runtime, uow, task.form_key).id == "answer"


def test_a_called_process_may_be_bound_to_the_deployment_of_its_caller(runtime, deploy, start, rows):
    calling = diagram("calling", begin() + call("call", "one_task") + end(), "start>call call>end").replace(
        b'processId="one_task"', b'processId="one_task" bindingType="deployment"'
    )
    deploy(ONE_TASK, calling)
    deployments.deploy(runtime, [("file0.bpmn", ONE_TASK.replace(b'name="task"', b'name="new"'))], "owner")
    start("calling")
    assert rows("SELECT version FROM process_instance WHERE process_id = 'one_task'") == [(1,)]


def test_a_deployed_file_is_kept_as_it_was_sent(runtime, deploy, rows):
    deploy(ONE_TASK)
    ((key,),) = rows(select(Resource.key))
    with runtime.unit_of_work(read_only=True) as uow:
        assert definitions.content(uow, key) == ONE_TASK


def test_what_an_older_release_deployed_gets_its_names_and_types_at_the_next_start(runtime, deploy, rows, caplog):
    files = [("one.bpmn", ONE_TASK), ("table.dmn", SEVERITY.read_bytes()), ("callback.bpmn", CALLBACK.read_bytes())]
    deployments.deploy(runtime, files, "li")
    english = rows(select(ProcessDefinition.name_en).order_by("name_en"))
    assert english == [("",), ("Callback",)]
    names, types = rows(select(table_of(ElementName))), rows(select(table_of(DecisionDefinition)))
    assert names
    assert {row.type for row in types} == {"DECISION_TABLE"}
    with runtime.unit_of_work() as uow:
        uow.connection.execute(delete(ElementName))
        uow.connection.execute(update(DecisionDefinition).values(type=None))
        uow.connection.execute(update(ProcessDefinition).values(name_en=None))
    runtime.definitions.clear()
    complete_definitions(runtime)
    assert sorted(rows(select(table_of(ElementName)))) == sorted(names)
    assert rows(select(table_of(DecisionDefinition))) == types
    assert rows(select(ProcessDefinition.name_en).order_by("name_en")) == english
    with runtime.unit_of_work() as uow:  # what cannot be read any more hinders nobody
        uow.connection.execute(delete(ElementName))
        uow.connection.execute(update(Resource).values(content=b"no diagram"))
    runtime.definitions.clear()
    complete_definitions(runtime)
    assert "cannot be read any more" in caplog.text


def test_a_list_of_what_is_deployed_reads_no_diagram(runtime):
    deployments.deploy(runtime, [("callback.bpmn", CALLBACK.read_bytes())], "li")
    runtime.definitions.clear()
    owner = Actor("li", permissions=frozenset({"processes.read", "figures.read"}))
    (listed,) = resources.newest(runtime, "process", actor=owner)
    (mapped,) = processes(runtime, actor=owner)
    assert (listed.name_en, mapped.name_en) == ("Callback", "Callback")
    assert runtime.definitions.get(listed.key) is None


def test_owners_who_deploy_at_the_same_time_get_versions_one_after_the_other(runtime):
    found, ready = [], threading.Barrier(4)

    def deploy(number):
        ready.wait()
        changed = ONE_TASK.replace(b'name="task"', f'name="task {number}"'.encode())
        found.append(deployments.deploy(runtime, [("one.bpmn", changed)], "owner").items[0].version)

    threads = [threading.Thread(target=deploy, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [1, 2, 3, 4]


def test_a_version_is_not_deleted_under_an_instance_that_just_starts_on_it(postgres_runtime):
    runtime = postgres_runtime
    item = deployments.deploy(runtime, [("one.bpmn", ONE_TASK)], "owner").items[0]
    with runtime.unit_of_work() as starting:
        definitions.latest(starting, ProcessDefinition, item.id, held=True)
        table = table_of(ProcessDefinition)
        with pytest.raises(OperationalError), runtime.unit_of_work() as deletion:
            deletion.connection.execute(select(table.c.key).where(table.c.key == item.key).with_for_update(nowait=True))
    instances.start(runtime, item.id)
    with pytest.raises(DefinitionInUse):
        delete_resource(runtime, item.key, "owner")


def test_who_starts_while_the_newest_version_is_deleted_has_the_one_before(postgres_runtime):
    runtime, started = postgres_runtime, []
    first = deployments.deploy(runtime, [("one.bpmn", ONE_TASK)], "owner").items[0]
    changed = ONE_TASK.replace(b'name="task"', b'name="new"')
    second = deployments.deploy(runtime, [("one.bpmn", changed)], "owner").items[0]
    table = table_of(ProcessDefinition)
    starter = threading.Thread(target=lambda: started.append(instances.start(runtime, first.id)))
    with runtime.unit_of_work() as deletion:
        row = select(table.c.key).where(table.c.key == second.key).with_for_update()
        deletion.connection.execute(row)
        deletion.connection.execute(update(table).where(table.c.key == second.key).values(deleted_at=deletion.now))
        starter.start()
        deletion.commit()
    starter.join()
    assert [each.version for each in started] == [first.version]


DMN = "https://www.omg.org/spec/DMN/20191111/MODEL/"


def dmn(name, inside):
    file = f'<definitions xmlns="{DMN}" id="{name}" name="{name}" namespace="urn:{name}">{inside}</definitions>'
    return f"{name}.dmn", file.encode()


def importing(namespace, name):
    return f'<import namespace="urn:{namespace}" name="{name}" importType="{DMN}"/>'


def library(value, imports=""):
    logic = f"<literalExpression><text>{value}</text></literalExpression>"
    return dmn("library", f'{imports}<decision id="rate" name="rate"><variable name="rate"/>{logic}</decision>')


ASKING = dmn("asking", importing("library", "lib") + (
    '<decision id="asked" name="asked"><variable name="asked"/>'
    '<informationRequirement><requiredDecision href="urn:library#rate"/></informationRequirement>'
    "<literalExpression><text>lib.rate</text></literalExpression></decision>"
))  # fmt: skip


def test_what_a_dmn_file_imports_is_its_newest_version_also_where_it_was_evaluated_before(runtime, deploy):
    deploy(library(1))
    deploy(ASKING)
    assert decisions.evaluate(runtime, "asked").result == 1
    deploy(library(2))
    assert decisions.evaluate(runtime, "asked").result == 2


@pytest.mark.parametrize("other", ["asking", "library"])
def test_dmn_files_that_would_import_each_other_in_a_circle_are_refused(runtime, deploy, other):
    deploy(library(1))
    deploy(ASKING)
    with pytest.raises(deployments.DeploymentRefused) as refused:
        deploy(library(2, importing(other, "x")))
    assert [found.code for found in refused.value.findings] == ["dmn-import-cycle"]
    assert decisions.evaluate(runtime, "asked").result == 1


def test_a_circle_that_an_older_release_let_in_is_told_and_hinders_no_other_deployment(runtime, deploy):
    deploy(library(1))
    deploy(ASKING)
    with runtime.unit_of_work() as uow:
        circle = library(2, importing("asking", "ask"))[1]
        uow.connection.execute(update(Resource).where(Resource.name == "library.dmn").values(content=circle))
    runtime.definitions.clear()
    with pytest.raises(InvalidInput, match="urn:asking"):
        decisions.evaluate(runtime, "asked")
    deploy(dmn("third", '<decision id="third" name="third"><variable name="third"/></decision>' + "<!-- import -->"))
    deploy(library(3))
    assert decisions.evaluate(runtime, "asked").result == 3


def test_a_decision_whose_import_was_deleted_is_an_incident_until_it_is_deployed_again(
    runtime, deploy, start, open_incidents, state_of
):
    rule = (
        '<bpmn:businessRuleTask id="rule"><bpmn:extensionElements><zeebe:calledDecision decisionId="asked" '
        'resultVariable="rate"/></bpmn:extensionElements></bpmn:businessRuleTask>'
    )
    (item, _) = deploy(library(1)).items
    deploy(ASKING, diagram("rated", begin() + rule + end(), "start>rule rule>end"))
    assert state_of(start("rated"))[0] == "COMPLETED"
    delete_resource(runtime, item.key, "owner")
    key = start("rated")
    (stopped,) = open_incidents()
    assert (stopped.error_type, "urn:library" in stopped.message) == ("CALLED_DECISION_ERROR", True)
    deploy(library(2))
    incidents.resolve(runtime, stopped.key)
    assert state_of(key)[0] == "COMPLETED"
