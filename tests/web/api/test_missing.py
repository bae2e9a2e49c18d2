"""What docs/api.md says is missing of Camunda's API is what is missing, by the operations that Camunda's client knows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

sdk = pytest.importorskip("camunda_orchestration_sdk", reason="camunda-orchestration-sdk is not installed")
PAGE = Path(__file__).resolve().parents[3] / "docs" / "api.md"
HEADING = "## What of Camunda's API is not here"
CALL = re.compile(r"""["']method["']: ["'](\w+)["'],\s*["']url["']: ["']([^"']+)["']""")


def area(call: str) -> str:
    return call.split("/")[2]


@pytest.fixture
def missing(api) -> set[str]:
    """As "POST /v2/jobs/batch-update"; every key is {key}, whatever it is called."""
    sources = [path.read_text(encoding="utf-8") for path in (Path(sdk.__file__).parent / "api").rglob("*.py")]
    found = [CALL.search(source) for source in sources]
    known = {f"{call[1].upper()} /v2{re.sub(r'{.+?}', '{key}', call[2])}" for call in found if call}
    assert len(known) > 200
    rules = api.client.application.url_map.iter_rules()
    return known - {f"{method} {re.sub('<.+?>', '{key}', rule.rule)}" for rule in rules for method in rule.methods}


def test_the_page_names_every_operation_that_is_missing_and_none_that_is_here(missing):
    text = PAGE.read_text(encoding="utf-8").partition(HEADING)[2].partition("\n## ")[0]
    named = set(re.findall("`([^`]+)`", text)) - {"camunda-orchestration-sdk", "history.keep_days"}
    calls, areas = {each for each in named if " " in each}, {each for each in named if " " not in each}
    assert {call for call in missing if area(call) not in areas} == calls
    assert areas <= {area(call) for call in missing}
