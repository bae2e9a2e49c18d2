"""What the engine says about an incident is Chinese for who reads Chinese: of everything that a broken diagram can make it say."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from engine.errors import NotFound
from engine.execution.expressions import Value
from engine.execution.failures import Failed
from engine.model.deployment import FormDefinition
from engine.services import definitions
from web.ui.incident_sentences import in_chinese

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
WHATS = (
    "Assignee",
    "Timer",
    "Condition",
    "Input mapping",
    "Job retries",
    "Priority",
    "Candidate groups",
    "Message name",
)
QUOTED = re.compile(r"“[^”]*”|得到 .*?，|\S+\(\)|规则 [0-9]+ 的 .*? 不在|命中了 .*?。")


def english(sentence: str) -> list[str]:
    """The English words that are no quotation from the diagram."""
    return re.findall(r"[A-Za-z]{3,}", QUOTED.sub("", in_chinese(sentence)).replace("UNIQUE", "").replace("ANY", ""))


@pytest.mark.parametrize("what", WHATS)
@pytest.mark.parametrize(
    ("read", "text"),
    [
        ("required", "=customer.name"),
        ("required", '=missing + "a"'),
        ("required", '=1 + "a"'),
        ("required", '="a" < 1'),
        ("required", "=substring(1, 2)"),
        ("required", "=no_such(1)"),
        ("required", "=5(1)"),
        ("required", "=[1, 2][5]"),
        ("required", "={a: 1}.b"),
        ("required", '=date("2026-02-30")'),
        ("required", '=@"2026-02-30"'),
        ("required", "=-null"),
        ("required", "=10 ** 100000"),
        ("required", "=for i in 1..1000000 return i"),
        ("boolean", "=5"),
        ("string", "=5"),
        ("strings", "=5"),
        ("integer", '="x"'),
        ("items", "=5"),
        ("moment", "=5"),
        ("moment", "tomorrow"),
    ],
)
def test_a_failed_expression(what: str, read: str, text: str) -> None:
    source = Value(text, f"{what} of 'task_1'")
    with pytest.raises(Failed) as failed:
        getattr(source, read)({}, NOW)
    assert english(failed.value.message) == []
    assert in_chinese(failed.value.message).startswith("“task_1”的")


def test_what_is_not_deployed(sqlite_runtime: Any) -> None:
    with sqlite_runtime.unit_of_work(read_only=True) as uow, pytest.raises(NotFound) as missing:
        definitions.latest(uow, FormDefinition, "answer")
    assert in_chinese(str(missing.value)) == "没有已部署的表单“answer”。"


def test_what_others_say_stays() -> None:
    assert in_chinese("The courier answered 503.") == "The courier answered 503."
    assert in_chinese("没有 'x'") == "没有 'x'"
