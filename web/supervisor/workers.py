"""The page of the worker processes and of what waits for them."""

from __future__ import annotations

from flask import render_template

from engine.services import workers
from web.auth.session import requires
from web.supervisor.blueprint import supervisor
from web.ui.context import current_actor, current_runtime


@supervisor.get("/workers")
@requires("incidents.repair")
def list_workers() -> str:
    runtime, actor = current_runtime(), current_actor()
    found = workers.list_workers(runtime, actor=actor)
    queues = workers.list_queues(runtime, actor=actor)
    return render_template(
        "supervisor/workers.html", workers=found, queues=queues, now=runtime.now(), most=workers.MOST
    )
