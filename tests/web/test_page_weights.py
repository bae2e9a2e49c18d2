"""No page is heavy: what each loads at first, in gzip KB, measured on a demo desk as `tests/pages.py` walks through it."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import httpx
import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html

from engine.clock import MovableClock
from engine.persistence import create_all
from engine.services import demo, people
from engine.services.startup import deploy_paths
from engine.worker import Worker
from tests.conftest import START
from tests.e2e.server import ADMIN
from tests.pages import PAGES, Shown, bring_trouble
from tests.web.desk import ROOT, open_desk, token
from web.app import create_app
from web.ui import assets

MOST_KB = 380
EDITORS = {"edit-process", "edit-decision", "edit-form", "new-process"}
# This desk has no campaign; the page of a new one is the same.
MAY_LACK = {"campaign", "campaign-change"}
# The viewer of a diagram comes when its reader scrolls to it; a chart's script comes with the page.
ON_DEMAND = {"case-diagram"}
WEIGHED = [shown for shown in PAGES if shown.name not in EDITORS]


@pytest.fixture(scope="module")
def demo_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Flask, str]]:
    """A demo desk after a day and a half, with the trouble that `prepare` makes, and the password of its people."""
    clock = MovableClock(START)
    home = tmp_path_factory.mktemp("demo")
    runtime = open_desk(home, clock)
    create_all(runtime.database)
    deploy_paths(runtime, [ROOT / "processes"], "system")
    people.create_user(runtime, ADMIN[0], "管理员", ["admin"], ADMIN[1], actor=people.SYSTEM)
    demo.load(runtime)
    app, worker = create_app(runtime), Worker(runtime, "worker")
    worker.run_due()
    clock.advance(timedelta(days=1, hours=11))
    worker.run_due()
    with httpx.Client(transport=httpx.WSGITransport(app=app), base_url="http://localhost", auth=ADMIN) as client:
        bring_trouble(client)
    worker.run_due()
    yield app, (home / "demo_password").read_text(encoding="ascii").strip()
    runtime.close()


@pytest.fixture(scope="module")
def weights(demo_desk: tuple[Flask, str]) -> dict[str, int]:
    """Bytes by the name of the page."""
    app, password = demo_desk
    visitors: dict[str | None, FlaskClient] = {}
    found = {}
    for shown in WEIGHED:
        if shown.who not in visitors:
            visitors[shown.who] = entered(app, shown.who, password)
        client = visitors[shown.who]
        page = reached(client, shown)
        if page is not None:
            found[shown.name] = weight(client, *page)
    return found


def test_no_page_but_an_editor_loads_more_than_it_may(weights):
    heaviest = sorted(((size / 1024, name) for name, size in weights.items()), reverse=True)
    shown = ", ".join(f"{name} {size:.0f} KB" for size, name in heaviest[:10])
    assert heaviest[0][0] <= MOST_KB, f"At most {MOST_KB} KB each; the heaviest: {shown}"


def test_every_page_was_weighed(weights):
    assert {shown.name for shown in WEIGHED} - weights.keys() <= MAY_LACK


def entered(app: Flask, who: str | None, password: str) -> FlaskClient:
    """Signed in as somebody of the desk; as a customer by the code that a desk in test mode shows."""
    client = app.test_client()
    if who is None:
        return client
    if who.isdigit():
        given = {"contact": who, "csrf_token": token(client, "/portal/sign-in")}
        asked = client.post("/portal/sign-in", data=given, follow_redirects=True)
        code = html.fromstring(asked.text).xpath("string(//*[@id='shown-code'])").strip()
        form = html.fromstring(asked.text).xpath("//main//form")[0]
        fields = dict(form.form_values()) | {"code": code}
        client.post(urljoin(asked.request.path, form.get("action") or ""), data=fields)
        return client
    given = {"username": who, "password": ADMIN[1] if who == ADMIN[0] else password}
    assert client.post("/sign-in", data=given | {"csrf_token": token(client, "/sign-in")}).status_code == 302
    return client


def reached(client: FlaskClient, shown: Shown) -> tuple[str, str] | None:
    """The page's address and text, by its links; None when a page on the way has no such link."""
    answer = client.get(shown.path, follow_redirects=True)
    for selector in shown.links:
        hrefs = html.fromstring(answer.text).xpath(" | ".join(f"{path}/@href" for path in xpaths(selector)))
        found = next((href for href in hrefs if not re.search(r"/new$|\.csv|^#|^$", href)), None)
        if found is None:
            return None
        answer = client.get(urljoin(answer.request.path, found), follow_redirects=True)
    assert answer.status_code == 200, (shown.name, answer.status)
    return answer.request.path, answer.text


def xpaths(selector: str) -> list[str]:
    """The few kinds of selectors that `tests/pages.py` uses, as XPath."""
    return ["".join(_step(part) for part in each.split()) for each in selector.split(",")]


def _step(part: str) -> str:
    tag, name, attribute, how, value = re.fullmatch(
        r"(\w*)(?:\.([\w-]+))?(?:\[([\w-]+)(?:([*$])='([^']*)')?\])?", part
    ).groups()  # type: ignore[union-attr]
    if name:
        condition = f"[contains(concat(' ', @class, ' '), ' {name} ')]"
    elif how == "*":
        condition = f"[contains(@{attribute}, '{value}')]"
    elif how == "$":
        condition = f"[substring(@{attribute}, string-length(@{attribute}) - {len(value) - 1}) = '{value}']"
    else:
        condition = f"[@{attribute}]" if attribute else ""
    return f"//{tag or '*'}{condition}"


def weight(client: FlaskClient, address: str, text: str) -> int:
    """The page and all that it loads at first: its sheets, scripts and images, and what these bring at once."""
    page = html.fromstring(text)
    tags = "//script/@src | //link[@rel='stylesheet' or @rel='modulepreload' or @rel='icon']/@href | //img/@src"
    files = {urlsplit(urljoin(address, each)).path for each in page.xpath(tags) if not each.startswith("data:")}
    files |= {f"/static/dist/{file}" for each in files.copy() for file in brought(each)}
    return len(gzip.compress(text.encode())) + sum(file_weight(client, each) for each in files)


def brought(file: str) -> set[str]:
    """What an entry's script imports by itself when the page has something for it: the chart's, not the diagram viewer's."""
    chunks = json.loads(assets.MANIFEST.read_text(encoding="utf-8"))
    chunk = next((each for each in chunks.values() if file.endswith(each["file"])), {})
    if chunk.get("name") in ON_DEMAND:
        return set()
    ahead, seen = list(chunk.get("dynamicImports", ())), set[str]()
    while ahead:
        key = ahead.pop()
        if key not in seen:
            seen.add(key)
            ahead += chunks[key].get("imports", ())
    return {file for key in seen for file in (chunks[key]["file"], *chunks[key].get("css", ()))}


_sizes: dict[str, int] = {}


def file_weight(client: FlaskClient, path: str) -> int:
    """A file's bytes, packed when it is text; with a sheet its newest kind of each font."""
    if path not in _sizes:
        content = client.get(path).data
        packed = Path(path).suffix in (".js", ".css", ".svg")
        size = len(gzip.compress(content)) if packed else len(content)
        if path.endswith(".css"):
            fonts = set(re.findall(r"url\(\"?([^)\"]+\.woff2)\"?\)", content.decode()))
            size += sum(len(client.get(urljoin(path, font)).data) for font in fonts)
        _sizes[path] = size
    return _sizes[path]
