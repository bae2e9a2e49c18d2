"""Messages from outside: to the instances that await them, to the processes they start, or kept until somebody does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, delete, insert, select

from engine.errors import NotFound
from engine.history import audit
from engine.model.base import DEFAULT_TENANT, table_of
from engine.model.instance import InstanceState, ProcessInstance
from engine.model.message import Message, MessageAlreadyPublished, MessageCorrelation
from engine.model.subscription import Subscription, SubscriptionKind
from engine.model.variable import require_names
from engine.persistence import UnitOfWork
from engine.runtime import Runtime, StaleInstance
from engine.services.turn import Turn, require_running
from engine.services.turn.waits import Met, lock_message, note_met, start_by, start_subscriptions
from engine.services.turn.waits import correlate as remember

__all__ = [
    "Correlated",
    "MessageAlreadyPublished",
    "MessageNotCorrelated",
    "NotAwaited",
    "Published",
    "correlate",
    "publish",
    "send_to",
]

_subscription = table_of(Subscription)
_message = table_of(Message)
_instance = table_of(ProcessInstance)


HELD = timedelta(days=365)  # what a person has said to a suspended case


class MessageNotCorrelated(NotFound):
    """Nobody awaits this message."""


class NotAwaited(NotFound):
    """No instance awaits a message under this subscription any more."""


@dataclass(frozen=True)
class Correlated:
    """A process instance that took a message."""

    process_instance_key: int
    process_id: str


@dataclass(frozen=True)
class Published:
    """A message's key, and who took it at once; `held` says that it waits for an instance to be resumed."""

    key: int
    correlated: list[Correlated]
    held: bool = False


def publish(
    runtime: Runtime,
    name: str,
    correlation_key: str = "",
    variables: dict[str, Any] | None = None,
    *,
    ttl: timedelta = timedelta(0),
    message_id: str | None = None,
    who: str = audit.ENGINE,
    tenant_id: str = DEFAULT_TENANT,
) -> Published:
    """Give a message to everyone who awaits this name and key, at most one instance of each process.

    It starts the processes that begin with it (with a key: only while none that it started is running). For `ttl` it is
    kept for those who await it later. Raises MessageAlreadyPublished while a message with this `message_id` is kept.
    """

    def work(uow: UnitOfWork) -> Published:
        turn = Turn(runtime, uow, who)
        found = publish_within(turn, name, correlation_key, variables or {}, ttl, message_id)
        turn.finish()
        return found

    return runtime.transact(work, tenant_id)


def correlate(
    runtime: Runtime,
    name: str,
    correlation_key: str = "",
    variables: dict[str, Any] | None = None,
    *,
    who: str = audit.ENGINE,
    tenant_id: str = DEFAULT_TENANT,
) -> Published:
    """`publish` without keeping it. Raises MessageNotCorrelated when nobody takes it now; then nothing has happened."""

    def work(uow: UnitOfWork) -> Published:
        turn = Turn(runtime, uow, who)
        found = publish_within(turn, name, correlation_key, variables or {})
        if not found.correlated:
            raise MessageNotCorrelated(f"Nobody awaits message '{name}' with key '{correlation_key}'.")
        turn.finish()
        return found

    return runtime.transact(work, tenant_id)


def send_to(
    runtime: Runtime,
    subscription_key: int,
    variables: dict[str, Any] | None = None,
    *,
    who: str,
    reason: str = "",
    tenant_id: str = DEFAULT_TENANT,
) -> Correlated:
    """Give the instance behind one message subscription the message that it waits for, as if it had come from outside;
    nobody else who awaits this name and key gets it.

    Raises NotAwaited, InstanceEnded, InstanceSuspended.
    """

    def work(uow: UnitOfWork) -> Correlated:
        turn = Turn(runtime, uow, who)
        wait = _waiting(turn, subscription_key)
        live = turn.load(wait.process_instance_key)
        require_running(live)
        if not live.awaits(wait.key):
            raise NotAwaited(f"No message is awaited under {subscription_key}.")
        key = runtime.new_key()
        note_met(turn, live, Met(key, wait.name, wait.correlation_key), wait, wait.element_instance_key)
        turn.trigger(live, wait.key, variables or {})
        after = {"name": wait.name, "correlation_key": wait.correlation_key, "variables": variables or {}}
        turn.audit("message.send", "message", key, live.info.key, after={**after, **audit.because(reason)})
        turn.finish()
        return Correlated(live.info.key, live.info.process_id)

    return runtime.transact(work, tenant_id)


def _waiting(turn: Turn, subscription_key: int) -> Row[Any]:
    query = select(_subscription).where(
        _subscription.c.key == subscription_key,
        _subscription.c.tenant_id == turn.uow.tenant_id,
        _subscription.c.kind == SubscriptionKind.MESSAGE,
    )
    found = turn.uow.connection.execute(query).one_or_none()
    if found is None:
        raise NotAwaited(f"No message is awaited under {subscription_key}.")
    return found


def publish_within(
    turn: Turn,
    name: str,
    correlation_key: str,
    variables: dict[str, Any],
    ttl: timedelta = timedelta(0),
    message_id: str | None = None,
    hold: timedelta | None = None,
) -> Published:
    """`publish` in a turn that the caller finishes. With `hold` it is kept so long where only suspended instances await it."""
    require_names(variables)
    turn.lock(row.root_key for row in _awaiting(turn, name, correlation_key))
    lock_message(turn, name, correlation_key)
    awaiting = _awaiting(turn, name, correlation_key)
    if not turn.has_locked(row.root_key for row in awaiting):
        raise StaleInstance("Somebody began to await this message at the same moment.")
    held = hold is not None and bool(awaiting) and all(turn.load(w.process_instance_key).suspended for w in awaiting)
    if held and hold is not None:
        ttl = max(ttl, hold)
    key = _keep(turn, name, correlation_key, variables, ttl, message_id)
    met = _offer_to_instances(turn, awaiting, key, variables, ttl)
    met += _offer_to_starts(turn, name, correlation_key, key, variables, ttl, {one.process_id for one in met})
    keys = [one.process_instance_key for one in met]
    after = {"name": name, "correlation_key": correlation_key, "instances": keys}
    turn.audit("message.publish", "message", key, keys[0] if len(keys) == 1 else None, after=after)
    return Published(key, met, held)


def _awaiting(turn: Turn, name: str, correlation_key: str) -> list[Row[Any]]:
    query = (
        select(_subscription)
        .where(
            _subscription.c.tenant_id == turn.uow.tenant_id,
            _subscription.c.kind == SubscriptionKind.MESSAGE,
            _subscription.c.name == name,
            _subscription.c.correlation_key == correlation_key,
        )
        .order_by(_subscription.c.key)
    )
    return list(turn.uow.connection.execute(query))


def _keep(
    turn: Turn, name: str, correlation_key: str, variables: dict[str, Any], ttl: timedelta, message_id: str | None
) -> int:
    """Store the message for its time to live, unless one with its id is here."""
    uow, key = turn.uow, turn.runtime.new_key()
    same = (
        (_message.c.tenant_id == uow.tenant_id)
        & (_message.c.name == name)
        & (_message.c.correlation_key == correlation_key)
        & (_message.c.message_id == message_id)
    )
    if message_id is not None:
        uow.connection.execute(delete(_message).where(same, _message.c.expires_at <= uow.now))
        if uow.connection.execute(select(_message.c.key).where(same)).first() is not None:
            raise MessageAlreadyPublished(f"Message '{name}' with id '{message_id}' is here already.")
    if ttl > timedelta(0):
        row = {
            "key": key,
            "tenant_id": uow.tenant_id,
            "name": name,
            "correlation_key": correlation_key,
            "message_id": message_id,
            "variables": variables,
            "published_at": uow.now,
            "expires_at": uow.now + ttl,
        }
        uow.connection.execute(insert(_message), row)
    return key


def _offer_to_instances(
    turn: Turn, awaiting: list[Row[Any]], key: int, variables: dict[str, Any], ttl: timedelta
) -> list[Correlated]:
    met: dict[str, Correlated] = {}
    for wait in awaiting:
        if wait.process_id in met:
            continue
        live = turn.load(wait.process_instance_key)
        if live.suspended or not live.awaits(wait.key):
            continue  # it takes kept messages when it is resumed; what another receiver did here may have closed it
        met[wait.process_id] = Correlated(wait.process_instance_key, wait.process_id)
        if ttl > timedelta(0):
            remember(turn, key, live)
        note_met(turn, live, Met(key, wait.name, wait.correlation_key), wait, wait.element_instance_key)
        turn.trigger(live, wait.key, variables)
    return list(met.values())


def _offer_to_starts(
    turn: Turn,
    name: str,
    correlation_key: str,
    key: int,
    variables: dict[str, Any],
    ttl: timedelta,
    met: set[str],
) -> list[Correlated]:
    started = []
    for start in start_subscriptions(turn, SubscriptionKind.MESSAGE, name):
        if start.process_id in met or (correlation_key and _is_running(turn, start.process_id, correlation_key)):
            continue
        live = start_by(turn, start, variables, Met(key, name, correlation_key))
        if ttl > timedelta(0):
            remember(turn, key, live)
        started.append(Correlated(live.info.key, live.info.process_id))
    return started


def _is_running(turn: Turn, process_id: str, correlation_key: str) -> bool:
    """Whether an instance that a message with this key started is still active."""
    query = select(_instance.c.key).where(
        _instance.c.tenant_id == turn.uow.tenant_id,
        _instance.c.process_id == process_id,
        _instance.c.start_correlation_key == correlation_key,
        _instance.c.state == InstanceState.ACTIVE,
    )
    return turn.uow.connection.execute(query).first() is not None


def expire(uow: UnitOfWork) -> int:
    """Remove messages whose time is over, with what is remembered of them; returns how many."""
    over = select(_message.c.key).where(_message.c.expires_at <= uow.now).limit(1000)
    keys = list(uow.connection.execute(over).scalars())
    if keys:
        uow.connection.execute(delete(MessageCorrelation).where(MessageCorrelation.message_key.in_(keys)))
        uow.connection.execute(delete(_message).where(_message.c.key.in_(keys)))
    return len(keys)
