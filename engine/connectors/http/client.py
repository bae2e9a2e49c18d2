"""JSON over HTTP with time limits, bounded retries with backoff and a circuit breaker."""

import random
import time
from collections.abc import Callable
from typing import Any

import httpx

from engine import tracing
from engine.connectors.http.breaker import CircuitBreaker
from engine.errors import InvalidInput, Unavailable

RETRIED_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504})
LONGEST_WAIT_S = 5.0


class JsonClient:
    """A client for one service. Safe to share between threads.

    `timeout` is in seconds and bounds connecting, sending and each read; a request is sent at most `attempts` times.
    """

    def __init__(
        self,
        name: str,
        base_url: str,
        token: str | None = None,
        timeout: float = 5.0,
        attempts: int = 3,
        backoff: float = 0.2,
        breaker: CircuitBreaker | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        headers = {"Accept": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        self._name, self._attempts, self._backoff, self._sleep = name, attempts, backoff, sleep
        self._breaker = breaker or CircuitBreaker()
        self._client = httpx.Client(base_url=base_url, headers=headers, timeout=timeout)

    def get(self, path: str, params: dict[str, Any] | None = None) -> Any | None:
        """The JSON at that path, or None when the service answers 404. Raises Unavailable, InvalidInput."""
        response = self._send("GET", path, params=params)
        return None if response.status_code == httpx.codes.NOT_FOUND else self._json(response)

    def post(self, path: str, payload: dict[str, Any], idempotency_key: str) -> Any | None:
        """Send a command that may arrive more than once; None on 404. Raises Unavailable, InvalidInput."""
        response = self._send("POST", path, json=payload, headers={"Idempotency-Key": idempotency_key})
        return None if response.status_code == httpx.codes.NOT_FOUND else self._json(response)

    def post_signed(self, path: str, body: bytes, idempotency_key: str, headers: dict[str, str]) -> Any | None:
        """`post` of bytes that were signed as they are, with the headers of the signature."""
        headers = {"Content-Type": "application/json", "Idempotency-Key": idempotency_key, **headers}
        response = self._send("POST", path, content=body, headers=headers)
        return None if response.status_code == httpx.codes.NOT_FOUND else self._json(response)

    def close(self) -> None:
        self._client.close()

    def _send(self, method: str, path: str, **options: Any) -> httpx.Response:
        cause: Exception | None = None
        options["headers"] = options.get("headers", {}) | tracing.headers()
        for attempt in range(1, self._attempts + 1):
            if not self._breaker.allows():
                raise Unavailable(f"{self._name} failed repeatedly and is left alone for a while; try again later.")
            try:
                response = self._client.request(method, path, **options)
            except httpx.TransportError as error:
                cause, wait = error, self._wait(attempt, None)
            else:
                if response.status_code not in RETRIED_STATUSES:
                    self._breaker.succeeded()
                    return self._accepted(response)
                cause, wait = None, self._wait(attempt, response)
            self._breaker.failed()
            if attempt < self._attempts:
                self._sleep(wait)
        reason = f"{type(cause).__name__}" if cause else f"status {response.status_code}"
        raise Unavailable(f"{self._name} did not answer in {self._attempts} attempts ({reason}).") from cause

    def _wait(self, attempt: int, response: httpx.Response | None) -> float:
        """Seconds before the next attempt: what the service asks for, else exponential with jitter, within a limit."""
        asked = response.headers.get("Retry-After", "") if response is not None else ""
        if asked.isdigit():
            return min(float(asked), LONGEST_WAIT_S)
        # Jitter keeps many workers from knocking at the same moment; it needs no secrecy.
        jitter = random.uniform(0.5, 1.5)  # noqa: S311
        return min(self._backoff * 2.0 ** (attempt - 1) * jitter, LONGEST_WAIT_S)

    def _accepted(self, response: httpx.Response) -> httpx.Response:
        if response.status_code in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
            raise Unavailable(f"{self._name} refused our credentials; correct the token in the settings.")
        if response.is_success or response.status_code == httpx.codes.NOT_FOUND:
            return response
        raise InvalidInput(f"{self._name} refused the request ({response.status_code}): {response.text[:200]}")

    def _json(self, response: httpx.Response) -> Any:
        try:
            return response.json()
        except ValueError as error:
            raise Unavailable(f"{self._name} answered something that is not JSON.") from error
