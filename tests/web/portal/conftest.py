"""The portal over a real application and database, with the processes of this checkout deployed."""

from __future__ import annotations

import dataclasses
import io
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from PIL import Image
from werkzeug.test import TestResponse

from engine.clock import MovableClock
from engine.runtime import Runtime
from engine.services import people, tasks
from engine.services.cases import CaseView, get_case
from engine.services.people import SYSTEM
from engine.services.startup import deploy_paths, wire
from engine.worker import Worker
from web.app import create_app

PROCESSES = Path(__file__).parents[3] / "processes"
COMPLAINT = {
    "customer_name": "王芳",
    "contact": "138 0013 8000",
    "order_number": "D000001",
    "matter": "耳机左耳没有声音，用了三天就坏了",
    "cause": "quality",
    "wanted_remedy": "refund",
    "consent": "true",
}
VERIFIED = {
    "matter": "左耳没有声音，已看照片",
    "cause": "quality",
    "wanted_remedy": "refund",
    "risk": "none",
    "compensation_asked": False,
    "agent_can_solve": True,
    "departments": ["quality"],
    "promised_at": "2026-03-04T18:00+08:00",
}
PLAN = {
    "justified": True,
    "cause_code": "quality",
    "remedy": "refund",
    "apology": True,
    "plan_note": "退还货款，运费由我们承担。",
    "amount": 30,
}


def photo(colour: str = "red", kind: str = "JPEG") -> bytes:
    drawn = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(drawn, kind)
    return drawn.getvalue()


class Portal:
    """A customer's browser without scripts: keeps cookies, takes the CSRF token from the page that it is on."""

    def __init__(self, runtime: Runtime, client: FlaskClient, clock: MovableClock) -> None:
        self.runtime, self.client, self.clock = runtime, client, clock

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.client.get(path, **options)

    def token(self, path: str = "/portal/") -> str:
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.client.get(path).text)
        assert found is not None
        return found[1]

    def post(self, path: str, data: dict[str, Any] | None = None, **options: Any) -> TestResponse:
        fields = {"csrf_token": self.token(), **(data or {})}
        return self.client.post(path, data=fields, content_type="multipart/form-data", **options)

    def file(self, **changes: Any) -> TestResponse:
        return self.post("/portal/new/complaint", {"_files": "photos", "photos": [], **COMPLAINT, **changes})

    def link(self) -> str:
        """The path of the link on the page of thanks."""
        found = re.search(r"/portal/c/[\w.\-]+", self.get("/portal/thanks").text)
        assert found is not None
        return found[0]

    def filed(self, **changes: Any) -> str:
        """A complaint that is filed and registered; the path of its page."""
        assert self.file(**changes).status_code == 302
        self.work()
        return self.link()

    def work(self) -> None:
        Worker(self.runtime).run_due()

    def pass_time(self, **span: float) -> None:
        self.clock.advance(timedelta(**span))
        self.work()

    def case(self) -> CaseView:
        """The case that was filed last, as staff see it."""
        number = re.search(r'id="case-number">([^<]+)<', self.get("/portal/thanks").text)
        assert number is not None
        return get_case(self.runtime, number[1], actor=SYSTEM)

    def staff_does(self, element_id: str, who: str = "agent1", **variables: Any) -> None:
        """A task of the case is done, as the desk does it."""
        key = next(task.key for task in self.case().tasks if task.element_id == element_id)
        tasks.complete(self.runtime, key, variables, who=who)
        self.work()

    def offered(self, **plan: Any) -> str:
        """A complaint whose customer has an offer to answer; the path of its page."""
        page = self.filed()
        self.staff_does("verify_complaint", **VERIFIED)
        self.staff_does("investigate", "quality1", owner="李工", finding="左声道断线", cause_code="quality")
        self.staff_does("plan_remedy", **{**PLAN, **plan})
        self.staff_does("approve_plan", "agent2", approved=True)
        self.staff_does("negotiate", answer="pending", negotiation_note="已发方案，等答复")
        return page


@pytest.fixture
def make_portal(sqlite_runtime: Runtime, clock: MovableClock) -> Callable[[], Portal]:
    runtime = sqlite_runtime
    runtime.settings = dataclasses.replace(runtime.settings, secret_key="of this test")
    wire(runtime)
    people.ensure_admin(runtime)
    deploy_paths(runtime, [PROCESSES], "owner")
    app = create_app(runtime)
    return lambda: Portal(runtime, app.test_client(), clock)


@pytest.fixture
def portal(make_portal: Callable[[], Portal]) -> Portal:
    return make_portal()
