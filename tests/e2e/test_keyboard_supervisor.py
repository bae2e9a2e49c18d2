"""A supervisor's and a process owner's day without a mouse: every act by keys, the focus always in sight."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import DESKTOP
from tests.e2e.desk import file_complaint
from tests.e2e.keyboard import Keyboard
from tests.e2e.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.full]


def test_a_supervisors_day_without_a_mouse(server: Server, window: Callable[..., Page]) -> None:
    number = file_complaint(window(), **{"客户姓名": "郑十", "联系方式": "13900000020"})
    server.pass_time(minutes=40)
    keys = signs_in(window, server, "aftersales", "待办")
    goes_to_a_case_by_the_board(keys, number)
    sees_it_by_command(keys, number)
    changes_a_deadline(keys, number)
    gives_many_away(keys, number)
    reads_figures(keys, number)


def test_a_process_owners_day_without_a_mouse(server: Server, window: Callable[..., Page]) -> None:
    keys = signs_in(window, server, "owner", "流程实例")
    commands(keys, "流程、决策表与表单", "流程", exactly=True)
    commands(keys, "回访", "编辑 回访", exactly=True)
    keys.page.locator("#modeler[data-ready]").wait_for(timeout=60_000)
    renames(keys)
    deploys(keys)


def signs_in(window: Callable[..., Page], server: Server, person: str, heading: str) -> Keyboard:
    page = window(size=DESKTOP)
    page.goto("/sign-in")
    keys = Keyboard(page)
    keys.is_at("用户名")
    keys.types(person)
    keys.press("Tab")
    keys.types(server.password)
    keys.press("Enter")
    expect(page.locator("h1")).to_have_text(heading)
    return keys


def commands(keys: Keyboard, heading: str, words: str, exactly: bool = False) -> None:
    """Ctrl+K, a part of a name, Enter."""
    keys.press("Control+k")
    keys.is_at("输入要做的事")
    keys.types(words)
    chosen = keys.page.get_by_role("dialog").get_by_role("option", selected=True)
    for _ in range(12):
        if not exactly or chosen.inner_text().strip() == words:
            break
        keys.press("ArrowDown")
    keys.press("Enter")
    expect(keys.page.locator("h1").first).to_contain_text(heading)


def goes_to_a_case_by_the_board(keys: Keyboard, number: str) -> None:
    commands(keys, "看板", "看板")
    expect(keys.page.get_by_role("region", name="已超时").get_by_role("link", name=number, exact=True)).to_be_visible()
    keys.tabs_to(f"^{number}$")
    keys.press("Enter")
    keys.page.wait_for_url(f"**/desk/cases/{number}")


def sees_it_by_command(keys: Keyboard, number: str) -> None:
    """The acts of the page are commands too, and so is every search."""
    keys.press("Control+k")
    keys.types("内部备注")
    keys.press("Enter")
    keys.is_at("备注")
    keys.press("Control+k")
    keys.types(number)
    expect(keys.page.get_by_role("dialog").get_by_role("option")).to_have_count(4)
    keys.press("Escape")
    keys.is_at("备注")
    keys.press("Control+k")
    keys.types(number)
    keys.press("ArrowDown", "Enter")
    expect(keys.page.locator("h1")).to_have_text("工单")
    expect(keys.page.get_by_role("link", name=number)).to_be_visible()


def changes_a_deadline(keys: Keyboard, number: str) -> None:
    commands(keys, "看板", "看板")
    keys.tabs_to(rf"^调整\s*{number}")
    keys.press("Enter")
    expect(keys.page.locator("h1")).to_have_text("转派与时限")
    keys.tabs_to("优先级")
    keys.press("Control+A")
    keys.types("95")
    keys.tabs_to("^原因")
    keys.types("客户明天出国")
    keys.press("Enter")
    keys.is_at("原因已写入时间线")


def gives_many_away(keys: Keyboard, number: str) -> None:
    commands(keys, "看板", "看板")
    keys.tabs_to("^全部任务$")
    keys.press("Enter")
    keys.tabs_to(f"^选择 核实投诉 {number}$")
    keys.press("Space")
    keys.tabs_to("^转给")
    while keys.page.locator(":focus").input_value() != "agent5":
        keys.press("ArrowDown")
    keys.tabs_to("^原因")
    keys.types("负载均衡")
    keys.press("Enter")
    keys.is_at("已转派 1 个任务")


def reads_figures(keys: Keyboard, number: str) -> None:
    commands(keys, "指标", "指标", exactly=True)
    expect(keys.page.get_by_text("登记工单").first).to_be_visible()
    keys.tabs_to("^1$")
    keys.press("Enter")
    expect(keys.page.locator("h1")).to_contain_text("登记工单")
    keys.tabs_to(f"^{number}$")


def renames(keys: Keyboard) -> None:
    """Find a step by its name, and give it another: E writes on what is selected."""
    keys.tabs_to("^查找元素$")
    keys.press("Enter")
    expect(keys.page.locator(".djs-search-container.open")).to_be_visible()
    keys.types("remind_survey")
    expect(keys.page.locator(".djs-search-result-selected")).to_contain_text("提醒评价")
    keys.press("Enter")
    expect(keys.page.locator(".bio-properties-panel-header")).to_contain_text("提醒评价")
    keys.press("e")
    keys.press("Control+A")
    keys.types("再问一次")
    keys.press("Enter")
    expect(keys.page.locator(".bio-properties-panel-header")).to_contain_text("再问一次")


def deploys(keys: Keyboard) -> None:
    keys.tabs_to("^部署$", backwards=True)
    keys.press("Enter")
    expect(keys.page.get_by_text("已部署，版本 2。")).to_be_visible()
