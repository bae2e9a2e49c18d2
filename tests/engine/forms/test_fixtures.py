"""The server's validation over `fixtures/*.json`.

Each file is a form, the `context` it is opened on, and cases: what was `sent`, and the `values` to merge or the `errors` (codes
by path). They are data, so that form-js can run over the same: open the form on the context, set what was sent, submit. Where it
rightly answers otherwise a case has `formjs`: its `values` or `errors`, or `skip`, and `why`.
"""

import json
from datetime import datetime
from pathlib import Path

import pytest

from engine.forms import parse_form, validate

FILES = sorted((Path(__file__).parent / "fixtures").glob("*.json"))


def _cases():
    for file in FILES:
        fixture = json.loads(file.read_text("utf-8"))
        for case in fixture["cases"]:
            yield pytest.param(fixture, case, id=f"{file.stem}: {case['name']}")


@pytest.mark.parametrize(("fixture", "case"), list(_cases()))
def test_what_was_sent_becomes_values_or_errors(fixture, case):
    form = parse_form(json.dumps(fixture["form"]), "fixture.form")
    context = case.get("context", fixture["context"])
    answer = validate(form, case["sent"], context, now=datetime.fromisoformat(fixture["now"]))
    errors: dict[str, list[str]] = {}
    for error in answer.errors:
        errors.setdefault(error.path, []).append(error.code)
        assert error.message_zh
        assert error.message_en
    assert errors == case.get("errors", {})
    assert answer.values == case.get("values", {})


def test_there_are_fixtures_and_every_difference_to_form_js_says_why():
    assert len(FILES) > 10
    differences = [c["formjs"] for f in FILES for c in json.loads(f.read_text("utf-8"))["cases"] if "formjs" in c]
    assert all(difference["why"] for difference in differences)
