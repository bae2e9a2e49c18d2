"""A browser and the small site that it looks at; missing ones skip loudly, and fail in CI."""

import logging
import os
import threading

import pytest
from werkzeug.serving import make_server

from tests.web.frontend.site import make_site
from web.ui import assets


def missing(what: str) -> None:
    if os.environ.get("CI"):
        pytest.fail(f"{what}: the front end's tests need it")
    pytest.skip(f"SKIPPED THE FRONT END'S TESTS: {what}")


def require_build() -> None:
    if not assets.MANIFEST.is_file():
        missing("assets not built (python hatch_build.py)")


@pytest.fixture
def site():
    """The site, served on loopback; `site.url` is its address."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    app = make_site()
    server = make_server("127.0.0.1", 0, app, threaded=True)
    app.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield app
    server.shutdown()
    thread.join()


@pytest.fixture
def open_page(browser, site):
    """`open_page(entry, lang)`: a page of its own, with its own clock when asked.

    What the policy refused or a script threw fails the test at its end.
    """
    problems: list[str] = []
    contexts = []

    def open_page(entry: str, lang: str = "zh-CN", *, clock: bool = False, **options):
        defaults = {"locale": lang, "viewport": {"width": 1280, "height": 800}, "timezone_id": "Asia/Shanghai"}
        context = browser.new_context(**{**defaults, **options})
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda message: message.type == "error" and problems.append(message.text))
        if clock:
            page.clock.install()
        page.goto(f"{site.url}/page/{entry}/{lang}")
        return page

    yield open_page
    for context in contexts:
        context.close()
    expected = ("the server responded with a status of 4", "net::ERR_INTERNET_DISCONNECTED")
    assert [problem for problem in problems if not any(part in problem for part in expected)] == []
