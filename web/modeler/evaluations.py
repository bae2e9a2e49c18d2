"""Why a decision said what it said: one evaluation, with its inputs, the rules that hit, and every decision that it required."""

from __future__ import annotations

import json
from typing import Any

from flask import render_template

from engine.services.queries import decision_instances
from web.auth.session import requires
from web.modeler.views import modeler
from web.ui.context import current_actor, current_runtime


@modeler.get("/evaluations/<int:key>")
@requires("instances.read")
def show_evaluation(key: int) -> str:
    made = decision_instances(current_runtime(), key, current_actor().tenant_id)
    return render_template(
        "modeler/evaluation.html", found=made[-1], traced=[one["trace"] for one in made], written=_written
    )


def _written(value: Any) -> str:
    """A value as people read it: a text as it stands, all else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
