"""axe finds nothing wrong on any page, in light and dark; and no page is left out."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page
from werkzeug.routing import MapAdapter

from engine.clock import MovableClock
from engine.persistence import create_all
from tests.conftest import START
from tests.e2e.axe import violations
from tests.e2e.desk import context_in
from tests.e2e.server import Server
from tests.pages import IN_STORIES, NOT_PAGES, PAGES, Shown, enter, prepare, visit
from tests.web.desk import open_desk
from web.app import create_app


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[tuple[Server, str]]:
    server = Server(tmp_path_factory.mktemp("home"))
    password = server.load_demo(complaints=True)
    server.start()
    prepare(server, browser)
    yield server, password
    server.stop()


@pytest.fixture(scope="module")
def adapter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MapAdapter]:
    """The addresses of every page."""
    runtime = open_desk(tmp_path_factory.mktemp("routes"), MovableClock(START))
    create_all(runtime.database)
    yield create_app(runtime).url_map.bind("localhost")
    runtime.close()


@pytest.mark.full
@pytest.mark.browser
@pytest.mark.parametrize("who", sorted({shown.who or "" for shown in PAGES}), ids=lambda who: who or "visitor")
def test_axe_finds_nothing_wrong_on_any_page(
    who: str, desk: tuple[Server, str], browser: Browser, adapter: MapAdapter
) -> None:
    server, password = desk
    told: list[str] = []
    for language, theme in (("zh", "light"), ("en", "dark")):
        size = {"width": 1280, "height": 900} if who else {"width": 390, "height": 844}
        context = context_in(language, browser, server, color_scheme=theme, viewport=size)
        context.set_default_timeout(30_000)
        page = context.new_page()
        if who:
            enter(page, who, password)
        for shown in (shown for shown in PAGES if (shown.who or "") == who):
            told += [f"{shown.name} ({language}, {theme}): {words}" for words in _violations(page, shown, adapter)]
        context.close()
    assert not told, "\n".join(told)


def test_every_page_is_in_the_list(adapter: MapAdapter) -> None:
    asked = [rule for rule in adapter.map.iter_rules() if "GET" in (rule.methods or set())]
    pages = {rule.endpoint for rule in asked if not rule.rule.startswith(("/v2/", "/api/"))} - NOT_PAGES - IN_STORIES
    listed = {shown.endpoint or adapter.match(urlsplit(shown.path).path)[0] for shown in PAGES}
    assert sorted(pages - listed) == []


def _violations(page: Page, shown: Shown, adapter: MapAdapter) -> list[str]:
    address = visit(page, shown)
    if address is None:
        return ["no page on the way has the link to it"]
    if shown.endpoint:
        assert adapter.match(urlsplit(address).path)[0] == shown.endpoint, f"{shown.name} led to {address}"
    return violations(page)
