"""Who is signed in: the cookie names a user and the version of their session; anything else is nobody."""

from __future__ import annotations

from functools import wraps
from typing import Any, ParamSpec, TypeVar

from flask import Flask
from flask_login import LoginManager, UserMixin, login_required

from engine.errors import NotFound
from engine.services.people import Actor, actor_of
from web.ui.context import current_actor, current_runtime

P = ParamSpec("P")
R = TypeVar("R")


class SignedIn(UserMixin):  # type: ignore[misc]
    """A signed-in person, loaded anew at each request: what they may do is as it is now."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor

    def get_id(self) -> str:
        return f"{self.actor.session_version}:{self.actor.username}"


def _load(identity: str) -> SignedIn | None:
    version, _, username = identity.partition(":")
    try:
        actor = actor_of(current_runtime(), username)
    except NotFound:
        return None
    return SignedIn(actor) if str(actor.session_version) == version else None


def requires(permission: str) -> Any:
    """Only for signed-in people with this permission; others get the sign-in page or a refusal."""

    def decorate(view: Any) -> Any:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            current_actor().require(permission)
            return view(*args, **kwargs)

        return login_required(guarded)

    return decorate


def register(app: Flask) -> None:
    manager = LoginManager(app)
    manager.login_view = "auth.sign_in"
    manager.login_message = None
    manager.session_protection = "basic"
    manager.user_loader(_load)
