"""Views of the reports that were made on their days."""

from __future__ import annotations

from flask import render_template, request

from engine.services import figures
from engine.services.figures import Figure, kept
from web.auth.session import requires
from web.supervisor.blueprint import supervisor
from web.ui import forms
from web.ui.context import current_actor, current_runtime


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
        title_of=title_of,
    )  # fmt: skip


def title_of(kind: str) -> str:
    return kept.TITLES[kind][1 if forms.language() == "en" else 0]
