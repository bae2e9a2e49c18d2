"""Long polls: asking again until something comes or the time is up, without taking the web's threads from people."""

from __future__ import annotations

import threading
import time
import weakref
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from engine.runtime import Runtime

Found = TypeVar("Found")
EVERY = 0.1  # seconds between two looks; other processes' work is seen so too
_places: weakref.WeakKeyDictionary[Runtime, threading.BoundedSemaphore] = weakref.WeakKeyDictionary()
_lock = threading.Lock()


def poll(
    runtime: Runtime, ask: Callable[[], list[Found]], wait: timedelta, is_alone: Callable[[], bool] = lambda: False
) -> list[Found]:
    """What `ask` gives, asked again until it gives something, `wait` (real time) is over, or nobody is there for the answer.

    At most a quarter of the web's threads wait at once; whoever finds no place is answered as things are.
    """
    found = ask()
    place = _place(runtime)
    if found or wait <= timedelta(0) or not place.acquire(blocking=False):
        return found
    try:
        until = time.monotonic() + wait.total_seconds()
        while not found and time.monotonic() < until:
            time.sleep(EVERY)
            if is_alone():
                break
            found = ask()
        return found
    finally:
        place.release()


def _place(runtime: Runtime) -> threading.BoundedSemaphore:
    with _lock:
        if runtime not in _places:
            _places[runtime] = threading.BoundedSemaphore(max(1, runtime.settings.web_threads // 4))
        return _places[runtime]
