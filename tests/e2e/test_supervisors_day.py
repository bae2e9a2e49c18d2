"""A day's work of a supervisor, in Chinese and in English, in the words that they read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import DESKTOP
from tests.e2e.desk import appears, file_complaint, local
from tests.e2e.server import ADMIN, Server
from tests.e2e.staff import Staff
from tests.pages import BROKEN

pytestmark = [pytest.mark.browser, pytest.mark.full]
LEAD, COLLEAGUE, COLLEAGUES_NAME = "aftersales", "agent5", "徐文博"
WRITERS = {
    "zh": [("赵一", "13900000001"), ("钱二", "13900000002"), ("孙三", "13900000003")],
    "en": [("Ann", "13900000011"), ("Ben", "13900000012"), ("Cam", "13900000013")],
}
Say = Callable[[str, str], str]


@pytest.fixture
def unclear(server: Server) -> Iterator[None]:
    """A diagram whose gateway finds no way for the sum of 1."""
    with httpx.Client(base_url=server.url, auth=ADMIN, timeout=60, trust_env=False) as client:
        client.post("/v2/deployments", files={"resources": ("broken.bpmn", BROKEN.encode())}).raise_for_status()
        body = {"processDefinitionId": "broken", "variables": {"amount": 1}}
        client.post("/v2/process-instances", json=body).raise_for_status()
        yield


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_supervisors_day(
    server: Server, window: Callable[..., Page], unclear: None, picture, tmp_path: Path, language: str
) -> None:
    def say(chinese: str, english: str) -> str:
        return {"zh": chinese, "en": english}[language]

    customer, writers = window(), WRITERS[language]
    offered = files(customer, *writers[0])
    plans(server, customer)
    first, second = (files(customer, *writer) for writer in writers[1:])
    page = window(LEAD, language, DESKTOP)
    approves(page, say, offered)
    server.pass_time(minutes=40)
    sees_what_is_late(page, say, first, second)
    picture(page, f"lead-{language}-board")
    asks_for_mail(page, say)
    gives_one_away(page, say, first)
    gives_many_away(page, say, first, second)
    changes_priority_and_deadline(page, server, say, first)
    takes_over(page, say, second)
    goes_from_the_diagram_to_the_cases(page, say, second)
    goes_from_the_figures_to_the_cases(page, say, second, tmp_path)
    repairs(page, say)


def files(customer: Page, name: str, phone: str) -> str:
    return file_complaint(customer, **{"客户姓名": name, "联系方式": phone})


def plans(server: Server, page: Page) -> None:
    """The newest case is verified, investigated and given a plan of 300, which is more than an agent may approve."""
    agent = Staff(server, page, "gm")
    agent.completes("verify_complaint", matter="耳机没有声音", cause="quality", wanted_remedy="refund", risk="none",
                    agent_can_solve=True, departments=["agent"], promised_at=zoned(server, days=2))  # fmt: skip
    agent.completes("investigate", owner="李工", finding="左声道断线", cause_code="quality")
    agent.completes("plan_remedy", justified=True, cause_code="quality", remedy="refund", amount=300, plan_note="退款")


def zoned(server: Server, **later: float) -> str:
    return local(server, **later).replace(" ", "T") + ":00+08:00"


def approves(page: Page, say: Say, number: str) -> None:
    task = say("审批方案", "Approve the plan")
    row = page.locator("#inbox tr", has_text=number)
    appears(page, f"/desk/?q={number}", row.filter(has_text=task))
    row.get_by_role("button", name=say("领取", "Claim")).click()
    expect(page.locator("h1")).to_have_text(task)
    expect(page.locator("[data-form]")).to_contain_text("300")
    page.locator("[data-form]").get_by_label(say("同意", "Approved"), exact=True).check()
    page.locator("[data-form] button[type=submit]").click()
    said(page, say(f"已提交：{task}", f"Sent: {task}"))


def sees_what_is_late(page: Page, say: Say, *numbers: str) -> None:
    go(page, say("看板", "Board"))
    late = page.get_by_role("region", name=say("已超时", "Overdue"))
    for number in numbers:
        expect(late.get_by_role("link", name=number, exact=True)).to_be_visible(timeout=30_000)
    late.get_by_role("link", name=numbers[0], exact=True).click()
    expect(page.locator("#now")).to_contain_text(say("核实投诉", "Verify the complaint"))
    go(page, say("看板", "Board"))


def asks_for_mail(page: Page, say: Say) -> None:
    wanted, refused = say("邮件预警", "Alerts by mail"), say("停止邮件预警", "Stop alerts by mail")
    page.get_by_role("button", name=wanted, exact=True).click()
    page.get_by_role("button", name=refused).click()
    expect(page.get_by_role("button", name=wanted, exact=True)).to_be_visible()


def gives_one_away(page: Page, say: Say, number: str) -> None:
    late = page.get_by_role("region", name=say("已超时", "Overdue"))
    late.get_by_role("link", name=say(f"调整 {number}", f"Adjust {number}")).first.click()
    to = page.locator("form", has=page.locator("select[name=username]")).first
    to.get_by_label(say("转给", "Give to")).select_option(COLLEAGUE)
    to.get_by_label(say("原因", "Reason")).fill(say("他熟悉耳机", "Knows earphones"))
    to.get_by_role("button", name=say("转派", "Reassign")).click()
    said(page, say("已转派 1 个任务", "1 task was reassigned"))
    expect(page.locator("#tasks").locator("xpath=ancestor::section")).to_contain_text(COLLEAGUES_NAME)


def gives_many_away(page: Page, say: Say, *numbers: str) -> None:
    go(page, say("看板", "Board"))
    page.get_by_role("link", name=say("全部任务", "All tasks")).click()
    for number in numbers:
        task(page, say, number).get_by_role("checkbox").check()
    page.get_by_label(say("转给", "Give to")).select_option("agent6")
    page.get_by_label(say("原因", "Reason")).fill(say("徐文博请假", "He is on leave"))
    page.get_by_role("button", name=say("转派", "Reassign")).click()
    said(page, say("已转派 2 个任务", "2 tasks were reassigned"))
    for number in numbers:
        expect(task(page, say, number)).to_contain_text("孙雨桐")


def changes_priority_and_deadline(page: Page, server: Server, say: Say, number: str) -> None:
    why = say("客户明天出国", "The customer travels tomorrow")
    page.goto(f"/board/cases/{number}")
    form = page.locator("form", has=page.locator("input[name=priority]")).filter(visible=True).first
    form.get_by_label(say("优先级（0–100）", "Priority (0–100)")).fill("95")
    form.get_by_label(say("到期时间", "Due")).fill(local(server, hours=3).replace(" ", "T"))
    form.get_by_label(say("原因", "Reason")).fill(why)
    form.get_by_role("button", name=say("保存", "Save")).click()
    said(page, say("原因已写入时间线", "the reason is on the timeline"))
    clock = page.locator("form[action*='/clocks/']").first
    clock.get_by_label(say("新的时限", "New deadline")).fill(local(server, days=4).replace(" ", "T"))
    clock.get_by_label(say("原因", "Reason")).fill(why)
    clock.get_by_role("button", name=say("移动", "Move")).click()
    said(page, say("原因已写入时间线", "the reason is on the timeline"))
    page.goto(f"/desk/cases/{number}")
    told = page.locator("#timeline").get_by_text(why)
    expect(told.first).to_be_visible()
    assert told.count() >= 2


def takes_over(page: Page, say: Say, number: str) -> None:
    """The late answer has escalated the case: the supervisor claims the talk with the customer."""
    name = say("主管联系客户", "Supervisor contacts")
    row = page.locator("#inbox tr", has_text=number).filter(has_text=name)
    appears(page, f"/desk/?q={number}", row)
    row.get_by_role("button", name=say("领取", "Claim")).click()
    expect(page.locator("h1")).to_have_text(name)
    expect(page.locator("[data-form] .fjs-form")).to_be_visible()


def goes_from_the_diagram_to_the_cases(page: Page, say: Say, number: str) -> None:
    go(page, say("热力图", "Heat map"))
    page.get_by_role("link", name=say("投诉", "Complaint"), exact=False).first.click()
    expect(page.locator(".kf-diagram .djs-container")).to_be_visible()
    name = say("核实投诉", "Verify the complaint")
    page.get_by_role("row", name=name).get_by_role("link").first.click()
    expect(page.locator("h1")).to_contain_text(name)
    expect(page.get_by_role("link", name=number, exact=True)).to_be_visible()


def goes_from_the_figures_to_the_cases(page: Page, say: Say, number: str, tmp_path: Path) -> None:
    go(page, say("指标", "Figures"))
    name = say("登记工单", "Cases registered")
    page.locator(".card-body", has_text=name).get_by_role("link").first.click()
    expect(page.locator("h1")).to_contain_text(name)
    expect(page.get_by_role("link", name=number, exact=True)).to_be_visible()
    page.get_by_role("link", name=say("回到指标", "Back to the figures")).click()
    with page.expect_download() as coming:
        page.get_by_role("link", name="CSV").click()
    coming.value.save_as(tmp_path / "figures.csv")
    assert name in (tmp_path / "figures.csv").read_text("utf-8-sig")


def repairs(page: Page, say: Say) -> None:
    """What stands still because of a wrong sum goes on with the right one."""
    go(page, say("看板", "Board"))
    stopped = page.locator("#incidents")
    expect(stopped).to_contain_text(say("没有一个条件成立", "No condition holds"))
    stopped.get_by_role("link", name="金额大？").click()
    page.get_by_label("amount").fill("20")
    page.get_by_role("button", name=say("保存并重试", "Save and try again")).click()
    go(page, say("看板", "Board"))
    expect(page.locator("#incidents")).not_to_contain_text("金额大？")


def task(page: Page, say: Say, number: str) -> Locator:
    return page.locator("main tbody tr", has_text=number).filter(has_text=say("核实投诉", "Verify the complaint"))


def go(page: Page, where: str) -> None:
    """By the menu, or by what is behind “more”."""
    link = page.locator("header nav").get_by_role("link", name=where, exact=True)
    if not link.is_visible():
        page.locator("header nav summary").click()
    link.click()


def said(page: Page, words: str) -> None:
    expect(page.get_by_role("status").filter(has_text=words)).to_be_visible()
