import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
FINDINGS = [
    {"severity": "warning", "file": "退款.bpmn", "element_id": "big", "element_name": "金额超过 500？", "line": 12,
     "code": "feel.unknown", "message": "amount is nowhere set", "message_zh": "变量 amount 没有来源", "hint": "", "hint_zh": ""},
    {"severity": "error", "file": "退款.bpmn", "element_id": "refund", "element_name": "退款", "line": 20, "code": "task.type",
     "message": "Unknown job type", "message_zh": "未知的作业类型", "hint": "Use refund", "hint_zh": "请用 refund"},
]  # fmt: skip


def opened(open_page, lang="zh-CN", **options):
    page = open_page("modeler", lang, **options)
    page.locator("#modeler[data-ready]").wait_for()
    return page


def header(page):
    return page.locator(".bio-properties-panel-header")


def select(page, element_id: str) -> None:
    page.locator(f"[data-element-id={element_id}] .djs-hit").first.click()


def rename(page, name: str) -> None:
    select(page, "verify")
    page.locator("[data-group-id=group-general] .bio-properties-panel-group-header").click()
    page.locator("#bio-properties-panel-name").fill(name)
    expect(page.locator("[data-action=undo]")).to_be_enabled()


def test_the_panel_follows_the_selection_and_starts_with_the_process(open_page):
    page = opened(open_page)
    expect(header(page)).to_contain_text("流程")
    expect(header(page)).to_contain_text("退款")
    select(page, "verify")
    expect(header(page)).to_contain_text("用户任务")
    expect(page.locator(".bjs-powered-by")).to_be_visible()


def test_what_people_click_is_chinese(open_page):
    page = opened(open_page)
    seen = [page.locator("#modeler").inner_text()]
    for element in ("verify", "big", "refund", "late", "start", "f3_label"):
        select(page, element)
        page.locator(".djs-context-pad [data-action]").first.wait_for()
        seen.append(page.locator(".bio-properties-panel").inner_text())
        titles = ".djs-context-pad [title], .djs-palette [title]"
        seen += page.locator(titles).evaluate_all("found => found.map(e => e.title)")
    page.locator("[data-element-id=start] .djs-hit").first.click()
    page.locator(".djs-context-pad [data-action=append]").click()
    seen.append(page.locator(".djs-popup").inner_text())
    allowed = {"ID", "BPMN", "bpmn", "FEEL", "DMN", "Ad", "hoc", "job", "worker", "JSON"}
    words = {word for text in seen for word in re.findall(r"[A-Za-z]{2,}", text)}
    assert words - allowed == set()


def test_what_people_click_is_english_for_an_english_reader(open_page):
    page = opened(open_page, "en")
    select(page, "verify")
    expect(header(page)).to_contain_text("User Task")
    toolbar = page.get_by_role("toolbar").inner_text().replace("退款.bpmn", "")
    assert not re.search(r"[\u4e00-\u9fff]", toolbar)


def test_findings_are_listed_marked_and_lead_to_their_element(open_page, site):
    site.answers["/check"] = ({"findings": FINDINGS}, 200)
    page = opened(open_page)
    page.get_by_role("button", name="检查").click()
    rows = page.locator(".kfe-finding")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("未知的作业类型")
    expect(page.locator("[data-element-id=refund]")).to_have_class(re.compile("kf-finding-error"))
    expect(page.locator("[data-element-id=big]")).to_have_class(re.compile("kf-finding-warning"))
    rows.first.click()
    expect(header(page)).to_contain_text("服务任务")
    _, _, headers, body = site.received[0]
    assert headers["X-File-Name"] == "%E9%80%80%E6%AC%BE.bpmn"
    assert headers["X-Csrftoken"] == "token-1"
    assert headers["Content-Type"] == "application/xml"
    assert 'id="refund_test"' in body


def test_a_later_check_without_findings_clears_the_marks(open_page, site):
    site.answers["/check"] = ({"findings": FINDINGS}, 200)
    page = opened(open_page)
    page.get_by_role("button", name="检查").click()
    expect(page.locator(".kfe-finding")).to_have_count(2)
    site.answers["/check"] = ({"findings": []}, 200)
    page.get_by_role("button", name="检查").click()
    expect(page.get_by_text("检查通过")).to_be_visible()
    expect(page.locator(".kf-finding-error")).to_have_count(0)
    expect(page.locator(".kfe-findings")).to_be_hidden()


def test_deploying_sends_the_change_and_shows_the_version(open_page, site):
    site.answers["/deploy"] = ({"version": 4, "findings": []}, 200)
    page = opened(open_page)
    rename(page, "核实订单与付款")
    expect(page.get_by_text("有未部署的修改")).to_be_visible()
    page.get_by_role("button", name="部署", exact=True).click()
    expect(page.get_by_text("已部署，版本 4。")).to_be_visible()
    assert "核实订单与付款" in site.received[-1][3]


def test_what_was_typed_just_before_deploying_is_deployed(open_page, site):
    page = opened(open_page)
    select(page, "verify")
    page.locator("[data-group-id=group-general] .bio-properties-panel-group-header").click()
    page.locator("#bio-properties-panel-name").fill("最后一刻")
    page.get_by_role("button", name="部署", exact=True).click()
    expect(page.get_by_text("已部署")).to_be_visible()
    assert "最后一刻" in site.received[-1][3]
    expect(page.get_by_text("有未部署的修改")).to_be_hidden()


def test_a_refused_deployment_keeps_the_change_and_says_why(open_page, site):
    site.answers["/deploy"] = ({"findings": FINDINGS, "message": "有错误，未部署。"}, 422)
    page = opened(open_page)
    rename(page, "核实")
    page.get_by_role("button", name="部署", exact=True).click()
    expect(page.locator(".kfe-finding")).to_have_count(2)
    expect(page.get_by_text("有错误，未部署。")).to_be_visible()
    expect(page.locator("[data-action=undo]")).to_be_enabled()


def test_undo_takes_a_change_back_and_redo_makes_it_again(open_page):
    page = opened(open_page)
    rename(page, "核实甲")
    page.locator("[data-action=undo]").click()
    expect(page.locator("[data-element-id=verify]")).to_contain_text("核实订单")
    expect(page.get_by_text("有未部署的修改")).to_be_hidden()
    page.locator("[data-action=redo]").click()
    expect(page.locator("[data-element-id=verify]")).to_contain_text("核实甲")


def test_leaving_with_changes_asks_first(open_page):
    page = opened(open_page)
    rename(page, "核实乙")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.close(run_before_unload=True)
    page.wait_for_event("close") if not page.is_closed() else None
    assert asked == ["beforeunload"]


def test_a_form_is_chosen_from_those_that_exist(open_page, site):
    page = opened(open_page)
    select(page, "verify")
    page.locator("[data-group-id=group-form] .bio-properties-panel-group-header").click()
    choice = page.get_by_label("选择已有表单")
    expect(choice).to_have_value("verify_order")
    choice.select_option("callback")
    page.get_by_role("button", name="检查").click()
    expect(page.get_by_text("检查通过")).to_be_visible()
    assert 'formId="callback"' in site.received[-1][3]


def test_a_downloaded_diagram_can_be_opened_again(open_page, tmp_path):
    page = opened(open_page)
    rename(page, "下载过")
    with page.expect_download() as download:
        page.get_by_role("button", name="下载").click()
    assert download.value.suggested_filename == "退款.bpmn"
    download.value.save_as(tmp_path / "again.bpmn")
    fresh = opened(open_page)
    select(fresh, "big")
    with fresh.expect_file_chooser() as chooser:
        fresh.get_by_role("button", name="打开文件").click()
    chooser.value.set_files(tmp_path / "again.bpmn")
    expect(fresh.locator("[data-element-id=verify]")).to_contain_text("下载过")
    expect(header(fresh)).to_contain_text("流程")
    expect(fresh.get_by_text("有未部署的修改")).to_be_visible()


def test_a_file_that_is_no_diagram_is_refused_and_the_diagram_stays(open_page, tmp_path):
    (tmp_path / "bad.bpmn").write_text("这不是 XML", encoding="utf-8")
    page = opened(open_page)
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="打开文件").click()
    chooser.value.set_files(tmp_path / "bad.bpmn")
    expect(page.get_by_text("内容无法解析")).to_be_visible()
    expect(page.locator("[data-element-id=verify]")).to_contain_text("核实订单")


def test_lint_runs_with_the_repositorys_rules(open_page):
    page = opened(open_page)
    expect(page.locator(".bjsl-button")).to_have_text(re.compile("0 个错误，1 个警告"))


def test_the_simulation_opens_on_the_diagram_as_it_stands(open_page):
    page = opened(open_page)
    rename(page, "核实丙")
    page.get_by_role("button", name="模拟").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.locator("[data-element-id=verify]")).to_contain_text("核实丙")
    expect(dialog.get_by_text("令牌模拟")).to_be_visible()
    dialog.get_by_role("button", name="关闭").click()
    expect(page.locator(".kfe-simulation")).to_have_count(0)
