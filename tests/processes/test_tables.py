"""The decision tables say what the desk's rules say; the order of their rows matters."""

from __future__ import annotations

from typing import Any

import pytest

from engine.decisions import decide_outcome
from tests.processes.diagram import PROCESSES


def ask(table: str, **context: Any) -> Any:
    outcome = decide_outcome((PROCESSES / "decisions" / f"{table}.dmn").read_bytes(), table, context)
    assert outcome.failed is None
    return outcome.value


@pytest.mark.parametrize(
    ("amount", "compensation", "level"),
    [
        (0, False, "agent"),
        (50, False, "agent"),
        (50.01, False, "supervisor"),
        (500, False, "supervisor"),
        (500.01, False, "manager"),
        (5000, False, "manager"),
        (5000.01, False, "general_manager"),
        (1, True, "manager"),
        (5000.01, True, "general_manager"),
    ],
)
def test_approval_goes_by_amount_and_compensation_at_least_to_the_manager(amount, compensation, level) -> None:
    assert ask("approval", amount=amount, compensation=compensation) == level


@pytest.mark.parametrize(
    ("risk", "major", "tier", "channel", "expected"),
    [
        ("injury", False, "C", "email", ("critical", "PT30M", "PT24H")),
        ("regulator", True, "B", "phone", ("critical", "PT30M", "PT24H")),
        ("none", True, "A", "online", ("critical", "PT30M", "PT24H")),
        ("none", True, "B", "online", ("major", "PT2H", "PT48H")),
        ("none", False, "A", "email", ("major", "PT2H", "PT48H")),
        ("none", False, "A", "online", ("major", "PT30M", "PT48H")),
        ("none", False, "A", "phone", ("major", "PT30M", "PT48H")),
        ("none", False, "B", "email", ("normal", "PT24H", "PT72H")),
        ("none", False, "C", "online", ("normal", "PT30M", "PT72H")),
        (None, False, None, None, ("normal", "PT30M", "PT72H")),
    ],
)
def test_severity_goes_by_risk_then_by_major_and_tier_a_is_one_level_up(risk, major, tier, channel, expected) -> None:
    found = ask("severity", risk=risk, major=major, tier=tier, channel=channel)
    assert (found["level"], found["response_limit"], found["resolution_limit"]) == expected


ORDER = {
    "order_state": "signed", "reason": "no_reason", "exception": None, "exclusion_confirmed": False,
    "days_since_signed": 3, "intact": True, "repairs": 0, "in_warranty": True,
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "remedy"),
    [
        ({}, "return_refund"),
        ({"order_state": "unshipped"}, "cancel"),
        ({"order_state": "lost"}, "refund_only"),
        ({"reason": "counterfeit"}, "refund_only"),
        ({"exception": "perishable"}, "refuse"),
        ({"exclusion_confirmed": True}, "refuse"),
        ({"days_since_signed": 7}, "return_refund"),
        ({"days_since_signed": 8}, "supervisor"),
        ({"intact": False}, "supervisor"),
        ({"reason": "quality", "exception": "custom", "days_since_signed": 7, "intact": False}, "return_refund"),
        ({"reason": "quality", "days_since_signed": 8}, "exchange"),
        ({"reason": "quality", "days_since_signed": 15}, "exchange"),
        ({"reason": "quality", "days_since_signed": 16}, "repair"),
        ({"reason": "quality", "days_since_signed": 40, "repairs": 2}, "exchange"),
        ({"reason": "quality", "days_since_signed": 400, "in_warranty": False}, "supervisor"),
    ],
)
def test_what_may_be_returned_follows_the_seven_days_and_the_three_guarantees(change, remedy) -> None:
    assert ask("return_eligibility", **ORDER | change)["remedy"] == remedy


def test_a_refusal_and_a_counterfeit_say_why() -> None:
    assert ask("return_eligibility", **ORDER | {"exception": "press"})["reason"]
    assert ask("return_eligibility", **ORDER | {"reason": "counterfeit"})["major"] is True


@pytest.mark.parametrize(
    ("reason", "breaks", "payer"),
    [("quality", True, "seller"), ("wrong_item", False, "seller"), ("no_reason", False, "buyer"),
     ("no_reason", True, "buyer_all")],
)  # fmt: skip
def test_freight_is_the_sellers_for_faults_and_the_buyers_without_reason(reason, breaks, payer) -> None:
    assert ask("freight", reason=reason, breaks_free_shipping=breaks) == payer


SOUND = {"wrong_item": False, "transit_damage": False, "used": False, "gift_missing": False, "amount": 199}


@pytest.mark.parametrize(
    ("change", "outcome", "amount"),
    [
        ({}, "full", 199),
        ({"gift_missing": True, "gift_price": 20}, "partial", 179),
        ({"gift_missing": True, "gift_price": 300}, "partial", 0),
        ({"used": True}, "ship_back", 0),
        ({"wrong_item": True, "transit_damage": True}, "ship_back", 0),
        ({"transit_damage": True, "used": True}, "carrier_claim", 199),
    ],
)
def test_an_inspection_means_what_its_first_matching_row_says(change, outcome, amount) -> None:
    found = ask("inspection", **SOUND | {"gift_price": None} | change)
    assert (found["outcome"], found["amount"]) == (outcome, amount)


@pytest.mark.parametrize(
    ("tier", "channel", "consent", "method", "script"),
    [
        ("A", "phone", False, "none", "none"),
        ("A", "online", True, "call", "tier_a"),
        ("B", "online", True, "call", "tier_bc"),
        ("C", "phone", None, "call", "tier_bc"),
        ("C", "online", True, "survey", "tier_bc"),
    ],
)
def test_a_callback_goes_by_consent_then_tier_then_channel(tier, channel, consent, method, script) -> None:
    found = ask("callback_plan", tier=tier, channel=channel, consent=consent)
    assert (found["method"], found["script"]) == (method, script)


def test_limits_are_one_context_for_each_process() -> None:
    found = ask("deadlines", process="escalation")
    assert found["supervisor_contact"] == "PT24H"
    assert ask("deadlines", process="complaint")["reopen_limit"] == 2
