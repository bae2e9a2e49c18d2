"""Every page of the desk: who looks at it and where it is; what the screenshots picture and axe examines.

`prepare` gives a demo desk something to show on each of them: a day that has passed, a report, an incident, a batch, a campaign.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import httpx
from playwright.sync_api import Browser, Page

from tests.e2e.desk import appears, sign_in
from tests.e2e.server import ADMIN, Server

BUYER = "10000000008"  # has orders in the demo; `prepare` files a question for them
WAITING_BUYER = "10000000012"  # has the order D900003, which is not shipped yet

BROKEN = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"
  xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"
  xmlns:di="http://www.omg.org/spec/DD/20100524/DI" id="d" targetNamespace="http://example.org/broken">
  <bpmn:process id="broken" name="坏掉的流程" isExecutable="true">
    <bpmn:startEvent id="s"><bpmn:outgoing>f</bpmn:outgoing></bpmn:startEvent>
    <bpmn:sequenceFlow id="f" sourceRef="s" targetRef="g" />
    <bpmn:exclusiveGateway id="g" name="金额大？"><bpmn:incoming>f</bpmn:incoming><bpmn:outgoing>y</bpmn:outgoing></bpmn:exclusiveGateway>
    <bpmn:sequenceFlow id="y" sourceRef="g" targetRef="e">
      <bpmn:conditionExpression>=amount &gt; 10</bpmn:conditionExpression>
    </bpmn:sequenceFlow>
    <bpmn:endEvent id="e"><bpmn:incoming>y</bpmn:incoming></bpmn:endEvent>
  </bpmn:process>
  <bpmndi:BPMNDiagram id="p"><bpmndi:BPMNPlane id="l" bpmnElement="broken">
    <bpmndi:BPMNShape id="s_" bpmnElement="s"><dc:Bounds x="100" y="100" width="36" height="36" /></bpmndi:BPMNShape>
    <bpmndi:BPMNShape id="g_" bpmnElement="g" isMarkerVisible="true"><dc:Bounds x="200" y="93" width="50" height="50" /></bpmndi:BPMNShape>
    <bpmndi:BPMNShape id="e_" bpmnElement="e"><dc:Bounds x="320" y="100" width="36" height="36" /></bpmndi:BPMNShape>
    <bpmndi:BPMNEdge id="f_" bpmnElement="f"><di:waypoint x="136" y="118" /><di:waypoint x="200" y="118" /></bpmndi:BPMNEdge>
    <bpmndi:BPMNEdge id="y_" bpmnElement="y"><di:waypoint x="250" y="118" /><di:waypoint x="320" y="118" /></bpmndi:BPMNEdge>
  </bpmndi:BPMNPlane></bpmndi:BPMNDiagram>
</bpmn:definitions>"""


@dataclass(frozen=True, slots=True)
class Shown:
    """A page: its name, who looks at it (None: a visitor, digits: the customer of that phone number), its address, and
    the links to follow from there, each a selector; `endpoint` is then Flask's name of the page."""

    name: str
    who: str | None
    path: str
    links: tuple[str, ...] = ()
    endpoint: str = ""


_CASE = "[data-row-case]"
_ROW = "[data-row-open]"
PAGES = (
    Shown("sign-in", None, "/sign-in"),
    Shown("portal", None, "/portal/"),
    Shown("portal-sign-in", None, "/portal/sign-in"),
    Shown("portal-complaint", None, "/portal/new/complaint"),
    Shown("portal-return", None, "/portal/new/return_exchange"),
    Shown("portal-request", None, "/portal/new/intake"),
    Shown("portal-mine", BUYER, "/portal/mine"),
    Shown("portal-order", BUYER, "/portal/mine", ("main a[href*='/portal/orders/']",), "portal.show_order"),
    Shown("portal-return-article", BUYER, "/portal/mine",
          ("main a[href*='/portal/orders/']", "main a[href*='/return/']"), "portal.ask_return"),
    Shown("portal-return-reason", BUYER, "/portal/mine",
          ("main a[href*='/portal/orders/']", "main a[href*='/return/']", "main a[href*='reason=']"), "portal.ask_return"),
    Shown("portal-case", BUYER, "/portal/mine", ("main a[href*='/portal/cases/']",), "portal.show_case"),
    Shown("portal-change", WAITING_BUYER, "/portal/orders/D900003/change"),
    Shown("inbox", "agent5", "/desk/"),
    Shown("inbox-mine", "agent5", "/desk/?whose=mine"),
    Shown("inbox-empty", "agent5", "/desk/?whose=snoozed"),
    Shown("task", "agent5", "/desk/", (_ROW,), "agent.show_task"),
    Shown("case", "agent5", "/desk/", (_CASE,), "agent.show_case"),
    Shown("cases", "agent5", "/desk/cases"),
    Shown("cases-none", "agent5", "/desk/cases?q=nothing-like-this"),
    Shown("customers", "agent5", "/desk/customers"),
    Shown("customers-stale", "agent5", "/desk/customers?show=stale"),
    Shown("customers-churn", "agent5", "/desk/customers?show=churn"),
    Shown("customer", "agent5", "/desk/customers", (_ROW,), "agent.show_customer"),
    Shown("customer-new", "agent5", "/desk/customers/new"),
    Shown("customer-edit", "agent5", "/desk/customers", (_ROW, "main a[href$='/edit']"), "agent.edit_customer"),
    Shown("phone", "agent5", "/desk/phone"),
    Shown("start", "agent5", "/desk/start"),
    Shown("start-complaint", "agent5", "/desk/start/complaint"),
    Shown("start-return", "agent5", "/desk/start/return_exchange"),
    Shown("start-change", "agent5", "/desk/start/order_change"),
    Shown("records", "agent5", "/desk/records"),
    Shown("record", "agent5", "/desk/records", ("main a[href*='/desk/records/']",), "intake.show_record"),
    Shown("articles", "agent5", "/desk/articles"),
    Shown("article", "agent5", "/desk/articles", ("main a[href*='/desk/articles/']",), "agent.show_article"),
    Shown("article-new", "lead2", "/desk/articles/new"),
    Shown("article-edit", "lead2", "/desk/articles", ("main tbody a[href*='/desk/articles/'], main .list-group a[href*='/desk/articles/']",
                                                      "main a[href$='/edit']"), "agent.edit_article"),
    Shown("macros", "lead2", "/desk/macros"),
    Shown("macro-new", "lead2", "/desk/macros/new"),
    Shown("macro-edit", "lead2", "/desk/macros", ("main tbody a[href$='/edit']",), "agent.edit_macro"),
    Shown("notices", "agent5", "/desk/notices"),
    Shown("help", "agent5", "/help"),
    Shown("account", "agent5", "/account"),
    Shown("board", "aftersales", "/board/"),
    Shown("tasks", "aftersales", "/board/tasks"),
    Shown("deadlines", "aftersales", "/desk/", (_CASE, "a[href*='/board/cases/']"), "supervisor.show_deadlines"),
    Shown("figures", "aftersales", "/board/figures"),
    Shown("figure-cases", "aftersales", "/board/figures", ("main a[href*='/cases']",), "supervisor.figure_cases"),
    Shown("reports", "aftersales", "/board/reports"),
    Shown("report", "aftersales", "/board/reports", ("main a[href*='/board/reports/']",), "supervisor.show_report"),
    Shown("absences", "aftersales", "/board/absences"),
    Shown("arrivals", "aftersales", "/board/figures/arrivals?period=this_year"),
    Shown("arrived-cases", "aftersales", "/board/figures/arrivals?period=this_year", ("main td a",), "supervisor.arrived_cases"),
    Shown("heat", "aftersales", "/board/heat"),
    Shown("heat-process", "aftersales", "/board/heat/complaint"),
    Shown("heat-incidents", "owner", "/board/heat/broken"),
    Shown("heat-cases", "aftersales", "/board/heat/complaint", ("main a[href*='/verify_complaint']",), "supervisor.heat_cases"),
    Shown("outbox", "aftersales", "/board/outbox"),
    Shown("inbound", "aftersales", "/board/inbound"),
    Shown("campaigns", "aftersales", "/board/campaigns"),
    Shown("campaign-new", "aftersales", "/board/campaigns/new"),
    Shown("campaign", "aftersales", "/board/campaigns", ("main a[href*='/board/campaigns/']",), "supervisor.show_campaign"),
    Shown("campaign-change", "aftersales", "/board/campaigns", ("main a[href*='/board/campaigns/']", "main a[href$='/change']"),
          "supervisor.change_campaign"),
    Shown("supervisor-help", "aftersales", "/help"),
    Shown("owner-help", "owner", "/help"),
    Shown("people", "admin", "/board/people"),
    Shown("person", "admin", "/board/people", ("main a[href$='/board/people/agent1']",), "supervisor.show_user"),
    Shown("person-new", "admin", "/board/people/new"),
    Shown("settings", "admin", "/board/settings"),
    Shown("audit", "admin", "/board/audit"),
    Shown("tokens", "admin", "/account/tokens"),
    Shown("tokens-all", "admin", "/account/tokens/all"),
    Shown("incidents", "owner", "/board/incidents"),
    Shown("incidents-by-cause", "owner", "/board/incidents?by=cause"),
    Shown("incidents-of-one-cause", "owner", "/board/incidents?by=cause", ("main a[href*='hash=']",), "supervisor.list_incidents"),
    Shown("incident", "owner", "/board/incidents", ("main a[href*='/board/incidents/']",), "supervisor.show_incident"),
    Shown("instances", "owner", "/board/instances"),
    Shown("instances-by-variable", "owner", "/board/instances?state=any&var1=amount&op1=eq&value1=1"),
    Shown("instance", "owner", "/board/instances?process_id=complaint",
          ("main tbody a[href*='/board/instances/']",), "supervisor.show_instance"),
    Shown("change", "owner", "/board/instances?process=complaint",
          ("main tbody a[href*='/board/instances/']", "main a[href$='/change']"), "supervisor.show_change"),
    Shown("evaluation", "owner", "/board/instances?process_id=complaint",
          ("main tbody a[href*='/board/instances/']", "main a[href*='/processes/evaluations/']"), "modeler.show_evaluation"),
    Shown("batches", "owner", "/board/batches"),
    Shown("batch", "owner", "/board/batches", ("main a[href*='/board/batches/']",), "supervisor.show_batch"),
    Shown("migration", "owner", "/board/migration"),
    Shown("history", "owner", "/board/history"),
    Shown("workers", "owner", "/board/workers"),
    Shown("processes", "owner", "/processes/"),
    Shown("versions", "owner", "/processes/process/complaint"),
    Shown("edit-process", "owner", "/processes/process/complaint/edit"),
    Shown("edit-decision", "owner", "/processes/", ("main a[href*='/processes/requirements/']",), "modeler.versions"),
    Shown("edit-form", "owner", "/processes/form/complaint_verify/edit"),
    Shown("new-process", "owner", "/processes/process/new"),
)  # fmt: skip
# Pages that only a story leads to: the tests of these stories let axe examine them.
IN_STORIES = {"portal.thanks", "portal.ask", "portal.survey", "portal.payment"}
# Endpoints that answer with a part of a page, a file, a redirect or data; the page that asks for them is in the list.
NOT_PAGES = {
    "auth.home", "oauth.describe", "alive", "ready", "figures", "static",
    "supervisor.batch_now", "supervisor.board_now", "supervisor.definition_diagram", "supervisor.figure_sheet", "supervisor.report_sheet",
    "supervisor.audit_sheet",
    "supervisor.instances_sheet", "supervisor.arrivals_sheet", "auth.session_now",
    "supervisor.heat_diagram", "supervisor.instance_diagram", "agent.pick_article", "agent.case_diagram", "agent.show_file",
    "agent.case_now", "agent.case_timeline", "agent.inbox_list", "agent.bell", "intake.phone_callers", "intake.phone_calls",
    "intake.download_record", "modeler.source", "modeler.forms", "portal.show_file", "portal.pay",
}  # fmt: skip


def prepare(server: Server, browser: Browser) -> None:
    """Let a day pass at a demo desk that was just started; break an instance, try to repair it in a batch, draft a campaign."""
    server.pass_time(days=1, hours=11)
    with httpx.Client(base_url=server.url, auth=ADMIN, timeout=60, trust_env=False) as client:
        bring_trouble(client)
    page = browser.new_context(base_url=server.url).new_page()
    enter(page, ADMIN[0], ADMIN[1])
    page.goto("/board/campaigns/new")
    page.fill("#name", "老客户回访")
    page.click("main form button:not([name])")
    page.wait_for_url(lambda address: "/new" not in address)
    appears(page, "/board/reports", page.locator("main a[href*='/board/reports/']"))
    page.context.close()


def bring_trouble(client: httpx.Client) -> None:
    """An instance with an incident, a batch that tries to repair it, and a question of the buyer's."""
    files = {"resources": ("broken.bpmn", BROKEN.encode(), "application/xml")}
    client.post("/v2/deployments", files=files).raise_for_status()
    for path, body in (
        ("/v2/process-instances", {"processDefinitionId": "broken", "variables": {"amount": 1}}),
        ("/v2/process-instances/incident-resolution", {"filter": {"hasIncident": True}}),
        ("/api/cases", {"name": "陈平", "contact": BUYER, "description": "发票怎么开"}),
    ):
        client.post(path, json=body).raise_for_status()


def enter(page: Page, who: str, password: str) -> None:
    """As somebody of the desk; or as the customer of a phone number, by the code that a desk in test mode shows."""
    if not who.isdigit():
        sign_in(page, who, ADMIN[1] if who == ADMIN[0] else password)
        return
    page.goto("/portal/sign-in")
    page.fill("#contact", who)
    page.click("main form button")
    page.fill("#code", page.locator("#shown-code").inner_text())
    page.click("main form button")
    page.wait_for_url("**/portal/mine")


def visit(page: Page, shown: Shown) -> str | None:
    """Go there and return the address; None when a page on the way has no such link."""
    page.goto(shown.path)
    for selector in shown.links:
        page.wait_for_load_state("networkidle")
        addresses = [link.get_attribute("href") or "" for link in page.locator(selector).all()]
        found = next((address for address in addresses if not re.search(r"/new$|\.csv|^#|^$", address)), None)
        if found is None:
            return None
        page.goto(found)
    page.wait_for_load_state("networkidle")
    return page.url
