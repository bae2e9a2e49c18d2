from datetime import timedelta

import pytest

from engine.clock import MovableClock
from engine.errors import NotFound
from engine.runtime import Runtime
from engine.services import people
from engine.services.people import sign_in
from tests.engine.services.desk_people import ADMIN

PASSWORD = "correct horse battery"


@pytest.fixture
def alice(sqlite_runtime: Runtime) -> str:
    people.create_user(sqlite_runtime, "alice", "李明", ["agent"], PASSWORD, actor=ADMIN)
    return "alice"


def attempt(runtime: Runtime, password: str, username: str = "alice", address: str = "10.0.0.1") -> None:
    with pytest.raises(people.SignInRefused):
        people.authenticate(runtime, username, password, address)


def test_the_right_password_gives_the_actor(sqlite_runtime: Runtime, alice: str) -> None:
    actor = people.authenticate(sqlite_runtime, alice, PASSWORD, "10.0.0.1")
    assert (actor.username, actor.roles, actor.may("tasks.work")) == ("alice", frozenset({"agent"}), True)
    assert people.get_user(sqlite_runtime, "alice", actor=ADMIN).last_seen_at == sqlite_runtime.now()


def test_a_wrong_password_and_an_unknown_name_are_answered_alike(sqlite_runtime: Runtime, alice: str) -> None:
    messages = set()
    for username in (alice, "nobody"):
        with pytest.raises(people.SignInRefused) as refused:
            people.authenticate(sqlite_runtime, username, "wrong", "10.0.0.1")
        messages.add(str(refused.value))
    assert len(messages) == 1


def test_an_unknown_name_is_hashed_as_well(
    sqlite_runtime: Runtime, alice: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    verified: list[str] = []
    real = sign_in._matches
    monkeypatch.setattr(sign_in, "_matches", lambda stored, password: verified.append(stored) or real(stored, password))
    attempt(sqlite_runtime, "wrong", "nobody")
    attempt(sqlite_runtime, "wrong", alice)
    assert [stored.startswith("$argon2id$") for stored in verified] == [True, True]
    assert verified[0].split("$")[3] == verified[1].split("$")[3], "both cost the same"


def test_an_inactive_user_cannot_sign_in(sqlite_runtime: Runtime, alice: str) -> None:
    people.change_user(sqlite_runtime, alice, {"active": False}, actor=ADMIN)
    attempt(sqlite_runtime, PASSWORD)
    with pytest.raises(NotFound):
        people.actor_of(sqlite_runtime, alice)


def test_a_user_without_a_password_cannot_sign_in(sqlite_runtime: Runtime) -> None:
    people.create_user(sqlite_runtime, "carol", "王芳", ["agent"], actor=ADMIN)
    attempt(sqlite_runtime, "", "carol")


def test_guessing_is_braked_for_one_place_and_not_for_another(
    sqlite_runtime: Runtime, alice: str, clock: MovableClock
) -> None:
    for _ in range(sign_in.MOST_FROM_ONE_PLACE):
        attempt(sqlite_runtime, "wrong")
    with pytest.raises(people.SignInThrottled):
        people.authenticate(sqlite_runtime, alice, PASSWORD, "10.0.0.1")
    assert people.authenticate(sqlite_runtime, alice, PASSWORD, "10.0.0.2").username == alice
    clock.advance(timedelta(minutes=16))
    assert people.authenticate(sqlite_runtime, alice, PASSWORD, "10.0.0.1").username == alice


def test_one_address_cannot_try_many_names(
    sqlite_runtime: Runtime, alice: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign_in, "MOST_FROM_AN_ADDRESS", 3)
    for name in ("a", "b", "c"):
        attempt(sqlite_runtime, "wrong", name)
    with pytest.raises(people.SignInThrottled):
        people.authenticate(sqlite_runtime, alice, PASSWORD, "10.0.0.1")


def test_a_hash_of_an_older_cost_is_renewed_at_the_next_sign_in(
    sqlite_runtime: Runtime, alice: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    costly = sign_in.PasswordHasher(time_cost=4)
    monkeypatch.setattr(sign_in, "_hasher", costly)
    people.authenticate(sqlite_runtime, alice, PASSWORD)
    with sqlite_runtime.unit_of_work(read_only=True) as uow:
        stored = people.actors.find_user(uow, alice)
        assert stored is not None
        assert "t=4" in (stored.password_hash or "")
