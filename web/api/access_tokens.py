"""Access tokens: signed, good for an hour, made from an API token by `/oauth/token`. They hold the token's id and its scopes.

Their hour is of real time, also where the desk's clock is pinned: the client that holds one judges it by its own clock.
"""

from __future__ import annotations

import hashlib
import hmac
import time

from flask import current_app
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from engine.services.api_tokens import TokenRefused
from web.ui.context import current_runtime

ALGORITHM, ISSUER, LIFETIME = "HS256", "kefuflow", 3600


def write(client_id: str, scopes: list[str], seconds: int = LIFETIME) -> str:
    """A signed token that holds for some seconds."""
    now = int(time.time())
    claims = {"iss": ISSUER, "sub": client_id, "iat": now, "exp": now + seconds, "scope": " ".join(scopes)}
    return jwt.encode({"alg": ALGORITHM}, claims, _key())


def read(text: str) -> tuple[str, list[str]]:
    """The id of the API token and the scopes. Raises TokenRefused for one that we did not sign or that is too old."""
    try:
        claims = jwt.decode(text, _key(), algorithms=[ALGORITHM]).claims
        wanted = {"iss": {"essential": True, "value": ISSUER}, "sub": {"essential": True}, "exp": {"essential": True}}
        jwt.JWTClaimsRegistry(**wanted).validate(claims)  # type: ignore[arg-type]
    except (JoseError, ValueError, TypeError) as error:
        raise TokenRefused("The access token is not ours, or it has expired.") from error
    return str(claims["sub"]), str(claims.get("scope", "")).split()


def _key() -> OctKey:
    """A key of its own, so that nothing else that is signed with the desk's key can be taken for an access token."""
    found: OctKey | None = current_app.extensions.get("kefuflow_access_key")
    if found is None:
        secret = current_runtime().settings.signing_key().encode()
        found = OctKey.import_key(hmac.digest(secret, b"access tokens", hashlib.sha256))
        current_app.extensions["kefuflow_access_key"] = found
    return found
