"""What a form tells of a case is in its reader's words, not in the process's codes."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.forms.expressions import Scope
from engine.forms.templates import render

NOW = datetime(2026, 3, 2, tzinfo=UTC)
FORMS = Path(__file__).parents[2] / "processes" / "forms"
TOLD = [
    ("aftersale_review", {"reason": "no_reason", "freight_payer": "buyer", "eligibility": {"remedy": "supervisor"}}),
    ("complaint_investigation", {"department": "warehouse", "cause": "wrong_item"}),
    ("complaint_negotiation", {"remedy": "return_refund"}),
    ("escalation_contact", {"reason": "first_response_breach"}),
    ("intake_by_hand", {"request_type": "incident"}),
    ("order_change", {"order_state": "signed"}),
    ("quality_fault", {"grade": "used"}),
    ("return_negotiation", {"inspection": {"outcome": "carrier_claim"}}),
]


@pytest.mark.parametrize(("form", "known"), TOLD, ids=lambda value: value if isinstance(value, str) else "")
def test_no_code_is_shown(form, known):
    components = json.loads((FORMS / f"{form}.form").read_text(encoding="utf-8"))["components"]
    told = " ".join(render(each["text"], Scope.of_form(known, NOW)) for each in components if each["type"] == "text")
    codes = [code for value in known.values() for code in (value.values() if isinstance(value, dict) else [value])]
    assert [code for code in codes if code in told] == []
