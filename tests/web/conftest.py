"""A desk for the tests of pages: the shipped processes and people of every post in a real database, copied for each test."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from engine.clock import MovableClock
from engine.persistence import create_all
from engine.runtime import Runtime
from tests.conftest import START
from tests.web.desk import Desk, furnish, open_desk
from web.api.limits import register as begin_api_limits
from web.app import create_app
from web.portal.limits import limiter as portal_limits


@pytest.fixture(scope="session")
def app_over() -> Callable[[Runtime], Flask]:
    """One application for many tests, over the runtime of each: making one takes longer than most tests. Its counters begin anew."""
    made: list[Flask] = []

    def over(runtime: Runtime) -> Flask:
        if not made:
            made.append(create_app(runtime))
        app = made[0]
        app.extensions["kefuflow"] = runtime
        app.config["SECRET_KEY"] = runtime.settings.signing_key()
        begin_api_limits(app)
        portal_limits.reset()
        return app

    return over


@pytest.fixture(scope="session")
def furnished_desk(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any, Flask]:
    """A database with processes and people in it, the compiled processes, and an application with compiled templates."""
    home = tmp_path_factory.mktemp("desk")
    runtime = open_desk(home, MovableClock(START))
    create_all(runtime.database)
    furnish(runtime)
    runtime.close()
    return home / "kefuflow.db", runtime.definitions, create_app(runtime)


@pytest.fixture
def desk(furnished_desk: tuple[Path, Any, Flask], clock: MovableClock, tmp_path: Path) -> Iterator[Desk]:
    """A desk of the test's own: a copy of the database behind the shared application."""
    database, compiled, app = furnished_desk
    shutil.copy(database, tmp_path / "kefuflow.db")
    runtime = open_desk(tmp_path, clock)
    runtime.definitions = compiled
    app.extensions["kefuflow"] = runtime
    yield Desk(runtime, clock, app)
    runtime.close()
