"""What was paid for each line, and the account of a refund, against sums that are worked out by hand or by brute force."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.connectors.orders import OrderLine, OrderRecord, PaymentRecord
from engine.services.shop.shares import freight_paid, goods_paid, shares_of
from engine.services.shop.statement import Statement, Wanted, draw_up, told
from tests.engine.connectors.sample_orders import SIGNED

CENT = Decimal("0.01")
HEADPHONES, CUP, GIFT = (
    OrderLine(1, "KZ-501", "耳机", 1, Decimal("300.00")),
    OrderLine(2, "WB-750", "保温杯", 2, Decimal("50.00")),
    OrderLine(3, "GF-001", "收纳盒", 1, Decimal("0.00"), Decimal("29.90")),
)


def order(paid: str = "400.00", freight: str = "0.00") -> OrderRecord:
    payment = PaymentRecord("PAY-1", "alipay", Decimal(paid), SIGNED.placed_at)
    return replace(SIGNED, lines=(HEADPHONES, CUP, GIFT), freight=Decimal(freight), payments=(payment,))


def account(wanted: Wanted, paid: str = "400.00", charged: str = "0.00", left: str = "400.00", **more) -> Statement:
    return draw_up(order(paid, charged), wanted, **({"before": {}, "left": Decimal(left)} | more))


def test_a_discount_is_shared_by_what_the_lines_cost() -> None:
    assert [share.paid for share in shares_of(order("360.00"))] == [
        Decimal("270.00"),
        Decimal("90.00"),
        Decimal("0.00"),
    ]


def test_freight_is_paid_last() -> None:
    assert (goods_paid(order("405.00", "8.00")), freight_paid(order("405.00", "8.00"))) == (Decimal("397.00"), 8)
    assert freight_paid(order("408.00", "8.00")) == Decimal("8.00")


def test_pieces_of_a_line_that_does_not_divide_give_the_line_together() -> None:
    [share] = [share for share in shares_of(order("399.99")) if share.sku == "WB-750"]
    assert share.of_pieces(0, 1) + share.of_pieces(1, 1) == share.paid


def test_one_piece_with_its_share_of_the_discount_goes_back() -> None:
    found = account(Wanted("WB-750", 1), paid="360.00", left="360.00")
    assert found.total == Decimal("45.00")
    assert found.lines("zh")[0] == "保温杯 ×1：¥50.00，优惠分摊或已退 -¥5.00，实付 ¥45.00"


def test_a_missing_gift_costs_its_stated_price_and_the_account_says_so() -> None:
    found = account(Wanted("KZ-501", deduction=Decimal("29.90")))
    assert found.total == Decimal("270.10")
    assert found.lines("zh") == ["耳机 ×1：¥300.00", "扣除缺失赠品标价：-¥29.90", "应退合计：¥270.10"]
    assert found.lines("en")[-1] == "Total: ¥270.10"
    assert [part.amount for part in found.parts] == [Decimal("270.10")]


def test_freight_goes_back_when_everything_does_by_the_sellers_fault() -> None:
    before = {2: (2, Decimal("100.00"))}
    more = {"paid": "408.00", "charged": "8.00", "left": "308.00", "before": before}
    assert account(Wanted("KZ-501", payer="seller"), **more).total == Decimal("308.00")
    assert account(Wanted("KZ-501", payer="buyer"), **more).total == Decimal("300.00")
    assert account(Wanted("KZ-501", payer="seller"), paid="408.00", charged="8.00").freight_back == 0


def test_a_partial_return_that_breaks_free_shipping_pays_the_freight() -> None:
    rules = {"free_from": Decimal(350), "freight": Decimal(8)}
    assert account(Wanted("KZ-501", payer="buyer_all"), **rules).total == Decimal("292.00")
    assert account(Wanted(everything=True, payer="buyer_all"), **rules).total == Decimal("400.00")


def test_what_went_back_already_does_not_go_back_again() -> None:
    before = {1: (0, Decimal("100.00")), 2: (1, Decimal("50.00"))}
    assert account(Wanted("KZ-501"), before=before, left="250.00").total == Decimal("200.00")
    assert account(Wanted("WB-750"), before=before, left="250.00").total == Decimal("50.00")
    assert account(Wanted("WB-750", 5), before=before, left="250.00").items[0].quantity == 1


def test_an_adjustment_lowers_and_never_lifts_above_what_was_paid() -> None:
    assert account(Wanted("KZ-501", adjustment=Decimal("-100"))).total == Decimal("200.00")
    assert account(Wanted("KZ-501", adjustment=Decimal("100"))).total == Decimal("300.00")
    assert account(Wanted("KZ-501", adjustment=Decimal("-900"))).total == 0


def test_the_account_of_plain_values_adds_up() -> None:
    kept = account(Wanted("KZ-501", deduction=Decimal("29.90")))
    plain = told(kept, {"buyer": kept})
    assert plain["by_payer"] == {"buyer": plain["computed"]} == {"buyer": plain["total"]}
    assert (plain["total"], plain["gift_off"]) == (270.1, 29.9)
    assert plain["parts"] == [{"line": 1, "quantity": 1, "amount": 270.1}]


@st.composite
def orders(draw) -> OrderRecord:
    count = draw(st.integers(1, 4))
    lines = tuple(
        OrderLine(place, draw(st.sampled_from("ABC")), "货", draw(st.integers(1, 4)), draw(cents(0, 30_000)))
        for place in range(1, count + 1)
    )
    goods = sum((line.amount for line in lines), Decimal(0))
    freight = draw(st.sampled_from((Decimal("0.00"), Decimal("8.00"))))
    paid = draw(cents(0, int((goods + freight) * 100)))
    payment = PaymentRecord("PAY", "alipay", paid, SIGNED.placed_at)
    return replace(SIGNED, number="P1", lines=lines, freight=freight, payments=(payment,))


def cents(least: int, most: int) -> st.SearchStrategy[Decimal]:
    return st.integers(least, most).map(lambda value: Decimal(value) / 100)


@settings(max_examples=300, deadline=None)
@given(order=orders())
def test_shares_and_freight_are_what_was_paid_to_the_cent(order: OrderRecord) -> None:
    shares = shares_of(order)
    assert sum(share.paid for share in shares) + freight_paid(order) == order.paid
    for share in shares:
        assert Decimal(0) <= share.paid <= share.unit_price * share.quantity
        pieces = [share.of_pieces(before, 1) for before in range(share.quantity)]
        assert sum(pieces) == share.paid
        assert max(pieces) - min(pieces) <= CENT


@settings(max_examples=300, deadline=None)
@given(order=orders(), data=st.data())
def test_the_words_and_the_parts_of_an_account_add_up_to_its_total(order: OrderRecord, data: st.DataObject) -> None:
    wanted = Wanted(
        data.draw(st.sampled_from("ABC")),
        data.draw(st.none() | st.integers(0, 5)),
        data.draw(st.booleans()),
        data.draw(st.sampled_from(("seller", "buyer", "buyer_all"))),
        data.draw(cents(0, 5000)),
        data.draw(cents(-20_000, 20_000)),
    )
    left = data.draw(cents(0, int(order.paid * 100)))
    found = draw_up(order, wanted, before={}, left=left, free_from=Decimal(99), freight=Decimal(8))
    assert Decimal(0) <= found.total <= left
    sums = [Decimal(line.rpartition(" ")[2].replace("¥", "").replace(",", "")) for line in found.lines("en")]
    assert sum(sums[:-1]) == sums[-1] == found.total
    for part, item in zip(found.parts, found.items, strict=True):
        assert Decimal(0) <= part.amount <= item.paid
    assert 0 <= found.total - sum(part.amount for part in found.parts) <= found.freight_back
