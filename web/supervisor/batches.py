"""Views of batch operations: how far each is, what became of each instance, stopping and going on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from engine.errors import Conflict
from engine.services import batches
from web.auth.session import requires
from web.supervisor.blueprint import supervisor
from web.ui.context import current_actor, current_runtime
from web.ui.live import fragment

SHOWN = 100


@supervisor.get("/batches")
@requires("instances.read")
def list_batches() -> str:
    before = request.args.get("before", type=int)
    found = batches.recent(current_runtime(), actor=current_actor(), before=before)
    return render_template("supervisor/batches.html", batches=found)


@supervisor.get("/batches/<int:key>")
@requires("instances.read")
def show_batch(key: int) -> str:
    return render_template("supervisor/batch.html", **_of(key))


@supervisor.get("/batches/<int:key>/now")
@requires("instances.read")
def batch_now(key: int) -> Response:
    """The part that changes while it runs."""
    return fragment(render_template("supervisor/batch_now.html", **_of(key)))


@supervisor.post("/batches/<int:key>/<act>")
@requires("instances.modify")
def control_batch(key: int, act: str) -> Response:
    acts: dict[str, tuple[Callable[..., None], str]] = {
        "suspension": (batches.suspend, _("批量操作已暂停。")),
        "resumption": (batches.resume, _("批量操作继续进行。")),
        "cancellation": (batches.cancel, _("批量操作已取消，已完成的不受影响。")),
    }
    if act not in acts:
        return redirect(url_for(".show_batch", key=key), 303)
    actor = current_actor()
    try:
        acts[act][0](current_runtime(), key, who=actor.username, tenant_id=actor.tenant_id)
        flash(acts[act][1], "success")
    except Conflict:
        flash(_("批量操作的状态刚刚变了，请核对。"), "warning")
    return redirect(url_for(".show_batch", key=key), 303)


def _of(key: int) -> dict[str, Any]:
    runtime, actor = current_runtime(), current_actor()
    state, after = request.args.get("state"), request.args.get("after", 0, type=int)
    found = batches.items(runtime, key, actor=actor, state=state, after=after, limit=SHOWN + 1)
    return {
        "batch": batches.batch(runtime, key, actor=actor),
        "items": found[:SHOWN],
        "more": found[SHOWN - 1].key if len(found) > SHOWN else None,
        "state": state,
    }
