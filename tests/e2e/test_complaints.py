"""Two complaints, told by the people who work on them, each at a window of their own, while the server is killed among them."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.axe import violations
from tests.e2e.desk import appears, do_task, file_complaint, fill, local, open_task, saves, send
from tests.e2e.server import Server

pytestmark = pytest.mark.browser


def test_a_refused_offer_is_settled_by_the_supervisor_though_the_server_dies_twice(
    server: Server, window, picture
) -> None:
    customer, agent, colleague = window(), window("agent5"), window("agent6")
    supervisor, second = window("aftersales"), window("presales")

    number = file_complaint(customer, photo="耳机.jpg")
    do_task(agent, number, "核实投诉", {"承诺答复时间": local(server, days=2)})
    expect(agent.locator("#facts-files").locator("..").locator("..")).to_contain_text("耳机.jpg")
    do_task(agent, number, "调查原因", {"责任人": "李工", "调查结果": "左声道断线", "原因归类": "商品质量"})
    picture(agent, "case", afresh=True)
    plan = {
        "投诉成立": True,
        "原因归类": "商品质量",
        "解决措施": "退款",
        "金额（元）": 30,
        "方案说明": "退还部分货款，商品由您留用。",
    }
    do_task(agent, number, "制定方案", plan)
    expect(agent.locator(".kf-diagram .djs-container")).to_be_visible()

    server.kill()
    server.start()

    do_task(colleague, number, "审批方案", {"同意": True})
    do_task(agent, number, "与客户商谈", {"客户答复": "待客户回复", "沟通记录": "已电话说明，等客户答复"})
    customer.get_by_role("link", name="查看进度").click()
    offer = customer.get_by_role("region", name="我们的方案，等您答复")
    appears(customer, customer.url, offer)
    expect(offer).to_contain_text("¥30.00")
    picture(customer, "portal")
    offer.get_by_text("不接受", exact=True).click()
    offer.get_by_label("为什么不接受").fill("三十元不够，请按合理金额退款")
    offer.get_by_role("button", name="不接受，交给主管").click()
    appears(customer, customer.url, customer.locator("#status", has_text="主管处理中"))

    server.pass_time(hours=2)
    appears(supervisor, "/board/", supervisor.get_by_role("region", name="已升级").get_by_role("link", name=number))
    contact = {"联系时间": local(server), "联系方式": "电话", "客户诉求": "多退一些", "重新评估": "客户诉求合理"}
    do_task(supervisor, number, "主管联系客户", contact)
    open_task(supervisor, number, "制定新方案")
    fill(supervisor, {"与客户商谈的结果": "客户接受新方案"})
    with supervisor.expect_response(lambda answer: saves(answer, "退款一百二十元")):
        fill(supervisor, {"新方案": "退款", "金额（元）": 120, "方案说明": "退款一百二十元"})
    server.kill()
    send(supervisor)
    expect(supervisor.get_by_role("alert")).to_contain_text("网络不通")
    server.start()
    send(supervisor)
    expect(supervisor.get_by_role("status").filter(has_text="已提交：制定新方案")).to_be_visible()
    do_task(second, number, "审批方案", {"同意": True})
    do_task(supervisor, number, "交还经办人", {"交还给": "agent5", "交接说明": "按新方案退款"})
    appears(customer, customer.url, customer.get_by_text("¥120"))

    server.pass_time(hours=26)
    rate(customer, "解决了", 5)
    appears(agent, f"/desk/cases/{number}", agent.get_by_text("工单已结案：已解决。"))
    timeline = agent.locator("#timeline").inner_text()
    assert len(re.findall("退款成功", timeline)) == 1, timeline


def test_a_case_that_no_supervisor_answers_within_a_day_becomes_the_managers(server: Server, window) -> None:
    customer, supervisor, manager = window(), window("aftersales"), window("manager")
    number = file_complaint(customer, **{"客户姓名": "李强", "联系方式": "13900139000"})
    customer.get_by_role("link", name="查看进度").click()
    appears(customer, customer.url, customer.get_by_role("link", name="要求主管介入"))
    customer.get_by_role("link", name="要求主管介入").click()
    assert violations(customer) == []
    customer.get_by_label("想对主管说什么").fill("客服一直没有回音")
    customer.get_by_role("button", name="提交给主管").click()
    expect(customer.get_by_role("status")).to_contain_text("已转给主管")

    task = supervisor.locator("#inbox tr", has_text=number)
    appears(supervisor, f"/desk/?q={number}", task.filter(has_text="主管联系客户"))
    manager.goto(f"/desk/?q={number}")
    expect(manager.locator("#inbox")).to_contain_text("没有符合条件的任务")

    server.pass_time(hours=23, minutes=50)
    supervisor.goto(f"/desk/?q={number}")
    expect(task.filter(has_text="主管联系客户")).to_be_visible()

    server.pass_time(minutes=11)
    appears(
        manager, f"/desk/?q={number}", manager.locator("#inbox tr", has_text=number).filter(has_text="经理联系客户")
    )
    supervisor.goto(f"/desk/?q={number}")
    expect(task.filter(has_text="主管联系客户")).to_have_count(0)
    contact = {"联系时间": local(server), "联系方式": "电话", "客户诉求": "尽快退款", "重新评估": "延误由我方造成"}
    do_task(manager, number, "经理联系客户", contact)
    appears(supervisor, f"/desk/?q={number}", task.filter(has_text="制定新方案"))


def rate(customer: Page, solved: str, score: int) -> None:
    """Follow the survey's link from the messages of the case, and answer it."""
    survey = customer.locator("a[href*='/portal/s/']")
    case = customer.url
    appears(customer, case, survey)
    survey.first.click()
    customer.get_by_text(solved, exact=True).click()
    customer.get_by_text(str(score), exact=True).click()
    customer.get_by_role("button", name="提交").click()
    expect(customer.get_by_text("谢谢您的评价")).to_be_visible()
    customer.goto(case)
