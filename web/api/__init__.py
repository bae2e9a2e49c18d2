"""The REST API: Camunda 8's Orchestration Cluster API under `/v2`, validated by marshmallow, described by OpenAPI."""

from __future__ import annotations

import json

from flask import Flask, Response, current_app
from flask_smorest import Api
from flask_wtf.csrf import CSRFProtect

from web.api import limits, oauth, openapi, problems, reference, security
from web.api.blueprint import KeyInPath, desk, v2
from web.api.views import (
    batches,
    channels,
    clock,
    cluster,
    decisions,
    definitions,
    deployments,
    elements,
    expressions,
    incidents,
    instances,
    jobs,
    messages,
    migrations,
    resources,
    searches,
    tasks,
    timers,
)
from web.api.views import (
    desk as desk_views,
)

__all__ = ["register"]

_VIEWS = (
    batches,
    clock,
    cluster,
    decisions,
    definitions,
    deployments,
    desk_views,
    elements,
    expressions,
    incidents,
    instances,
    jobs,
    messages,
    migrations,
    resources,
    searches,
    tasks,
    timers,
)

for _each in (v2, desk):
    _each.before_request(security.authenticate_request)
    _each.before_request(security.refuse_other_bodies)
    _each.after_request(limits.add_headers)


class Described(Api):  # type: ignore[misc]
    """flask-smorest without its error handlers: pages have theirs, `/v2` answers by `problems`."""

    def _register_error_handlers(self) -> None:
        """None."""

    def _openapi_json(self) -> Response:
        """The description, with the answers that the routes themselves do not write down."""
        described = openapi.complete(self.spec.to_dict(), current_app)
        return Response(json.dumps(described, ensure_ascii=False, indent=2), mimetype="application/json")


def register(app: Flask, csrf: CSRFProtect) -> None:
    """Add `/v2`, its OpenAPI description at `/v2/openapi.json` and a page to read it at `/v2/docs`."""
    app.config.setdefault("API_TITLE", "Kefuflow API")
    app.config.setdefault("API_VERSION", "v2")
    app.config.setdefault("OPENAPI_VERSION", "3.1.0")
    app.config.setdefault("OPENAPI_URL_PREFIX", "/v2")
    app.config.setdefault("OPENAPI_JSON_PATH", "openapi.json")
    app.url_map.converters["key"] = KeyInPath
    api = Described(app)
    api.register_converter(KeyInPath, lambda _converter: {"type": "string", "pattern": "^-?[0-9]{1,30}$"})
    api.register_blueprint(v2)
    api.register_blueprint(desk)
    csrf.exempt(desk)
    csrf.exempt(v2)  # No cookie is taken here: each request brings its own credentials.
    csrf.exempt(oauth.oauth)
    limits.register(app)
    app.register_blueprint(oauth.oauth)
    app.register_blueprint(reference.reference)
    csrf.exempt(channels.api)
    app.register_blueprint(channels.api)
    problems.register(app)
