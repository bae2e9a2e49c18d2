"""Views of when work comes in: a table of weekdays and hours, down to the cases of an hour, and as a sheet."""

from __future__ import annotations

from typing import Any

from babel.dates import get_day_names
from flask import Response, render_template, request
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound

from engine.services import cases
from engine.services.figures import Period, arrivals
from engine.services.figures.arrivals import COUNTED, HOURS, WEEKDAYS, Arrivals, Wanted
from web.auth.session import requires
from web.supervisor import figure_sheets
from web.supervisor.blueprint import supervisor
from web.supervisor.figures import MOST_CASES, asked_period, named_periods
from web.ui.context import current_actor, current_runtime

DEFAULT = "last_28_days"  # four of each weekday
LEVELS = 4


@supervisor.get("/figures/arrivals")
@requires("figures.read")
def show_arrivals() -> Any:
    period, problem = asked_period(DEFAULT)
    wanted = _wanted()
    found = arrivals.arrivals(current_runtime(), period, wanted, actor=current_actor())
    page = render_template(
        "supervisor/arrivals.html",
        found=found,
        levels=_levels(found),
        weekdays=_weekdays(),
        hours=HOURS,
        named=named_periods(),
        problem=problem,
        **_words(period, wanted),
    )
    return (page, 422) if problem else page


@supervisor.get("/figures/arrivals/<int:weekday>/<int:hour>")
@requires("figures.read")
def arrived_cases(weekday: int, hour: int) -> str:
    if weekday >= WEEKDAYS or hour >= HOURS:
        raise NotFound
    (period, _problem), wanted = asked_period(DEFAULT), _wanted()
    runtime, actor = current_runtime(), current_actor()
    numbers, count = arrivals.cases_that_came(runtime, period, wanted, weekday, hour, actor=actor, limit=MOST_CASES)
    return render_template(
        "supervisor/arrived_cases.html",
        when=f"{_weekdays()[weekday]} {hour_span(hour)}",
        cases=cases.list_cases(runtime, actor=actor, numbers=numbers, limit=MOST_CASES),
        count=count,
        most=MOST_CASES,
        **_words(period, wanted),
    )


@supervisor.get("/figures/arrivals.<file_type>")
@requires("figures.read")
def arrivals_sheet(file_type: str) -> Response:
    (period, _problem), wanted = asked_period(DEFAULT), _wanted()
    found = arrivals.arrivals(current_runtime(), period, wanted, actor=current_actor())
    return figure_sheets.answer(file_type, f"arrivals-{period.first}-{period.last}", _table(found, wanted), {0: 24})


def _table(found: Arrivals, wanted: Wanted) -> figure_sheets.Table:
    """A row for each weekday: how many such days, how many came in each hour, all of them, and the mean of a day."""
    head: list[figure_sheets.Cell] = [_("星期"), _("天数"), *map(hour_span, range(HOURS)), _("合计"), _("每天平均")]
    rows: figure_sheets.Table = [
        [_counted()[wanted.counted], found.period.first.isoformat(), found.period.last.isoformat()],
        head,
    ]
    for name, days, counts in zip(_weekdays(), found.days, found.counts, strict=True):
        rows.append([name, days, *counts, sum(counts), round(sum(counts) / days, 2) if days else None])
    return rows


def _wanted() -> Wanted:
    given = request.args
    counted = given.get("counted", "")
    return Wanted(
        counted if counted in COUNTED else COUNTED[0], given.get("channel") or None, given.get("kind") or None
    )


def _words(period: Period, wanted: Wanted) -> dict[str, Any]:
    """What both pages say of what was asked for, and the query of their links."""
    asked = {"counted": wanted.counted, "channel": wanted.channel, "kind": wanted.kind}
    days = {"first": period.first.isoformat(), "last": period.last.isoformat()}
    return {"period": period, "wanted": wanted, "counted": _counted(), "address": {**days, **asked}}


def _levels(found: Arrivals) -> list[list[int]]:
    """How full each hour is beside the busiest, from 0 to `LEVELS`."""
    busiest = found.busiest
    return [
        [round(LEVELS * found.mean(weekday, hour) / busiest) if busiest else 0 for hour in range(HOURS)]
        for weekday in range(WEEKDAYS)
    ]


def _counted() -> dict[str, str]:
    return {"cases": _("登记的工单"), "contacts": _("客户来访（电话、在线、邮件等）")}


def _weekdays() -> list[str]:
    names = get_day_names("abbreviated", locale=get_locale())
    return [names[number] for number in range(WEEKDAYS)]


def hour_span(hour: int) -> str:
    """An hour as people write it: 09:00–10:00."""
    return f"{hour:02}:00–{hour + 1:02}:00"


supervisor.app_template_global("hour_span")(hour_span)
