"""The page of the API's description, in a real browser under the desk's policy, with nothing from outside."""

from __future__ import annotations

import logging
import threading

import pytest
from playwright.sync_api import expect
from werkzeug.serving import make_server

from tests.web.desk import PASSWORD, parsed


def test_the_page_is_open_and_says_where_the_file_is(api):
    page = parsed(api.client.get("/v2/docs"))
    assert page.xpath("//a[@href='/v2/openapi.json']")
    assert api.client.get("/api/docs").location.endswith("/v2/docs")


@pytest.mark.browser
def test_a_call_is_found_and_tried_with_a_password_under_the_strict_policy(browser, desk):
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, desk.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    context = browser.new_context(base_url=f"http://127.0.0.1:{server.server_port}", locale="zh-CN")
    try:
        problems, asked = [], []
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda message: message.type == "error" and problems.append(message.text))
        page.on("request", lambda request: asked.append(request.url))
        page.goto("/v2/docs")
        expect(page.locator("#api-reference[data-ready]")).to_be_visible(timeout=30_000)
        expect(page.locator(".opblock-tag[data-tag='topology']")).to_be_visible()
        page.locator(".btn.authorize").click()
        page.get_by_label("auth-basic-username").fill("boss")
        page.get_by_label("auth-basic-password").fill(PASSWORD)
        page.locator(".auth-container", has_text="basic").get_by_role("button", name="Apply credentials").click()
        page.locator(".dialog-ux .btn-done").first.click()
        page.locator(".opblock-tag[data-tag='topology']").click()
        page.locator("#operations-topology-topology .opblock-summary-control").click()
        page.get_by_role("button", name="Try it out").click()
        page.get_by_role("button", name="Execute").click()
        expect(page.locator(".live-responses-table .response-col_status").last).to_contain_text("200", timeout=30_000)
        expect(page.locator(".live-responses-table")).to_contain_text("gatewayVersion")
        assert problems == []
        assert [url for url in asked if not url.startswith(("http://127.0.0.1", "data:", "blob:"))] == []
    finally:
        context.close()
        server.shutdown()
        thread.join()
