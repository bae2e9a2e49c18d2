"""The pages that a benchmark visits: who looks, and where; with the periods, sides, filters and second pages that people use.

Words in braces are found in the database; what stands behind a space is part of the link to follow from there. A name of digits,
or what is found for `{phone}`, is the phone number of a customer.
"""

from __future__ import annotations

_YEAR, _MONTH = "period=this_year&full=1", "period=last_month&full=1"
_SIDES = ("agent", "group", "queue", "process", "version", "channel", "kind", "tier")
_CUTS = (
    "by=group&channel=phone", "by=agent&kind=complaint", "by=channel&agent=agent1", "by=kind&group=team-aftersale",
    "by=agent&process=complaint", "trend=first_response", "trend=customers_per_day", "trend=csat&queue=phone",
)  # fmt: skip
_RECORDS = ("presales", "aftersales", "complaint_handling", "complaint_register", "contacts", "feedback")

FIGURES = (
    "/board/figures", "/board/figures?period=today&full=1", "/board/figures?period=yesterday&full=1",
    "/board/figures?period=this_week&full=1", "/board/figures?period=this_month&full=1",
    "/board/figures?period=last_30_days&full=1",
    *(f"/board/figures?{period}" for period in (_MONTH, _YEAR)),
    *(f"/board/figures?{period}&by={side}" for period in (_MONTH, _YEAR) for side in _SIDES),
    *(f"/board/figures?{period}&{cut}" for period in (_MONTH, _YEAR) for cut in _CUTS),
    *(f"/board/figures.{kind}?{_YEAR}&by=agent" for kind in ("csv", "xlsx")), f"/board/figures.csv?{_MONTH}",
    "/board/figures/csat/cases?period=this_year&hit=no", "/board/figures/registered/cases?period=this_year",
    "/board/figures/attainment/cases?period=this_year&hit=no", "/board/figures/load/cases?period=last_month&agent=agent1",
    "/board/figures/backlog_age/cases?period=this_month",
    "/board/figures/arrivals", "/board/figures/arrivals?period=this_year", "/board/figures/arrivals/0/10?period=this_year",
    "/board/figures/arrivals?period=this_year&counted=contacts&channel=phone&kind=complaint",
    "/board/heat", "/board/heat/complaint", "/board/heat/complaint?period=last_month",
    "/board/heat/complaint?period=this_year", "/board/heat/complaint?period=this_year&by=late",
    "/board/heat/complaint/{definition}/verify_complaint",
)  # fmt: skip
CASES = (
    "/desk/", "/desk/list", "/desk/?whose=mine", "/desk/?whose=snoozed", "/desk/?kind=complaint", "/desk/?overdue=1",
    "/desk/?sort=oldest", "/desk/?q=YR-0100000", "/desk/?q=充不进电", "/desk/?q=19900000100", "/desk/ cursor=",
    "/desk/cases", "/desk/cases after=", "/desk/cases?status=closed", "/desk/cases?status=closed after=",
    "/desk/cases?status=open", "/desk/cases?status=", "/desk/cases?scope=mine", "/desk/cases?status=&owner=agent2",
    "/desk/cases?kind=complaint&channel=phone&status=closed", "/desk/cases?level=escalated", "/desk/cases?q=破损",
    "/desk/cases?q=破损 after=", "/desk/cases?q=YR-0100000", "/desk/cases?q=19900000100&status=",
    "/desk/cases/{closed}", "/desk/cases/{open}", "/desk/cases/{open}/now", "/desk/cases/{open}/timeline",
    "/desk/customers", "/desk/customers after=", "/desk/customers?q=王", "/desk/customers?q=王 after=",
    "/desk/customers?q=19900000100", "/desk/customers?tier=A", "/desk/customers?tier=A after=", "/desk/customers?tag=VIP",
    "/desk/customers?show=stale", "/desk/customers?show=churn", "/desk/customers/{customer}",
    "/desk/customers/{customer}/edit", "/desk/customers/new",
)  # fmt: skip
PAGES: dict[str, tuple[str, ...]] = {
    "agent1": (
        *CASES, "/desk/notices", "/desk/notices?show=unread", "/desk/notices/bell", "/desk/start",
        "/desk/start/complaint", "/desk/start/return_exchange", "/desk/start/order_change", "/desk/articles",
        "/desk/articles?q=保修", "/desk/articles/pick?q=保修", "/desk/articles /desk/articles/", "/help", "/account",
        "/desk/records", *(f"/desk/records/{kind}" for kind in _RECORDS),
        *(f"/desk/records/{kind}?since={{last_month}} after=" for kind in _RECORDS),
        "/desk/phone", "/desk/phone?q=19900000100", "/desk/phone/callers?q=19900000100", "/desk/phone/calls", "/board/reports",
    ),
    "aftersales": (
        "/board/", "/board/now", "/board/tasks", "/board/tasks?assignee=agent1", "/board/cases/{open}", "/desk/",
        "/desk/cases", "/board/outbox", "/board/figures", "/board/figures?period=today&full=1",
        f"/board/figures?{_MONTH}&by=agent", "/board/heat", "/board/heat/complaint", "/board/campaigns",
        "/board/campaigns/new", "/board/inbound", "/board/reports",
    ),
    "manager": (
        "/board/", "/board/now", "/board/tasks", "/board/history", "/board/instances", "/board/instances?state=",
        "/board/instances?state= after=", "/board/instances?process=complaint", "/board/instances?state=COMPLETED",
        "/board/instances?state=COMPLETED after=", "/board/instances?case=YR-0100000&state=",
        "/board/instances?state=&from={last_month}", "/board/instances?state=&incident=1", "/board/instances/{instance}",
        "/board/incidents", "/board/incidents?resolved=1", "/board/batches", *FIGURES, "/board/reports",
        "/board/reports?kind=monthly", "/board/outbox", "/board/outbox?state=sent", "/board/workers", "/board/campaigns",
        "/board/migration", "/board/inbound", *CASES, *(f"/desk/records/{kind}" for kind in _RECORDS),
    ),
    "owner": (
        "/processes/", "/processes/process/complaint", "/processes/process/complaint/edit",
        "/processes/form/complaint_verify/edit", "/processes/process/new", "/board/instances", "/board/incidents",
        "/board/migration", "/board/batches", "/board/heat/complaint", "/help",
    ),
    "admin": (
        "/board/people", "/board/people?q=agent", "/board/people/agent1", "/board/people/new", "/account/tokens",
        "/account/tokens/all", "/board/workers", "/board/history", "/board/incidents",
    ),
    "": ("/sign-in", "/portal/", "/portal/sign-in", "/portal/new/complaint", "/portal/new/return_exchange", "/portal/new/intake"),
    "{phone}": ("/portal/mine", "/portal/mine /portal/cases/"),
    "10000000008": ("/portal/mine", "/portal/mine /portal/orders/"),
}  # fmt: skip
