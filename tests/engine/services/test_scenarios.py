"""The scenario runner: what it accepts, what it notices, and how it says so."""

from pathlib import Path

import pytest

from engine.services.scenarios import ScenarioError, Suite, load, run_paths
from engine.services.scenarios.desk import shared_answers
from tests.engine.diagrams import boundary, diagram, end, message, message_root, service_task, timer, user_task
from tests.engine.diagrams import start as begin

STORY = diagram(
    "story",
    begin()
    + service_task("open", "case.open")
    + user_task("ask", '<zeebe:formDefinition formId="answer"/>')
    + boundary("late", "ask", timer("duration", "PT24H"), interrupting=False)
    + boundary("withdrawn", "ask", message("withdrawal"))
    + service_task("pay", "pay")
    + end("paid")
    + end("gone")
    + end("warned"),
    "start>open open>ask ask>pay pay>paid withdrawn>gone late>warned",
    roots=message_root("withdrawal", "story.withdrawn", "=case_number"),
)
FORM = """{"id": "answer", "type": "default", "components": [
  {"type": "number", "key": "amount", "label": "Amount", "id": "f1", "validate": {"required": true}}]}"""
README = """
| type | does | answer in a scenario |
|---|---|---|
| `pay` | pays | `{reference: "=string(amount)"}` |
"""
HEAD = "process: story\nname: a story\n"
WHOLE = """
covers: {ends: [paid], timers: [late]}
steps:
  - expect: {tasks: [ask], groups: {ask: agent}, waiting: [ask], jobs_done: [case.open], jobs_not_done: [pay], ended: false}
  - refused: ask
    because: validation
    variables: {amount: much}
  - advance: PT24H
  - complete: ask
    by: ann
    variables: {amount: 5}
  - expect: {variables: {amount: 5, reference: "5", case_number: "=case_number != null"}, ended: true}
  - end: paid
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "story.bpmn").write_bytes(STORY)
    (tmp_path / "answer.form").write_text(FORM)
    (tmp_path / "README.md").write_text(README)
    return tmp_path


@pytest.fixture
def tell(folder):
    def tell(text: str):
        path = folder / "scenarios" / "story.yaml"
        path.write_text(HEAD + text, encoding="utf-8")
        suite = Suite()
        try:
            (outcome,) = suite.run([path])
            return outcome.differences, suite.coverage()
        finally:
            suite.close()

    return tell


def test_a_story_that_goes_as_told_passes_and_says_what_it_covered(tell):
    differences, coverage = tell(WHOLE)
    assert differences == []
    assert coverage.reached == {("story", "paid"), ("story", "warned")}
    assert coverage.fired == {("story", "late")}
    assert coverage.missing == ["story:gone"]


@pytest.mark.parametrize(
    ("steps", "says"),
    [
        ("steps: [{expect: {tasks: [pay]}}]", "missing pay; there is story:ask"),
        ("steps: [{expect: {tasks: []}}]", "ask not expected"),
        ("steps: [{expect: {tasks_include: [ask, ask]}}]", "missing ask"),
        ("steps: [{expect: {groups: {ask: manager}}}]", "expected manager"),
        ("steps: [{expect: {variables: {amount: 5}}}]", "not set"),
        ('steps: [{expect: {variables: {case_number: "=case_number = 1"}}}]', "case_number = 1"),
        ("steps: [{expect: {jobs_done: [pay]}}]", "done 0 times"),
        ("steps: [{expect: {jobs_done: [{type: case.open, times: 2}]}}]", "done 1 times"),
        ("steps: [{expect: {jobs_not_done: [case.open]}}]", "was not expected"),
        ("steps: [{expect: {waiting: [pay]}}]", "missing pay"),
        ("steps: [{expect: {ended: true}}]", "it waits at story:ask"),
        ("steps: [{expect: {incidents: 1}}]", "there are 0"),
        ("steps: [{complete: pay}]", "no open task pay; open tasks: story:ask"),
        ("steps: [{complete: ask, variables: {}}]", "form answer, amount"),
        ("steps: [{refused: ask, variables: {amount: 1}}]", "should have been refused"),
        ("steps: [{end: paid}]", "the instance is active"),
        ("steps: [{message: {name: story.withdrawn, key: '=case_number', correlates: false}}]", "was taken by story"),
        ("steps: [{message: {name: story.withdrawn, key: other}}]", "was taken by nobody"),
        ("steps: [{message: {name: story.withdrawn, key: '=case_number'}}, {end: paid}]", "it ended at gone"),
        ("steps: []\ncovers: {ends: [paid]}", "the end paid was not reached"),
        ("steps: []\ncovers: {timers: [late]}", "the timer late was not reached"),
        ("steps: [{complete: ask, by: ann, variables: {amount: 1}}]\nusers: {ann: [manager]}", "offered to agent"),
    ],
)
def test_a_story_that_goes_another_way_fails_with_a_line_that_says_how(tell, steps, says):
    differences, _ = tell(steps)
    assert len(differences) >= 1
    assert says in differences[0]


def test_a_failing_job_is_an_incident_that_the_story_must_expect(tell):
    told = "jobs: {pay: [{fail: no money, retries: 0}]}\nsteps:\n  - {complete: ask, variables: {amount: 5}}\n"
    assert tell(told + "  - expect: {incidents: 1, ended: false}")[0] == []
    assert "no money" in tell(told + "  - expect: {ended: false}")[0][0]


def test_a_list_of_answers_is_used_one_after_the_other(tell):
    told = "jobs: {pay: [{fail: busy, retries: 1}, {variables: {reference: '=string(amount + 1)'}}]}\n"
    assert (
        tell(
            told
            + "steps: [{complete: ask, variables: {amount: 5}}, {expect: {variables: {reference: '6'}}}, {end: paid}]"
        )[0]
        == []
    )


def test_a_job_that_is_held_is_answered_by_a_step(tell):
    told = "jobs: {pay: {hold: true}}\nsteps:\n  - {complete: ask, variables: {amount: 5}}\n"
    told += "  - expect: {waiting: [pay], ended: false}\n  - job: {type: pay, variables: {reference: later}}\n"
    assert tell(told + "  - expect: {variables: {reference: later}}\n  - end: paid")[0] == []


@pytest.mark.parametrize(
    "text",
    [
        "steps: [{dance: 1}]",
        "steps: [{expect: {colour: red}}]",
        "steps: [{complete: ask, colour: red}]",
        "colour: red\nsteps: []",
        "steps: []\nnow: 2026-03-02T10:00:00",
        "steps: {",
        "story: true",
        "covers: {colours: []}\nsteps: []",
    ],
)
def test_a_file_that_is_not_written_as_the_format_says_is_an_error(folder, text):
    path = folder / "scenarios" / "wrong.yaml"
    path.write_text(HEAD + text)
    with pytest.raises(ScenarioError):
        load(path)


def test_the_report_names_each_file_and_what_differed(folder):
    (folder / "scenarios" / "good.yaml").write_text(HEAD + WHOLE)
    (folder / "scenarios" / "bad.yaml").write_text(HEAD + "steps: [{end: paid}]")
    lines: list[str] = []
    assert run_paths([folder], lines.append) is False
    assert lines[0].startswith("FAIL bad.yaml")
    assert "the instance is active" in lines[1]
    assert lines[2].startswith("ok   good.yaml")
    assert lines[-1].startswith("1 of 2 scenarios passed")
    assert run_paths([folder / "scenarios" / "good.yaml"], lines.append) is True
    assert run_paths([folder / "scenarios" / "good.yaml"], lines.append, coverage=True) is False
    assert lines[-1] == "not covered: story:gone"


def test_no_scenario_at_all_is_no_success(tmp_path):
    assert run_paths([tmp_path], lambda line: None) is False


def test_the_shared_answers_come_from_the_table_of_job_types(folder):
    assert shared_answers(folder)["pay"] == {"variables": {"reference": "=string(amount)"}}
    assert "case.open" in shared_answers(Path("nowhere"))
