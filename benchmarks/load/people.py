"""Who works and who comes on that day: agents with live inboxes, customers who file, follow and ask.

At a day's pace an agent does a task each five minutes, as for thirty cases a day, and customers come over eight hours. In a rush
(`LOAD_RUSH`) an agent does one each half minute and all customers come in the first eight minutes.
"""

from __future__ import annotations

import os
import random
import re
from itertools import count

import gevent
from locust import HttpUser, between, task
from lxml import html

from benchmarks.load.plain_form import filled

AGENTS, CUSTOMERS = int(os.environ["LOAD_AGENTS"]), int(os.environ["LOAD_CUSTOMERS"])
PASSWORD = os.environ["LOAD_PASSWORD"]
ORDERS = os.environ["LOAD_ORDERS"].split(",")  # number:phone:sku
LIVE_SECONDS = 5  # how often an inbox asks for what is new
LONGEST_WAIT_S = 480
RUSH = os.environ.get("LOAD_RUSH") == "1"
COMING_S = LONGEST_WAIT_S if RUSH else 8 * 3600
TASKS, CASES, SEARCHES, LOOKS = (3, 3, 1, 12) if RUSH else (1, 3, 1, 55)  # how often an agent does each
_numbers = count(1)


class Person(HttpUser):
    """Comes from an address of their own, as behind a proxy."""

    abstract = True

    def on_start(self) -> None:
        self.number = next(_numbers)
        self.client.headers["X-Forwarded-For"] = (
            f"10.{self.number >> 16 & 255}.{self.number >> 8 & 255}.{self.number & 255}"
        )
        self.client.headers["Accept-Language"] = "zh-CN"

    def token(self, page: str) -> str:
        found = re.search(r'name="csrf[-_]token" (?:content|value)="([^"]+)"', page)
        return found[1] if found else ""


class Agent(Person):
    """Looks at the inbox, takes tasks, does them, reads cases; the inbox asks every few seconds meanwhile."""

    fixed_count = AGENTS
    wait_time = between(LIVE_SECONDS, LIVE_SECONDS)
    _sequence = count(int(os.environ["LOAD_FIRST"]) + 1)

    def on_start(self) -> None:
        super().on_start()
        page = self.client.get("/sign-in", name="sign-in").text
        given = {"username": f"load{next(self._sequence)}", "password": PASSWORD, "csrf_token": self.token(page)}
        self.client.post("/sign-in", data=given, name="sign-in (sent)")
        self.inbox, self.version = self.client.get("/desk/", name="inbox").text, ""

    @task(LOOKS)
    def watch(self) -> None:
        headers = {"HX-Request": "true", **({"If-None-Match": self.version} if self.version else {})}
        answer = self.client.get("/desk/list", headers=headers, name="inbox, live")
        if answer.status_code == 200:
            self.version = answer.headers.get("ETag", "")

    @task(TASKS)
    def do_a_task(self) -> None:
        self.inbox = self.client.get("/desk/", name="inbox").text
        offers = html.fromstring(self.inbox).xpath("//button[@form='claim-form']/@formaction")
        if not offers:
            return
        # Another may be faster: that is no failure of the desk.
        with self.client.post(
            random.choice(offers), data={"csrf_token": self.token(self.inbox)}, name="claim", catch_response=True
        ) as taken:
            if taken.status_code in (403, 404, 409):
                taken.success()
            page = taken.text
        form = filled(page)
        if taken.status_code != 200 or form is None:
            return
        path, data = form
        with self.client.post(path, data=data, name="task (sent)", catch_response=True) as done:
            # A form that wants more than a robot knows says so and keeps what was typed.
            if done.status_code in (404, 409, 422):
                done.success()

    @task(CASES)
    def read_a_case(self) -> None:
        cases = html.fromstring(self.inbox).xpath("//a[@data-row-case]/@href")
        if cases:
            self.client.get(random.choice(cases), name="case")

    @task(SEARCHES)
    def search(self) -> None:
        self.client.get("/desk/?q=" + random.choice(["漏水", "退款", "TS", "耳机"]), name="inbox, searched")


class Customer(Person):
    """Files a complaint, asks for a return or asks a question; then looks now and then how it goes."""

    fixed_count = CUSTOMERS
    wait_time = between(120, LONGEST_WAIT_S)

    def on_start(self) -> None:
        super().on_start()
        gevent.sleep(random.uniform(0, COMING_S))  # they do not all come at once
        self.case: str | None = None
        self.order, self.phone, self.sku = random.choice(ORDERS).split(":")

    @task
    def come(self) -> None:
        if self.case is None:
            self.file()
        else:
            self.client.get(self.case, name="portal, case")

    def file(self) -> None:
        self.client.get("/portal/", name="portal")
        kind = random.choices(["complaint", "return_exchange", "intake"], [5, 3, 2])[0]
        page = self.client.get(f"/portal/new/{kind}", name=f"portal, new {kind}").text
        known = {
            "customer_name": "陈平",
            "contact": self.phone,
            "order_number": self.order,
            "sku": self.sku,
            "consent": "true",
        }
        form = filled(page, **known)
        if form is None:
            return
        with self.client.post(
            f"/portal/new/{kind}", data=form[1], name=f"portal, {kind} (sent)", catch_response=True
        ) as filed:
            if filed.status_code == 422:
                said = html.fromstring(filed.text).xpath("//*[@role='alert'] | //*[contains(@id, '-error')]")
                filed.failure("refused: " + " / ".join(one.text_content().strip() for one in said)[:200])
        if filed.status_code == 200:
            links = html.fromstring(filed.text).xpath("//a[contains(., '查看进度')]/@href")
            self.case = str(links[0]) if links else None
