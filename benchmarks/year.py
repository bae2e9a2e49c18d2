"""Every page that people open over and over, with a year of cases in the database: what its server works and waits for."""

from __future__ import annotations

import re
import sys
import time
from statistics import median

from flask.testing import FlaskClient
from sqlalchemy import text

from benchmarks.stage import Stage
from engine.config import Settings
from engine.runtime import Runtime
from engine.services import startup
from web.app import create_app

CASES, QUICK_CASES, REPEAT = 200_000, 400, 5
ADMIN = "a benchmark's password 1"
PAGES: dict[str, tuple[str, ...]] = {
    "agent1": (
        "/desk/", "/desk/list", "/desk/?state=snoozed", "/desk/?scope=mine", "/desk/?scope=group",
        "/desk/?q=YR-0100000", "/desk/?q=充不进电", "/desk/?q=19900000100", "/desk/cases", "/desk/cases?status=closed",
        "/desk/cases?status=open", "/desk/cases?q=破损", "/desk/cases?q=YR-0100000", "/desk/cases/{closed}",
        "/desk/cases/{open}", "/desk/cases/{open}/now", "/desk/cases/{open}/timeline", "/desk/customers",
        "/desk/customers?q=王", "/desk/customers?q=19900000100", "/desk/customers/{customer}", "/desk/notices",
        "/desk/notices/bell", "/desk/start", "/desk/start/complaint", "/desk/articles", "/help",
        "/desk/records", "/desk/phone", "/account", "/board/reports",
    ),
    "aftersales": (
        "/board/", "/board/now", "/board/tasks", "/board/cases/{open}", "/desk/", "/board/outbox", "/board/figures",
        "/board/figures?period=today&full=1", "/board/figures?period=this_week&full=1", "/board/heat",
        "/board/heat/complaint", "/board/campaigns", "/board/inbound",
    ),
    "manager": (
        "/board/", "/board/now", "/board/tasks", "/board/history", "/board/instances",
        "/board/instances?process=complaint", "/board/instances?state=COMPLETED", "/board/incidents",
        "/board/batches", "/board/heat", "/board/heat/complaint", "/board/heat/complaint?period=last_month",
        "/board/heat/complaint?period=this_year", "/board/figures", "/board/figures?period=today&full=1",
        "/board/figures?period=last_month&full=1", "/board/figures?period=last_month&full=1&by=agent",
        "/board/figures?period=this_year&full=1", "/board/figures?period=this_year&full=1&by=group&channel=phone",
        "/board/figures/csat/cases?period=this_year&hit=no", "/board/figures/registered/cases?period=this_year",
        "/board/reports", "/board/outbox", "/board/workers", "/board/campaigns", "/board/migration",
        "/board/inbound", "/desk/", "/desk/cases", "/desk/customers",
    ),
    "owner": (
        "/processes/", "/processes/process/complaint", "/board/instances", "/board/incidents",
        "/board/heat/complaint",
    ),
    "admin": (
        "/board/people", "/account/tokens", "/account/tokens/all", "/board/workers", "/board/history",
    ),
}  # fmt: skip


def measure(stage: Stage) -> dict[str, float]:
    """The slowest page's median, how many pages took 200 ms or more, and the making of the year, in ms and s."""
    settings = Settings(home=stage.home, database_url=stage.url, mode="test", admin_password=ADMIN)
    list(startup.prepare(settings))
    runtime = startup.open_runtime(settings)
    began = time.perf_counter()
    list(startup.load_demo(runtime))
    list(startup.load_year(runtime, QUICK_CASES if stage.quick else CASES))
    loaded = time.perf_counter() - began
    found = pages(runtime)
    runtime.close()
    for name, took in sorted(found.items(), key=lambda item: -item[1])[:10]:
        print(f"{took:8.0f} ms  {name}", file=sys.stderr)
    slow = sum(took >= 200 for took in found.values())
    return {"year_load_s": loaded, "year_slowest_page_ms": max(found.values()), "year_slow_pages": slow}


def pages(runtime: Runtime, only: str = "") -> dict[str, float]:
    """The median of some requests of each page, by person and address, in ms."""
    app = create_app(runtime)
    words = _words(runtime)
    found: dict[str, float] = {}
    for who, addresses in PAGES.items():
        client = app.test_client()
        _sign_in(
            client, who, ADMIN if who == "admin" else (runtime.settings.home / "demo_password").read_text().strip()
        )
        for address in addresses:
            if only in address:
                found[f"{who} {address}"] = _median(client, address.format(**words))
    return found


def _sign_in(client: FlaskClient, who: str, password: str) -> None:
    token = re.search(r'name="csrf-token" content="([^"]+)"', client.get("/sign-in").text)
    assert token is not None
    given = {"username": who, "password": password, "csrf_token": token[1]}
    assert client.post("/sign-in", data=given).status_code == 302, who


def _words(runtime: Runtime) -> dict[str, str]:
    """A case that is closed, one that is open, and a customer."""
    with runtime.unit_of_work(read_only=True) as uow:
        query = "SELECT number, customer_key FROM service_case WHERE status = :status ORDER BY key DESC LIMIT 1"
        closed = uow.connection.execute(text(query), {"status": "closed"}).one()
        opened = uow.connection.execute(text(query), {"status": "open"}).one()
    return {"closed": closed.number, "open": opened.number, "customer": str(closed.customer_key)}


def _median(client: FlaskClient, address: str) -> float:
    took = []
    for number in range(REPEAT + 1):
        began = time.perf_counter()
        answer = client.get(address)
        if number or time.perf_counter() - began > 2:
            took.append((time.perf_counter() - began) * 1000)
        if answer.status_code != 200:
            print(f"{address}: {answer.status_code}", file=sys.stderr)
        if took and took[-1] > 2000:
            break
    return median(took)
