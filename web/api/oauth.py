"""`/oauth/token`: OAuth 2's client-credentials grant (RFC 6749, 4.4), as Camunda's clients use it; the protocol is Authlib's."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.integrations.flask_oauth2.requests import FlaskOAuth2Request
from authlib.oauth2.rfc6749 import ClientMixin, InvalidScopeError
from authlib.oauth2.rfc6749.grants import ClientCredentialsGrant
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from flask import Blueprint, Request, Response, jsonify, request

from engine.services import api_tokens
from engine.services.api_tokens import Bearer, TokenRefused
from web.api import access_tokens
from web.api.limits import add_headers, address, limiter
from web.ui.context import current_runtime

oauth = Blueprint("oauth", __name__)
oauth.after_request(add_headers)
AUTHENTICATED_BY = ["client_secret_basic", "client_secret_post"]


class Client(ClientMixin):  # type: ignore[misc]
    """An API token in Authlib's eyes. Whether the secret fits is only known once it is asked."""

    def __init__(self, client_id: str) -> None:
        self.client_id = client_id
        self.bearer: Bearer | None = None

    def get_client_id(self) -> str:
        return self.client_id

    def check_client_secret(self, secret: str) -> bool:
        try:
            self.bearer = api_tokens.use(current_runtime(), self.client_id, secret)
        except TokenRefused:
            return False
        return True

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method in AUTHENTICATED_BY

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == ClientCredentialsGrant.GRANT_TYPE

    def get_allowed_scope(self, scope: str | None) -> str:
        """What is asked for, all of it or nothing; without asking all that the token has."""
        held = self.bearer.scopes if self.bearer else frozenset()
        wanted = frozenset((scope or "").split()) or held
        if not wanted <= held:
            raise InvalidScopeError(f"This token does not have {', '.join(sorted(wanted - held))}.")
        return " ".join(sorted(wanted))


class OwnRequest(FlaskOAuth2Request):  # type: ignore[misc]
    """Authlib refuses plain HTTP; here TLS may end at a proxy, and whether it does is the operator's matter, as for Basic."""

    def __init__(self, given: Request) -> None:
        super(FlaskOAuth2Request, self).__init__(
            given.method, f"https://{given.host}{given.path}", headers=given.headers
        )
        self._request = given
        self.payload = BasicOAuth2Payload(given.form)  # not what stands in the address, for addresses are logged


class Server(AuthorizationServer):  # type: ignore[misc]
    """Authlib's server over our tokens."""

    def create_oauth2_request(self, _request: Any) -> OwnRequest:
        return OwnRequest(request)


class Credentials(ClientCredentialsGrant):  # type: ignore[misc]
    """The one grant there is."""

    TOKEN_ENDPOINT_AUTH_METHODS = AUTHENTICATED_BY


def _written(
    client: Client, grant_type: str, user: Any = None, scope: str | None = None, **_more: Any
) -> dict[str, Any]:
    """What Authlib answers with: a signed token that ends when the API token does, if that is sooner."""
    allowed = client.get_allowed_scope(scope)
    seconds = access_tokens.LIFETIME
    if client.bearer is not None and client.bearer.expires_at is not None:
        left = client.bearer.expires_at - current_runtime().now()
        seconds = max(1, min(seconds, left // timedelta(seconds=1)))
    signed = access_tokens.write(client.client_id, allowed.split(), seconds)
    return {"access_token": signed, "token_type": "Bearer", "expires_in": seconds, "scope": allowed}


_server = Server(query_client=Client, save_token=lambda token, request: None)
_server.register_token_generator("default", _written)
_server.register_grant(Credentials)


@oauth.post("/oauth/token")
def give_token() -> Response:
    """An access token for the id and the secret of an API token."""
    if not limiter().may_try(address()):
        answer = jsonify(error="temporarily_unavailable", error_description="Too many wrong credentials; try later.")
        answer.status_code = 429
        return answer
    found: Response = _server.create_token_response()
    if found.status_code == 401:
        limiter().note_wrong(address())
    return found


@oauth.get("/.well-known/oauth-authorization-server")
def describe() -> Response:
    """RFC 8414: where the tokens are to be had."""
    base = current_runtime().settings.public_url.rstrip("/") or request.host_url.rstrip("/")
    return jsonify(
        issuer=base,
        token_endpoint=f"{base}/oauth/token",
        grant_types_supported=[ClientCredentialsGrant.GRANT_TYPE],
        response_types_supported=[],
        token_endpoint_auth_methods_supported=AUTHENTICATED_BY,
        scopes_supported=list(api_tokens.SCOPES),
    )
