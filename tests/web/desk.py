"""A desk to test pages on: people of every post, a client for each, and complaints to work on."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from PIL import Image
from werkzeug.test import TestResponse

from engine.clock import MovableClock
from engine.config import Settings
from engine.runtime import Runtime
from engine.services import people, starting, tasks
from engine.services.cases import CaseView, get_case
from engine.services.startup import deploy_paths, wire
from engine.worker import Worker

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "correct horse battery"
POSTS = {
    "ann": ("安安", ["agent"]),
    "ben": ("本本", ["agent"]),
    "lea": ("李组长", ["group_lead"]),
    "sue": ("苏主管", ["supervisor"]),
    "max": ("马经理", ["manager"]),
    "wes": ("吴仓储", ["warehouse"]),
    "olga": ("欧流程", ["process_owner"]),
    "boss": ("管理员", ["admin"]),
    "carl": ("客户", ["customer"]),
}
COMPLAINT = {
    "customer_name": "王小明",
    "contact": "13800138000",
    "channel": "phone",
    "tier": "B",
    "received_at": "2026-03-02T16:55:00+08:00",
    "matter": "收到的水壶漏水，要求退款",
    "cause": "quality",
    "wanted_remedy": "refund",
    "order_number": "NO-SUCH-ORDER",
    "risk": "none",
    "photos": [],
    "consent": True,
}
VERIFIED = {
    "matter": "水壶漏水，已看照片",
    "cause": "quality",
    "wanted_remedy": "refund",
    "order_number": "NO-SUCH-ORDER",
    "risk": "none",
    "agent_can_solve": "true",
    "departments": ["quality"],
    "promised_at": "2026-03-04T18:00",
}
# The same as the script sends it, and as a process gets it.
DONE = VERIFIED | {"agent_can_solve": True, "compensation_asked": False, "promised_at": "2026-03-04T18:00+08:00"}


class Desk:
    """The runtime and the application over it; `client` signs somebody in, once."""

    def __init__(self, runtime: Runtime, clock: MovableClock, app: Flask) -> None:
        self.runtime, self.clock, self.app = runtime, clock, app
        self._clients: dict[str, FlaskClient] = {}

    def actor(self, name: str) -> people.Actor:
        return people.actor_of(self.runtime, name)

    def client(self, name: str) -> FlaskClient:
        if name not in self._clients:
            client = self.app.test_client()
            given = {"username": name, "password": PASSWORD, "csrf_token": token(client, "/sign-in")}
            assert client.post("/sign-in", data=given).status_code == 302
            self._clients[name] = client
        return self._clients[name]

    def get(self, name: str, path: str, **more: Any) -> TestResponse:
        return self.client(name).get(path, **more)

    def post(self, name: str, path: str, data: dict[str, Any] | None = None, **more: Any) -> TestResponse:
        """Send a page's form as a browser without scripts does."""
        client = self.client(name)
        fields = {"csrf_token": token(client, "/account"), **(data or {})}
        return client.post(path, data=fields, content_type="multipart/form-data", **more)

    def send(self, name: str, method: str, path: str, body: Any) -> TestResponse:
        """Send JSON as the pages' scripts do."""
        client = self.client(name)
        headers = {"X-CSRFToken": token(client, "/account"), "Accept": "application/json"}
        return client.open(path, method=method, json=body, headers=headers)

    def work(self) -> None:
        Worker(self.runtime, "worker").run_due()

    def complain(self, who: str = "ann", **changes: Any) -> str:
        """Register a complaint, let the worker bring it to its first task, and return the case's number."""
        begun = starting.start_with_form(self.runtime, "complaint", COMPLAINT | changes, actor=self.actor(who))
        self.work()
        assert begun.case_number is not None
        return begun.case_number

    def case(self, number: str) -> CaseView:
        return get_case(self.runtime, number, actor=people.SYSTEM)

    def task(self, number: str, element_id: str | None = None) -> int:
        """The key of the case's open task."""
        return next(task.key for task in self.case(number).tasks if element_id in (None, task.element_id))

    def does(self, who: str, number: str, element_id: str, **variables: Any) -> None:
        """A task of the case is done."""
        tasks.complete(self.runtime, self.task(number, element_id), variables, who=who)
        self.work()


def open_desk(home: Path, clock: MovableClock) -> Runtime:
    settings = Settings(home=home, database_url=f"sqlite:///{home / 'kefuflow.db'}", mode="test", secret_key="a test's")
    runtime = Runtime(settings, clock=clock)
    wire(runtime)
    return runtime


def furnish(runtime: Runtime) -> None:
    """Deploy the shipped processes and make a person of every post."""
    deploy_paths(runtime, [ROOT / "processes"], "system")
    for name, (shown, roles) in POSTS.items():
        people.create_user(runtime, name, shown, roles, PASSWORD, actor=people.SYSTEM)


def token(client: FlaskClient, path: str) -> str:
    """The CSRF token of the client's session, as a page carries it."""
    found = re.search(r'<meta name="csrf-token" content="([^"]+)"', client.get(path).text)
    assert found is not None
    return found[1]


def parsed(answer: TestResponse) -> html.HtmlElement:
    """An answer's page as a tree; fails when it is no page."""
    assert answer.mimetype == "text/html", answer.text
    return html.fromstring(answer.text)


def value_of(page: html.HtmlElement, name: str) -> str:
    """What the first field of this name holds on a page."""
    field = page.xpath(f'//*[@name="{name}" and not(@type="hidden")]')[0]
    if field.tag == "select":
        return "".join(field.xpath("option[@selected]/@value"))
    return (field.text or "") if field.tag == "textarea" else field.get("value", "")


def text_of(element: html.HtmlElement) -> str:
    return " ".join(element.text_content().split())


def photo(colour: str = "red") -> bytes:
    drawn = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(drawn, "PNG")
    return drawn.getvalue()


PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
