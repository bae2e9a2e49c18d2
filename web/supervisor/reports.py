"""Views of the reports that were made on their days."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Response, render_template, request
from flask_babel import to_user_timezone

from engine.services import figures
from engine.services.figures import Figure, kept
from web.auth.session import requires
from web.supervisor import figure_sheets
from web.supervisor.blueprint import supervisor
from web.ui import forms
from web.ui.context import current_actor, current_runtime
from web.ui.words import person, word


@supervisor.get("/reports")
@requires("tasks.work")
def list_reports() -> str:
    kind = request.args.get("kind")
    found = kept.list_kept(current_runtime(), actor=current_actor(), kind=kind if kind in kept.KINDS else None)
    return render_template("supervisor/reports.html", reports=found, kinds=kept.KINDS, title_of=title_of)


@supervisor.get("/reports/<int:key>")
@requires("tasks.work")
def show_report(key: int) -> str:
    found = kept.get_kept(current_runtime(), key, actor=current_actor())
    shown = {name: Figure(**one) for name, one in found.data["figures"].items()}
    clocks = {name: Figure(**one) for name, one in found.data.get("clocks", {}).items()}
    agents = [
        line | {"figures": {n: Figure(**one) for n, one in line["figures"].items()}}
        for line in found.data.get("agents", [])
    ]
    return render_template(
        "supervisor/report.html", report=found, figures=shown, clocks=clocks, agents=agents, definitions=figures.DEFINITIONS,
        title_of=title_of, state_of=state_of,
    )  # fmt: skip


@supervisor.get("/reports/<int:key>.<kind>")
@requires("tasks.work")
def report_sheet(key: int, kind: str) -> Response:
    found = kept.get_kept(current_runtime(), key, actor=current_actor())
    words = figure_sheets.ReportWords(title_of(found.kind), _issue_row)
    name = f"{found.kind}-{found.first}-{found.last}"
    return figure_sheets.answer(kind, name, figure_sheets.report_table(found, words))


def _issue_row(issue: Mapping[str, Any]) -> list[figure_sheets.Cell]:
    return [
        _moment(issue["noted_at"]), person(issue["noted_by"]), word(issue["issue_kind"], "issue_kind"), issue["issue"],
        issue["order_number"], issue["suggestion"], state_of(issue["state"]), issue["answer"],
        person(issue["answered_by"]), _moment(issue["answered_at"]),
    ]  # fmt: skip


def _moment(text: str | None) -> str | None:
    """A kept moment as the reader's wall shows it."""
    return f"{to_user_timezone(datetime.fromisoformat(text)):%Y-%m-%d %H:%M}" if text else None


def state_of(code: str) -> str:
    return kept.STATES[code][1 if forms.language() == "en" else 0]


def title_of(kind: str) -> str:
    return kept.TITLES[kind][1 if forms.language() == "en" else 0]
