import json
import re

import pytest
from playwright.sync_api import expect

from tests.e2e.keyboard import SETTLED

pytestmark = pytest.mark.browser
ORDER = "订单号"


def sent(site, path: str) -> list[dict]:
    return [json.loads(body) for _, where, _, body in site.received if where == path]


@pytest.fixture
def page(open_page):
    page = open_page("form")
    page.get_by_label(ORDER).wait_for()
    return page


def test_the_plain_form_gives_way(page):
    expect(page.locator("#plain-form")).to_be_hidden()
    expect(page.get_by_label(ORDER)).to_have_value("20260603-1")
    expect(page.locator(".fjs-powered-by-link")).to_be_visible()


def test_words_are_chinese(page):
    page.get_by_label(ORDER).fill("")
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_text("此项必填。")).to_be_visible()
    expect(page.get_by_text("请选择", exact=True)).to_be_visible()
    page.get_by_role("textbox", name="承诺日期").click()
    expect(page.locator(".flatpickr-weekday").first).to_have_text("周一")
    expect(page.get_by_label(ORDER)).to_be_visible()


def test_words_are_english_for_an_english_reader(open_page):
    page = open_page("form", "en")
    page.get_by_label(ORDER).fill("")
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_text("Field is required.")).to_be_visible()


def test_a_form_is_sent_with_its_revision_and_token_and_leads_on(page, site):
    site.answers["/submit"] = ({"redirect": "/page/base/zh-CN"}, 200)
    page.get_by_label(ORDER).fill("42")
    with page.expect_navigation(url="**/page/base/zh-CN"):
        page.get_by_role("button", name="提交").click()
    (body,) = sent(site, "/submit")
    assert body["data"]["order"] == {"number": "42"}
    assert body["revision"] == 7
    headers = next(headers for _, path, headers, _ in site.received if path == "/submit")
    assert headers["X-Csrftoken"] == "token-1"


def test_the_servers_errors_stand_at_their_fields(page, site):
    errors = {
        "order.number": ["没有这个订单"],
        "items[0].sku": ["货号不存在"],
        "": ["已超过七天"],
        "hidden": ["看不见"],
    }
    site.answers["/submit"] = ({"errors": errors, "message": "请检查。"}, 422)
    page.get_by_label("货号").fill("X1")
    page.get_by_role("button", name="提交").click()
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("请检查。")
    expect(alert.locator("li")).to_have_text(["已超过七天", "看不见"])
    field = page.locator(".fjs-form-field-textfield", has=page.get_by_label(ORDER))
    expect(field).to_contain_text("没有这个订单")
    expect(page.get_by_text("货号不存在")).to_be_visible()
    page.get_by_label(ORDER).fill("43")
    expect(field).not_to_contain_text("没有这个订单")


def test_a_conflict_keeps_what_was_typed(page, site):
    site.answers["/submit"] = ({"message": "小李已经完成了这个任务。"}, 409)
    page.get_by_label(ORDER).fill("我写了很多")
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_role("alert")).to_contain_text("小李已经完成了这个任务。")
    expect(page.get_by_label(ORDER)).to_have_value("我写了很多")
    expect(page.get_by_role("button", name="提交")).to_be_enabled()


def test_who_signed_in_again_in_another_tab_sends_what_they_had_typed(page, site, refuse_old_token):
    site.answers["/submit"] = ({"redirect": "/page/base/zh-CN"}, 200)
    page.get_by_label(ORDER).fill("我写了很多")
    site.answers["/session"] = ({"user": None, "csrf": "token-2"}, 200)
    page.get_by_role("button", name="提交").click()
    told = page.get_by_role("alert").filter(has_text="登录已过期")
    expect(told.get_by_role("link", name="在新标签页登录后回到这里")).to_be_visible()
    site.answers["/session"] = ({"user": "ann", "csrf": "token-2"}, 200)
    with page.expect_navigation(url="**/page/base/zh-CN"):
        page.get_by_role("button", name="提交").click()
    assert sent(site, "/submit")[-1]["data"]["order"] == {"number": "我写了很多"}


@pytest.fixture
def refuse_old_token(page, site):
    """Whatever carries the page's first token is refused, as it is after its session."""

    def answer(route):
        old = route.request.headers.get("x-csrftoken") == "token-1"
        route.fulfill(status=400, json={"message": "您已退出登录。"}) if old else route.fallback()

    page.route("**/submit", answer)


def test_without_a_connection_all_stays(page, site):
    page.context.set_offline(True)
    page.get_by_label(ORDER).fill("断网")
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_role("alert")).to_contain_text("网络不通")
    expect(page.get_by_label(ORDER)).to_have_value("断网")
    page.context.set_offline(False)


def test_a_draft_is_saved_by_itself_and_its_revision_is_used(open_page, site):
    site.answers["/draft"] = ({"revision": 8}, 200)
    page = open_page("form", clock=True)
    page.get_by_label(ORDER).fill("草稿")
    with page.expect_response("**/draft"):
        page.clock.fast_forward(2000)
    expect(page.get_by_text("草稿已保存")).to_be_visible()
    (draft,) = sent(site, "/draft")
    assert (draft["data"]["order"]["number"], draft["revision"]) == ("草稿", 7)
    site.answers["/submit"] = ({"redirect": "/page/base/zh-CN"}, 200)
    with page.expect_navigation(url="**/page/base/zh-CN"):
        page.get_by_role("button", name="提交").click()
    assert sent(site, "/submit")[0]["revision"] == 8
    assert len(sent(site, "/draft")) == 1


def test_opening_a_form_saves_no_draft(open_page, site):
    page = open_page("form", clock=True)
    page.get_by_label(ORDER).wait_for()
    page.clock.fast_forward(10_000)
    page.goto("about:blank")
    assert sent(site, "/draft") == []


def test_leaving_the_page_saves_the_draft(page, site):
    page.get_by_label(ORDER).fill("走了")
    page.goto("about:blank")
    assert site.arrived.wait(10)
    assert sent(site, "/draft")[0]["data"]["order"]["number"] == "走了"


def test_a_file_is_uploaded_and_its_id_sent(page, site):
    site.answers["/upload"] = ({"id": "new-2", "name": "照片.jpg"}, 201)
    site.answers["/submit"] = ({"redirect": "/page/base/zh-CN"}, 200)
    page.locator("input[type=file]").set_input_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": b"jpeg"})
    expect(page.locator(".kf-file-list li")).to_contain_text(["聊天截图.png", "照片.jpg"])
    page.get_by_role("button", name="移除 聊天截图.png").click()
    with page.expect_navigation(url="**/page/base/zh-CN"):
        page.get_by_role("button", name="提交").click()
    assert sent(site, "/submit")[0]["data"]["evidence"] == ["new-2"]
    upload = next(body for _, path, _, body in site.received if path == "/upload")
    assert upload == {"file": "a.jpg"}


def test_a_refused_file_says_why(page, site):
    site.answers["/upload"] = ({"message": "只收图片。"}, 422)
    page.locator("input[type=file]").set_input_files({"name": "a.exe", "mimeType": "application/exe", "buffer": b"MZ"})
    expect(page.locator(".fjs-form-field-filepicker")).to_contain_text("a.exe: 只收图片。")


def test_the_watermark_can_be_seen_in_the_dark_theme(open_page):
    page = open_page("form", color_scheme="dark")
    link = page.locator(".fjs-powered-by-link")
    expect(link).to_be_visible()
    assert link.evaluate("e => getComputedStyle(e).backgroundColor") == "rgb(244, 245, 247)"


def test_what_was_typed_in_the_instant_before_sending_is_sent(page, site):
    site.answers["/submit"] = ({"redirect": "/page/base/zh-CN"}, 200)
    typed_and_sent = """() => {
      const set = (label, text) => {
        const input = document.getElementById([...document.querySelectorAll('label')].find((l) => l.textContent.startsWith(label)).htmlFor);
        input.focus();
        input.value = text;
        input.dispatchEvent(new Event('input', { bubbles: true }));
      };
      set('订单号', '4711');
      set('金额', '12.5');
      document.querySelector('[data-form] button[type=submit]').click();
    }"""
    with page.expect_navigation(url="**/page/base/zh-CN"):
        page.evaluate(typed_and_sent)
    (body,) = sent(site, "/submit")
    assert body["data"]["order"] == {"number": "4711"}
    assert body["data"]["amount"] == 12.5


@pytest.mark.parametrize("written", ["￥1,234.50", "１２３４.５", "1234.50元"])
def test_an_amount_may_be_pasted_as_people_in_china_write_it(page, written):
    amount = page.get_by_label("金额（元）")
    amount.fill(written)
    amount.blur()
    expect(amount).to_have_value(re.compile(r"^1234\.50?$"))


def test_a_full_width_digit_is_typed_for_its_twin_and_a_comma_for_nothing(page):
    amount = page.get_by_label("金额（元）")
    amount.focus()
    page.keyboard.type("１2,3")
    expect(amount).to_have_value("123")


def test_a_date_may_be_written_in_chinese(page):
    date = page.get_by_role("textbox", name="承诺日期")
    date.fill("2026年6月5日")
    date.press("Enter")
    expect(date).to_have_value(re.compile("2026.0?6.0?5"))


@pytest.mark.parametrize(
    ("written", "day"),
    [("20260605", (2026, 6, 5)), ("12月1日", (2026, 12, 1)), ("12.1", (2026, 12, 1)), ("明天", (2026, 6, 4))],
)
def test_a_date_may_be_written_without_its_signs_or_its_year_or_as_a_word(page, written, day):
    page.clock.set_fixed_time("2026-06-03T12:00:00+08:00")
    date = page.get_by_role("textbox", name="承诺日期")
    date.fill(written)
    date.press("Enter")
    year, month, number = day
    expect(date).to_have_value(re.compile(f"^{year}.0?{month}.0?{number}$"))


@pytest.mark.parametrize(
    ("written", "time"),
    [("下午6:30", "18:30"), ("下午６点半", "18:30"), ("1830", "18:30"), ("9点一刻", "09:15"), ("9", "09:00"), ("中午1点", "13:00"),
     ("上午 9：15", "09:15"), ("晚上12点", "")],
)  # fmt: skip
def test_a_time_is_read_by_its_part_of_the_day(page, written, time):
    field = page.get_by_role("textbox", name="承诺时刻")
    field.fill(written)
    field.press("Tab")
    expect(field).to_have_value(time)


def test_a_time_that_was_typed_long_before_the_form_is_sent_is_no_missing_one(page, site):
    require_the_time(page)
    site.answers["/submit"] = ({"redirect": "/page/base/zh-CN"}, 200)
    page.get_by_label(ORDER).fill("43")
    page.get_by_role("textbox", name="承诺时刻").fill("18:30")
    expect(page.get_by_text("草稿已保存")).to_be_visible()
    with page.expect_navigation(url="**/page/base/zh-CN"):
        page.get_by_role("button", name="提交").click()
    (body,) = sent(site, "/submit")
    assert body["data"]["promised_at"] == "18:30"


def require_the_time(page):
    optional, required = '"subtype": "time"', '"subtype": "time", "validate": {"required": true}'
    page.route("**/page/form/**", lambda route: route.fulfill(body=route.fetch().text().replace(optional, required)))
    page.reload()
    page.get_by_label(ORDER).wait_for()


@pytest.mark.parametrize("written", ["2026-6-5", "2026年6月5日"])
def test_a_date_that_begins_with_its_year_is_read_in_a_browser_that_writes_the_day_first(open_page, written):
    page = open_page("form", locale="en-GB")
    date = page.get_by_role("textbox", name="承诺日期")
    date.fill(written)
    date.press("Enter")
    expect(date).to_have_value("05/06/2026")


def test_a_choice_made_by_keyboard_does_not_send_the_form(page, site):
    page.locator(".fjs-form-field-select input").focus()
    marked = page.locator(".fjs-dropdownlist-item.focused")
    expect(marked).to_have_text("质量问题")
    page.keyboard.press("ArrowDown")
    expect(marked).to_have_text("发错货")
    page.evaluate(SETTLED)
    page.keyboard.press("Enter")
    expect(page.locator(".fjs-form-field-select .fjs-select-display")).to_have_text("发错货")
    date = page.get_by_role("textbox", name="承诺日期")
    date.fill("2026-06-05")
    date.press("Enter")
    site.answers["/submit"] = ({"redirect": "/page/base/zh-CN"}, 200)
    with page.expect_navigation(url="**/page/base/zh-CN"):
        page.get_by_label(ORDER).press("Enter")
    (body,) = sent(site, "/submit")
    assert (body["data"]["reason"], body["data"]["promised_on"]) == ("wrong", "2026-06-05")
