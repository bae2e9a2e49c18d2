"""A day at the desk without a mouse: every act by keys, the focus always in sight."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import DESKTOP
from tests.e2e.desk import file_complaint, local
from tests.e2e.keyboard import Keyboard
from tests.e2e.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.full]
AGENT = "agent8"


def test_a_day_without_a_mouse(server: Server, window: Callable[..., Page], picture) -> None:
    first, second = (file_complaint(window(), **{"客户姓名": name, "联系方式": phone}) for name, phone in
                     (("周八", "13900000008"), ("吴九", "13900000009")))  # fmt: skip
    page = window(size=DESKTOP)
    page.goto("/sign-in")
    keys = Keyboard(page)
    signs_in(keys, server.password)
    learns_the_keys(keys)
    claims(keys, first)
    verifies(keys, server)
    picture(page, "keys-verified")
    goes_on(keys, first)
    puts_aside_and_undoes(keys, second)
    stays_where_a_row_goes(keys, second, window)
    writes_a_note(keys, first)
    picture(page, "keys-note")
    leaves(keys)


def signs_in(keys: Keyboard, password: str) -> None:
    keys.is_at("用户名")
    keys.types(AGENT)
    keys.press("Tab")
    keys.is_at("密码")
    keys.types(password)
    keys.press("Enter")
    expect(keys.page.locator("h1")).to_have_text("待办")


def learns_the_keys(keys: Keyboard) -> None:
    keys.tabs_to("开始接单")
    keys.press("Enter")
    expect(keys.page.locator(".status")).to_have_text("接单中")
    keys.press("?")
    listed = keys.page.get_by_role("dialog")
    for words in ("下一行", "打开任务", "领取", "稍后处理", "转交", "搜索", "提交正在填写的内容"):
        expect(listed).to_contain_text(words)
    keys.press("Escape")
    expect(listed).to_have_count(0)


def claims(keys: Keyboard, number: str) -> None:
    finds(keys, number)
    keys.press("j")
    keys.is_at("核实投诉")
    keys.press("Enter")
    expect(keys.page.locator("h1")).to_have_text("核实投诉")
    keys.press("c")
    expect(keys.page.get_by_text("办理人：朱梦瑶")).to_be_visible()
    keys.page.locator("[data-form] .fjs-form").wait_for()
    keys.is_at("现在要做的")


def searches(keys: Keyboard, list_key: str, heading: str, number: str) -> None:
    keys.press("g", list_key)
    expect(keys.page.locator("h1")).to_have_text(heading)
    keys.press("/")
    keys.is_at("搜索")
    keys.types(number)
    keys.press("Enter")
    keys.page.wait_for_url(f"**q={number}**")


def finds(keys: Keyboard, number: str) -> None:
    searches(keys, "i", "待办", number)
    expect(keys.page.locator("#inbox tr", has_text=number)).to_be_visible(timeout=30_000)


def verifies(keys: Keyboard, server: Server) -> None:
    """Text, selects, radios, checkboxes, a date and a time."""
    keys.tabs_to("投诉事项（核实后）")
    keys.press("Control+A")
    keys.types("耳机左耳没有声音，已听录音")
    keys.tabs_to("客户期望的解决方案")
    keys.press("ArrowDown", "Enter")
    keys.tabs_to("无")
    keys.press("Space")
    keys.tabs_to("客户要求赔偿")
    keys.press("Space")
    expect(focused(keys.page)).to_be_checked()
    keys.press("Space")
    expect(focused(keys.page)).not_to_be_checked()
    keys.tabs_to("客服专员可以解决")
    expect(focused(keys.page)).to_be_checked()
    keys.tabs_to("客服部")
    expect(focused(keys.page)).to_be_checked()
    keys.tabs_to("承诺答复时间")
    day, time = local(server, days=2).split()
    keys.types(day)
    keys.press("Enter")
    keys.tabs_to("^时间")
    keys.types(time)
    keys.press("Enter")
    keys.tabs_to("提交")
    keys.press("Enter")
    expect(keys.page.get_by_role("status").filter(has_text="已提交：核实投诉")).to_be_visible()
    keys.is_at("已提交：核实投诉")


def goes_on(keys: Keyboard, number: str) -> None:
    """To the next steps of the case, to the one that asks for a sum."""
    opens_next(keys, "调查原因")
    keys.tabs_to("责任人")
    keys.types("李工")
    keys.tabs_to("调查结果")
    keys.types("左声道断线")
    keys.tabs_to("原因归类")
    keys.press("ArrowDown", "Enter")
    keys.press("Control+Enter")
    keys.is_at("已提交：调查原因")
    opens_next(keys, "制定方案")
    keys.tabs_to("投诉成立")
    keys.press("Space")
    expect(focused(keys.page)).to_be_checked()
    keys.tabs_to("原因归类")
    keys.press("ArrowDown", "Enter")
    keys.tabs_to("解决措施")
    keys.press("ArrowDown", "Enter")
    keys.tabs_to("金额")
    keys.types("30")
    keys.tabs_to("方案说明")
    keys.types("退还部分货款，商品由您留用。")
    keys.tabs_to("提交")
    keys.press("Enter")
    keys.is_at("已提交：制定方案")


def puts_aside_and_undoes(keys: Keyboard, number: str) -> None:
    """Claim in the list, snooze in the list, take it back."""
    finds(keys, number)
    keys.press("j")
    keys.is_at("核实投诉")
    keys.press("c")
    keys.is_at("已领取 1 个任务")
    keys.press("j", "s")
    keys.is_at("搁置到")
    keys.press("ArrowDown")
    keys.tabs_to("^搁置$")
    keys.press("Enter")
    keys.is_at("已搁置 1 个任务")
    expect(row(keys.page, number)).to_have_count(0)
    keys.press("u")
    keys.is_at("已撤销 1 个任务")
    expect(row(keys.page, number)).to_be_visible()


def stays_where_a_row_goes(keys: Keyboard, number: str, window: Callable[..., Page]) -> None:
    """Another takes away the row that one stands on."""
    keys.press("g", "i")
    expect(keys.page.locator("h1")).to_have_text("待办")
    keys.press("2")
    keys.page.wait_for_url("**whose=mine**")
    keys.press("j")
    keys.is_at("核实投诉")
    lead = window("lead2")
    lead.goto(f"/board/tasks?assignee={AGENT}")
    lead.locator("main tbody tr", has_text=number).get_by_role("checkbox").check()
    lead.locator("#username").select_option("agent9")
    lead.locator("#reason").fill("负载均衡")
    lead.locator('section[aria-labelledby="assign"] button').click()
    expect(row(keys.page, number)).to_have_count(0)
    assert keys.is_anywhere()


def writes_a_note(keys: Keyboard, number: str) -> None:
    searches(keys, "c", "工单", number)
    keys.press("j")
    keys.is_at(number)
    keys.press("o")
    keys.page.wait_for_url(f"**/desk/cases/{number}")
    keys.press("n")
    keys.is_at("备注")
    keys.types("@徐")
    keys.press("Enter")
    keys.types("请看录音")
    expect(focused(keys.page)).to_have_value("@徐文博 请看录音")
    keys.press("i")  # types; out of the field it is a key
    keys.press("Backspace", "Escape")
    keys.press("i")
    keys.is_at("搜索常用语和文章")
    keys.types("结束语")
    expect(keys.page.get_by_role("dialog").get_by_role("listitem")).to_have_count(1)
    keys.press("Enter")
    keys.is_at("备注")
    keys.press("Control+Enter")
    keys.is_at("备注已保存")
    expect(keys.page.locator("#timeline")).to_contain_text("感谢您的耐心")


def leaves(keys: Keyboard) -> None:
    keys.tabs_to("^退出$", backwards=True)
    keys.press("Enter")
    keys.is_at("用户名")


def opens_next(keys: Keyboard, name: str) -> None:
    """`o` opens the case's next step, as soon as there is one."""
    expect(keys.page.locator("#now").get_by_role("link", name=name)).to_be_visible(timeout=30_000)
    keys.press("o")
    expect(keys.page.locator("h1")).to_have_text(name)
    keys.press("c")
    expect(keys.page.get_by_text("办理人：朱梦瑶")).to_be_visible()
    keys.page.locator("[data-form] .fjs-form").wait_for()
    keys.is_at("现在要做的")


def focused(page: Page) -> Locator:
    return page.locator(":focus")


def row(page: Page, number: str) -> Locator:
    return page.locator("#inbox tr", has_text=number)
