"""Views of a process's diagram with live counts, waiting times and breaches on its steps, down to the cases."""

from __future__ import annotations

import json
from typing import Any

from flask import Response, render_template, request, url_for

from engine.services import cases, resources
from engine.services.figures import heat
from web.auth.session import requires
from web.supervisor.blueprint import supervisor
from web.supervisor.figures import MOST_CASES, asked_period, named_periods
from web.ui.context import current_actor, current_runtime
from web.ui.filters import duration
from web.ui.words import by_name

LEVELS = 4


@supervisor.get("/heat")
@requires("figures.read")
def list_heat() -> str:
    return render_template(
        "supervisor/heat_list.html",
        processes=sorted(heat.processes(current_runtime(), actor=current_actor()), key=by_name),
    )


@supervisor.get("/heat/<process_id>")
@requires("figures.read")
def show_heat(process_id: str) -> Any:
    period, problem = asked_period("last_30_days")
    found = heat.heat(
        current_runtime(), process_id, request.args.get("version", type=int), period, actor=current_actor()
    )
    by = "late" if request.args.get("by") == "late" else "wait"
    page = render_template(
        "supervisor/heat.html",
        heat=found,
        period=period,
        problem=problem,
        named=named_periods(),
        by=by,
        marks=_marks(found, by),
    )
    return (page, 422) if problem else page


@supervisor.get("/heat/<process_id>/<int:key>.bpmn")
@requires("figures.read")
def heat_diagram(process_id: str, key: int) -> Response:
    xml = resources.process_xml(current_runtime(), key, current_actor().tenant_id)
    return Response(xml, content_type="application/xml; charset=utf-8")


@supervisor.get("/heat/<process_id>/<int:key>/<element_id>")
@requires("figures.read")
def heat_cases(process_id: str, key: int, element_id: str) -> str:
    runtime, actor = current_runtime(), current_actor()
    step, numbers = heat.cases_at(runtime, key, element_id, actor=actor, limit=MOST_CASES)
    listed = cases.list_cases(runtime, actor=actor, numbers=numbers, limit=MOST_CASES)
    return render_template("supervisor/heat_cases.html", cases=listed, process_id=process_id, step=step)


def _marks(found: heat.Heat, by: str) -> str:
    """For the diagram's script: on each step its words, and how hot it is, from 0 to 4."""
    values = {step.element_id: _value(step, by) for step in found.steps}
    hottest = max((value for value in values.values() if value), default=0)
    marks = {
        step.element_id: {
            "active": step.active,
            "text": (f"{step.late}/{step.due}" if step.due else "")
            if by == "late"
            else ""
            if step.mean is None
            else duration(step.mean),
            "level": round(LEVELS * (values[step.element_id] or 0) / hottest) if hottest else 0,
            **_stopped(found, step),
        }
        for step in found.steps
    }
    return json.dumps(marks, ensure_ascii=False)


def _stopped(found: heat.Heat, step: heat.Step) -> dict[str, Any]:
    """The badge of a step where something stands still, and where it leads."""
    if not step.incidents:
        return {}
    place = {"process": found.process_id, "version": found.version, "element": step.element_id}
    may = current_actor().may("incidents.repair")
    return {"incidents": step.incidents, "href": url_for(".list_incidents", **place) if may else None}


def _value(step: heat.Step, by: str) -> float | None:
    if by == "late":
        return step.late / step.due if step.due else None
    return step.mean
