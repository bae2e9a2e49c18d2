import re
from pathlib import Path

import pytest
import yaml

from engine.errors import InvalidInput, NotFound
from engine.runtime import Runtime
from engine.services.notifications import load_templates, render, template

PROCESSES = Path(__file__).parents[4] / "processes"
ZONE = "Asia/Shanghai"


def test_every_message_that_a_diagram_names_has_its_words() -> None:
    named = {
        name
        for diagram in PROCESSES.glob("*.bpmn")
        for name in re.findall(r'key="template" value="([^"]+)"', diagram.read_text(encoding="utf-8"))
    }
    assert named, "the diagrams name no message at all"
    assert named - load_templates(PROCESSES / "templates").keys() == set()


def test_placeholders_are_filled_for_people() -> None:
    text = "{{ name }}: {{ amount | money }} · {{ at | moment }} · {{ at|date }} · {{ remedy | term }}"
    values = {"name": "王", "amount": 1234.5, "at": "2026-03-02T09:05:00+00:00", "remedy": "exchange"}
    assert render(text, values, ZONE) == "王: ¥1,234.50 · 2026年3月2日 17:05 · 2026年3月2日 · 换货"
    assert render(text, values, ZONE, "en") == "王: ¥1,234.50 · 02 Mar 2026 17:05 · 02 Mar 2026 · exchange"


def test_a_line_with_nothing_to_say_is_left_out() -> None:
    assert render("您好\n说明：{{ note }}\n{{ a }} {{ b }}", {"note": "", "b": "x"}, ZONE) == "您好\n x"


def test_a_value_cannot_bring_a_placeholder_or_code_with_it() -> None:
    assert render("{{ a }}", {"a": "{{ secret }}", "secret": "s"}, ZONE) == "{{ secret }}"
    assert render("{{ a.__class__ }}", {"a": "x"}, ZONE) == "{{ a.__class__ }}"


def test_a_value_that_is_no_moment_stands_as_it_is() -> None:
    assert render("{{ at | moment }} {{ m | money }}", {"at": "soon", "m": "much"}, ZONE) == "soon much"


def write(folder: Path, subject: str) -> None:
    words = {"subject": subject, "text": "x", "sms": "x"}
    (folder / "hello.yaml").write_text(yaml.safe_dump({"zh": words, "en": words}), encoding="utf-8")


@pytest.mark.parametrize("subject", ["{{ a | shout }}", "{{ a.b }}", "{{ a", "{{ f() }}"])
def test_a_placeholder_that_nobody_understands_stops_the_template(tmp_path: Path, subject: str) -> None:
    write(tmp_path, subject)
    with pytest.raises(InvalidInput, match=r"hello\.yaml"):
        load_templates(tmp_path)


def test_a_template_without_english_is_not_complete(tmp_path: Path) -> None:
    (tmp_path / "hello.yaml").write_text("zh: {subject: a, text: b, sms: c}", encoding="utf-8")
    with pytest.raises(InvalidInput, match="en"):
        load_templates(tmp_path)


def test_an_unknown_template_is_named(sqlite_runtime: Runtime) -> None:
    with pytest.raises(NotFound, match="good_morning"):
        template(sqlite_runtime, "good_morning")
