"""Text with FEEL in it."""

from datetime import UTC, datetime

import pytest

from engine.forms.expressions import Scope
from engine.forms.templates import expressions_in, render

SCOPE = Scope.of_form(
    {"name": "张三", "vip": True, "items": [{"sku": "A"}, {"sku": "B"}], "n": 3}, datetime(2026, 3, 2, tzinfo=UTC)
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("你好，{{name}}！", "你好，张三！"),
        ('=name + "先生"', "张三先生"),
        ("{{n * 2}}", "6"),
        ("{{#if vip}}VIP {{name}}{{/if}}.", "VIP 张三."),
        ("{{#if n > 5}}many{{/if}}", ""),
        ("{{#loop items}}{{sku}}{{this.sku}};{{/loop}}", "AA;BB;"),
        ('{{#loop items}}{{#if this.sku = "B"}}{{parent.name}}{{/if}}{{/loop}}', "张三"),
        ("{{missing}}|{{name +}}", "|"),
        ("{{#if vip}}open", "open"),
        ("a{{/if}}b", "ab"),
        (None, ""),
        (3, ""),
    ],
)
def test_expressions_are_replaced_by_their_values(text, expected):
    assert render(text, SCOPE) == expected


def test_the_expressions_of_a_template_can_be_listed():
    assert expressions_in("{{#if a}}{{b}}{{/if}}{{#loop c}}{{/loop}}") == ["a", "b", "c"]
    assert expressions_in("=x + 1") == ["x + 1"]
