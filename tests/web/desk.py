"""A desk to test pages on: a real database with the shipped processes, people of every post, and a client for each."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from engine.clock import MovableClock
from engine.runtime import Runtime
from engine.services import people, starting
from engine.services.startup import deploy_paths, open_runtime
from engine.worker import Worker

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "correct horse battery"
POSTS = {
    "ann": ("安安", ["agent"]),
    "ben": ("本本", ["agent"]),
    "sue": ("苏主管", ["supervisor"]),
    "max": ("马经理", ["manager"]),
    "wes": ("吴仓储", ["warehouse"]),
    "olga": ("欧流程", ["process_owner"]),
    "boss": ("管理员", ["admin"]),
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


class Desk:
    """The runtime and the application over it; `client` signs somebody in, once."""

    def __init__(self, runtime: Runtime, clock: MovableClock, app: Flask) -> None:
        self.runtime, self.clock, self.app = runtime, clock, app
        self.worker = Worker(runtime, "worker")
        self._clients: dict[str, FlaskClient] = {}

    def actor(self, name: str) -> people.Actor:
        return people.actor_of(self.runtime, name)

    def client(self, name: str) -> FlaskClient:
        if name not in self._clients:
            client = self.app.test_client()
            answer = client.post("/sign-in", data={"username": name, "password": PASSWORD, **token(client, "/sign-in")})
            assert answer.status_code == 302, answer.text
            self._clients[name] = client
        return self._clients[name]

    def complain(self, who: str = "ann", **changes: Any) -> str:
        """Register a complaint, let the worker bring it to its first task, and return the case's number."""
        begun = starting.start_with_form(self.runtime, "complaint", COMPLAINT | changes, actor=self.actor(who))
        self.worker.run_due()
        assert begun.case_number is not None
        return begun.case_number


def token(client: FlaskClient, path: str) -> dict[str, str]:
    """The CSRF token of the client's session, as a page carries it."""
    page = client.get(path).text
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found, page[:500]
    return {"csrf_token": found[1]}


def post(client: FlaskClient, path: str, data: dict[str, Any] | None = None, *, page: str = "/account", **more: Any) -> TestResponse:
    """Post a page's form as a browser does, with the session's token."""
    return client.post(path, data={**token(client, page), **(data or {})}, **more)


def make_desk(runtime: Runtime, clock: MovableClock, app: Flask) -> Desk:
    deploy_paths(runtime, [ROOT / "processes"], "system")
    for name, (shown, roles) in POSTS.items():
        people.create_user(runtime, name, shown, roles, PASSWORD, actor=people.SYSTEM)
    return Desk(runtime, clock, app)


__all__ = ["COMPLAINT", "PASSWORD", "Desk", "make_desk", "open_runtime", "post", "token"]
