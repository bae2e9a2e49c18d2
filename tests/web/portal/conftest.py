"""The portal over a real application and database, with the processes of this checkout deployed."""

from __future__ import annotations

import io
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from werkzeug.test import TestResponse

from engine.clock import MovableClock
from engine.config import Settings
from engine.persistence import create_all
from engine.runtime import Runtime
from engine.services import tasks
from engine.services.cases import CaseView, EntryView, get_case, timeline
from engine.services.people import SYSTEM
from engine.services.startup import deploy_paths, wire
from engine.worker import Worker
from tests.conftest import START

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
        self.number = ""

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
        shown = re.search(r'id="case-number">([^<]+)<', self.get("/portal/thanks").text)
        self.number = shown[1] if shown else self.number
        return get_case(self.runtime, self.number, actor=SYSTEM)

    def case_timeline(self) -> list[EntryView]:
        self.case()
        return timeline(self.runtime, self.number, actor=SYSTEM)

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


def _runtime(home: Path, clock: MovableClock) -> Runtime:
    settings = Settings(home=home, database_url=f"sqlite:///{home / 'kefuflow.db'}", mode="test", secret_key="a test's")
    runtime = Runtime(settings, clock=clock)
    wire(runtime)
    return runtime


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any]:
    """A database with the processes in it, and the compiled ones: deploying takes seconds, copying a file does not."""
    home = tmp_path_factory.mktemp("portal")
    runtime = _runtime(home, MovableClock(START))
    create_all(runtime.database)
    deploy_paths(runtime, [PROCESSES], "owner")
    runtime.close()
    return home / "kefuflow.db", runtime.definitions


@pytest.fixture
def make_portal(
    furnished: tuple[Path, Any], clock: MovableClock, tmp_path: Path, app_over: Callable[[Runtime], Flask]
) -> Iterator[Callable[[], Portal]]:
    """Browsers of different visitors of one desk."""
    database, compiled = furnished
    shutil.copy(database, tmp_path / "kefuflow.db")
    runtime = _runtime(tmp_path, clock)
    runtime.definitions = compiled
    app = app_over(runtime)
    yield lambda: Portal(runtime, app.test_client(), clock)
    runtime.close()


@pytest.fixture
def portal(make_portal: Callable[[], Portal]) -> Portal:
    return make_portal()


@pytest.fixture
def bare_portal(clock: MovableClock, tmp_path: Path, app_over: Callable[[Runtime], Flask]) -> Iterator[Portal]:
    """A desk that has the portal's form, and no process that takes what is filed."""
    runtime = _runtime(tmp_path, clock)
    create_all(runtime.database)
    deploy_paths(runtime, [PROCESSES / "forms" / "complaint_portal.form"], "owner")
    yield Portal(runtime, app_over(runtime).test_client(), clock)
    runtime.close()
