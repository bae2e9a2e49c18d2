"""Keys: 63-bit numbers that rise with time and that no two processes make twice."""

from __future__ import annotations

import os
import secrets
import threading
import time

from engine.model.keys import EPOCH, PROCESS_BITS, SEQUENCE_BITS

_EPOCH_MS = int(EPOCH.timestamp() * 1000)


class KeyMaker:
    """Makes keys: milliseconds since 2024, then 12 bits that are this process's, then a number within the millisecond.

    Real time, never a pinned clock's: keys stay unique and in order whatever a test does to the clock.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last_ms = 0
        self._sequence = 0
        self._renew()
        # A forked web process must not go on with its parent's bits.
        os.register_at_fork(after_in_child=self._renew)

    def __call__(self) -> int:
        with self._lock:
            now_ms = time.time_ns() // 1_000_000 - _EPOCH_MS
            if now_ms > self._last_ms:
                self._last_ms, self._sequence = now_ms, 0
            else:
                self._sequence += 1
                if self._sequence >> SEQUENCE_BITS:
                    # The millisecond is used up (or the wall clock went back): borrow from the next one.
                    self._last_ms, self._sequence = self._last_ms + 1, 0
            return (self._last_ms << PROCESS_BITS | self._process) << SEQUENCE_BITS | self._sequence

    def _renew(self) -> None:
        self._lock = threading.Lock()
        self._process = secrets.randbits(PROCESS_BITS)
