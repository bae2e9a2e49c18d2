"""`contrib/django_oscar` in a real django-oscar shop, by the contract of every shop; the shop is installed once under build/ from PyPI."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TextIO

import pytest

from engine.connectors.http.client import JsonClient
from engine.connectors.orders import OrdersConnector
from engine.connectors.orders.http import HttpOrders
from engine.errors import Unavailable
from tests.clients.conftest import free_port
from tests.engine.connectors.orders_contract import OrdersContract
from tests.engine.connectors.reference_shop import document_of, plain
from tests.engine.connectors.sample_orders import ARTICLES, ORDERS, SIGNED

pytestmark = pytest.mark.full
SHOP = Path(__file__).with_name("oscar_shop.py")
FOLDER = Path(__file__).parents[2] / "build" / "django-oscar"
PACKAGE = "django-oscar==4.2.1"
# A slow registry and a busy machine have been seen to take four minutes and a half.
INSTALL_SECONDS, START_SECONDS = 420, 60
TOKEN = "a token of the test"


def python_of_the_shop() -> Path:
    """The Python of an environment that has django-oscar; made once, whole or not at all."""
    python = FOLDER / "bin" / "python"
    if (FOLDER / PACKAGE).exists():
        return python
    shutil.rmtree(FOLDER, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", FOLDER], check=True, timeout=START_SECONDS)
    pip = [sys.executable, "-m", "pip", "--python", python, "--disable-pip-version-check"]
    command = [*pip, "install", "--quiet", "--no-compile", "--retries", "1", PACKAGE]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=INSTALL_SECONDS)
        problem = done.stderr[-2000:] if done.returncode else ""
    except subprocess.TimeoutExpired:
        problem = f"pip did not end within {INSTALL_SECONDS} s"
    if problem:
        shutil.rmtree(FOLDER, ignore_errors=True)
        say = pytest.fail if os.environ.get("CI") else pytest.skip
        say(f"{PACKAGE} cannot be installed; the Python package registry is not reached, or too slow: {problem}")
    (FOLDER / PACKAGE).touch()
    return python


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shop's database with the contract's orders."""
    database = tmp_path_factory.mktemp("oscar") / "pristine.db"
    given = {"orders": [document_of(order) for order in ORDERS], "articles": [plain(asdict(each)) for each in ARTICLES]}
    command = [python_of_the_shop(), SHOP, database]
    made = subprocess.run(command, input=json.dumps(given), capture_output=True, text=True, timeout=START_SECONDS)
    assert made.returncode == 0, made.stderr
    return database


@pytest.fixture(scope="module")
def served(pristine: Path) -> Iterator[tuple[str, Path]]:
    """The shop's address, and the database that it reads anew for each request."""
    database, port = pristine.with_name("shop.db"), free_port()
    shutil.copy(pristine, database)
    with pristine.with_name("log").open("w+") as log:
        process = subprocess.Popen([python_of_the_shop(), SHOP, database, str(port)], stdout=log, stderr=log)
        try:
            _until_it_answers(process, port, log)
            yield f"http://127.0.0.1:{port}", database
        finally:
            process.terminate()
            process.wait(10)


def _until_it_answers(process: subprocess.Popen[bytes], port: int, log: TextIO) -> None:
    """Another process starts; there is no event to wait for but its own answer."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    log.seek(0)
    pytest.fail(f"the shop did not answer:\n{log.read()}")


@pytest.fixture
def orders(pristine: Path, served: tuple[str, Path]) -> Iterator[OrdersConnector]:
    url, database = served
    shutil.copy(pristine, database)
    client = JsonClient("The shop", url, token=TOKEN, sleep=lambda seconds: None)
    yield HttpOrders(client)
    client.close()


class TestDjangoOscar(OrdersContract):
    pass


def test_without_the_token_the_shop_says_nothing(served: tuple[str, Path]) -> None:
    client = JsonClient("The shop", served[0], token="another", sleep=lambda seconds: None, attempts=1)
    with pytest.raises(Unavailable, match="refused our credentials"):
        HttpOrders(client).find(SIGNED.number)
    client.close()
