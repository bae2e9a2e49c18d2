"""A desk for the tests of pages: the shipped processes and people of every post in a real database, copied for each test."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from engine.clock import MovableClock
from engine.persistence import create_all
from tests.conftest import START
from tests.web.desk import Desk, furnish, open_desk
from web.app import create_app


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
