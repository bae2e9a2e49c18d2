"""What every page shares: the layout, filters, translations, security headers, the menu. It knows no audience."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, make_response, redirect, request, url_for
from flask_babel import get_locale
from werkzeug.wrappers import Response

from web.ui import assets, filters, forms, incident_sentences, navigation, security, words
from web.ui.context import LANGUAGES, choose_locale, choose_time_zone, current_runtime
from web.ui.translations import CatalogueBabel

ui = Blueprint("ui", __name__, template_folder="templates")


@ui.post("/language/<code>")
def set_language(code: str) -> Response:
    """Remember the language in a cookie and go back to a page of ours."""
    back = request.referrer or ""
    own = back if back.startswith(request.host_url) else url_for("auth.home")
    answer = make_response(redirect(own.split("?lang=")[0].split("&lang=")[0]))
    if code in LANGUAGES:
        answer.set_cookie("lang", code, max_age=365 * 86400, samesite="Lax", httponly=True, secure=request.is_secure)
    return answer


def register(app: Flask) -> None:
    CatalogueBabel(
        app,
        default_locale="zh",
        default_timezone="Asia/Shanghai",
        locale_selector=choose_locale,
        timezone_selector=choose_time_zone,
    )
    for module in (assets, filters, forms, incident_sentences, navigation, security, words):
        module.register(app)
    app.register_blueprint(ui)
    app.context_processor(_shared)


def _shared() -> dict[str, Any]:
    return {
        "language": "en" if str(get_locale()).startswith("en") else "zh",
        "languages": LANGUAGES,
        "server_now": current_runtime().now(),
        "demo": current_runtime().settings.mode == "demo",
    }
