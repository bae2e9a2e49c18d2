"""A token of the desk's, made as a person makes one: in the browser's place, by the pages' own forms."""

from __future__ import annotations

import httpx
from lxml import html

from tests.clients.conftest import PASSWORD, Server


def make(server: Server, *scopes: str) -> tuple[str, str]:
    """The client id and the secret of a new token of the administrator's."""
    with httpx.Client(base_url=server.address, follow_redirects=True, timeout=60) as browser:
        given = {"username": "admin", "password": PASSWORD, "csrf_token": _csrf(browser.get("/sign-in"))}
        browser.post("/sign-in", data=given).raise_for_status()
        form = {
            "csrf_token": _csrf(browser.get("/account/tokens")),
            "name": "client",
            "lifetime": "30",
            "scopes": list(scopes),
        }
        made = html.fromstring(browser.post("/account/tokens", data=form).raise_for_status().text)
    return made.xpath("//*[@id='client-id']")[0].text, made.xpath("//*[@id='client-secret']")[0].text


def environment(server: Server, client_id: str, secret: str, home: str) -> dict[str, str]:
    """What Camunda's clients read to get their access tokens."""
    return {
        "CAMUNDA_REST_ADDRESS": server.address,
        "ZEEBE_REST_ADDRESS": server.address,
        "CAMUNDA_AUTH_STRATEGY": "OAUTH",
        "CAMUNDA_OAUTH_URL": f"{server.address}/oauth/token",
        "CAMUNDA_CLIENT_ID": client_id,
        "CAMUNDA_CLIENT_SECRET": secret,
        "ZEEBE_CLIENT_ID": client_id,
        "ZEEBE_CLIENT_SECRET": secret,
        "CAMUNDA_TOKEN_CACHE_DIR": home,
    }


def _csrf(page: httpx.Response) -> str:
    return str(html.fromstring(page.text).xpath("//meta[@name='csrf-token']/@content")[0])
