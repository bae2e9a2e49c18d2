"""The decision and form editors: the parts that differ from the diagram editor's."""

import json
import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


@pytest.fixture
def decision(open_page):
    page = open_page("dmn")
    page.locator("#dmn-modeler[data-ready]").wait_for()
    return page


@pytest.fixture
def form_editor(open_page):
    page = open_page("form-editor")
    page.locator("#form-editor[data-ready]").wait_for()
    return page


def test_a_decision_table_is_edited_and_deployed(decision, site):
    site.answers["/deploy"] = ({"version": 2}, 200)
    decision.get_by_role("tab", name="审批级别").click()
    cell = decision.locator("td[data-element-id=cell_1] [contenteditable]")
    cell.fill("<= 800")
    decision.locator("td[data-element-id=cell_3]").click()
    expect(decision.locator("[data-action=undo]")).to_be_enabled()
    decision.get_by_role("button", name="部署", exact=True).click()
    expect(decision.get_by_text("已部署，版本 2。")).to_be_visible()
    assert "&lt;= 800" in site.received[-1][3]


def test_a_finding_leads_to_the_decision_that_carries_it(decision, site):
    finding = {
        "severity": "error",
        "element_id": "rule_large",
        "element_name": "规则 2",
        "line": 12,
        "code": "x",
        "message": "m",
    }
    site.answers["/check"] = ([finding], 200)
    decision.get_by_role("button", name="检查").click()
    decision.locator(".kfe-finding").click()
    expect(decision.get_by_role("tab", name="审批级别")).to_have_attribute("aria-selected", "true")


def test_the_decision_editor_is_chinese_and_keeps_its_watermark(decision):
    expect(decision.locator(".bjs-powered-by, .dmn-js-powered-by, [class*=powered]").first).to_be_visible()
    decision.get_by_role("tab", name="审批级别").click()
    expect(decision.get_by_text("命中策略：")).to_be_visible()
    text = decision.locator(".dmn-decision-table-container").inner_text()
    assert set(re.findall(r"[A-Za-z]{2,}", text)) <= {"First", "group", "lead", "supervisor"}


def test_a_form_is_edited_and_checked(form_editor, site):
    form_editor.locator(".fjs-element[data-id=order_no]").click(position={"x": 5, "y": 5})
    form_editor.get_by_text("通用", exact=True).click()
    label = form_editor.locator("[data-entry-id$=label] [contenteditable=true]").first
    label.press("Control+a")
    label.press_sequentially("订单编号")
    site.answers["/check"] = ({"findings": []}, 200)
    form_editor.get_by_role("button", name="检查").click()
    expect(form_editor.get_by_text("检查通过")).to_be_visible()
    _, _, headers, body = site.received[-1]
    assert headers["Content-Type"] == "application/json"
    assert "订单编号" in [component.get("label") for component in json.loads(body)["components"]]


def test_the_form_editor_is_chinese_and_keeps_its_watermark(form_editor):
    expect(form_editor.locator(".fjs-palette-container")).to_contain_text("单行文本")
    expect(form_editor.get_by_placeholder("搜索组件")).to_be_visible()
    form_editor.locator(".fjs-powered-by").first.scroll_into_view_if_needed()
    expect(form_editor.locator(".fjs-powered-by").first).to_be_visible()
    words = set(re.findall(r"[A-Za-z]{2,}", form_editor.locator(".fjs-palette-container").inner_text()))
    assert words <= {"HTML", "ABC"}
