"""What a request knows of its surroundings: the runtime, who acts, and in which language."""

from __future__ import annotations

from typing import cast

from flask import current_app, request
from flask_login import current_user

from engine.errors import Forbidden
from engine.runtime import Runtime
from engine.services.people import Actor

LANGUAGES = {"zh": "中文", "en": "English"}


def current_runtime() -> Runtime:
    return cast(Runtime, current_app.extensions["kefuflow"])


def current_actor() -> Actor:
    """The signed-in person. Raises Forbidden when nobody is."""
    if not current_user.is_authenticated:
        raise Forbidden("Sign in first.")
    return cast(Actor, current_user.actor)


def choose_locale() -> str:
    """`?lang=` for one page, then the cookie, then the person's own, then what the browser prefers; Chinese if none."""
    for wanted in (request.args.get("lang"), request.cookies.get("lang")):
        if wanted in LANGUAGES:
            return wanted
    if current_user and current_user.is_authenticated:
        return cast(str, current_user.actor.locale)
    return request.accept_languages.best_match(list(LANGUAGES)) or "zh"


def choose_time_zone() -> str:
    if current_user and current_user.is_authenticated:
        return cast(str, current_user.actor.time_zone)
    return current_runtime().settings.time_zone
