"""What the web tells the people who run it: health, figures for Prometheus, one log line and one trace span a request."""

from __future__ import annotations

import hmac
import ipaddress
import logging
import re
import secrets
import time
from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask, Response, g, jsonify, request
from flask_login import current_user
from werkzeug.exceptions import Forbidden
from werkzeug.wrappers import Request

from engine import logs, tracing
from engine.services import monitoring
from web.ui.context import current_runtime

log = logging.getLogger("kefuflow.request")
_QUIET = ("/static/", "/healthz", "/readyz", "/metrics")
_SANE_ID = re.compile(r"[A-Za-z0-9._:-]{1,80}")
_SHOWN = ("number", "key", "task_key", "process_id")  # of a path's parts; others may be a customer's signed link
Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class RequestContext:
    """Around the whole request: its id, which the answer carries, and its span."""

    def __init__(self, app: Wsgi) -> None:
        self._app = app

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        asked = Request(environ)
        given = asked.headers.get("X-Request-ID", "")
        environ["kefuflow.request_id"] = identity = given if _SANE_ID.fullmatch(given) else secrets.token_hex(8)

        def begin(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            return start_response(status, [*headers, ("X-Request-ID", identity)], *more)

        with (
            logs.about(request_id=identity),
            tracing.span("request", {"http.request.method": asked.method}, caller=dict(asked.headers)),
        ):
            logs.note(trace_id=tracing.trace_id())
            return self._app(environ, begin)


def register(app: Flask) -> None:
    app.wsgi_app = RequestContext(app.wsgi_app)  # type: ignore[method-assign]
    app.before_request(_begin)
    app.after_request(_end)
    app.add_url_rule("/healthz", view_func=alive)
    app.add_url_rule("/readyz", view_func=ready)
    app.add_url_rule("/metrics", view_func=figures)


def _begin() -> None:
    g.began = time.perf_counter()
    number = (request.view_args or {}).get("number")
    logs.note(case=number)


def _end(response: Response) -> Response:
    took = time.perf_counter() - g.get("began", time.perf_counter())
    endpoint = request.endpoint or "none"
    metrics = current_runtime().metrics
    metrics.requests.labels(request.method, endpoint, response.status_code).inc()
    metrics.request_seconds.labels(endpoint).observe(took)
    tracing.describe({"http.route": _route(), "http.response.status_code": response.status_code})
    level = logging.DEBUG if request.path.startswith(_QUIET) else logging.INFO
    if log.isEnabledFor(level):
        fields = {
            "status": response.status_code,
            "ms": round(took * 1000, 1),
            "endpoint": endpoint,
            **{name: value for name, value in (request.view_args or {}).items() if name in _SHOWN},
            **_who(),
        }
        log.log(level, "%s %s %s", request.method, _route(), response.status_code, extra={"fields": fields})
    return response


def _route() -> str:
    """The path with the names of its parts: a part may be a secret."""
    return request.url_rule.rule if request.url_rule is not None else "(unknown path)"


def _who() -> dict[str, str]:
    """The signed-in person where the request has looked them up; never a look-up for the log alone."""
    user = current_user if "_login_user" in g else None
    return {"user": user.actor.username} if user is not None and user.is_authenticated else {}


def alive() -> Response:
    return jsonify(status="alive")


def ready() -> tuple[Response, int]:
    is_ready, why = monitoring.readiness(current_runtime())
    return jsonify(status=why), 200 if is_ready else 503


def figures() -> Response:
    """For who sends the token; where none is set, for who asks from this machine's network and not through a proxy."""
    _check_scraper(current_runtime().settings.metrics_token)
    return Response(monitoring.exposition(current_runtime()), content_type=monitoring.CONTENT_TYPE)


def _check_scraper(token: str | None) -> None:
    if token is not None:
        sent = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if not hmac.compare_digest(sent.encode(), token.encode()):
            raise Forbidden
    elif {"Forwarded", "X-Forwarded-For", "X-Forwarded-Host"} & set(request.headers.keys()) or not _is_near():
        raise Forbidden


def _is_near() -> bool:
    try:
        return ipaddress.ip_address(request.remote_addr or "").is_private
    except ValueError:
        return True  # a Unix socket
