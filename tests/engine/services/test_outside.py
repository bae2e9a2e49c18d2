from dataclasses import replace
from pathlib import Path

import pytest

from engine.config import Settings
from engine.connectors.http.client import JsonClient
from engine.connectors.orders.http import HttpOrders
from engine.runtime import Runtime
from engine.services.outside import connect, outside, smtp_server
from engine.services.shop import LocalOrders
from tests.engine.connectors.reference_shop import ReferenceShop
from tests.engine.connectors.sample_orders import ORDERS, PHONE


@pytest.mark.parametrize(
    ("tls", "port", "security"), [(False, 25, "none"), (True, 587, "starttls"), (True, 465, "tls")]
)
def test_the_port_says_how_a_mail_server_is_secured(tmp_path: Path, tls: bool, port: int, security: str) -> None:
    settings = Settings(home=tmp_path, smtp_host="mail", smtp_port=port, smtp_tls=tls, smtp_user="u", smtp_password="p")
    server = smtp_server(settings)
    assert (server.security, server.username, server.password) == (security, "u", "p")


def test_without_settings_our_own_tables_stand_for_the_outside(sqlite_runtime: Runtime) -> None:
    found = outside(sqlite_runtime)
    assert isinstance(found.orders, LocalOrders)
    assert (found.mail, found.text) == (None, None)
    assert outside(sqlite_runtime) is found, "a circuit breaker must remember"


def test_settings_name_a_shop_outside(tmp_path: Path) -> None:
    with ReferenceShop(ORDERS) as shop:
        settings = Settings(
            home=tmp_path, orders_url=shop.url, orders_token="secret", sms_url=shop.url, smtp_host="mail"
        )
        runtime = Runtime(settings)
        found = connect(runtime)
        assert isinstance(found.orders, HttpOrders)
        assert len(found.orders_of(PHONE) or []) == len(ORDERS)
        assert found.mail is not None
        assert found.text is not None
        runtime.close()


def test_a_page_comes_also_when_the_shop_does_not_answer(sqlite_runtime: Runtime) -> None:
    with ReferenceShop(ORDERS) as gone:
        pass
    client = JsonClient("The shop", gone.url, attempts=1)
    found = replace(outside(sqlite_runtime), orders=HttpOrders(client))
    assert found.orders_of(PHONE) is None
    client.close()
