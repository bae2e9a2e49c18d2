"""Every page that people open over and over, with a year of cases in the database: what its server works and waits for."""

from __future__ import annotations

import re
import sys
import time
from dataclasses import dataclass
from datetime import timedelta
from html import unescape
from statistics import median
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import Row, select, text
from werkzeug.test import TestResponse

from benchmarks import visited
from benchmarks.stage import Stage
from engine.config import Settings
from engine.model.case import Case
from engine.runtime import Runtime
from engine.services import startup
from engine.services.figures import keeping
from web.app import create_app

CASES, QUICK_CASES, REPEAT, SLOW = 200_000, 400, 5, 200
ADMIN = "a benchmark's password 1"


@dataclass(frozen=True)
class Took:
    """Milliseconds by the wall, and of this process's own work: without that of a database server."""

    wall: float
    cpu: float


def measure(stage: Stage) -> dict[str, float]:
    """The slowest page (ms), how many took 200 ms or more by the wall and of processor time, and the making of the year (s)."""
    settings = Settings(home=stage.home, database_url=stage.url, mode="test", admin_password=ADMIN)
    runtime = startup.open_runtime(settings)
    began = time.perf_counter()
    if not _is_there(runtime):
        list(startup.prepare(settings))
        list(startup.load_demo(runtime))
        list(startup.load_year(runtime, QUICK_CASES if stage.quick else CASES))
    loaded = time.perf_counter() - began
    keeping.keep(runtime)  # a year that was there has days since
    found = pages(runtime, repeat=1 if stage.quick else REPEAT)
    runtime.close()
    for name, took in sorted(found.items(), key=lambda item: -item[1].wall)[: 10 if stage.quick else 40]:
        print(f"{took.wall:8.0f} ms {took.cpu:8.0f} ms of processor time  {name}", file=sys.stderr)
    return {
        "year_load_s": loaded,
        "year_pages": len(found),
        "year_slowest_page_ms": max(took.wall for took in found.values()),
        "year_slow_pages": sum(took.wall >= SLOW for took in found.values()),
        "year_slow_pages_cpu": sum(took.cpu >= SLOW for took in found.values()),
    }


def _is_there(runtime: Runtime) -> bool:
    with runtime.unit_of_work(read_only=True) as uow:
        return uow.connection.scalar(select(Case.key).where(Case.number == "YR-0000001")) is not None


def pages(runtime: Runtime, only: str = "", repeat: int = REPEAT) -> dict[str, Took]:
    """What some requests of each page took, by person and address; those whose name has `only` in it."""
    app = create_app(runtime)
    words = _words(runtime)
    found: dict[str, Took] = {}
    for name_or_word, addresses in visited.PAGES.items():
        who = name_or_word.format(**words)
        client = app.test_client()
        _enter(client, who, runtime)
        for address in dict.fromkeys(addresses):
            name = f"{who} {address}"
            if only in name:
                found[name] = _median(runtime, client, _follow(client, address.format(**words)), repeat)
    return found


def _enter(client: FlaskClient, who: str, runtime: Runtime) -> None:
    """Sign a person of the desk in; a customer by the code that a desk in test mode shows."""
    if who.isdigit():
        shown = _post(client, "/portal/sign-in", contact=who).text
        code = re.search(r'id="shown-code"[^>]*>\s*(\w+)', shown)
        assert code is not None, who
        assert _post(client, "/portal/code", "/portal/sign-in", contact=who, code=code[1]).status_code == 302, who
    elif who:
        password = ADMIN if who == "admin" else (runtime.settings.home / "demo_password").read_text().strip()
        assert _post(client, "/sign-in", username=who, password=password).status_code == 302, who


def _post(client: FlaskClient, address: str, page: str = "", **given: str) -> TestResponse:
    token = re.search(r'name="csrf[-_]token" (?:content|value)="([^"]+)"', client.get(page or address).text)
    assert token is not None, address
    return client.post(address, data={**given, "csrf_token": token[1]})


def _follow(client: FlaskClient, address: str) -> str:
    """The address; with a space in it, that of the first link behind it that has the rest in it."""
    page, _space, part = address.partition(" ")
    if not part:
        return page
    links = re.findall(r'href="([^"]+)"', client.get(page).text)
    found = next((unescape(link) for link in links if part in link and not link.endswith("/new")), None)
    if found is None:
        print(f"{page}: no link with {part}", file=sys.stderr)
    return found or page


def _words(runtime: Runtime) -> dict[str, str]:
    """A case that is closed, one that is open, and what else addresses name."""
    with runtime.unit_of_work(read_only=True) as uow:

        def first(query: str) -> Row[Any]:
            return uow.connection.execute(text(query)).one()

        closed = first(
            "SELECT number, customer_key, phone FROM service_case JOIN customer ON customer.key = customer_key "
            "WHERE status = 'closed' AND number LIKE 'YR-%' ORDER BY service_case.key DESC LIMIT 1"
        )
        opened = first("SELECT number FROM service_case WHERE status = 'open' ORDER BY key DESC LIMIT 1")
        instance = first(
            "SELECT key, process_definition_key FROM process_instance WHERE process_id = 'complaint' ORDER BY key LIMIT 1"
        )
    last_month = runtime.now() - timedelta(days=31)
    return {
        "closed": closed.number, "open": opened.number, "customer": str(closed.customer_key),
        "phone": closed.phone, "instance": str(instance.key),
        "definition": str(instance.process_definition_key), "last_month": f"{last_month:%Y-%m-01}",
    }  # fmt: skip


def _median(runtime: Runtime, client: FlaskClient, address: str, repeat: int) -> Took:
    """What answering took, each time as if nobody had asked for the same figures a moment ago; a slow page is asked for once."""
    took: list[Took] = []
    for number in range(repeat + 1):
        runtime.figures.clear()
        began, worked = time.perf_counter(), time.process_time()
        answer = client.get(address)
        answer.get_data()
        now = Took((time.perf_counter() - began) * 1000, (time.process_time() - worked) * 1000)
        if number or now.wall > 2000:
            took.append(now)
        if answer.status_code != 200:
            print(f"{address}: {answer.status_code}", file=sys.stderr)
        if now.wall > 2000:
            break
    return Took(median(one.wall for one in took), median(one.cpu for one in took))
