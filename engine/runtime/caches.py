"""What a process remembers between two commands: compiled definitions, and instances as commands left them."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar

Value = TypeVar("Value")


class Cache(Generic[Value]):
    """The `size` values used last; safe for threads."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._values: OrderedDict[Hashable, Value] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> Value | None:
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
            return self._values.get(key)

    def get_or_make(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """The value, made and kept when it is not here; two threads may make it at once, which does no harm."""
        found = self.get(key)
        if found is None:
            found = make()
            self.put(key, found)
        return found

    def put(self, key: Hashable, value: Value) -> None:
        with self._lock:
            self._values[key] = value
            self._values.move_to_end(key)
            if len(self._values) > self._size:
                self._values.popitem(last=False)

    def pop(self, key: Hashable) -> Value | None:
        with self._lock:
            return self._values.pop(key, None)

    def clear(self) -> None:
        with self._lock:
            self._values.clear()

    def __len__(self) -> int:
        return len(self._values)


class InstanceCache:
    """Live instances by key, each with the revision of the row that it equals.

    Whoever takes one has it alone; it is put back after the commit, and left out when the command failed half-way.
    """

    def __init__(self, size: int) -> None:
        self._cache: Cache[tuple[int, Any]] = Cache(size)

    def take(self, key: int, revision: int) -> Any | None:
        """The instance as of this revision, or None when another process, or nobody, has it newer."""
        found = self._cache.pop(key)
        return found[1] if found is not None and found[0] == revision else None

    def put(self, key: int, revision: int, instance: Any) -> None:
        self._cache.put(key, (revision, instance))

    def clear(self) -> None:
        self._cache.clear()
