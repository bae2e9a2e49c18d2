"""The account of what goes back: what somebody decided is what is paid, whoever bears the freight."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.connectors.orders import OrderRecord
from engine.services.shop.statement import FREIGHT_PAYERS, Statement, Wanted, draw_up
from tests.engine.connectors.sample_orders import SIGNED
from tests.engine.services.shop.test_shares import cents, orders

PAYERS = st.sampled_from(FREIGHT_PAYERS)


def account(order: OrderRecord, wanted: Wanted, left: Decimal) -> Statement:
    return draw_up(order, wanted, before={}, left=left, free_from=Decimal("0.01"), freight=Decimal("10.00"))


@settings(max_examples=200, deadline=None)
@given(orders(), PAYERS, PAYERS, cents(0, 40_000), cents(0, 40_000), st.sampled_from("ABC"), st.integers(1, 3))
def test_a_reviewer_who_changes_the_payer_and_the_amount_pays_that_amount_and_the_freight_is_taken_off_once(
    order: OrderRecord, proposed: str, chosen: str, amount: Decimal, left: Decimal, sku: str, quantity: int
) -> None:
    wanted = Wanted(sku, quantity, payer=proposed)
    by_payer = {payer: account(order, replace(wanted, payer=payer), left).computed for payer in FREIGHT_PAYERS}
    # As the diagram does it (return_review): what was entered, less what is computed for the payer who was chosen.
    reviewed = replace(wanted, payer=chosen, adjustment=amount - by_payer[chosen])
    paid = account(order, reviewed, left)
    most = min(left, sum((item.paid for item in paid.items), Decimal(0)) + paid.freight_back)
    assert paid.total == min(amount, most)
    left_empty = account(order, replace(wanted, payer=chosen), left)
    assert left_empty.total == by_payer[chosen]


def test_the_freight_that_is_no_longer_free_is_taken_off_what_is_computed_and_not_off_what_was_decided() -> None:
    order = replace(SIGNED, freight=Decimal(0))
    wanted = Wanted("KZ-501", 1, payer="buyer_all")
    computed = account(order, wanted, Decimal(806)).computed
    assert computed == Decimal("389.00")
    decided = account(order, replace(wanted, adjustment=Decimal("389.00") - computed), Decimal(806))
    assert decided.total == Decimal("389.00")
    assert decided.lines("zh")[-1] == "应退合计：¥389.00"
