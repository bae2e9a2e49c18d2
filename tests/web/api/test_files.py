"""Files with several processes, and what in them means nothing to the engine."""

from __future__ import annotations

import pytest

from tests.engine.diagrams import (
    HEAD,
    diagram,
    end,
    message,
    message_root,
    signal,
    signal_root,
    start,
    timer,
    user_task,
)

COLLABORATION = (
    '<bpmn:collaboration id="c"><bpmn:participant id="p1" name="Shop" processRef="one"/>'
    '<bpmn:participant id="p2" processRef="two"/><bpmn:participant id="p3" processRef="drawn"/>'
    '<bpmn:participant id="p4" name="Black box"/><bpmn:messageFlow id="m" sourceRef="t1" targetRef="p4"/>'
    '<bpmn:textAnnotation id="n"><bpmn:text>A note</bpmn:text></bpmn:textAnnotation>'
    '<bpmn:association id="as" sourceRef="t1" targetRef="n"/></bpmn:collaboration>'
)
DECORATION = (
    '<bpmn:laneSet id="l"><bpmn:lane id="l1" name="Agents"><bpmn:flowNodeRef>t1</bpmn:flowNodeRef></bpmn:lane></bpmn:laneSet>'
    '<bpmn:dataObject id="do"/><bpmn:dataObjectReference id="dr" dataObjectRef="do"/><bpmn:dataStoreReference id="ds"/>'
    '<bpmn:group id="g"/>'
)


def process(identifier: str, number: int, more: str = "", executable: str = "true") -> str:
    body = (
        more
        + start(f"s{number}")
        + user_task(f"t{number}")
        + end(f"e{number}")
        + f'<bpmn:sequenceFlow id="a{number}" sourceRef="s{number}" targetRef="t{number}"/>'
        + f'<bpmn:sequenceFlow id="b{number}" sourceRef="t{number}" targetRef="e{number}"/>'
    )
    return f'<bpmn:process id="{identifier}" isExecutable="{executable}">{body}</bpmn:process>'


@pytest.mark.proves("process, lanes, pools, data objects, annotations")
def test_every_executable_process_of_a_file_is_deployed_and_drawings_beside_them_do_nothing(api):
    processes = process("one", 1, DECORATION) + process("two", 2) + process("drawn", 3, executable="false")
    xml = f"{HEAD}{COLLABORATION}{processes}</bpmn:definitions>".encode()
    answer = api.deploy(("both.bpmn", xml))
    assert answer.status_code == 200, answer.text
    found = {each["processDefinitionId"] for each in api.search("process-definitions")}
    assert found == {"one", "two"}
    for name, task in (("one", "t1"), ("two", "t2")):
        key = api.start(name)
        (waiting,) = api.tasks(key)
        assert waiting["elementId"] == task
        api.post(f"/user-tasks/{waiting['userTaskKey']}/completion")
        assert api.state(key) == "COMPLETED"


@pytest.mark.proves("task, manual task")
@pytest.mark.parametrize("kind", ["task", "manualTask"])
def test_a_task_without_work_is_passed(api, kind):
    key = api.begin(diagram("p", start() + f'<bpmn:{kind} id="t"/>' + end(), "start>t t>end"), "p")
    assert (api.state(key), api.states(key, "t")) == ("COMPLETED", ["COMPLETED"])


@pytest.mark.proves("user task with a `formId` that is not deployed")
def test_a_form_that_is_not_deployed_is_a_warning_and_the_task_opens_without_it(api):
    task = user_task("t", '<zeebe:formDefinition formId="missing"/>')
    key = api.begin(diagram("p", start() + task + end(), "start>t t>end"), "p")
    (waiting,) = api.tasks(key)
    assert waiting["formKey"] is None
    assert api.call("GET", f"/user-tasks/{waiting['userTaskKey']}/form").status_code == 204


@pytest.mark.parametrize(
    ("event", "roots"),
    [
        (timer("duration", "=patience"), ""),
        (timer("date", "=5"), ""),
        (message("m"), message_root("m", "=kind + 1")),
        (signal("s"), signal_root("s", "=kind")),
    ],
)
@pytest.mark.proves("start of a process whose timer, message or signal needs a variable")
def test_a_start_that_needs_a_variable_is_refused_and_nothing_is_deployed(api, event, roots):
    answer = api.deploy(("p.bpmn", diagram("p", start("start", event) + end(), "start>end", roots)))
    assert answer.status_code == 400, answer.text
    (finding,) = answer.json["findings"]
    assert (finding["code"], finding["element_id"]) == ("start-without-value", "start")
    assert api.search("process-definitions") == []
