import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("lang", "left", "late", "paused"), [
    ("zh-CN", "剩余 2 小时", "超时 2 小时 55 分", "已暂停"),
    ("en", "2 h", "2 h 55 min late", "paused"),
])  # fmt: skip
def test_a_due_time_counts_down_by_the_servers_clock(open_page, lang, left, late, paused):
    page = open_page("base", lang)
    expect(page.locator("#soon")).to_contain_text(left)
    expect(page.locator("#late")).to_have_text(late)
    expect(page.locator("#paused")).to_have_text(paused)
    expect(page.locator("#soon")).to_have_attribute("title", "6月3日 14:00")


def test_a_due_time_turns_soon_and_then_late(open_page):
    page = open_page("base", clock=True)
    soon = page.locator("#soon")
    expect(soon).to_have_class("kf-due-ok")
    page.clock.fast_forward("01:30:00")
    expect(soon).to_have_class("kf-due-soon")
    page.clock.fast_forward("01:00:00")
    expect(soon).to_have_class("kf-due-late")


def test_a_dangerous_button_asks_first(open_page, site):
    page = open_page("base")
    page.get_by_role("button", name="删除").click()
    page.get_by_role("dialog").get_by_role("button", name="取消").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert site.received == []
    page.get_by_role("button", name="删除").click()
    with page.expect_navigation():
        page.get_by_role("button", name="确定").click()
    assert [path for _, path, _, _ in site.received] == ["/deleted"]


def test_the_chosen_theme_is_kept(open_page):
    page = open_page("base", color_scheme="light")
    page.get_by_role("button", name="主题").click()
    page.reload()
    assert page.evaluate("document.documentElement.dataset.bsTheme") == "dark"


def test_a_refresh_keeps_what_is_open_and_typed(open_page, site):
    page = open_page("base")
    page.locator("#more summary").click()
    page.locator("#typed").fill("打给客户")
    page.locator("#typed").blur()
    fragment = '<details id="more"><summary>更多</summary>历史</details><input id="typed" aria-label="备注"><p id="count">5</p>'
    site.answers["/live"] = (fragment, 200)
    page.locator("#live").dispatch_event("kf:refresh")
    expect(page.locator("#count")).to_have_text("5")
    expect(page.locator("#more")).to_have_attribute("open", "")
    expect(page.locator("#typed")).to_have_value("打给客户")


def test_nothing_is_swapped_while_a_field_is_edited(open_page, site):
    page = open_page("base")
    page.locator("#typed").focus()
    site.answers["/live"] = ('<p id="count">6</p>', 200)
    with page.expect_response("**/live"):
        page.locator("#live").dispatch_event("kf:refresh")
    expect(page.locator("#count")).to_have_text("0")
    page.locator("#typed").blur()
    page.locator("#live").dispatch_event("kf:refresh")
    expect(page.locator("#count")).to_have_text("6")


def test_who_is_signed_out_is_told_sends_nothing_and_goes_on_after_signing_in_elsewhere(open_page, site):
    page = open_page("base")
    told = page.get_by_role("alert").filter(has_text="登录已过期")
    site.answers["/session"] = ({"user": None, "csrf": "token-2"}, 200)
    site.answers["/live"] = ("", 401)
    page.evaluate("document.querySelector('#live').dispatchEvent(new CustomEvent('kf:refresh'))")
    expect(told).to_be_visible()
    page.locator("form[action='/deleted']").evaluate("form => form.requestSubmit()")
    expect(told).to_be_focused()
    site.answers["/session"] = ({"user": "ann", "csrf": "token-2"}, 200)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(told).to_have_count(0)
    assert page.locator("meta[name=csrf-token]").get_attribute("content") == "token-2"
    assert site.received == []


def test_htmx_swaps_under_the_strict_policy_and_what_is_new_counts_down(open_page, site):
    site.answers["/live"] = ('<time data-due="2026-06-03T14:00:00+00:00" id="new">6月3日</time>', 200)
    page = open_page("base")
    page.get_by_role("button", name="取数").click()
    expect(page.locator("#new")).to_contain_text("剩余 2 小时")


def test_nothing_is_fetched_from_outside(open_page, site):
    page = open_page("base")
    addresses = page.evaluate("performance.getEntriesByType('resource').map((entry) => entry.name)")
    assert addresses
    assert [address for address in addresses if not address.startswith(site.url)] == []


def test_a_form_is_sent_once_and_can_be_sent_again_when_one_comes_back_to_it(open_page):
    page = open_page("base")
    page.evaluate("""() => {
      document.querySelector('h1').insertAdjacentHTML('afterend',
        '<form id="one" data-once><button name="a">甲</button><button type="submit">乙</button><button type="button">丙</button></form>');
      document.getElementById('one').dispatchEvent(new Event('submit', { bubbles: true, cancelable: true }));
    }""")
    expect(page.locator("#one :disabled")).to_have_text(["甲", "乙"])
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    expect(page.locator("#one :disabled")).to_have_count(0)
