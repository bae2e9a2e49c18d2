"""Returns, told by the customer and by the people who work on them, each at a window of their own."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from engine.services.demo.dataset import customers
from tests.e2e.desk import appears, do_task, fill, jpeg, open_task, send
from tests.e2e.server import Server
from tests.e2e.staff import Staff

pytestmark = pytest.mark.browser
REQUEST = {"原因": "七日无理由", "希望的处理": "退货退款", "说明": "不喜欢这个颜色"}


def ask_for_return(page: Page, name: str, phone: str, order: str, sku: str, **changes: str) -> str:
    """File by the portal's form, go to the case's page, and return its number."""
    page.goto("/portal/")
    page.get_by_role("link", name="退货、换货或维修").click()
    about = {"客户姓名": name, "联系方式": phone, "订单号": order, "商品编码": sku}
    fill(page, about | REQUEST | changes)
    send(page)
    page.wait_for_url("**/portal/thanks")
    number = page.locator("#case-number").inner_text()
    page.get_by_role("link", name="查看进度").click()
    return number


def test_a_parcel_that_is_never_sent_is_asked_for_on_day_five_and_closed_on_day_seven(
    server: Server, window, picture
) -> None:
    customer, agent = window(), window("agent7")
    number = ask_for_return(customer, "胡浩然", "10000000018", "D900009", "JK-180")
    do_task(agent, number, "审核售后", {"处理方式": "退货退款", "运费承担": "买家", "审核意见": "符合七日无理由"})
    appears(customer, customer.url, customer.get_by_role("region", name="请寄回商品并填写快递单号"))
    server.pass_time(days=4, hours=23)
    customer.goto(customer.url)
    expect(customer.get_by_text("请寄回商品（", exact=False)).to_have_count(0)
    server.pass_time(hours=2)
    appears(customer, customer.url, customer.get_by_text("请寄回商品（", exact=False).first)
    server.pass_time(days=2)
    appears(agent, f"/desk/cases/{number}", agent.get_by_text("工单已结案：未寄回，已关闭。"))
    appears(customer, customer.url, customer.locator("#status", has_text="已结案"))
    expect(customer.get_by_role("region", name="请寄回商品并填写快递单号")).to_have_count(0)
    picture(customer, "never_sent")


def buyer(story: int) -> tuple[str, str]:
    """Name and phone of who has the demo's order D90000`story`."""
    found = [customer for customer in customers()[8:] if customer.language == "zh"][story - 1]
    return found.name, found.phone


def send_back(customer: Page) -> None:
    parcel = customer.get_by_role("region", name="请寄回商品并填写快递单号")
    appears(customer, customer.url, parcel)
    parcel.get_by_label("快递公司").fill("中通快递")
    parcel.get_by_label("快递单号").fill("ZT1234567890")
    parcel.get_by_role("button", name="已寄出").click()
    appears(customer, customer.url, customer.get_by_text("商品在路上，仓库签收后验货"))


@pytest.mark.full
def test_a_missing_gift_is_taken_off_the_refund_and_a_score_of_two_opens_the_case_again(
    server: Server, window, picture
) -> None:
    customer, warehouse = window(), window("warehouse")
    number = ask_for_return(customer, *buyer(1), "D900001", "KZ-501")
    desk, approver = Staff(server, customer, "gm"), Staff(server, customer, "manager")
    desk.reviews(remedy="return_refund", amount=200, freight_payer="buyer", review_note="符合七日无理由")
    send_back(customer)
    desk.receives(number)

    open_task(warehouse, number, "验货")
    warehouse.locator("[data-form] input[type=file]").set_input_files(
        {"name": "缺收纳盒.jpg", "mimeType": "image/jpeg", "buffer": jpeg()}
    )
    expect(warehouse.locator(".kf-file-list")).to_contain_text("缺收纳盒.jpg")
    fill(warehouse, {"收到数量": 1, "成色": "已拆封", "配件齐全": True, "赠品缺失": True, "赠品标价（元）": 29.9})
    send(warehouse)

    finding = customer.get_by_role("region", name="验货结果，等您确认")
    appears(customer, customer.url, finding)
    expect(finding).to_contain_text("部分退款")
    expect(finding).to_contain_text("29.90")
    expect(finding).to_contain_text("170.10")
    picture(customer, "portal-finding")
    finding.get_by_role("button", name="同意", exact=True).click()
    customer.get_by_role("dialog").get_by_role("button", name="确定").click()
    approver.completes("approve_plan", approved=True, approval_note="同意")
    appears(customer, customer.url, customer.get_by_text("已退款").first)
    expect(customer.locator("main")).to_contain_text("170.10")

    page = customer.url
    server.pass_time(hours=26)
    survey = customer.locator("a[href*='/portal/s/']")
    appears(customer, page, survey)
    survey.first.click()
    customer.get_by_text("解决了", exact=True).click()
    customer.get_by_text("2", exact=True).click()
    customer.get_by_role("button", name="提交").click()
    expect(customer.get_by_text("谢谢您的评价")).to_be_visible()
    agent = window("agent5")
    again = agent.locator("#inbox tr", has_text=number).filter(
        has=agent.get_by_role("link", name="核实投诉", exact=True)
    )
    appears(agent, f"/desk/?q={number}", again)


@pytest.mark.full
def test_an_exchange_without_stock_becomes_a_refund_when_its_customer_says_so(server: Server, window, picture) -> None:
    customer = window()
    wishes = {"原因": "质量问题", "希望的处理": "换货", "说明": "按键失灵"}
    number = ask_for_return(customer, *buyer(2), "D900002", "KB-087", **wishes)
    desk, approver = Staff(server, customer, "gm"), Staff(server, customer, "manager")
    desk.reviews(remedy="exchange", amount=0, freight_payer="seller", review_note="质量问题，换新")
    send_back(customer)
    desk.receives(number)
    found = {"received_quantity": 1, "grade": "opened", "accessories_complete": True, "gift_missing": False}
    desk.completes("inspect", **found)

    choice = customer.get_by_role("region", name="换货暂时缺货，请您选择")
    appears(customer, customer.url, choice)
    picture(customer, "portal-no-stock")
    choice.get_by_role("button", name="改为退款").click()
    customer.get_by_role("dialog").get_by_role("button", name="确定").click()
    approver.completes("approve_plan", approved=True, approval_note="同意")
    appears(customer, customer.url, customer.get_by_text("已退款").first)
