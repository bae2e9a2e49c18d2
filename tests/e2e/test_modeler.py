"""A process owner changes a deadline on the diagram: the next case has it, the one before keeps its own."""

from __future__ import annotations

from datetime import UTC, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.desk import appears, file_complaint, open_task
from tests.e2e.server import Server

pytestmark = pytest.mark.browser
DEADLINE, NAME = "verify_breach", "首响超时"


def test_a_deadline_changed_on_the_diagram_holds_for_the_next_case_alone(server: Server, window, picture) -> None:
    customer, owner, agent, supervisor = window(), window("owner"), window("agent6"), window("aftersales")
    half_an_hour = moment(server, minutes=30)
    before = file_complaint(customer)
    expect(deadline(agent, before)).to_have_attribute("datetime", half_an_hour)

    change_deadline(owner, 'now() + duration("PT10M")')
    picture(owner, "modeler")
    owner.get_by_role("button", name="部署", exact=True).click()
    expect(owner.get_by_text("已部署，版本 2。")).to_be_visible()

    after = file_complaint(customer, **{"客户姓名": "赵敏", "联系方式": "13700137000"})
    expect(deadline(agent, after)).to_have_attribute("datetime", moment(server, minutes=10))
    expect(deadline(agent, before)).to_have_attribute("datetime", half_an_hour)
    agent.goto("/desk/")
    agent.get_by_role("button", name="开始接单").click()
    open_task(agent, before, "核实投诉")
    agent.goto("/desk/")
    picture(agent, "inbox")

    server.pass_time(minutes=11)
    appears(supervisor, f"/desk/?q={after}", task(supervisor, after))
    supervisor.goto(f"/desk/?q={before}")
    expect(task(supervisor, before)).to_have_count(0)
    server.pass_time(minutes=15)
    at_risk = supervisor.get_by_role("region", name="有风险").get_by_role("link", name=before)
    appears(supervisor, "/board/", at_risk)
    picture(supervisor, "board")
    server.pass_time(minutes=5)
    appears(supervisor, f"/desk/?q={before}", task(supervisor, before))


def change_deadline(owner: Page, expression: str) -> None:
    """Select the timer on the canvas and give it another expression in the properties panel."""
    owner.goto("/processes/")
    owner.get_by_role("link", name="编辑 投诉", exact=True).click()
    owner.locator("#modeler[data-ready]").wait_for()
    owner.locator(f"[data-element-id={DEADLINE}] .djs-hit").first.click()
    expect(owner.locator(".bio-properties-panel-header")).to_contain_text(NAME)
    owner.locator("[data-group-id=group-timer] .bio-properties-panel-group-header").click()
    value = owner.locator("[data-entry-id=timerEventDefinitionValue] .cm-content")
    value.click()
    owner.keyboard.press("Control+A")
    # At once, as pasted: typed letter by letter, the editor closes brackets and quotes by itself.
    owner.keyboard.insert_text(expression)
    expect(value).to_have_text(expression)


def deadline(agent: Page, number: str) -> Locator:
    """The deadline as the case's page counts it down."""
    ahead = agent.get_by_role("region", name="接下来会发生").get_by_role("listitem").filter(has_text=NAME)
    appears(agent, f"/desk/cases/{number}", ahead)
    return ahead.locator("time")


def moment(server: Server, **later: float) -> str:
    return (server.now + timedelta(**later)).astimezone(UTC).isoformat()


def task(supervisor: Page, number: str) -> Locator:
    return supervisor.locator("#inbox tr", has_text=number).filter(has_text="主管联系客户")
