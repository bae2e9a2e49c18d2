"""What people do at their pages, in their words: file, claim, fill in, send, look."""

from __future__ import annotations

import io
import json
import re
from datetime import timedelta
from typing import Any

from PIL import Image, ImageDraw
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Response, TimeoutError, expect

from tests.e2e.server import Server

# An order of the demo with headphones in it, and its buyer.
ORDER = "D000038"
COMPLAINT = {
    "客户姓名": "陈平",
    "联系方式": "10000000008",
    "订单号": ORDER,
    "发生了什么": "耳机左耳没有声音，用了三天就坏了",
    "投诉原因": "商品质量",
    "您希望怎样解决": "退款",
}


def context_in(language: str, browser: Browser, server: Server, **more: Any) -> BrowserContext:
    """What a browser is that reads Chinese (`zh`) or English (`en`) in China; `more` as Playwright takes it."""
    context = browser.new_context(
        base_url=server.url, locale={"zh": "zh-CN", "en": "en-GB"}[language], timezone_id="Asia/Shanghai", **more
    )
    context.add_cookies([{"name": "lang", "value": language, "url": server.url}])
    return context


def sign_in(page: Page, who: str, password: str) -> None:
    page.goto("/sign-in")
    page.locator("#username").fill(who)
    page.locator("#password").fill(password)
    page.locator("main button").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)


def file_complaint(page: Page, photo: str | None = None, **changes: str) -> str:
    """File by the portal's form and return the case's number; the page is then the one of thanks."""
    page.goto("/portal/")
    page.get_by_role("link", name="我要投诉").click()
    fill(page, {**COMPLAINT, **changes})
    if photo:
        page.locator("[data-form] input[type=file]").set_input_files(
            {"name": photo, "mimeType": "image/jpeg", "buffer": jpeg()}
        )
        expect(page.locator(".kf-file-list")).to_contain_text(photo)
    send(page)
    page.wait_for_url("**/portal/thanks")
    return page.locator("#case-number").inner_text()


def do_task(page: Page, number: str, name: str, answers: dict[str, Any], expecting: str | None = None) -> None:
    """Claim a task of a case from the inbox, fill in its form, and send it."""
    open_task(page, number, name)
    fill(page, answers)
    send(page)
    expect(page.get_by_role("status").filter(has_text=f"已提交：{name}")).to_be_visible()


def open_task(page: Page, number: str, name: str) -> None:
    """Find the task in one's inbox and take it, or go on with it when one has it already."""
    row = page.locator("#inbox tr", has_text=number).filter(has=page.get_by_role("link", name=name, exact=True))
    appears(page, f"/desk/?q={number}", row)
    row.get_by_role("button", name="领取").or_(row.get_by_role("link", name="办理")).first.click()
    expect(page.locator(".page-title")).to_have_text(name)
    page.locator("[data-form] .fjs-form").wait_for()


def appears(page: Page, path: str, wanted: Locator) -> None:
    """Look at a page again and again until the worker has brought about what is wanted; it has half a minute."""
    for _ in range(30):
        page.goto(path)
        try:
            wanted.first.wait_for(timeout=1000)
            return
        except TimeoutError:
            continue
    raise AssertionError(f"{path} did not come to show {wanted}; it shows: {page.locator('main').inner_text()[:1500]}")


def fill(page: Page, answers: dict[str, Any]) -> None:
    """Fill in a form-js form by its labels: text, a choice, a tick, a date ("2026-03-04 18:00" fills its time too)."""
    for label, value in answers.items():
        _fill(page, field(page, label), label, value)


def field(page: Page, label: str) -> Locator:
    named = page.locator("label, legend, .fjs-form-field-label").filter(
        has_text=re.compile(rf"^\s*{re.escape(label)}\s*\*?\s*$")
    )
    return page.locator("[data-form] .fjs-form-field").filter(has=named).last


def _fill(page: Page, found: Locator, label: str, value: Any) -> None:
    kind = found.get_attribute("class") or ""
    if "fjs-form-field-select" in kind:
        found.locator(".fjs-input-group").click()
        found.locator(".fjs-dropdownlist-item").filter(has_text=re.compile(f"^{re.escape(value)}$")).click()
    elif "fjs-form-field-radio" in kind:
        found.get_by_label(value, exact=True).check()
    elif "fjs-form-field-checkbox" in kind:
        found.get_by_role("checkbox").set_checked(value)
    elif "fjs-form-field-datetime" in kind:
        _date(page, found, value)
    else:
        text = found.locator("input, textarea").first
        text.fill(str(value))
        text.blur()  # A person leaves a field before the next; form-js takes a text over at once then.


def _date(page: Page, found: Locator, value: str) -> None:
    day, _, time = value.partition(" ")
    date, clock = found.locator("input").first, found.locator("input").last
    date.fill(day)
    date.press("Enter")
    clock.fill(time)
    clock.press("Enter")


def send(page: Page) -> None:
    page.locator("[data-form] button[type=submit]").click()


def saves(answer: Response, words: str) -> bool:
    """Is this the answer to a draft that holds these words?"""
    request = answer.request
    return request.method == "PUT" and answer.ok and words in str(json.loads(request.post_data or "{}"))


def local(server: Server, **later: float) -> str:
    """A moment as a date field takes it."""
    return f"{server.now + timedelta(**later):%Y-%m-%d %H:%M}"


def jpeg() -> bytes:
    """A photo of a pair of headphones, more or less."""
    picture = Image.new("RGB", (640, 480), "#d9c7a8")
    pen = ImageDraw.Draw(picture)
    pen.arc((170, 70, 470, 430), 180, 360, fill="#222", width=26)
    for left in (140, 420):
        pen.rounded_rectangle((left, 230, left + 80, 390), 30, fill="#333", outline="#111", width=6)
    drawn = io.BytesIO()
    picture.save(drawn, "JPEG", quality=90)
    return drawn.getvalue()
