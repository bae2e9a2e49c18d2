from collections.abc import Iterator
from typing import Any

import pytest

from engine.connectors.http.breaker import CircuitBreaker
from engine.connectors.http.client import JsonClient
from engine.errors import InvalidInput, Unavailable
from tests.engine.connectors.reference_http import Answer, ReferenceServer


class Echo(ReferenceServer):
    def answer(self, method: str, path: str, query: dict[str, str], body: Any, headers: dict[str, str]) -> Answer:
        if path == "/refused":
            return 422, {"error": "amount is negative"}
        return 200, {"path": path, "body": body, "key": headers.get("Idempotency-Key")}


@pytest.fixture
def echo() -> Iterator[Echo]:
    with Echo() as server:
        yield server


class Seconds:
    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


def client(echo: Echo, seconds: Seconds, **options: Any) -> JsonClient:
    breaker = CircuitBreaker(failures=4, open_seconds=30, seconds=seconds)
    return JsonClient("Echo", echo.url, **{"token": "secret", "breaker": breaker, "sleep": seconds.sleep} | options)


def test_a_command_carries_its_idempotency_key(echo: Echo, seconds: Seconds) -> None:
    assert client(echo, seconds).post("/x", {"a": 1}, "k-1") == {"path": "/x", "body": {"a": 1}, "key": "k-1"}


def test_waits_grow_between_attempts(echo: Echo, seconds: Seconds) -> None:
    echo.failing = 2
    client(echo, seconds, backoff=0.2).get("/x")
    first, second = seconds.slept
    assert 0.1 <= first <= 0.3
    assert 0.2 <= second <= 0.6


def test_the_wait_that_the_service_asks_for_is_kept_within_a_limit(echo: Echo, seconds: Seconds) -> None:
    echo.failing, echo.retry_after = 1, "3600"
    client(echo, seconds).get("/x")
    assert seconds.slept == [5.0]


def test_out_of_attempts_it_is_unavailable(echo: Echo, seconds: Seconds) -> None:
    echo.failing = 99
    with pytest.raises(Unavailable, match=r"3 attempts.*503"):
        client(echo, seconds).get("/x")
    assert len(echo.requests) == 3


def test_a_refused_request_is_not_tried_again(echo: Echo, seconds: Seconds) -> None:
    with pytest.raises(InvalidInput, match="amount is negative"):
        client(echo, seconds).post("/refused", {}, "k-1")
    assert len(echo.requests) == 1


def test_a_wrong_token_is_ours_to_correct(echo: Echo, seconds: Seconds) -> None:
    with pytest.raises(Unavailable, match="credentials"):
        client(echo, seconds, token="other").get("/x")


def test_an_answer_that_is_no_json_is_unavailable(echo: Echo, seconds: Seconds) -> None:
    echo.raw = b"<html>maintenance</html>"
    with pytest.raises(Unavailable, match="not JSON"):
        client(echo, seconds).get("/x")


def test_a_server_that_is_gone_is_unavailable(seconds: Seconds) -> None:
    with Echo() as gone:
        pass
    with pytest.raises(Unavailable, match="ConnectError"):
        client(gone, seconds).get("/x")


def test_a_service_that_keeps_failing_is_left_alone_then_probed_once(echo: Echo, seconds: Seconds) -> None:
    failing = client(echo, seconds, attempts=1)
    echo.failing = 99
    for _ in range(5):
        with pytest.raises(Unavailable):
            failing.get("/x")
    assert len(echo.requests) == 4
    seconds.now += 31
    with pytest.raises(Unavailable):
        failing.get("/x")
    assert len(echo.requests) == 5
    with pytest.raises(Unavailable, match="left alone"):
        failing.get("/x")
    assert len(echo.requests) == 5


def test_a_probe_that_succeeds_closes_the_breaker(echo: Echo, seconds: Seconds) -> None:
    failing = client(echo, seconds, attempts=4)
    echo.failing = 4
    with pytest.raises(Unavailable):
        failing.get("/x")
    seconds.now += 31
    assert [failing.get("/x")["path"] for _ in range(3)] == ["/x"] * 3
