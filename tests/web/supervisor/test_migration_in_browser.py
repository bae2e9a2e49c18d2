"""A process owner migrates running instances in a real browser: two diagrams, the mapping, a preview, the batch."""

from __future__ import annotations

import logging
import os
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright
from werkzeug.serving import make_server

from engine.services import inspection, instances
from engine.services.startup import deploy_paths
from engine.worker import Worker
from tests.web.agent.test_in_browser import ARGS, missing
from tests.web.desk import PASSWORD, ROOT
from web.ui import assets

pytestmark = pytest.mark.browser
SHOTS = os.environ.get("KEFUFLOW_TEST_SHOTS")  # a folder for pictures of the pages, to be looked at


@pytest.fixture
def address(desk):
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, desk.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


@pytest.fixture
def versions(desk, tmp_path):
    """Instances of the shipped escalation, and a second version with another name for one of its steps."""
    started = [instances.start(desk.runtime, "escalation", _ESCALATED, who="ann").key for _ in range(3)]
    old = (ROOT / "processes" / "escalation.bpmn").read_text(encoding="utf-8")
    (tmp_path / "escalation.bpmn").write_text(old.replace("</bpmn:process>", "</bpmn:process>\n<!-- 2 -->"))
    deploy_paths(desk.runtime, [tmp_path / "escalation.bpmn"], "olga")
    return started


_ESCALATED = {"case_number": "TS20260302-0009", "reason": "投诉", "level": "major", "origin": "agent"}


def story(url, chromium, width):
    """From the list of instances to the batch that is done."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGS)
        page = browser.new_page(base_url=url, locale="zh-CN", viewport={"width": width, "height": 900})
        page.set_default_timeout(20_000)
        problems: list[str] = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda said: "Content Security" in said.text and problems.append(said.text))
        page.goto("/sign-in")
        page.fill("#username", "olga")
        page.fill("#password", PASSWORD)
        page.click("main button")
        page.goto("/board/instances?process=escalation")
        _shoot(page, f"list-{width}")
        page.locator("table a[href*='/board/instances/']").first.click()
        expect(page.locator(".kf-diagram svg").first).to_be_visible()
        _shoot(page, f"detail-{width}")
        page.goto("/board/migration")
        old, new = (
            page.locator(f"#source option:has-text('v{number}')").filter(has_text="升级").first for number in (1, 2)
        )
        page.select_option("#source", old.get_attribute("value"))
        page.select_option("#target", new.get_attribute("value"))
        page.get_by_role("button", name="对照").click()
        expect(page.locator(".kf-diagram svg").first).to_be_visible()
        page.get_by_role("button", name="预览").click()
        expect(page.locator("#tried")).to_contain_text("3 个可以迁移，0 个不能")
        _shoot(page, f"preview-{width}")
        page.fill("#reason", "新版本")
        page.get_by_role("button", name="执行迁移").click()
        page.wait_for_url("**/board/batches/*")
        yield page
        expect(page.locator("#progress")).to_contain_text("已执行完")  # by itself, while the page is open
        expect(page.locator("#progress")).to_contain_text("成功 3")
        _shoot(page, f"batch-{width}")
        wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1")
        browser.close()
        assert not wide
        assert problems == []


def _shoot(page, name):
    if SHOTS:
        Path(SHOTS).mkdir(parents=True, exist_ok=True)
        page.wait_for_timeout(700)
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


def play(url, chromium, width, work):
    told = story(url, chromium, width)
    next(told)
    work()
    assert next(told, None) is None


@pytest.mark.parametrize("width", [1280, 390])
def test_a_new_version_is_mapped_previewed_and_run_to_its_end(desk, address, versions, width):
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not chromium:
        missing("no Chromium found")
    if not assets.MANIFEST.is_file():
        missing("assets not built (python hatch_build.py)")
    with ThreadPoolExecutor(1) as pool:
        pool.submit(play, address, chromium, width, Worker(desk.runtime).run_due).result()
    assert {row.version for row in _rows(desk, versions)} == {2}


def _rows(desk, keys):
    wanted = {"processInstanceKey": {"$in": [str(key) for key in keys]}}
    return inspection.find(desk.runtime, wanted, actor=desk.actor("olga")).rows
