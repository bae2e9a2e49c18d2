"""Signing in: passwords by Argon2id, answers that take the same time for anybody, and a brake on guessing."""

from datetime import timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import func, select

from engine.errors import Forbidden
from engine.model.base import DEFAULT_TENANT
from engine.model.people import SignIn, User
from engine.model.permissions import Actor
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services.people.actors import actor_for, find_user
from engine.services.rows import add

WINDOW = timedelta(minutes=15)
# One person's typing errors, one address that tries many names, and many addresses that try one name.
MOST_FROM_ONE_PLACE, MOST_FROM_AN_ADDRESS, MOST_FOR_A_NAME = 5, 30, 100

_hasher = PasswordHasher()


class SignInRefused(Forbidden):
    """The name or the password is wrong; it is not said which."""


class SignInThrottled(Forbidden):
    """Too many attempts failed; this one was not looked at. `retry_after` says when to try again."""

    def __init__(self, message: str, retry_after: timedelta) -> None:
        super().__init__(message)
        self.retry_after = retry_after


def hash_password(password: str) -> str:
    """The Argon2id hash to store."""
    return _hasher.hash(password)


def authenticate(
    runtime: Runtime, username: str, password: str, address: str = "", tenant_id: str = DEFAULT_TENANT
) -> Actor:
    """The actor of the user with this name and password; every attempt is recorded.

    Raises SignInRefused, after the same time whether the user exists, is inactive or has no password; SignInThrottled.
    """
    with runtime.unit_of_work(read_only=True, tenant_id=tenant_id) as uow:
        _brake(uow, username, address)
        user = find_user(uow, username)
        stored = user.password_hash if user and user.active else None
    # Hashing takes long on purpose, so it happens outside any transaction.
    known = _matches(stored or _nobodys_hash(), password) and stored is not None
    return (
        runtime.transact(lambda uow: _record(runtime, uow, username, address, known, password), tenant_id) or _refuse()
    )


def _record(runtime: Runtime, uow: UnitOfWork, username: str, address: str, known: bool, password: str) -> Actor | None:
    add(runtime, uow, SignIn, username=username[:255], address=address[:64], at=uow.now, succeeded=known)
    user = find_user(uow, username) if known else None
    if user is None:
        return None
    user.last_seen_at = uow.now
    _renew_hash(user, password)
    return actor_for(uow, user)


def _refuse() -> Actor:
    raise SignInRefused("The user name or the password is wrong.")


def _matches(stored: str, password: str) -> bool:
    try:
        return _hasher.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


def _renew_hash(user: User, password: str) -> None:
    """When the recommended cost has risen since, store a hash of the new cost."""
    if user.password_hash and _hasher.check_needs_rehash(user.password_hash):
        user.password_hash = hash_password(password)


@cache
def _nobodys_hash() -> str:
    return hash_password("nobody has this password")


def _brake(uow: UnitOfWork, username: str, address: str) -> None:
    """Raises SignInThrottled when too many attempts failed within the window."""
    failed = select(func.count()).where(
        SignIn.tenant_id == uow.tenant_id, SignIn.at > uow.now - WINDOW, SignIn.succeeded.is_(False)
    )
    by_name, by_address = SignIn.username == username[:255], SignIn.address == address[:64]
    limits = (((by_name, by_address), MOST_FROM_ONE_PLACE), ((by_address,), MOST_FROM_AN_ADDRESS))
    for conditions, most in (*limits, ((by_name,), MOST_FOR_A_NAME)):
        if (uow.session.scalar(failed.where(*conditions)) or 0) >= most:
            raise SignInThrottled("Too many attempts failed; wait a quarter of an hour.", WINDOW)
