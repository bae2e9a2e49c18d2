"""A day's work of a supervisor, in Chinese and in English."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.desk import appears, file_complaint

pytestmark = [pytest.mark.browser, pytest.mark.full]
COLLEAGUE, THEIR_NAME = "agent6", "孙雨桐"
BOARD = {"zh": "看板", "en": "Board"}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_supervisors_day(window: Callable[..., Page], language: str) -> None:
    number = file_complaint(window())
    page = window("aftersales", language)
    page.goto("/board/")
    expect(page.locator("h1")).to_have_text(BOARD[language])
    task = page.locator("main tbody tr", has_text=number)
    appears(page, "/board/tasks?unassigned=on", task)
    task.get_by_role("checkbox").check()
    page.locator("#username").select_option(COLLEAGUE)
    page.locator("#reason").fill("负载均衡")
    page.locator('section[aria-labelledby="assign"] button').click()
    page.goto(f"/board/tasks?assignee={COLLEAGUE}")
    expect(task).to_contain_text(THEIR_NAME)
    task.locator(f"a[href$='/board/cases/{number}']").click()
    expect(page.locator("h1")).to_be_visible()
    for path in ("/board/figures", "/board/heat", "/board/incidents", "/board/reports"):
        page.goto(path)
        expect(page.locator("h1")).to_be_visible()

    assigned = window(COLLEAGUE, language)
    assigned.goto("/desk/?whose=mine")
    expect(row(assigned, number)).to_be_visible()


def row(page: Page, number: str) -> Locator:
    return page.locator("#inbox tr", has_text=number)
