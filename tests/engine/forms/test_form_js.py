"""form-js itself, in a browser, over the fixtures and over random forms: it must answer what the server answers.

Needs the packages of web/frontend, Node and Chromium; without them it is skipped, loudly, and fails where `CI` is set.
"""

import json
import os
import shutil
import subprocess
import warnings
from datetime import datetime
from pathlib import Path

import pytest

from engine.forms import parse_form, validate
from tests.engine.forms.random_forms import CONTEXT, RandomForm
from tests.engine.forms.test_fixtures import FILES

pytestmark = [pytest.mark.full, pytest.mark.browser]

HERE = Path(__file__).parent
FRONTEND = HERE.parents[2] / "web" / "frontend"
FORMS_AT_ONCE = 20


def _unavailable(what: str) -> None:
    if os.environ.get("CI"):
        pytest.fail(f"form-js cannot be compared: {what}.")
    warnings.warn(f"form-js is NOT compared with the server: {what}.", stacklevel=2)
    pytest.skip(what)


@pytest.fixture(scope="module")
def form_js(tmp_path_factory, browser):
    """A function that runs cases (form, context, sent) through form-js and returns its answers."""
    if not (FRONTEND / "node_modules" / "@bpmn-io" / "form-js-viewer").is_dir():
        _unavailable("the packages of web/frontend are not installed")
    node = shutil.which("node")
    if node is None:
        _unavailable("there is no Node")
    out = tmp_path_factory.mktemp("form_js")
    subprocess.run([node, HERE / "form_js" / "build.mjs", FRONTEND, out], check=True, timeout=120)
    page = browser.new_context(timezone_id="Asia/Shanghai", locale="zh-CN").new_page()
    page.set_content("<!doctype html><body></body>")
    page.add_script_tag(path=out / "form_js.js")
    yield lambda cases: page.evaluate("cases => runCases(cases)", cases)
    page.context.close()


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_form_js_answers_a_fixture_as_it_says(form_js, file):
    fixture = json.loads(file.read_text("utf-8"))
    cases = [case for case in fixture["cases"] if not case.get("formjs", {}).get("skip")]
    run = [{"form": fixture["form"], "context": c.get("context", fixture["context"]), "sent": c["sent"]} for c in cases]
    for case, answer in zip(cases, form_js(run), strict=True):
        own = case.get("formjs", {})
        errors = sorted(own.get("errors", {} if "values" in own else case.get("errors", {})))
        assert answer["errors"] == errors, case["name"]
        if not errors:
            assert answer["values"] == own.get("values", case.get("values")), case["name"]


@pytest.mark.parametrize("first", range(0, 200, FORMS_AT_ONCE))
def test_form_js_and_the_server_agree_on_random_forms(form_js, first):
    forms = [RandomForm(seed) for seed in range(first, first + FORMS_AT_ONCE)]
    for seed, (random, answer) in enumerate(zip(forms, form_js([f.case() for f in forms]), strict=True), first):
        now = datetime.fromisoformat("2026-03-02T10:00:00+08:00")
        ours = validate(parse_form(json.dumps(random.form)), random.sent, CONTEXT, now=now)
        assert sorted({error.path for error in ours.errors}) == answer["errors"], (seed, random.case())
        if not ours.errors:
            assert _without_empty_rows(ours.values) == _without_empty_rows(answer["values"]), (seed, random.case())


def _without_empty_rows(values):
    """form-js leaves out a row without a visible field at the end of a list; the server keeps it as an empty one."""
    rows = [row or {} for row in values.get("rows", [])]
    while rows and not rows[-1]:
        rows.pop()
    return {**values, "rows": rows}
