"""A circuit breaker: after several failures in a row a service is left alone for a while."""

import threading
from collections.abc import Callable
from time import monotonic


class CircuitBreaker:
    """Closed: calls pass. Open: none pass for `open_seconds`, then one probe does; its result closes or opens it."""

    def __init__(self, failures: int = 5, open_seconds: float = 30.0, seconds: Callable[[], float] = monotonic) -> None:
        self._limit, self._open_seconds, self._seconds = failures, open_seconds, seconds
        self._lock = threading.Lock()
        self._failed = 0
        self._opened_at: float | None = None
        self._probing = False

    def allows(self) -> bool:
        """May a call go out now? Whoever is told yes must report `succeeded` or `failed`."""
        with self._lock:
            if self._opened_at is None:
                return True
            if self._probing or self._seconds() - self._opened_at < self._open_seconds:
                return False
            self._probing = True
            return True

    def succeeded(self) -> None:
        with self._lock:
            self._failed, self._opened_at, self._probing = 0, None, False

    def failed(self) -> None:
        with self._lock:
            self._failed += 1
            if self._probing or self._failed >= self._limit:
                self._opened_at, self._probing = self._seconds(), False
