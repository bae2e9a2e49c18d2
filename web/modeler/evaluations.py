"""Why a decision said what it said: one evaluation, every decision that it required, and their tables with the rules that hit."""

from __future__ import annotations

import json
from typing import Any

from flask import render_template

from engine.services.decided_tables import tables_of
from engine.services.queries import decision_instances
from web.auth.session import requires
from web.modeler.views import modeler
from web.ui.context import current_actor, current_runtime


@modeler.get("/evaluations/<int:key>")
@requires("instances.read")
def show_evaluation(key: int) -> str:
    made = decision_instances(current_runtime(), key, current_actor().tenant_id)
    tables = tables_of(current_runtime(), key, actor=current_actor())
    return render_template(
        "modeler/evaluation.html", found=made[-1], written=_written, is_worked_out=_is_worked_out,
        traced=list(zip((one["trace"] for one in made), tables, strict=True)),
    )  # fmt: skip


def _written(value: Any) -> str:
    """A value as people read it: a text as it stands, all else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _is_worked_out(text: str, value: Any) -> bool:
    """Whether a cell says something else than the value that came of it."""
    return text not in (_written(value), json.dumps(value, ensure_ascii=False))
