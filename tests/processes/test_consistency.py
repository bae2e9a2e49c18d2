"""Diagrams, forms, tables and the owners' guide refer to each other: nothing dangles, nothing is left over."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from lxml import etree

from engine.deployment.checks import check_bpmn
from engine.forms import check_form, parse_form, untranslated
from tests.processes.diagram import DIAGRAMS, NODES, NS, PROCESSES, Diagram

ALL = [Diagram(path) for path in DIAGRAMS]
FORMS = sorted((PROCESSES / "forms").glob("*.form"))
README = (PROCESSES / "README.md").read_text(encoding="utf-8")
NAMED = (*NODES, "sequenceFlow", "lane", "participant", "process")
each_diagram = pytest.mark.parametrize("diagram", ALL, ids=lambda d: d.path.stem)
each_form = pytest.mark.parametrize("path", FORMS, ids=lambda p: p.stem)


def values(diagram: Diagram, element: str, attribute: str) -> list[str]:
    return [e.get(attribute) for e in diagram.root.iterfind(f".//zeebe:{element}", NS) if e.get(attribute)]


@each_diagram
def test_the_deployment_checks_find_nothing(diagram: Diagram) -> None:
    assert check_bpmn(diagram.path.read_bytes(), diagram.path.name) == []


@each_form
def test_blanks_do_not_fill_in_a_required_text(path: Path) -> None:
    form = json.loads(path.read_text(encoding="utf-8"))
    asked = [
        c
        for c in form["components"]
        if c["type"] in ("textfield", "textarea") and c.get("validate", {}).get("required")
    ]
    assert [c["key"] for c in asked if not {"minLength", "pattern"} & c["validate"].keys()] == []


@each_diagram
def test_ids_are_snake_case_and_the_process_is_named_like_its_file(diagram: Diagram) -> None:
    ids = [e.get("id") for e in diagram.elements(*NAMED, "message", "error", "escalation")]
    unfit = [i for i in ids if not re.fullmatch(r"(message|error|escalation)_\w+|[a-z][a-z0-9_]*", i)]
    assert unfit == []
    assert [p.get("id") for p in diagram.elements("process")] == [diagram.path.stem]


@each_diagram
def test_every_chinese_name_has_an_english_one(diagram: Diagram) -> None:
    bare = [e.get("id") for e in diagram.elements(*NAMED) if e.get("name") and not _english(e)]
    assert bare == []


@each_diagram
def test_a_user_task_has_a_form_and_a_group(diagram: Diagram) -> None:
    for task in diagram.elements("userTask"):
        assert task.find(".//zeebe:userTask", NS) is not None, task.get("id")
        assert task.find(".//zeebe:formDefinition", NS) is not None, task.get("id")
        assert task.find(".//zeebe:assignmentDefinition", NS).get("candidateGroups"), task.get("id")


@each_diagram
def test_no_limit_is_written_into_a_timer(diagram: Diagram) -> None:
    texts = [e.text for kind in ("timeDate", "timeDuration", "timeCycle") for e in diagram.elements(kind)]
    assert [t for t in texts if not t.startswith("=") or re.search(r"P\d|PT\d", t)] == []


@each_diagram
def test_every_limit_that_a_process_reads_is_in_the_table_and_the_other_way_round(diagram: Diagram) -> None:
    read = set(re.findall(r"deadlines\.(\w+)", diagram.path.read_text(encoding="utf-8")))
    assert read == _limits().get(diagram.path.stem, set())


@each_diagram
def test_a_called_process_states_what_goes_in_and_what_comes_back(diagram: Diagram) -> None:
    for called in diagram.root.iterfind(".//zeebe:calledElement", NS):
        assert called.get("processId") in {path.stem for path in DIAGRAMS}
        assert (called.get("propagateAllParentVariables"), called.get("propagateAllChildVariables")) == (
            "false",
            "false",
        )
        mapping = called.getparent().find("zeebe:ioMapping", NS)
        assert mapping.find("zeebe:input", NS) is not None
        assert mapping.find("zeebe:output", NS) is not None


@each_diagram
def test_a_message_that_is_waited_for_has_its_key_and_its_line_in_the_guide(diagram: Diagram) -> None:
    starts = {_message(e) for e in diagram.elements("startEvent")}
    for message in diagram.elements("message"):
        assert f"`{message.get('name')}`" in README
        if message.get("id") not in starts:
            assert message.find(".//zeebe:subscription", NS).get("correlationKey").startswith("=")


def test_every_job_type_is_in_the_guide_and_the_other_way_round() -> None:
    table = README.split("## Job types")[1].split("\n## ")[0]
    written = set(re.findall(r"^\| `([\w.]+)` \|", table, re.MULTILINE))
    used = {name for diagram in ALL for name in values(diagram, "taskDefinition", "type")}
    assert used == written


def test_every_template_that_a_diagram_names_is_there() -> None:
    headers = [h for d in ALL for h in d.root.iterfind(".//zeebe:header", NS) if h.get("key") == "template"]
    named = {header.get("value") for header in headers}
    assert named - {path.stem for path in (PROCESSES / "templates").glob("*.yaml")} == set()


def test_every_form_and_every_table_is_used_and_there() -> None:
    linked = {i for d in ALL for i in values(d, "formDefinition", "formId")}
    linked |= {p.get("value") for d in ALL for p in d.root.iterfind(".//zeebe:property[@name='portal.form']", NS)}
    assert linked == {path.stem for path in FORMS}
    asked = {name for diagram in ALL for name in values(diagram, "calledDecision", "decisionId")}
    assert asked == {path.stem for path in (PROCESSES / "decisions").glob("*.dmn")}


@each_form
def test_a_form_is_sound_and_named_like_its_file(path) -> None:
    text = path.read_text(encoding="utf-8")
    assert json.loads(text)["id"] == path.stem
    assert check_form(text, path.name) == []


@each_form
def test_a_form_is_translated(path) -> None:
    assert untranslated(parse_form(path.read_text(encoding="utf-8"), path.name), "en") == []


def _english(element: etree._Element) -> bool:
    own = "bpmn:extensionElements/zeebe:properties/zeebe:property[@name='name.en']"
    return any(p.get("value") for p in element.iterfind(own, NS))


def _limits() -> dict[str, set[str]]:
    """Process -> the names of its limits, from the table's rows."""
    root = etree.parse(PROCESSES / "decisions" / "deadlines.dmn").getroot()
    found: dict[str, set[str]] = {}
    for rule in root.iterfind(".//{*}rule"):
        process, key = (rule.find(f"{{*}}{kind}/{{*}}text").text.strip('"') for kind in ("inputEntry", "outputEntry"))
        assert key not in found.setdefault(process, set()), f"{process} has two limits named {key}"
        found[process].add(key)
    return found


def _message(element: etree._Element) -> str | None:
    definition = element.find("bpmn:messageEventDefinition", NS)
    return None if definition is None else definition.get("messageRef")
