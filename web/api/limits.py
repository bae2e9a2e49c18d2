"""How often one caller may call: by token, by user, or by address where nobody is known; counted in this process's memory.

Several web processes count each for itself, so that the limit of all together is at most their number times this one.
"""

from __future__ import annotations

import math
import time

from flask import Flask, Response, current_app, g, request
from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter, SlidingWindowCounterRateLimiter

from engine.errors import ConfigError
from web.api.problems import problem

WRONG_CREDENTIALS = parse(
    "60 per 15 minutes"
)  # of one address; guessing a person's password is braked by signing in itself


class Limiter:
    """One application's counters. A window slides, so that nobody gets twice the rate around a full minute."""

    def __init__(self, rate: str) -> None:
        self.rate: RateLimitItem = parse(rate)
        storage = MemoryStorage()
        self._calls = SlidingWindowCounterRateLimiter(storage)
        self._wrong = MovingWindowRateLimiter(storage)

    def count(self, who: str) -> Response | None:
        """Count a call; the answer 429 when there were too many."""
        passed = self._calls.hit(self.rate, who)
        g.rate_window = (self.rate, *self._calls.get_window_stats(self.rate, who))
        return None if passed else too_many("Too many calls.")

    def may_try(self, address: str) -> bool:
        return self._wrong.test(WRONG_CREDENTIALS, address)

    def note_wrong(self, address: str) -> None:
        self._wrong.hit(WRONG_CREDENTIALS, address)
        g.rate_window = (WRONG_CREDENTIALS, *self._wrong.get_window_stats(WRONG_CREDENTIALS, address))


def limiter() -> Limiter:
    found: Limiter = current_app.extensions["kefuflow_api_limits"]
    return found


def too_many(sentence: str) -> Response:
    """Camunda's answer for too much: 429 with the time after which to try again."""
    return problem(429, "RESOURCE_EXHAUSTED", f"{sentence} Try again after the seconds that Retry-After says.")


def add_headers(response: Response) -> Response:
    """Say what the limit is, and what of it is left."""
    rate, resets_at, remaining = g.get("rate_window") or (None, 0.0, 0)
    if rate is not None:
        seconds = max(1, math.ceil(resets_at - time.time()))
        response.headers["X-RateLimit-Limit"] = str(rate.amount)
        response.headers["X-RateLimit-Remaining"] = str(remaining)
        response.headers["X-RateLimit-Reset"] = str(seconds)
    if response.status_code == 429:
        response.headers.setdefault("Retry-After", response.headers.get("X-RateLimit-Reset", "60"))
    return response


def address() -> str:
    return request.remote_addr or ""


def register(app: Flask) -> None:
    rate = app.extensions["kefuflow"].settings.api_rate_limit
    try:
        app.extensions["kefuflow_api_limits"] = Limiter(rate)
    except ValueError as error:
        raise ConfigError(f"KEFUFLOW_API_RATE_LIMIT is {rate!r}; write it like '6000 per minute'.") from error
