"""Who calls `/v2`: Basic credentials of a user. What a user may do there follows from their permissions."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import time
from typing import Any, cast

from flask import Response, g, request

from engine.errors import InvalidInput, NotFound
from engine.services.people import Actor, SignInRefused, SignInThrottled, actor_of, authenticate
from web.api.problems import problem
from web.ui.context import current_runtime

REMEMBERED_SECONDS = 60
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


def authenticate_request() -> Response | None:
    """Find the caller before any view of `/v2`; only its description is open."""
    if request.path in ("/v2/openapi.json", "/v2/status"):
        return None
    given = request.authorization
    if given is None or given.type != "basic" or not given.username:
        return _unauthorized("Give a user's name and password as Basic authentication.")
    try:
        g.caller = _caller(given.username, given.password or "")
    except SignInThrottled as throttled:
        return problem(429, "RESOURCE_EXHAUSTED", str(throttled))
    except (SignInRefused, NotFound):
        return _unauthorized("The name or the password is wrong.")
    return None


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


def _unauthorized(detail: str) -> Response:
    answer = problem(401, "UNAUTHENTICATED", detail)
    answer.headers["WWW-Authenticate"] = 'Basic realm="Kefuflow"'
    return answer
