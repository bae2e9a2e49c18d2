"""API tokens: made and revoked by people, looked up for programs. A user has their own; users.manage has everybody's."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Select, select

from engine.errors import Forbidden, InvalidInput, NotFound
from engine.model.api_token import ApiToken
from engine.model.base import DEFAULT_TENANT
from engine.model.people import User
from engine.model.permissions import Actor
from engine.model.scopes import SCOPES, Scope, permissions_of_scopes, scopes_for
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services.people.actors import actor_for, find_user
from engine.services.rows import add
from engine.services.trail import note

__all__ = ["SCOPES", "Scope", "TokenRefused", "TokenView", "create", "list_tokens", "offered", "revoke", "use"]

PREFIX = "kf_"
MOST_PER_USER, LONGEST_NAME = 50, 100
LONGEST_LIFE = timedelta(days=3660)
USE_NOTED_EVERY = timedelta(minutes=1)


class TokenRefused(Forbidden):
    """The token is unknown, wrong, expired or revoked, or its user is inactive; it is not said which."""


@dataclass(frozen=True, slots=True)
class TokenView:
    """A token without its secret. `state` is active, expired or revoked; times are aware UTC."""

    key: int
    name: str
    client_id: str
    username: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    state: str


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token that was just made: the only moment at which its secret is known."""

    view: TokenView
    secret: str

    @property
    def bearer(self) -> str:
        """What to send as `Authorization: Bearer …`."""
        return f"{self.view.client_id}.{self.secret}"


def offered(actor: Actor) -> list[Scope]:
    """The scopes that this person may give a token."""
    return scopes_for(actor.permissions)


def create(
    runtime: Runtime, name: str, scopes: Collection[str], lifetime: timedelta | None, *, actor: Actor
) -> NewToken:
    """Make a token for oneself; None lives until it is revoked.

    Raises InvalidInput (with fields name, scopes, lifetime), Forbidden for customers and for those who have too many.
    """
    wanted = sorted(set(scopes))
    _check(name, wanted, lifetime, actor)
    secret = secrets.token_urlsafe(32)

    def work(uow: UnitOfWork) -> TokenView:
        user = find_user(uow, actor.username)
        if user is None or not user.active:
            raise Forbidden("Only a user who may sign in can have tokens.")
        held = uow.session.scalars(select(ApiToken).where(ApiToken.user_key == user.key))
        if sum(token.is_good(uow.now) for token in held) >= MOST_PER_USER:
            raise InvalidInput(
                f"You have {MOST_PER_USER} tokens.",
                {
                    "name": [
                        f"最多 {MOST_PER_USER} 个令牌，请先撤销不用的。 / At most {MOST_PER_USER} tokens: revoke one first."
                    ]
                },
            )
        token = add(runtime, uow, ApiToken, user_key=user.key, name=name.strip(), client_id=_new_client_id(),
                    secret_hash=_hash(secret), scopes=wanted, created_at=uow.now,
                    expires_at=None if lifetime is None else uow.now + lifetime)  # fmt: skip
        note(runtime, uow, actor, "token.create", token.key, None, {"name": token.name, "scopes": wanted})
        return _view(token, user.username, uow.now)

    return NewToken(runtime.transact(work, actor.tenant_id), secret)


def list_tokens(runtime: Runtime, *, actor: Actor, everybody: bool = False) -> list[TokenView]:
    """One's own tokens, or everybody's, the newest first. Raises Forbidden for everybody's without users.manage."""
    if everybody:
        actor.require("users.manage")
    query = _with_users(actor.tenant_id).order_by(ApiToken.created_at.desc(), ApiToken.key.desc())
    if not everybody:
        query = query.where(User.username == actor.username)
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        return [_view(token, user.username, uow.now) for token, user in uow.session.execute(query)]


def revoke(runtime: Runtime, key: int, *, actor: Actor) -> None:
    """End a token at once, one's own or, with users.manage, anybody's; again is no error. Raises NotFound."""

    def work(uow: UnitOfWork) -> None:
        query = _with_users(actor.tenant_id).where(ApiToken.key == key)
        if not actor.may("users.manage"):
            query = query.where(User.username == actor.username)
        found = uow.session.execute(query).one_or_none()
        if found is None:
            raise NotFound(f"There is no token {key}.")
        token = found[0]
        if token.revoked_at is None:
            token.revoked_at = uow.now
            note(runtime, uow, actor, "token.revoke", token.key, None, {"name": token.name, "of": found[1].username})

    runtime.transact(work, actor.tenant_id)


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who calls by a token: the user with what the scopes leave of their permissions."""

    actor: Actor
    client_id: str
    scopes: frozenset[str]
    expires_at: datetime | None


def use(
    runtime: Runtime,
    client_id: str,
    secret: str | None,
    scopes: Collection[str] | None = None,
    tenant_id: str = DEFAULT_TENANT,
) -> Bearer:
    """Who calls by this token, and note that it was used (once a minute).

    `secret` None: the caller has proved otherwise that it was known. `scopes` narrows what the token allows.
    Raises TokenRefused.
    """
    with runtime.unit_of_work(read_only=True, tenant_id=tenant_id) as uow:
        found = uow.session.execute(_with_users(tenant_id).where(ApiToken.client_id == client_id)).one_or_none()
        stored = found[0].secret_hash if found else _hash("")
        known = secret is None or hmac.compare_digest(stored, _hash(secret))
        if found is None or not known or not found[0].is_good(uow.now) or not found[1].active:
            raise TokenRefused("The token is unknown, or it no longer holds.")
        token, actor = found[0], actor_for(uow, found[1])
        key, used, expires = token.key, token.last_used_at, token.expires_at
        allowed = frozenset(token.scopes) if scopes is None else frozenset(token.scopes) & frozenset(scopes)
    if used is None or runtime.now() - used >= USE_NOTED_EVERY:
        _note_use(runtime, key, tenant_id)
    narrowed = replace(actor, permissions=actor.permissions & permissions_of_scopes(allowed))
    return Bearer(narrowed, client_id, allowed, expires)


def _note_use(runtime: Runtime, key: int, tenant_id: str) -> None:
    def work(uow: UnitOfWork) -> None:
        token = uow.session.get(ApiToken, key)
        if token is not None:
            token.last_used_at = uow.now

    runtime.transact(work, tenant_id)


def _with_users(tenant_id: str) -> Select[ApiToken, User]:
    return select(ApiToken, User).join(User, User.key == ApiToken.user_key).where(ApiToken.tenant_id == tenant_id)


def _view(token: ApiToken, username: str, now: datetime) -> TokenView:
    state = "active" if token.is_good(now) else "revoked" if token.revoked_at is not None else "expired"
    return TokenView(token.key, token.name, token.client_id, username, tuple(token.scopes), token.created_at,
                     token.expires_at, token.last_used_at, state)  # fmt: skip


def _new_client_id() -> str:
    return PREFIX + secrets.token_hex(8)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _check(name: str, scopes: list[str], lifetime: timedelta | None, actor: Actor) -> None:
    problems: dict[str, list[str]] = {}
    if not 0 < len(name.strip()) <= LONGEST_NAME:
        problems["name"] = [
            f"请填写名称，最多 {LONGEST_NAME} 字。 / A name of at most {LONGEST_NAME} characters is needed."
        ]
    mine = {scope.name for scope in offered(actor)}
    unknown = [scope for scope in scopes if scope not in mine]
    if not scopes:
        problems["scopes"] = ["请至少选一项权限。 / Choose at least one scope."]
    elif unknown:
        problems["scopes"] = [f"不能授予 / Not yours to give: {', '.join(unknown)}"]
    if lifetime is not None and not timedelta(0) < lifetime <= LONGEST_LIFE:
        problems["lifetime"] = ["有效期不正确。 / This lifetime is not possible."]
    if problems:
        raise InvalidInput("This token cannot be made.", problems)
