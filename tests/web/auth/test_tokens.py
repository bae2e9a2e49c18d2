"""The pages of API tokens: made by their user, shown once, revoked by them or by an administrator."""

from __future__ import annotations

import pytest

from engine.services import api_tokens, people
from tests.web.desk import parsed, text_of

PAGE = "/account/tokens"


def make(desk, who="olga", **more):
    return desk.post(who, PAGE, {"name": "部署脚本", "scopes": ["processes:deploy"], "lifetime": "30", **more})


def bearer(answer):
    return parsed(answer).xpath("//*[@id='bearer']")[0].text


def call(desk, token):
    return desk.app.test_client().get("/v2/topology", headers={"Authorization": f"Bearer {token}"}).status_code


def test_a_secret_is_shown_on_the_page_that_makes_it_and_never_again(desk):
    made = make(desk)
    assert made.status_code == 201
    assert made.headers["Cache-Control"] == "no-store"
    token = bearer(made)
    assert call(desk, token) == 200
    page = desk.get("olga", PAGE)
    client_id, secret = token.split(".")
    assert client_id in page.text
    assert secret not in page.text
    assert "部署脚本" in page.text


def test_a_revoked_token_no_longer_works_and_says_so(desk):
    token = bearer(make(desk))
    (button,) = parsed(desk.get("olga", PAGE)).xpath("//form[contains(@action, '/revoke')]")
    assert desk.post("olga", button.get("action")).status_code == 303
    assert call(desk, token) == 401
    page = parsed(desk.get("olga", PAGE + "?lang=en"))
    assert "Revoked" in text_of(page)
    assert not page.xpath("//form[contains(@action, '/revoke')]")


@pytest.mark.parametrize("who", ["sue", "ann"])
def test_nobody_sees_or_revokes_the_tokens_of_others(desk, who):
    make(desk)
    (token,) = api_tokens.list_tokens(desk.runtime, actor=desk.actor("olga"))
    assert token.client_id not in desk.get(who, PAGE).text
    assert desk.get(who, PAGE + "/all").status_code == 403
    assert desk.post(who, f"{PAGE}/{token.key}/revoke").status_code == 404
    assert desk.post("boss", f"{PAGE}/{token.key}/revoke", {"all": "1"}).location.endswith("/all")
    assert [view.state for view in api_tokens.list_tokens(desk.runtime, actor=people.SYSTEM, everybody=True)] == [
        "revoked"
    ]


def test_an_administrator_sees_everybodys(desk):
    make(desk)
    text = text_of(parsed(desk.get("boss", PAGE + "/all")))
    assert "olga" in text
    assert "部署脚本" in text


def test_a_wrong_form_says_what_is_missing_and_keeps_what_was_typed(desk):
    answer = desk.post("olga", PAGE + "?lang=en", {"name": "", "scopes": ["admin"], "lifetime": "soon"})
    assert answer.status_code == 422
    page = parsed(answer)
    assert "name" in text_of(page.xpath("//*[@id='name-error']")[0])
    assert "admin" in text_of(page.xpath("//*[@id='scopes-error']")[0])
    kept = desk.post("olga", PAGE, {"name": "", "scopes": ["processes:read"], "lifetime": "365"})
    assert parsed(kept).xpath("//input[@value='processes:read']/@checked")
    assert parsed(kept).xpath("//option[@value='365']/@selected")


def test_only_scopes_that_one_has_are_offered_and_customers_have_none(desk):
    offered = parsed(desk.get("ann", PAGE)).xpath("//input[@name='scopes']/@value")
    assert "cases:read" in offered
    assert "processes:deploy" not in offered
    assert desk.get("carl", PAGE).status_code == 403
    assert desk.app.test_client().get(PAGE).location.startswith("/sign-in")
