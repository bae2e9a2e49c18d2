"""Who calls the API, and whether they may: Basic credentials of a user, or a token as Bearer; then scope, rate, permissions."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import time
from typing import Any, cast

from flask import Response, g, request

from engine.errors import InvalidInput, NotFound
from engine.services import api_tokens
from engine.services.api_tokens import Bearer, TokenRefused
from engine.services.people import Actor, SignInRefused, SignInThrottled, actor_of, authenticate
from web.api import access_tokens
from web.api.limits import address, limiter, too_many
from web.api.problems import problem
from web.api.scopes import needed_scope
from web.ui.context import current_runtime

REMEMBERED_SECONDS = 60
OPEN = ("/v2/openapi.json", "/v2/status")
_salt = secrets.token_bytes(32)
_known: dict[bytes, tuple[float, int]] = {}
_lock = threading.Lock()


def caller() -> Actor:
    return cast(Actor, g.caller)


def require(*permissions: str) -> str:
    """Pass when the caller has these permissions, and say who it is. Raises Forbidden."""
    caller().require(*permissions)
    return caller().username


def own_tenant(body: dict[str, Any]) -> str:
    """The caller's tenant; a body that names another is refused. Raises InvalidInput."""
    wanted = body.get("tenantId") or caller().tenant_id
    if wanted != caller().tenant_id:
        raise InvalidInput(f"The tenant '{wanted}' is not yours.")
    return caller().tenant_id


def refuse_other_bodies() -> Response | None:
    """A body that is neither JSON nor a form with files would be passed over, and its wishes with it."""
    if not request.content_length or request.is_json or request.mimetype == "multipart/form-data":
        return None
    return problem(
        415, "Unsupported Media Type", "Send the body as JSON, with the header Content-Type: application/json."
    )


def authenticate_request() -> Response | None:
    """Find the caller before any view of the API; only its description and its status are open."""
    if request.path in OPEN:
        return limiter().count(f"address {address()}")
    given = request.authorization
    if given is None or given.type not in ("basic", "bearer"):
        return unauthorized("Give a user's name and password as Basic authentication, or a token as Bearer.")
    if not limiter().may_try(address()):
        return too_many("Too many wrong credentials came from this address.")
    try:
        return _by_token(given.token or "") if given.type == "bearer" else _by_password(given)
    except SignInThrottled as throttled:
        return problem(429, "RESOURCE_EXHAUSTED", str(throttled))
    except (SignInRefused, TokenRefused, NotFound):
        limiter().note_wrong(address())
        wrong = "The token is" if given.type == "bearer" else "The name or the password is"
        return unauthorized(f"{wrong} wrong, or no longer good.")


def _by_password(given: Any) -> Response | None:
    if not given.username:
        return unauthorized("Give a user's name and a password.")
    g.caller = _caller(given.username, given.password or "")
    return limiter().count(f"user {g.caller.username}")


def _by_token(text: str) -> Response | None:
    bearer = bearer_of(text)
    g.caller = bearer.actor
    scope = needed_scope(request.method, request.path)
    if scope is None or (scope and scope not in bearer.scopes):
        wanted = f"the scope '{scope}'" if scope else "a user's name and password"
        return problem(403, "FORBIDDEN", f"This call needs {wanted}; this token does not have it.")
    return limiter().count(f"token {bearer.client_id}")


def bearer_of(text: str) -> Bearer:
    """Who holds this token: one as it was made (`id.secret`), or an access token made from it. Raises TokenRefused."""
    if text.count(".") == 2:
        client_id, scopes = access_tokens.read(text)
        return api_tokens.use(current_runtime(), client_id, None, scopes)
    client_id, _, secret = text.partition(".")
    return api_tokens.use(current_runtime(), client_id, secret)


def _caller(username: str, password: str) -> Actor:
    """The Argon2 check is slow on purpose; one that passed is remembered for a minute, as a keyed hash in memory only."""
    mark = hmac.digest(_salt, f"{username}\0{password}".encode(), hashlib.sha256)
    with _lock:
        until, version = _known.get(mark, (0.0, 0))
    if until > time.monotonic():
        actor = actor_of(current_runtime(), username)
        if actor.session_version == version:
            return actor
    actor = authenticate(current_runtime(), username, password, request.remote_addr or "")
    with _lock:
        if len(_known) > 10_000:
            _known.clear()
        _known[mark] = (time.monotonic() + REMEMBERED_SECONDS, actor.session_version)
    return actor


def unauthorized(detail: str) -> Response:
    answer = problem(401, "UNAUTHENTICATED", detail)
    answer.headers["WWW-Authenticate"] = 'Basic realm="Kefuflow", Bearer realm="Kefuflow"'
    return answer
