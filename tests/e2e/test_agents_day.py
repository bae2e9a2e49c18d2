"""A day's work of an agent, in Chinese and in English, in the words that they read."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.axe import violations
from tests.e2e.conftest import DESKTOP
from tests.e2e.desk import appears, file_complaint, fill, local, send
from tests.e2e.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.full]
AGENT, COLLEAGUE, THEIR_NAME = "agent5", "agent6", "孙雨桐"
# Who calls and who writes: a language has its own, because whoever had a customer before is given them again.
CALLER = {"zh": ("10000000008", "D000038"), "en": ("10000000012", "D900003")}
WRITERS = {
    "zh": [("赵一", "13900000001"), ("钱二", "13900000002"), ("孙三", "13900000003")],
    "en": [("Ann", "13900000011"), ("Ben", "13900000012"), ("Cam", "13900000013")],
}
Say = Callable[[str, str], str]
# What people need by the keystroke-level model (Card, Moran and Newell): to find and hit something, and to type a sign.
ACT_S, SIGN_S = 3.0, 0.28


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_agents_day(server: Server, window: Callable[..., Page], picture, language: str) -> None:
    def say(chinese: str, english: str) -> str:
        return {"zh": chinese, "en": english}[language]

    numbers = [file_complaint(window(), **{"客户姓名": name, "联系方式": phone}) for name, phone in WRITERS[language]]
    page = window(language=language, size=DESKTOP)
    arrives(page, server.password, say)
    picture(page, f"day-{language}-inbox")
    keeps_a_filter(page, say)
    called = takes_a_call(page, say, *CALLER[language])
    picture(page, f"day-{language}-called")
    verifies(page, server, say, called)
    replies(page, say, called, picture, language)
    asks_a_colleague(page, say, called)
    colleague = window(COLLEAGUE, language)
    is_told(colleague, say, called)
    answers(colleague, say, called)
    is_told(page, say, called)
    see_each_other(page, colleague, say, called)

    first, second, third = numbers
    claims_together_and_undoes(page, say, first, second)
    puts_aside(page, say, first, second)
    hands_over(page, say, third)
    looks_up(page, say)
    transfers(page, say, called)
    leaves(page, say)


def arrives(page: Page, password: str, say: Say) -> None:
    page.goto("/sign-in")
    expect(page.locator("h1")).to_have_text(say("登录客服工作台", "Sign in to the service desk"))
    page.get_by_label(say("用户名", "User name")).fill(AGENT)
    page.get_by_label(say("密码", "Password")).fill(password)
    page.get_by_role("button", name=say("登录", "Sign in")).click()
    expect(page.locator("h1")).to_have_text(say("待办", "Inbox"))
    page.get_by_role("button", name=say("开始接单", "Take work")).click()
    expect(page.locator(".status")).to_have_text(say("接单中", "Taking work"))
    page.wait_for_load_state()  # whose script sends a filter that is chosen


def keeps_a_filter(page: Page, say: Say) -> None:
    page.get_by_text(say("更多筛选", "More filters")).click()
    page.get_by_label(say("类型", "Kind")).select_option(label=say("投诉", "Complaint"))
    page.get_by_label(say("筛选名称", "Name of the filter")).fill(say("我的投诉", "My complaints"))
    page.get_by_role("button", name=say("保存筛选", "Save the filter")).click()
    said(page, say("筛选已保存。", "The filter is saved."))
    go(page, say("待办", "Inbox"))
    page.get_by_role("link", name=say("我的投诉", "My complaints")).click()
    expect(page.get_by_label(say("类型", "Kind"))).to_have_value("complaint")


def takes_a_call(page: Page, say: Say, phone: str, order: str) -> str:
    """A complaint by phone is a case within a minute; returns its number."""
    words = say("耳机充不进电，要求退款", "The earphones do not charge; wants a refund")
    go(page, say("接电话", "Phone"))
    fields = page.locator("#phone-fields")
    page.get_by_label(say("电话、姓名、邮箱或订单号", "Phone, name, e-mail or order")).press_sequentially(phone)
    page.get_by_role("button", name=say(f"选此订单 {order}", f"Take this order {order}")).click()
    expect(fields.get_by_label(say("联系方式", "Contact"))).to_have_value(phone)
    acts: list[tuple[str, str]] = [
        (say("来源渠道", "Channel"), say("电话", "Phone")),
        (say("类型", "Type"), say("投诉", "Complaint")),
        (say("业务", "Business"), say("售后", "After-sales")),
        (say("投诉原因", "Cause"), say("商品质量", "Product quality")),
        (say("客户期望的解决方案", "Wanted solution"), say("退款", "Refund")),
        (say("特别风险", "Special risk"), say("无", "None")),
    ]
    for label, choice in acts:
        fields.get_by_label(label, exact=True).select_option(label=choice)
    fields.get_by_label(say("问题描述", "Description")).fill(words)
    page.get_by_role("button", name=say("登记", "Record"), exact=True).click()
    found = page.get_by_role("status").filter(has_text=say("已登记，工单号", "Registered as case"))
    expect(found).to_be_visible()
    assert (len(acts) + 5) * ACT_S + (len(phone) + len(words)) * SIGN_S < 60
    return page.url.rpartition("/")[2]


def verifies(page: Page, server: Server, say: Say, number: str) -> None:
    task = say("核实投诉", "Verify the complaint")
    appears(page, f"/desk/cases/{number}", page.locator("#now").get_by_role("link", name=task))
    page.locator("#now").get_by_role("button", name=say(f"领取 {task}", f"Claim {task}")).click()
    expect(page.locator("h1")).to_have_text(task)
    answers: dict[str, object] = {
        say("投诉事项（核实后）", "Matter, verified"): say(
            "耳机充不进电，已看视频", "The earphones do not charge; saw the video"
        ),
        say("特别风险", "Special risk"): say("无", "None"),
        say("客服专员可以解决", "The agent can solve it"): True,
        say("承诺答复时间", "Promised by"): local(server, days=2),
    }
    fill(page, answers)
    send(page)
    said(page, say(f"已提交：{task}", f"Sent: {task}"))


def replies(page: Page, say: Say, number: str, picture, language: str) -> None:
    page.get_by_text(say("给客户发消息", "Write to the customer"), exact=True).click()
    text = page.locator("#message-text")
    text.click()
    page.get_by_role("button", name=say("插入常用语或知识", "Insert a phrase or article")).click()
    phrase = say("致歉并承诺时间", "Apology with a date")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label(say("搜索常用语和文章", "Search phrases and articles")).fill(say("致歉", "Apology"))
    picture(page, f"day-{language}-phrases")
    dialog.get_by_role("button", name=say(f"插入 {phrase}", f"Insert {phrase}")).click()
    expect(text).to_have_value(re.compile(say("非常抱歉", "we are sorry")))
    page.get_by_role("button", name=say("预览", "Preview"), exact=True).click()
    shown = page.get_by_role("region", name=say("客户会看到", "The customer will read"))
    expect(shown).to_contain_text(number)
    expect(shown).not_to_contain_text("{{")
    picture(page, f"day-{language}-preview")
    page.get_by_role("button", name=say("发送", "Send"), exact=True).click()
    said(page, say("消息", "The message"))
    expect(page.get_by_role("region", name=say("已发消息", "Messages sent"))).to_contain_text(number)


def asks_a_colleague(page: Page, say: Say, number: str) -> None:
    note = page.get_by_label(say("备注（客户看不到", "Note (internal"))
    note.press_sequentially(f"@{THEIR_NAME[:1]}")
    page.get_by_role("listbox", name=say("提到谁", "Whom to mention")).get_by_text(THEIR_NAME).click()
    note.press_sequentially(say("请帮忙看一下视频", "please look at the video"))
    page.get_by_role("button", name=say("保存备注", "Save the note")).click()
    said(page, say("备注已保存。", "The note is saved."))
    expect(page.locator("#timeline")).to_contain_text(f"@{THEIR_NAME} " + say("请帮忙", "please"))


def is_told(page: Page, say: Say, number: str) -> None:
    """The bell counts a mention, and its notice leads to the case."""
    bell = page.get_by_role("link", name=say("通知", "Notices"))
    page.reload()
    expect(bell).to_contain_text(say("条未读", "unread"))
    bell.click()
    told = page.get_by_role("listitem").filter(has_text=number).filter(has_text=say("提到您", "Mention")).first
    told.get_by_role("button", name=say("打开", "Open")).click()
    page.wait_for_url(f"**/desk/cases/{number}")
    bell.click()
    expect(told.get_by_role("button")).to_have_count(0)


def answers(colleague: Page, say: Say, number: str) -> None:
    colleague.goto(f"/desk/cases/{number}")
    colleague.get_by_label(say("备注（客户看不到", "Note (internal")).fill(
        say("@徐文博 看过了，属实", "@徐文博 I saw it; it is true")
    )
    colleague.get_by_role("button", name=say("保存备注", "Save the note")).click()
    said(colleague, say("备注已保存。", "The note is saved."))


def see_each_other(page: Page, colleague: Page, say: Say, number: str) -> None:
    """Who else is at a case, and whether they write, is said within seconds."""
    for window in (page, colleague):
        window.goto(f"/desk/cases/{number}")
    present = page.locator(".kf-present")
    expect(present).to_have_text(say(f"{THEIR_NAME} 正在查看", f"{THEIR_NAME} is viewing"))
    colleague.get_by_label(say("备注（客户看不到", "Note (internal")).fill("…")
    expect(present).to_have_text(say(f"{THEIR_NAME} 正在填写", f"{THEIR_NAME} is writing"))
    assert violations(page) == []
    page.keyboard.press("Control+k")
    expect(page.get_by_role("dialog").get_by_role("option", selected=True)).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("Escape")
    go(colleague, say("待办", "Inbox"))


def claims_together_and_undoes(page: Page, say: Say, *numbers: str) -> None:
    for act in ("undone", "kept"):
        go(page, say("待办", "Inbox"))
        page.get_by_role("link", name=say("待领取", "Unclaimed")).click()
        tick(page, *numbers)
        expect(page.locator("[data-bulk-count]")).to_have_text(say("已选 2 个", "2 picked"))
        page.locator("#bulk").get_by_role("button", name=say("领取", "Claim")).click()
        said(page, say("已领取 2 个任务。", "2 tasks claimed."))
        if act == "undone":
            page.get_by_role("button", name=say("撤销：已领取 2 个任务。", "Undo: 2 tasks claimed.")).click()
            said(page, say("已撤销 2 个任务。", "Undone for 2 tasks."))
            for number in numbers:
                expect(row(page, number)).to_be_visible()


def puts_aside(page: Page, say: Say, one: str, other: str) -> None:
    """One from its own page, another by the menu of the list; both come back from there."""
    mine(page, say)
    row(page, one).get_by_role("link", name=say("办理", "Open")).click()
    menu(page, say("稍后处理", "Snooze"))
    page.get_by_role("button", name=say("搁置", "Snooze"), exact=True).click()
    said(page, say("已搁置 1 个任务。", "1 task snoozed."))
    mine(page, say)
    expect(row(page, one)).to_have_count(0)
    tick(page, other)
    menu(page, say("稍后处理", "Snooze"))
    page.get_by_label(say("搁置到", "Until")).select_option(label=say("明天 9:00", "Tomorrow 9:00"))
    page.get_by_role("button", name=say("搁置", "Snooze"), exact=True).click()
    said(page, say("已搁置 1 个任务。", "1 task snoozed."))
    page.get_by_role("link", name=say("稍后 2", "Snoozed 2")).click()
    tick(page, one, other)
    page.get_by_role("button", name=say("取回", "Bring back")).click()
    said(page, say("已取回 2 个任务。", "2 tasks are back."))
    mine(page, say)
    expect(row(page, one)).to_be_visible()
    expect(row(page, other)).to_be_visible()


def hands_over(page: Page, say: Say, number: str) -> None:
    go(page, say("待办", "Inbox"))
    row(page, number).get_by_role("button", name=say("领取", "Claim")).click()
    menu(page, say("转交", "Hand over"))
    page.get_by_label(say("转交给", "To"), exact=True).select_option(COLLEAGUE)
    page.get_by_label(say("交接说明", "Handover note")).fill(say("我下班了，请跟进", "I am off; please go on with it"))
    page.locator("details[open]").get_by_role("button", name=say("转交", "Hand over"), exact=True).click()
    said(page, say("已转交 1 个任务。", "1 task handed over."))


def looks_up(page: Page, say: Say) -> None:
    go(page, say("知识库", "Knowledge"))
    page.get_by_label(say("搜索", "Search")).fill(say("无理由", "seven days"))
    page.get_by_label(say("搜索", "Search")).press("Enter")
    page.get_by_role("link", name=say("七天无理由退货怎么算", "How the seven days are counted")).click()
    expect(page.locator("main")).to_contain_text(say("签收次日算第 1 天", "Day 1 is the day after signing"))


def transfers(page: Page, say: Say, number: str) -> None:
    page.goto(f"/desk/cases/{number}")
    page.get_by_text(say("转交工单", "Transfer the case"), exact=True).click()
    page.get_by_label(say("接手人", "New owner")).select_option(COLLEAGUE)
    page.locator("#transfer-reason").fill(say("明天我休息", "I am off tomorrow"))
    page.locator("#facts-case").locator("../..").get_by_role(
        "button", name=say("转交", "Hand over"), exact=True
    ).click()
    said(page, say("工单已转交，您会继续收到它的进展。", "The case is transferred; you will go on hearing of it."))


def leaves(page: Page, say: Say) -> None:
    go(page, say("待办", "Inbox"))
    page.get_by_role("button", name=say("暂停接单", "Pause")).click()
    expect(page.locator(".status")).to_have_text(say("离线", "Offline"))
    page.get_by_role("button", name=say("退出", "Sign out")).click()
    expect(page.locator("h1")).to_have_text(say("登录客服工作台", "Sign in to the service desk"))


def mine(page: Page, say: Say) -> None:
    go(page, say("待办", "Inbox"))
    page.locator("#inbox").get_by_role("link", name=say("我的", "Mine")).first.click()
    page.wait_for_url("**whose=mine**")


def menu(page: Page, name: str) -> None:
    page.locator("summary").filter(has_text=re.compile(f"^{name}$")).click()


def tick(page: Page, *numbers: str) -> None:
    for number in numbers:
        row(page, number).get_by_role("checkbox").check()


def go(page: Page, where: str) -> None:
    page.get_by_role("navigation").get_by_role("link", name=where, exact=True).click()


def said(page: Page, words: str) -> None:
    expect(page.get_by_role("status").filter(has_text=words)).to_be_visible()


def row(page: Page, number: str) -> Locator:
    return page.locator("#inbox tr", has_text=number)
