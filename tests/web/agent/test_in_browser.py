"""The desk in a real browser: the form that a script draws, drafts, a conflict, the inbox that refreshes itself."""

import logging
import os
import shutil
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from werkzeug.serving import make_server

from engine.services import macros, work
from tests.conftest import START
from tests.web.desk import PASSWORD
from web.ui import assets

pytestmark = pytest.mark.browser
ARGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync"]  # fmt: skip


def missing(what: str) -> None:
    if os.environ.get("CI"):
        pytest.fail(f"{what}: the desk's browser tests need it")
    pytest.skip(f"SKIPPED THE DESK'S BROWSER TESTS: {what}")


@pytest.fixture
def browse(desk):
    """`browse(script, who)`: run a script on a page of a signed-in person's browser, and give its result.

    Each has a browser and a thread of its own: Playwright allows one of its loops in a thread, and other tests have theirs.
    """
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not path:
        missing("no Chromium found")
    if not assets.MANIFEST.is_file():
        missing("assets not built (python hatch_build.py)")
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, desk.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()

    def browse(script: Callable[[Any], Any], who: str = "ann", width: int = 1280) -> Any:
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(run, path, f"http://127.0.0.1:{server.server_port}", script, who, width).result()

    yield browse
    server.shutdown()
    thread.join()


def run(path: str, url: str, script: Callable[[Any], Any], who: str, width: int) -> Any:
    from playwright.sync_api import sync_playwright

    problems: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGS)
        page = browser.new_page(
            base_url=url, locale="zh-CN", timezone_id="Asia/Shanghai", viewport={"width": width, "height": 900}
        )
        page.set_default_timeout(15_000)
        page.clock.install(time=START)  # the calendar of a date field offers no day that has passed
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda message: "Content Security" in message.text and problems.append(message.text))
        page.goto("/sign-in")
        page.fill("#username", who)
        page.fill("#password", PASSWORD)
        page.click("main button")
        page.wait_for_url("**/desk/")
        result = script(page)
        browser.close()
    assert problems == []
    return result


def drawn(page):
    """The form that form-js has drawn in place of the plain one."""
    return page.locator("[data-form]")


def promise_and_send(page):
    form = drawn(page)
    form.get_by_label("承诺答复时间").fill("2026-03-04")
    page.keyboard.press("Enter")
    form.get_by_label("时间").last.click()
    page.locator(".fjs-dropdownlist-item", has_text="18:00").click()
    form.get_by_role("button", name="提交").click()


def test_a_task_is_claimed_filled_in_and_sent(desk, browse):
    number = desk.complain()

    def script(page):
        page.get_by_role("button", name="领取").click()
        page.wait_for_selector(".fjs-container")
        assert page.locator("#plain-form").is_hidden()
        drawn(page).get_by_label("投诉事项（核实后）").fill("水壶漏水，已看照片")
        drawn(page).get_by_label("质量", exact=True).check()
        promise_and_send(page)
        page.wait_for_url(f"**/desk/cases/{number}")
        return page.inner_text("main")

    assert "已提交：核实投诉" in browse(script)
    assert "verify_complaint" not in [task.element_id for task in desk.case(number).tasks]


def test_what_is_typed_is_saved_and_there_again(desk, browse):
    number = desk.complain()
    key = desk.task(number)

    def script(page):
        page.goto(f"/desk/tasks/{key}")
        page.wait_for_selector(".fjs-container")
        drawn(page).get_by_label("商品编码").fill("KETTLE-1")
        page.get_by_text("草稿已保存").wait_for()
        page.goto("/desk/")
        page.goto(f"/desk/tasks/{key}")
        page.wait_for_selector(".fjs-container")
        return drawn(page).get_by_label("商品编码").input_value()

    assert browse(script) == "KETTLE-1"


def test_a_conflict_is_said_and_everything_typed_stays(desk, browse):
    number = desk.complain()
    key = desk.task(number)

    def script(page):
        page.goto(f"/desk/tasks/{key}")
        page.wait_for_selector(".fjs-container")
        drawn(page).get_by_label("投诉事项（核实后）").fill("我打了很长的一段话")
        drawn(page).get_by_label("质量", exact=True).check()
        work.claim(desk.runtime, key, actor=desk.actor("ben"))
        promise_and_send(page)
        page.get_by_text("已被他人领取").wait_for()
        return drawn(page).get_by_label("投诉事项（核实后）").input_value()

    assert browse(script) == "我打了很长的一段话"
    assert [task.assignee for task in desk.case(number).tasks] == ["ben"]


def test_new_work_appears_by_itself(desk, browse):
    def script(page):
        page.get_by_text("现在没有待办").wait_for()
        number = desk.complain()
        page.evaluate("document.querySelector('#inbox').dispatchEvent(new Event('kf:refresh'))")
        page.get_by_role("link", name=number).wait_for()
        page.get_by_role("button", name="领取").click()
        page.wait_for_url("**/desk/tasks/*")
        return page.inner_text("h1")

    assert browse(script) == "核实投诉"


def test_the_diagram_is_drawn_with_the_current_step_lit(desk, browse):
    number = desk.complain()

    def script(page):
        page.goto(f"/desk/cases/{number}")
        page.locator("#diagram").scroll_into_view_if_needed()
        page.wait_for_selector("#diagram svg [data-element-id=verify_complaint]")
        page.wait_for_timeout(300)
        return page.locator("#diagram [data-element-id=verify_complaint]").first.get_attribute("class")

    assert "kf-active" in browse(script)


@pytest.mark.parametrize("width", [390, 2560])
def test_no_page_is_wider_than_the_screen(desk, browse, width):
    number = desk.complain()
    paths = ["/desk/", f"/desk/cases/{number}", f"/desk/tasks/{desk.task(number)}", "/desk/start/complaint", "/board/",
             "/board/tasks", f"/board/cases/{number}", "/board/people"]  # fmt: skip

    def script(page):
        wide = {}
        for path in paths:
            page.goto(path)
            wide[path] = page.evaluate("document.documentElement.scrollWidth") - width
        return {path: more for path, more in wide.items() if more > 0}

    assert browse(script, "boss", width) == {}


def test_a_macro_is_done_from_the_command_bar_with_what_is_picked(desk, browse):
    number = desk.complain()
    macros.make_macro(desk.runtime, "受理", macros.Acts(claim=True, note="看过照片"), actor=desk.actor("ann"))

    def script(page):
        page.locator("[data-row-pick]").check()
        page.keyboard.press("Control+k")
        page.keyboard.type("宏：受理")
        page.keyboard.press("Enter")
        page.get_by_text("已对 1 个任务执行“受理”").wait_for()

    browse(script)
    assert [task.assignee for task in desk.case(number).tasks] == ["ann"]
    assert "看过照片" in [entry.text for entry in desk.case(number).timeline]
