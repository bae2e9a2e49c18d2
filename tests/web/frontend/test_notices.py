"""What the bell tells is shown by the browser, once, and only where its reader asked for it."""

import json

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
STAND_IN = """
window.told = JSON.parse(sessionStorage.getItem('told') ?? '[]');
window.Notification = class {
  static permission = localStorage.getItem('allowed') ?? 'default';
  static async requestPermission() { localStorage.setItem('allowed', 'granted'); return (this.permission = 'granted'); }
  constructor(subject) { told.push(subject); sessionStorage.setItem('told', JSON.stringify(told)); }
};
"""
WORDS = {"on": "会弹出", "off": "不弹出", "denied": "不允许", "turn_on": "弹出", "turn_off": "不再弹出"}
SWITCH = f"""<div data-browser-notices data-words='{json.dumps(WORDS)}'><span data-browser-notices-state></span>
  <button type="button" hidden>弹出</button></div>"""

PUT = """html => {
  document.querySelector('h1').insertAdjacentHTML('afterend', html);
  document.querySelector('main').dispatchEvent(new CustomEvent('kf:content', { bubbles: true }));
}"""


def bell(key: int, subject: str) -> tuple[str, int]:
    link = f'<a data-bell data-notice-key="{key}" data-notice-subject="{subject}" href="/notices">通知</a>'
    return link, 200


def told(page) -> list[str]:
    return page.evaluate("told")


def test_a_new_notice_is_shown_once_where_it_was_asked_for(open_page, site):
    def refresh(key: int, subject: str) -> None:
        site.answers["/live"] = bell(key, subject)
        with page.expect_response("**/live"):
            page.locator("#live").dispatch_event("kf:refresh")
        expect(page.locator(f"[data-notice-key='{key}']")).to_have_count(1)

    page = open_page("base")
    page.add_init_script(STAND_IN)
    page.reload()
    page.evaluate(PUT, SWITCH)
    refresh(7300000000000000001, "早先的")
    assert told(page) == []
    page.get_by_role("button", name="弹出").click()
    expect(page.get_by_role("button", name="不再弹出")).to_be_visible()
    expect(page.locator("#live")).to_have_attribute("data-live-hidden", "")
    refresh(7300000000000000002, "有人提到了您")
    refresh(7300000000000000001, "早先的")
    refresh(7300000000000000002, "有人提到了您")
    assert told(page) == ["有人提到了您"]
    page.get_by_role("button", name="不再弹出").click()
    refresh(7300000000000000003, "又一条")
    assert told(page) == ["有人提到了您"]
    expect(page.locator("#live")).not_to_have_attribute("data-live-hidden", "")
