"""Views of the process owner's pages."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from urllib.parse import unquote

from flask import Blueprint, Response, abort, jsonify, render_template, request
from flask_babel import gettext as _

from engine.services import deployments, overview, resources
from engine.services.deployments import DeploymentRefused
from web.auth.session import requires
from web.ui.context import current_actor, current_runtime
from web.ui.security import allow_inline_styles
from web.ui.words import by_name

modeler = Blueprint("modeler", __name__, url_prefix="/processes", template_folder="templates")

SUFFIX = {"process": ".bpmn", "requirements": ".dmn", "form": ".form"}
CONTENT = {"process": "application/xml", "requirements": "application/xml", "form": "application/json"}


@modeler.get("/")
@requires("processes.read")
def index() -> str:
    actor, runtime = current_actor(), current_runtime()
    kinds = [(kind, sorted(resources.newest(runtime, kind, actor=actor), key=by_name)) for kind in SUFFIX]
    may_deploy = actor.may("processes.deploy")
    return render_template("modeler/index.html", kinds=kinds, may_deploy=may_deploy, **_running())


@modeler.get("/<any(process, requirements, form):kind>/<identifier>")
@requires("processes.read")
def versions(kind: str, identifier: str) -> str:
    found = resources.versions(current_runtime(), kind, identifier, actor=current_actor())
    if not found:
        abort(404)
    return render_template("modeler/versions.html", kind=kind, versions=found, **_running(identifier))


def _running(process_id: str | None = None) -> dict[str, Any]:
    """What runs and what is broken, by process, for whoever may see instances."""
    actor, runtime = current_actor(), current_runtime()
    seen = overview.overview(runtime, actor=actor, process_id=process_id) if actor.may("instances.read") else None
    return {"overview": seen, "nothing": overview.NOTHING, "most_counted": overview.MOST_COUNTED}


@modeler.get("/<any(process, requirements, form):kind>/<int:key>/source")
@requires("processes.read")
def source(kind: str, key: int) -> Response:
    found = resources.source(current_runtime(), kind, key, current_actor().tenant_id)
    return Response(found, content_type=f"{CONTENT[kind]}; charset=utf-8")


@modeler.get("/<any(process, requirements, form):kind>/<identifier>/edit")
@requires("processes.deploy")
def edit(kind: str, identifier: str) -> str:
    found = resources.versions(current_runtime(), kind, identifier, actor=current_actor())
    wanted = request.args.get("version", type=int)
    chosen = next((each for each in found if wanted is None or each.version == wanted), None)
    if chosen is None:
        abort(404)
    allow_inline_styles()
    return render_template("modeler/edit.html", kind=kind, definition=chosen)


@modeler.get("/<any(process, requirements, form):kind>/new")
@requires("processes.deploy")
def new(kind: str) -> str:
    allow_inline_styles()
    return render_template("modeler/edit.html", kind=kind, definition=None)


@modeler.get("/forms.json")
@requires("processes.read")
def forms() -> Response:
    found = resources.newest(current_runtime(), "form", actor=current_actor())
    return jsonify([{"id": form.id, "name": form.name or form.id} for form in found])


@modeler.post("/<any(process, requirements, form):kind>/check")
@requires("processes.deploy")
def check(kind: str) -> Response:
    findings = deployments.check(current_runtime(), [_file(kind)], current_actor().tenant_id)
    return jsonify(findings=[asdict(finding) for finding in findings])


@modeler.post("/<any(process, requirements, form):kind>/deploy")
@requires("processes.deploy")
def deploy(kind: str) -> tuple[Response, int]:
    actor = current_actor()
    try:
        deployment = deployments.deploy(current_runtime(), [_file(kind)], actor.username, actor.tenant_id)
    except DeploymentRefused as refused:
        findings: list[dict[str, Any]] = [asdict(finding) for finding in refused.findings]
        return jsonify(findings=findings, message=_("有错误，未部署任何内容。")), 422
    findings = [asdict(finding) for finding in deployment.findings]
    version = max((item.version for item in deployment.items if item.kind == kind), default=None)
    return jsonify(version=version, findings=findings), 200


def _file(kind: str) -> tuple[str, bytes]:
    name = unquote(request.headers.get("X-File-Name", "")) or f"{kind}{SUFFIX[kind]}"
    name = name if name.endswith(SUFFIX[kind]) else name + SUFFIX[kind]
    return name, request.get_data()
