"""Passwords are hashed at the least cost here: what a test asks is not how long it takes."""

from collections.abc import Iterator

import pytest

from engine.services.people import sign_in


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    cheap = sign_in.PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    monkeypatch.setattr(sign_in, "_hasher", cheap)
    sign_in._nobodys_hash.cache_clear()
    yield
    sign_in._nobodys_hash.cache_clear()
