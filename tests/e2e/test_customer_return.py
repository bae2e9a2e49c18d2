"""A customer's whole return on a phone: which article may go back and why not, photos, the parcel, the refund, the survey."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.axe import violations
from tests.e2e.conftest import PHONE
from tests.e2e.desk import appears, jpeg
from tests.e2e.server import Server
from tests.e2e.staff import Staff

pytestmark = pytest.mark.browser
# Orders of the demo, signed for before the story begins.
BUYER, ORDER, ARTICLE = "10000000008", "D000038", "真无线蓝牙耳机"
OTHER_BUYER, OTHER_ORDER, REFUSED = "10000000009", "D000099", "内裤三条装"


def test_a_return_from_the_order_to_the_survey_on_a_phone(server: Server, window, picture) -> None:
    customer: Page = window()
    assert customer.viewport_size == PHONE
    open_my_orders(customer)
    picture(customer, "portal-orders")
    customer.get_by_role("link", name=ORDER).click()
    expect(customer.get_by_role("heading", name=f"订单 {ORDER}")).to_be_visible()
    fits(customer)
    customer.get_by_role("link", name=f"退换修 {ARTICLE}").click()
    expect(choice(customer, "质量问题")).to_contain_text("可以：换货、维修 · 运费我们承担")
    picture(customer, "portal-reasons")
    choice(customer, "其他").get_by_role("link").click()
    customer.get_by_label("退货退款", exact=True).check()
    customer.get_by_label("说明").fill("买错了颜色，没有拆封")
    photos = [{"name": f"{name}.jpg", "mimeType": "image/jpeg", "buffer": jpeg()} for name in ("正面", "背面")]
    customer.get_by_label("照片与凭证").set_input_files(photos)
    fits(customer)
    customer.get_by_role("button", name="提交申请").click()
    number = customer.locator("#case-number").inner_text()
    assert violations(customer) == []

    customer.get_by_role("link", name="查看进度").click()
    appears(customer, customer.url, customer.get_by_text("主管正在审核您的申请"))
    expect(customer.get_by_text("背面.jpg").first).to_be_visible()
    expect(customer.locator(".kf-way-now")).to_have_text("审核")
    picture(customer, "portal-review")
    page = customer.url
    reviewer, approver = Staff(server, customer, "gm"), Staff(server, customer, "manager")
    reviewed = {"remedy": "return_refund", "amount": 299, "freight_payer": "buyer", "review_note": "同意，请寄回"}
    reviewer.completes("review_by_supervisor", **reviewed)

    parcel = customer.get_by_role("region", name="请寄回商品并填写快递单号")
    appears(customer, page, parcel)
    expect(customer.get_by_role("region", name="我们的消息")).to_contain_text("物流园")
    expect(customer.get_by_text("过期会关闭申请")).to_be_visible()
    fits(customer)
    picture(customer, "portal-send-back")
    customer.goto("/portal/mine")
    duty = customer.get_by_role("region", name="需要您处理")
    expect(duty).to_contain_text("请填快递单号")
    duty.get_by_role("link").click()
    parcel.get_by_label("快递公司").fill("中通快递")
    parcel.get_by_label("快递单号").fill("ZT1234567890")
    parcel.get_by_role("button", name="已寄出").click()
    appears(customer, page, customer.get_by_text("商品在路上，仓库签收后验货"))

    reviewer.receives(number)
    inspected = {"received_quantity": 2, "grade": "new", "accessories_complete": True, "gift_missing": False}
    reviewer.completes("inspect", **inspected)
    appears(customer, page, customer.get_by_text("退款正在审批"))
    approver.completes("approve_plan", approved=True, approval_note="同意")
    appears(customer, page, customer.get_by_text("已退款").first)
    picture(customer, "portal-refunded")

    server.pass_time(hours=26)
    survey = customer.locator("a[href*='/portal/s/']")
    appears(customer, page, survey)
    survey.first.click()
    expect(customer.get_by_text("问题解决了吗？")).to_be_visible()
    fits(customer, whole=True)
    assert violations(customer) == []
    picture(customer, "portal-survey")
    customer.get_by_text("解决了", exact=True).click()
    customer.get_by_text("5", exact=True).click()
    customer.get_by_role("button", name="提交").click()
    expect(customer.get_by_text("谢谢您的评价")).to_be_visible()
    open_my_orders(customer)  # a day later the browser has to prove it again
    customer.get_by_text("已结束的服务单").click()
    expect(customer.get_by_role("link", name=number)).to_be_visible()
    customer.goto(f"/portal/orders/{ORDER}")
    expect(customer.get_by_role("link", name=number)).to_contain_text("已退款")


def test_a_customer_reads_in_their_language_why_not_and_sees_nothing_of_others(server: Server, window, picture) -> None:
    customer: Page = window()
    open_my_orders(customer, OTHER_BUYER)
    # Their file says English; a button changes the page.
    expect(customer.get_by_role("heading", name="My orders", exact=True)).to_be_visible()
    customer.get_by_role("link", name=OTHER_ORDER).click()
    customer.get_by_role("link", name=f"Return, exchange, repair {REFUSED}").click()
    expect(customer.get_by_text("You agreed when buying that it cannot be returned without a reason")).to_be_visible()
    fits(customer)
    picture(customer, "portal-why-not-english")
    customer.get_by_role("button", name="中文").click()
    expect(choice(customer, "七日无理由")).to_contain_text("购买时已确认不适用无理由退货")
    expect(choice(customer, "七日无理由")).to_contain_text("不能办理")
    picture(customer, "portal-why-not")
    assert customer.request.get(f"/portal/orders/{ORDER}").status == 404


def open_my_orders(customer: Page, phone: str = BUYER) -> None:
    """By the code, which a desk in test mode shows in place of sending it."""
    customer.goto("/portal/")
    customer.get_by_role("link", name="我的订单与售后").click()
    customer.get_by_label("手机号或邮箱").fill(phone)
    customer.get_by_role("button", name="发送验证码").click()
    customer.get_by_label("验证码").fill(customer.locator("#shown-code").inner_text())
    customer.get_by_role("button", name="打开").click()
    customer.wait_for_url("**/portal/mine")


def choice(customer: Page, reason: str) -> Locator:
    heading = customer.get_by_role("heading", name=reason)
    return customer.get_by_role("listitem").filter(has=heading)


def fits(customer: Page, whole: bool = False) -> None:
    """Nothing sticks out at the side; `whole`: nor below."""
    width, height = customer.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
    assert width <= PHONE["width"]
    assert not whole or height <= PHONE["height"]
