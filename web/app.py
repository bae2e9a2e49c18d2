"""The Flask application: made from a runtime, with one blueprint per audience."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module
from typing import Any

from flask import Flask
from flask.json.provider import DefaultJSONProvider
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from engine.runtime import Runtime
from web import errors, observing, ui
from web.auth import (
    account,  # noqa: F401 - adds its pages to the blueprint
    session,
    tokens,  # noqa: F401 - adds its pages to the blueprint
)
from web.auth.views import auth

AUDIENCES = ("web.agent", "web.supervisor", "web.intake", "web.modeler", "web.portal", "web.api", "web.hooks")
MAX_REQUEST_BYTES = 32 * 1024 * 1024

csrf = CSRFProtect()


class Json(DefaultJSONProvider):
    """Flask's, to which what is nested too deep to be read is no JSON, as anything else that cannot be read."""

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        try:
            return super().loads(s, **kwargs)
        except RecursionError as error:
            raise ValueError("The JSON is nested too deep.") from error


def create_app(runtime: Runtime) -> Flask:
    """An application over one runtime. Each audience's package has `register(app, csrf)`."""
    app = Flask("web", static_folder="static", template_folder=None)
    app.json = Json(app)
    app.config.update(
        SECRET_KEY=runtime.settings.signing_key(),
        SESSION_COOKIE_NAME="kefuflow",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=runtime.settings.public_url.startswith("https://"),
        PERMANENT_SESSION_LIFETIME=timedelta(hours=12),
        MAX_CONTENT_LENGTH=MAX_REQUEST_BYTES,
        WTF_CSRF_TIME_LIMIT=None,  # As long as the session: a form that was open over lunch must not be lost.
    )
    app.extensions["kefuflow"] = runtime
    # A visitor's own word for their address would let them escape every limit: only as many hops count as are ours.
    hops = runtime.settings.trusted_proxies
    app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=max(hops, 1), x_host=0)  # type: ignore[method-assign]
    csrf.init_app(app)
    errors.register(app)
    ui.register(app)
    session.register(app)
    app.register_blueprint(auth)
    for package in AUDIENCES:
        import_module(package).register(app, csrf)
    observing.register(app)
    return app
