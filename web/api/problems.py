"""Errors of `/v2` as RFC 9457 problems."""

from __future__ import annotations

import json
import logging
from typing import Any

from flask import Flask, Response, request
from werkzeug.exceptions import BadRequest, HTTPException, UnprocessableEntity

from engine import errors
from engine.services.deployments import DeploymentRefused
from engine.services.messages import MessageAlreadyPublished
from engine.services.migration import MigrationRefused, PlanRefused

log = logging.getLogger("kefuflow.api")

STATUS: list[tuple[type[Exception], int, str]] = [
    (errors.NotFound, 404, "NOT_FOUND"),
    (MessageAlreadyPublished, 409, "ALREADY_EXISTS"),
    (errors.Conflict, 409, "INVALID_STATE"),
    (errors.InvalidInput, 400, "INVALID_ARGUMENT"),
    (errors.Forbidden, 403, "FORBIDDEN"),
    (errors.Unavailable, 503, "UNAVAILABLE"),
    (errors.KefuflowError, 400, "INVALID_ARGUMENT"),
]


HTTP_TITLES = {404: "NOT_FOUND", 504: "DEADLINE_EXCEEDED"}  # others are HTTP's own phrases, as Camunda has them


def problem(status: int, title: str, detail: str, **more: Any) -> Response:
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, "instance": request.path, **more}
    return Response(json.dumps(body, ensure_ascii=False), status, content_type="application/problem+json")


def handle(error: Exception) -> Response | None:
    """The problem for an error at `/v2`."""
    if isinstance(error, errors.KefuflowError):
        status, title = next((code, name) for kind, code, name in STATUS if isinstance(error, kind))
        more = _more(error)
        return problem(status, title, _detail(error), **more)
    if isinstance(error, UnprocessableEntity):
        messages = getattr(error, "data", {}).get("messages", {})
        return problem(400, "INVALID_ARGUMENT", f"The request does not fit: {json.dumps(messages)}", errors=messages)
    if type(error) is BadRequest and request.is_json:
        return problem(400, "INVALID_ARGUMENT", "The body is not JSON that can be read.")
    if isinstance(error, HTTPException):
        status = error.code or 500
        return problem(status, HTTP_TITLES.get(status, error.name or ""), error.description or error.name or "")
    log.exception("unexpected error at %s %s", request.method, request.path)
    return problem(500, "INTERNAL", "An unexpected error happened; it was logged.")


def _more(error: errors.KefuflowError) -> dict[str, Any]:
    if isinstance(error, DeploymentRefused):
        return {"findings": _findings(error)}
    if isinstance(error, errors.InvalidInput) and error.fields:
        return {"errors": error.fields}
    if isinstance(error, MigrationRefused | PlanRefused):
        names = ("code", "source", "target", "message", "message_zh")
        return {"obstacles": [{name: getattr(each, name) for name in names} for each in error.obstacles]}
    return {}


def _detail(error: errors.KefuflowError) -> str:
    if isinstance(error, DeploymentRefused):
        return "\n".join(_line(finding) for finding in error.findings)
    return str(error)


def _line(finding: Any) -> str:
    """One finding as a line, in the language that is asked for; English where none is."""
    chinese = request.accept_languages.best_match(["en", "zh"], "en") == "zh"
    message, hint = (finding.message_zh, finding.hint_zh) if chinese else (finding.message, finding.hint)
    return f"{finding.file}:{finding.line or ''} {finding.element_id or ''} {message} {hint}"


def _findings(error: DeploymentRefused) -> list[dict[str, Any]]:
    names = (
        "severity",
        "file",
        "element_id",
        "element_name",
        "line",
        "code",
        "message",
        "message_zh",
        "hint",
        "hint_zh",
    )
    return [{name: getattr(finding, name) for name in names} for finding in error.findings]


def register(app: Flask) -> None:
    """Let `/v2` answer its own errors, whatever the pages do with theirs."""
    whole = app.handle_user_exception

    def by_path(error: Exception) -> Any:
        return handle(error) if request.path.startswith(("/v2/", "/api/")) else whole(error)

    app.handle_user_exception = by_path  # type: ignore[method-assign]
