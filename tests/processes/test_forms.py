"""What the shipped forms refuse: sums of nothing, promises that are broken already, contacts that have not been made."""

from datetime import UTC, datetime
from typing import Any

import pytest

from engine.forms import parse_form, validate
from tests.processes.diagram import PROCESSES

NOW = datetime(2026, 9, 30, 15, 30, tzinfo=UTC)  # 23:30 of the day before the National Day


def refused(form: str, **data: Any) -> dict[str, str]:
    parsed = parse_form((PROCESSES / "forms" / f"{form}.form").read_text(encoding="utf-8"))
    found = validate(parsed, data, {}, now=NOW, zone="Asia/Shanghai")
    return {error.path: error.code for error in found.errors if error.path in data}


@pytest.mark.parametrize(
    ("form", "field", "fine", "wrong", "code"),
    [
        ("complaint_verify", "promised_at", "2026-09-30T23:31+08:00", "2026-09-30T23:29+08:00", "earliest"),
        ("consultation_answer", "promised_at", "2026-10-01T00:00+08:00", "2026-09-30T10:00+08:00", "earliest"),
        ("complaint_start", "received_at", "2026-09-30T23:25+08:00", "2026-10-01T09:00+08:00", "latest"),
        ("escalation_contact", "contacted_at", "2026-09-30T23:30+08:00", "2026-10-01T09:00+08:00", "latest"),
        ("urgent_contact", "contacted_at", "2026-09-30T23:30+08:00", "2026-10-01T09:00+08:00", "latest"),
        ("evidence_pack", "submitted_on", "2026-09-30", "2026-10-01", "latest"),
        ("repair", "repaired_on", "2026-09-30", "2026-10-01", "latest"),
        ("corrective_action", "action_due", "2026-09-30", "2026-09-29", "earliest"),
    ],
)
def test_a_moment_is_one_that_can_be(form: str, field: str, fine: str, wrong: str, code: str) -> None:
    others = {"complex": True} if form == "consultation_answer" else {}
    assert refused(form, **others, **{field: fine}) == {}
    assert refused(form, **others, **{field: wrong}) == {field: code}


def test_a_payment_by_hand_was_made_today_or_before() -> None:
    paid = {"payment_result": "paid", "payment_reference": "B-1"}
    assert refused("refund_by_hand", **paid, paid_at="2026-09-30") == {}
    assert refused("refund_by_hand", **paid, paid_at="2026-10-01") == {"paid_at": "latest"}


def test_a_leave_does_not_end_before_it_begins() -> None:
    assert refused("leave_start", leave_from="2026-10-08T09:00", leave_to="2026-10-07T18:00") == {
        "leave_to": "earliest"
    }
    assert refused("leave_start", leave_from="2026-10-08T09:00", leave_to="2026-10-08T18:00") == {}


@pytest.mark.parametrize(("remedy", "answer"), [("refund", "min"), ("compensation", "min"), ("return_refund", None)])
def test_money_that_is_promised_is_a_sum(remedy: str, answer: str | None) -> None:
    expected = {"amount": answer} if answer else {}
    assert refused("complaint_plan", justified=True, remedy=remedy, amount=0) == expected
    assert refused("escalation_plan", answer="accepted", remedy=remedy, amount=0) == expected
