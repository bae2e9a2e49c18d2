"""Tokens: who may do what with one, as Bearer and by OAuth's client credentials, until when, and how often."""

from __future__ import annotations

import base64
import dataclasses
from datetime import timedelta

import pytest

from engine.errors import ConfigError, InvalidInput, NotFound
from engine.services import api_tokens, people
from tests.web.api.conftest import PASSWORD, Api
from web.api.limits import Limiter
from web.api.scopes import needed_scope
from web.app import create_app

ALL = list(api_tokens.SCOPES)


def make(api: Api, *scopes: str, days: int | None = 30, who: str = "admin") -> api_tokens.NewToken:
    lifetime = None if days is None else timedelta(days=days)
    return api_tokens.create(api.runtime, "test", scopes, lifetime, actor=people.actor_of(api.runtime, who))


def call(api: Api, token: str, method: str = "GET", path: str = "/topology", **more):
    return api.client.open(f"/v2{path}", method=method, headers={"Authorization": f"Bearer {token}"}, **more)


def exchange(api: Api, client_id: str, secret: str, **more: str):
    form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret, **more}
    return api.client.post("/oauth/token", data=form)


@pytest.fixture
def person(api: Api) -> str:
    people.create_user(api.runtime, "owner", "Owner", ["process_owner"], PASSWORD, actor=people.SYSTEM)
    return "owner"


@pytest.mark.proves("/v2 credentials")
def test_a_token_opens_what_its_scopes_say_and_nothing_else(api):
    token = make(api, "processes:read").bearer
    assert call(api, token, "POST", "/process-definitions/search", json={}).status_code == 200
    refused = call(api, token, "POST", "/jobs/activation", json={"type": "x", "timeout": 1, "maxJobsToActivate": 1})
    assert refused.status_code == 403
    assert "jobs:work" in refused.json["detail"]


def test_a_scope_gives_nothing_that_its_user_may_not_do(api, person):
    token = make(api, "processes:read", "instances:read", who=person).bearer
    assert call(api, token, "POST", "/process-instances/search", json={}).status_code == 200
    people.set_roles(api.runtime, person, ["agent"], actor=people.SYSTEM)
    assert call(api, token, "POST", "/process-instances/search", json={}).status_code == 403


def test_nobody_gives_a_token_a_scope_that_is_not_theirs(api, person):
    with pytest.raises(InvalidInput) as refused:
        make(api, "admin", who=person)
    assert "admin" in refused.value.fields["scopes"][0]
    with pytest.raises(InvalidInput):
        make(api, "no:such:scope")
    with pytest.raises(InvalidInput):
        make(api)


def test_what_is_no_token_is_answered_401(api):
    for given in (
        "Bearer",
        "Bearer ",
        "Bearer x",
        "Bearer kf_0.x",
        "Bearer a.b.c",
        "Bearer kf_é.ü",
        "Digest x",
        "Bearer " + "a" * 5000,
    ):
        answer = api.client.get("/v2/topology", headers={"Authorization": given})
        assert (answer.status_code, answer.json["title"]) == (401, "UNAUTHENTICATED"), given
        assert "Bearer" in answer.headers["WWW-Authenticate"]


def test_a_token_ends_when_it_expires_is_revoked_or_its_user_is_deactivated(api, person, clock):
    expiring, revoked, orphaned = (
        make(api, *ALL, days=1),
        make(api, *ALL, days=None),
        make(api, "processes:read", who=person),
    )
    for token in (expiring, revoked, orphaned):
        assert call(api, token.bearer).status_code == 200
    clock.advance(timedelta(days=1))
    api_tokens.revoke(api.runtime, revoked.view.key, actor=people.actor_of(api.runtime, "admin"))
    people.change_user(api.runtime, person, {"active": False}, actor=people.SYSTEM)
    for token in (expiring, revoked, orphaned):
        assert call(api, token.bearer).status_code == 401
    states = {view.key: view.state for view in api_tokens.list_tokens(api.runtime, actor=people.SYSTEM, everybody=True)}
    assert states == {expiring.view.key: "expired", revoked.view.key: "revoked", orphaned.view.key: "active"}


def test_only_a_hash_of_the_secret_is_kept_and_its_last_use_is(api, clock):
    token = make(api, *ALL)
    with api.runtime.unit_of_work(read_only=True) as uow:
        rows = uow.connection.exec_driver_sql("SELECT * FROM api_token").mappings().all()
        audit = str(uow.connection.exec_driver_sql("SELECT * FROM audit_entry").mappings().all())
    assert token.secret not in str(rows) + audit
    assert token.view.last_used_at is None
    clock.advance(timedelta(hours=1))
    call(api, token.bearer)
    (seen,) = api_tokens.list_tokens(api.runtime, actor=people.actor_of(api.runtime, "admin"))
    assert seen.last_used_at == clock()


def test_a_person_sees_and_revokes_their_own_tokens_and_an_admin_everybodys(api, person):
    own, other = make(api, "processes:read", who=person), make(api, "processes:read")
    owner, admin = people.actor_of(api.runtime, person), people.actor_of(api.runtime, "admin")
    assert [view.key for view in api_tokens.list_tokens(api.runtime, actor=owner)] == [own.view.key]
    with pytest.raises(NotFound):
        api_tokens.revoke(api.runtime, other.view.key, actor=owner)
    assert len(api_tokens.list_tokens(api.runtime, actor=admin, everybody=True)) == 2
    api_tokens.revoke(api.runtime, own.view.key, actor=admin)
    assert call(api, own.bearer).status_code == 401


@pytest.mark.proves("/v2 credentials")
def test_the_id_and_the_secret_are_exchanged_for_an_access_token(api):
    token = make(api, "processes:read", "jobs:work")
    answer = exchange(api, token.view.client_id, token.secret, audience="orchestration-api")
    assert answer.status_code == 200, answer.text
    assert answer.json["token_type"] == "Bearer"
    assert answer.json["expires_in"] == 3600
    assert answer.json["scope"] == "jobs:work processes:read"
    assert answer.headers["Cache-Control"] == "no-store"
    assert call(api, answer.json["access_token"]).status_code == 200
    assert call(api, answer.json["access_token"], "POST", "/user-tasks/search", json={}).status_code == 403


def test_an_access_token_can_have_less_than_its_token_but_never_more(api):
    token = make(api, "processes:read", "jobs:work")
    less = exchange(api, token.view.client_id, token.secret, scope="jobs:work").json["access_token"]
    assert call(api, less, "POST", "/process-definitions/search", json={}).status_code == 403
    more = exchange(api, token.view.client_id, token.secret, scope="jobs:work instances:read")
    assert (more.status_code, more.json["error"]) == (400, "invalid_scope")


def test_an_access_token_dies_with_its_token_and_cannot_be_forged(api):
    token = make(api, "processes:read")
    signed = exchange(api, token.view.client_id, token.secret).json["access_token"]
    head, body, mark = signed.split(".")
    none = base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")
    for forged in (f"{head}.{body}.{mark[:-2]}AA", f"{none}.{body}.", f"{head}.{body}."):
        assert call(api, forged).status_code == 401
    assert call(api, signed).status_code == 200
    api_tokens.revoke(api.runtime, token.view.key, actor=people.SYSTEM)
    assert call(api, signed).status_code == 401


def test_an_expired_access_token_is_refused(api):
    from web.api import access_tokens

    token = make(api, "processes:read")
    with api.client.application.app_context():
        assert call(api, access_tokens.write(token.view.client_id, ["processes:read"], 60)).status_code == 200
        assert call(api, access_tokens.write(token.view.client_id, ["processes:read"], -5)).status_code == 401


def test_wrong_credentials_and_other_grants_are_refused_as_rfc_6749_says(api):
    token = make(api, "processes:read")
    wrong = exchange(api, token.view.client_id, "wrong")
    assert (wrong.status_code, wrong.json["error"]) == (401, "invalid_client")
    unknown = exchange(api, "kf_nobody", "wrong")
    assert (unknown.status_code, unknown.json["error"]) == (401, "invalid_client")
    other = api.client.post("/oauth/token", data={"grant_type": "password", "username": "admin", "password": PASSWORD})
    assert (other.status_code, other.json["error"]) == (400, "unsupported_grant_type")
    in_address = api.client.post(
        f"/oauth/token?grant_type=client_credentials&client_id={token.view.client_id}&client_secret={token.secret}"
    )
    assert in_address.status_code in (400, 401)


def test_the_id_and_the_secret_may_come_as_basic_credentials_too(api):
    token = make(api, "processes:read")
    mark = base64.b64encode(f"{token.view.client_id}:{token.secret}".encode()).decode()
    answer = api.client.post(
        "/oauth/token", data={"grant_type": "client_credentials"}, headers={"Authorization": f"Basic {mark}"}
    )
    assert answer.status_code == 200


def test_the_metadata_says_where_tokens_are_to_be_had(api):
    found = api.client.get("/.well-known/oauth-authorization-server").json
    assert found["token_endpoint"].endswith("/oauth/token")
    assert "jobs:work" in found["scopes_supported"]


def test_every_route_of_the_api_has_a_scope(api):
    signed = {"/api/channels/messages", "/api/channels/calls"}  # the body's signature says who calls, no token does
    open_ = {"/v2/openapi.json", "/v2/docs", "/api/docs"} | signed
    lacking = [
        (method, rule.rule)
        for rule in api.client.application.url_map.iter_rules()
        if rule.rule.startswith(("/v2/", "/api/")) and rule.rule not in open_
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
        if needed_scope(method, rule.rule.replace("<", "{").replace(">", "}")) is None
    ]
    assert lacking == []


@pytest.mark.parametrize(
    ("call_", "scope"),
    [
        ("GET /v2/topology", ""),
        ("POST /v2/deployments", "processes:deploy"),
        ("POST /v2/resources/7/deletion", "processes:deploy"),
        ("POST /v2/process-definitions/search", "processes:read"),
        ("GET /v2/process-definitions/7/xml", "processes:read"),
        ("POST /v2/process-definitions/7/statistics/element-instances", "instances:read"),
        ("POST /v2/process-instances", "instances:start"),
        ("POST /v2/process-instances/search", "instances:read"),
        ("POST /v2/process-instances/7/cancellation", "instances:manage"),
        ("POST /v2/process-instances/7/incidents/search", "instances:read"),
        ("PUT /v2/element-instances/7/variables", "instances:manage"),
        ("POST /v2/user-tasks/7/completion", "tasks:work"),
        ("POST /v2/user-tasks/search", "instances:read"),
        ("GET /v2/user-tasks/7/form", "instances:read"),
        ("POST /v2/jobs/activation", "jobs:work"),
        ("POST /v2/jobs/search", "instances:read"),
        ("POST /v2/incidents/7/resolution", "instances:manage"),
        ("POST /v2/messages/publication", "instances:start"),
        ("PUT /v2/clock", "admin"),
        ("POST /v2/users/search", "admin"),
        ("DELETE /v2/process-definitions/7", None),
        ("POST /v2/unheard-of", None),
    ],
)
def test_each_call_needs_the_scope_of_its_part(call_, scope):
    method, _, path = call_.partition(" ")
    assert needed_scope(method, path) == scope


def limited(api: Api, rate: str) -> Api:
    api.runtime.settings = dataclasses.replace(api.runtime.settings, api_rate_limit=rate)
    return Api(api.runtime, create_app(api.runtime).test_client())


def test_too_many_calls_are_answered_429_with_the_time_to_wait(api):
    api = limited(api, "3 per hour")
    token, other = make(api, "processes:read").bearer, make(api, "processes:read").bearer
    left = [call(api, token).headers["X-RateLimit-Remaining"] for _ in range(3)]
    assert left == ["2", "1", "0"]
    answer = call(api, token)
    assert (answer.status_code, answer.json["title"]) == (429, "RESOURCE_EXHAUSTED")
    assert 0 < int(answer.headers["Retry-After"]) <= 3600
    assert answer.headers["X-RateLimit-Limit"] == "3"
    assert call(api, other).status_code == 200  # each token has its own
    assert [api.call("GET", "/topology").status_code for _ in range(4)] == [200, 200, 200, 429]


def test_an_address_that_guesses_is_stopped_even_with_the_right_token(api):
    token = make(api, "processes:read")
    for _ in range(60):
        assert call(api, "kf_guess.guess").status_code == 401
    answer = call(api, token.bearer)
    assert answer.status_code == 429
    assert "Retry-After" in answer.headers
    assert exchange(api, token.view.client_id, token.secret).status_code == 429


def test_a_strange_rate_stops_the_start(api):
    with pytest.raises(ConfigError, match="KEFUFLOW_API_RATE_LIMIT"):
        limited(api, "very often")
    assert str(Limiter("5 per second").rate) == "5 per 1 second"
