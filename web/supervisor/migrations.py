"""Views of a migration: from which version to which, element by element, tried on the real instances, then run as a batch."""

from __future__ import annotations

from typing import Any

from flask import Response as Answer
from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from engine.errors import InvalidInput
from engine.services import batches, inspection, migration
from engine.services.batches import BatchType
from engine.services.migration import Plan
from web.auth.session import requires
from web.supervisor.blueprint import supervisor
from web.ui.context import current_actor, current_runtime

TRIED = 200  # instances that a preview tries


@supervisor.get("/migration")
@requires("instances.read")
def show_migration() -> str:
    return _page()


@supervisor.post("/migration")
@requires("instances.modify")
def run_migration() -> Any:
    source, target = (request.form.get(name, type=int) for name in ("source", "target"))
    if source is None or target is None:
        raise InvalidInput("Choose the versions first.")
    plan = _plan(source, target)
    runtime, actor = current_runtime(), current_actor()
    wrong = migration.check(runtime, source, plan, actor.tenant_id)
    reason = request.form.get("reason", "").strip()
    running = "run" in request.form
    if wrong or (running and not reason):
        lacking = running and not reason
        return _page(plan=plan, wrong=wrong, lacking=lacking), 422
    if not running:
        keys = inspection.keys_in(runtime, _wanted(source), actor=actor, limit=TRIED)
        return _page(plan=plan, tried=migration.preview(runtime, keys, plan, actor.tenant_id))
    made = batches.create(
        runtime, BatchType.MIGRATE, _wanted(source), who=actor.username, reason=reason, plan=plan,
        tenant_id=actor.tenant_id,
    )  # fmt: skip
    flash(_("迁移已开始；每个实例要么整体迁移，要么保持原样。"), "success")
    return redirect(url_for(".show_batch", key=made.key), 303)


@supervisor.get("/definitions/<int:key>/diagram")
@requires("instances.read")
def definition_diagram(key: int) -> Answer:
    found = inspection.definition_diagram(current_runtime(), key, actor=current_actor())
    return Answer(found, content_type="application/xml; charset=utf-8")


def _wanted(source: int) -> dict[str, Any]:
    """The running instances of a version, or of those the ones that were ticked."""
    wanted: dict[str, Any] = {"processDefinitionKey": str(source), "state": {"$in": ["ACTIVE", "SUSPENDED"]}}
    keys = [key for key in request.form.get("keys", "").replace(",", " ").split() if key.isdigit()]
    return wanted | ({"processInstanceKey": {"$in": keys}} if keys else {})


def _plan(source: int, target: int) -> Plan:
    """What the page says; elements that it does not show go by their ids."""
    table = inspection.mapping_table(current_runtime(), source, target, actor=current_actor())
    shown = {row.step.element_id: request.form.get(f"to-{row.step.element_id}", "") for row in table.rows}
    mapping = {**table.others, **{one: other for one, other in shown.items() if other}}
    return Plan(target, mapping, request.form.get("timers") == "recompute")


def _page(
    plan: Plan | None = None,
    wrong: list[migration.Obstacle] | None = None,
    tried: list[migration.Preview] | None = None,
    lacking: bool = False,
) -> str:
    runtime, actor = current_runtime(), current_actor()
    versions = [each for each in inspection.versions(runtime, actor=actor) if not each.deleted]
    by_key = {version.key: version for version in versions}
    source, target = (by_key.get(request.values.get(name, 0, type=int)) for name in ("source", "target"))
    if source is not None and target is None:
        target = next((each for each in versions if each.process_id == source.process_id and each != source), None)
    table = None
    if source is not None and target is not None and source != target:
        table = inspection.mapping_table(runtime, source.key, target.key, actor=actor)
    return render_template(
        "supervisor/migration.html", versions=versions, source=source, target=target, table=table, plan=plan,
        wrong=wrong or [], tried=tried, lacking=lacking, typed=request.form, limit=TRIED,
        keys=request.values.get("keys", ""),
    )  # fmt: skip
