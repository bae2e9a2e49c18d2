"""A browser with a window for each person, and one server for the stories of a file."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.e2e.desk import context_in, sign_in
from tests.e2e.server import Server

# What a page says that refreshes itself, or loads a part of it, while the server is dead or the page is left.
NOBODY_THERE = ("net::ERR_", "Failed to fetch")
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1440, "height": 1000}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("home"))
    server.password = server.load_demo(complaints="KEFUFLOW_SCREENSHOTS" in os.environ)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def window(browser: Browser, server: Server) -> Iterator[Callable[..., Page]]:
    """`window()` is a customer's phone, `window("agent5", "en")` the desk of somebody who is signed in and reads English.

    An error that a page throws, or that its policy refuses, fails the test at its end.
    """
    contexts: list[BrowserContext] = []
    problems: list[str] = []

    def open_window(person: str | None = None, language: str | None = None, size: dict[str, int] | None = None) -> Page:
        size = size or (DESKTOP if person else PHONE)
        context = context_in(language or "zh", browser, server, viewport=size, color_scheme="light")
        if person is None and language is None:
            context.clear_cookies()  # A customer has chosen no language yet: their file says it.
        context.set_default_timeout(20_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(f"{person}: {error}"))
        page.on("console", lambda said: said.type == "error" and problems.append(f"{person}: {said.text}"))
        if person:
            sign_in(page, person, server.password)
        return page

    yield open_window
    for context in contexts:
        context.close()
    assert [problem for problem in problems if not any(words in problem for words in NOBODY_THERE)] == []


@pytest.fixture(scope="session")
def picture() -> Callable[[Page, str], None]:
    """Keep a picture of a page for the documentation, when `KEFUFLOW_SCREENSHOTS` names a folder."""
    folder = os.environ.get("KEFUFLOW_SCREENSHOTS")

    def take(page: Page, name: str, afresh: bool = False) -> None:
        if folder:
            if afresh:  # without the sentence about what was just done
                page.reload()
            page.wait_for_load_state("networkidle")
            page.screenshot(path=Path(folder) / f"{name}.png", animations="disabled")

    return take
