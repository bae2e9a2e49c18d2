"""Views of the figures: over a period, by a dimension, as a trend, down to the cases, and as a sheet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Response, g, render_template, request
from flask_babel import gettext as _

from engine.errors import InvalidInput
from engine.services import cases, figures
from engine.services.figures import Cut, Figure, Period, Report, heat
from web.auth.session import requires
from web.supervisor import figure_sheets
from web.supervisor.blueprint import supervisor
from web.ui import forms
from web.ui.context import current_actor, current_runtime
from web.ui.filters import duration
from web.ui.words import group, name_of, person, word

CUTS = ("agent", "group", "queue", "channel", "kind", "process")
SHOWN_AS_TREND = "registered"
MOST_CASES = 200
AT_ONCE_DAYS = 7  # a longer period is computed after the page is there


@dataclass(frozen=True)
class Asked:
    """What the address asks for; `problem` says what was wrong with it, and the default is shown instead."""

    period: Period
    cut: Cut
    by: str | None
    trend: str
    problem: forms.Errors

    def address(self, **changes: Any) -> dict[str, Any]:
        """The query of a link that keeps all but these."""
        kept = {name: getattr(self.cut, name) for name in (*CUTS, "version")}
        days = {"first": self.period.first.isoformat(), "last": self.period.last.isoformat()}
        given = {**days, **kept, "by": self.by, "trend": self.trend, **changes}
        return {name: value for name, value in given.items() if value not in (None, "")}


@supervisor.get("/figures")
@requires("figures.read")
def show_figures() -> Any:
    asked = _asked()
    at_once = asked.period.days <= AT_ONCE_DAYS or "full" in request.args
    shown = _computed(asked) if at_once else {"report": None}
    shown |= {"asked": asked, "named": named_periods(), "dimensions": _dimensions(), "choices": _choices()}
    if at_once and "HX-Request" in request.headers:
        return render_template("supervisor/figures_now.html", **shown)
    page = render_template("supervisor/figures.html", **shown)
    return (page, 422) if asked.problem else page


def _computed(asked: Asked) -> dict[str, Any]:
    runtime, actor = current_runtime(), current_actor()
    found = figures.report(runtime, asked.period, asked.cut, asked.by, (asked.trend,), actor=actor)
    return {
        "report": found,
        "definitions": figures.DEFINITIONS,
        "chart": _chart(found, asked.trend),
        "agents": figures.agents(runtime, found, actor=actor) if asked.by == "agent" else None,
    }


@supervisor.get("/figures/<figure>/cases")
@requires("figures.read")
def figure_cases(figure: str) -> str:
    asked = _asked()
    hit = {"yes": True, "no": False}.get(request.args.get("hit", ""))
    runtime, actor = current_runtime(), current_actor()
    by = asked.by if "line" in request.args else None
    numbers, count = figures.cases_behind(
        runtime, figure, asked.period, asked.cut, hit, by, actor=actor, limit=MOST_CASES
    )
    listed = cases.list_cases(runtime, actor=actor, numbers=numbers, limit=MOST_CASES)
    return render_template(
        "supervisor/figure_cases.html", asked=asked, definition=figures.DEFINITIONS[figure], hit=hit, cases=listed, count=count,
        most=MOST_CASES,
    )  # fmt: skip


@supervisor.get("/figures.<file_type>")
@requires("figures.read")
def figure_sheet(file_type: str) -> Response:
    asked = _asked()
    found = figures.report(current_runtime(), asked.period, asked.cut, asked.by, actor=current_actor())
    table = figure_sheets.table(found, line_name)
    name = f"figures-{asked.period.first}-{asked.period.last}"
    return figure_sheets.answer(file_type, name, table)


def _asked() -> Asked:
    given = request.args
    period, problem = asked_period("this_month")
    cut = Cut(**{name: given.get(name) or None for name in CUTS}, version=given.get("version", type=int))
    by = given.get("by") if given.get("by") in figures.DIMENSIONS else None
    trend = given.get("trend", SHOWN_AS_TREND)
    return Asked(period, cut, by, trend if trend in figures.DEFINITIONS else SHOWN_AS_TREND, problem)


def asked_period(default: str) -> tuple[Period, forms.Errors]:
    """The period that the address asks for; what is wrong with it, and then the default."""
    given, now, zone = request.args, current_runtime().now(), current_actor().time_zone
    try:
        if given.get("first") or given.get("last"):
            return figures.span(given.get("first", ""), given.get("last", ""), zone), {}
        return figures.named_period(given.get("period") or default, now, zone), {}
    except InvalidInput as error:
        return figures.named_period(default, now, zone), forms.field_sentences(error)


def named_periods() -> dict[str, str]:
    return {
        "today": _("今天"),
        "yesterday": _("昨天"),
        "this_week": _("本周"),
        "last_week": _("上周"),
        "this_month": _("本月"),
        "last_month": _("上月"),
        "last_30_days": _("近 30 天"),
        "this_year": _("今年"),
    }


def _dimensions() -> dict[str, str]:
    return {
        "agent": _("客服"),
        "group": _("小组"),
        "queue": _("队列"),
        "process": _("所属流程"),
        "version": _("流程版本"),
        "channel": _("渠道"),
        "kind": _("类型"),
        "tier": _("客户等级"),
    }


def _choices() -> dict[str, list[tuple[str, str]]]:
    """What each side of a cut can be, as value and name."""
    found = figures.choices(current_runtime(), actor=current_actor())
    english = forms.language() == "en"
    named = {name: [(value, en if english else zh) for value, zh, en in rows] for name, rows in found.items()}
    return named


def line_name(by: str, value: str) -> str:
    """What a line of a breakdown is called."""
    if not value:
        return _("（无）")
    if by == "agent":
        return person(value)
    if by in ("group", "queue"):
        return group(value if by == "group" else f"queue:{value}").removeprefix("queue:")
    if by in ("process", "version"):
        process, _space, version = value.partition(" ")
        return f"{_process_names().get(process, process)} {version}".strip()
    return word(value, by) if by in ("channel", "kind") else value


def _process_names() -> dict[str, str]:
    """What each process is called, read once for a page."""
    if "process_names" not in g:
        found = heat.processes(current_runtime(), actor=current_actor())
        g.process_names = {each.process_id: name_of(each) for each in found}
    names: dict[str, str] = g.process_names
    return names


def shown(one: Figure) -> str:
    """A figure's headline as people write it."""
    unit = figures.DEFINITIONS[one.name].unit
    if one.value is None:
        return "—"
    if unit == "share":
        return f"{one.value:.1%}"
    if unit == "duration":
        return duration(one.value)
    return f"{one.value:,.0f}" if unit == "count" else f"{one.value:,.1f}"


def named(definition: figures.Definition) -> str:
    return definition.en if forms.language() == "en" else definition.zh


def meaning(definition: figures.Definition) -> str:
    return definition.meaning_en if forms.language() == "en" else definition.meaning_zh


def _chart(found: Report, name: str) -> dict[str, Any]:
    """The trend as the chart's script and the table beside it want it."""
    definition = figures.DEFINITIONS[name]
    scale, unit = {"share": (100.0, "%"), "duration": (1 / 3600, _("小时"))}.get(definition.unit, (1.0, ""))
    values = [None if value is None else round(value * scale, 1) for value in found.trend.get(name, [])]
    series = [{"name": named(definition), "values": values}]
    if definition.target is not None:
        series.append({"name": _("目标"), "values": [round(definition.target * scale, 1)] * len(found.steps)})
    return {"kind": "line", "categories": found.steps, "series": series, "unit": unit, "title": named(definition)}


supervisor.app_template_filter("figure")(shown)
supervisor.app_template_filter("figure_name")(named)
supervisor.app_template_filter("figure_meaning")(meaning)
supervisor.app_template_global("line_name")(line_name)
