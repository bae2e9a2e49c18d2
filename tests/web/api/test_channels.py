"""What programs send in under /api, over HTTP: signed messages, and requests with a user's credentials."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from engine.connectors.chat import signed_headers
from tests.web.desk import PASSWORD, Desk

MESSAGE: dict[str, Any] = {
    "id": "m-1", "platform": "weibo", "kind": "comment", "conversation": "post-3", "sender": {"id": "u-1", "name": "小敏"},
    "text": "发货好慢",
}  # fmt: skip
REQUEST = {"name": "王敏", "contact": "wang@example.com", "description": "发票怎么开"}


def post(desk: Desk, body: bytes, headers: dict[str, str] | None = None) -> Any:
    signed = signed_headers(desk.runtime.settings.webhook_key(), desk.runtime.now(), body)
    return desk.app.test_client().post(
        "/api/channels/messages", data=body, headers=signed if headers is None else headers
    )


def basic(name: str = "ann", password: str = PASSWORD) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()}


def test_a_signed_message_is_201_and_the_same_again_200(desk: Desk) -> None:
    body = json.dumps(MESSAGE).encode()
    first, again = post(desk, body), post(desk, body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json["case"] == again.json["case"]
    assert again.json["repeated"] is True


def test_without_a_signature_nothing_comes_in(desk: Desk) -> None:
    body = json.dumps(MESSAGE).encode()
    assert post(desk, body, {}).status_code == 403
    forged = {
        "X-Kefuflow-Timestamp": str(int(desk.runtime.now().timestamp())),
        "X-Kefuflow-Signature": "v1=" + "0" * 64,
    }
    assert post(desk, body, forged).status_code == 403


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"id": 1}', b"[" * 10_000])
def test_what_is_no_message_is_refused_with_a_sentence(desk: Desk, body: bytes) -> None:
    answer = post(desk, body)
    assert answer.status_code == 400
    assert answer.json["detail"]


def test_a_request_needs_credentials_and_an_agents_permission_and_is_filed_once(desk: Desk) -> None:
    client = desk.app.test_client()
    assert client.post("/api/cases", json=REQUEST).status_code == 401
    assert client.post("/api/cases", json=REQUEST, headers=basic("carl")).status_code == 403
    headers = basic() | {"Idempotency-Key": "k-1"}
    first, again = (client.post("/api/cases", json=REQUEST, headers=headers) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    refused = client.post("/api/cases", json={"name": "王敏"}, headers=basic())
    assert (refused.status_code, sorted(refused.json["errors"])) == (400, ["contact", "description"])


def test_a_call_is_noted_by_the_phone_systems_signed_word(desk: Desk) -> None:
    body = json.dumps(
        {"call_id": "c-1", "event": "rang", "caller": "13800138000", "at": "2026-03-02T17:00:00+08:00"}
    ).encode()
    signed = signed_headers(desk.runtime.settings.webhook_key(), desk.runtime.now(), body)
    assert desk.app.test_client().post("/api/channels/calls", data=body, headers=signed).status_code == 202
    assert "13800138000" in desk.get("ann", "/desk/phone").text


@pytest.mark.parametrize("body", [b"[" * 10_000, b'{"a":' * 10_000, b"{"])
def test_a_request_that_cannot_be_read_is_refused(desk: Desk, body: bytes) -> None:
    headers = basic() | {"Content-Type": "application/json"}
    answer = desk.app.test_client().post("/api/cases", data=body, headers=headers)
    assert (answer.status_code, answer.json["title"]) == (400, "INVALID_ARGUMENT")
