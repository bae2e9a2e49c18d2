import json

from engine.connectors.chat.signing import signed_headers
from tests.web.desk import Desk


def post(desk: Desk, body: bytes, secret: str | None = None):
    headers = signed_headers(secret or desk.runtime.settings.webhook_key(), desk.runtime.now(), body)
    return desk.app.test_client().post("/hooks/services", data=body, headers=headers)


def test_a_signed_callback_that_nothing_waits_for_is_ignored(desk: Desk) -> None:
    answer = post(desk, json.dumps({"event": "goods.received", "reference": "TH20260302-0001"}).encode())
    assert (answer.status_code, answer.get_json()) == (200, {"result": "ignored"})


def test_an_unsigned_one_is_refused_whatever_it_says(desk: Desk) -> None:
    answer = post(desk, b"{not json", secret="another")
    assert answer.status_code == 403
    assert "Signature" in answer.get_json()["error"]


def test_what_does_not_fit_and_what_is_unknown_is_said(desk: Desk) -> None:
    assert post(desk, b"[]").status_code == 400
    assert post(desk, b"{}").get_json()["fields"].keys() == {"event", "reference"}
    answer = post(desk, json.dumps({"event": "refund.settled", "reference": "none"}).encode())
    assert answer.status_code == 404
