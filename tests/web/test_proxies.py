"""Whose word is taken for a visitor's address."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from flask import request

from engine.clock import MovableClock
from engine.config import Settings
from engine.persistence import create_all
from engine.runtime import Runtime
from web.app import create_app


@pytest.mark.parametrize(
    ("proxies", "forwarded", "seen"),
    [
        (0, "198.51.100.7", "10.0.0.1"),  # nobody is trusted: the address is the one that connects
        (1, "198.51.100.7", "198.51.100.7"),
        (1, "203.0.113.9, 198.51.100.7", "198.51.100.7"),  # what the visitor wrote before our proxy did
        (2, "198.51.100.7, 10.0.0.2", "198.51.100.7"),
    ],
)
def test_an_address_is_believed_from_as_many_proxies_as_are_ours(
    proxies: int, forwarded: str, seen: str, tmp_path: Path, clock: MovableClock
) -> None:
    settings = Settings(
        home=tmp_path, database_url=f"sqlite:///{tmp_path / 'k.db'}", mode="test", secret_key="a test's"
    )
    runtime = Runtime(replace(settings, trusted_proxies=proxies), clock=clock)
    create_all(runtime.database)
    app = create_app(runtime)
    app.add_url_rule("/who", view_func=lambda: str(request.remote_addr))
    headers = {"X-Forwarded-For": forwarded}
    assert app.test_client().get("/who", headers=headers, environ_base={"REMOTE_ADDR": "10.0.0.1"}).text == seen
    runtime.close()
