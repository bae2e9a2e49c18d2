"""Messages and signals where they meet those who wait: buffered messages for a new wait, and a signal's receivers."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, and_, exists, func, select

from engine.execution.contract import MessageAwaited
from engine.model.base import table_of
from engine.model.deployment import ProcessDefinition
from engine.model.instance import ProcessInstance
from engine.model.job import SIGNAL, SIGNAL_START
from engine.model.message import Message, MessageCorrelation
from engine.model.subscription import StartSubscription, Subscription, SubscriptionKind
from engine.model.variable import require_names
from engine.services import definitions
from engine.services.turn.live import Live
from engine.services.turn.rows import job_row

if TYPE_CHECKING:
    from engine.services.turn.turn import Turn


def lock_message(turn: Turn, name: str, correlation_key: str) -> None:
    """Let nobody publish or await this name and key until the transaction ends: else a message and its receiver,
    stored at the same moment, would not see each other. Trees are always locked before."""
    if not turn.uow.is_sqlite:
        text = f"{turn.uow.tenant_id}\0{name}\0{correlation_key}"
        number = int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), signed=True)
        turn.uow.connection.execute(select(func.pg_advisory_xact_lock(number)))


def offer_buffered(turn: Turn, live: Live, event: MessageAwaited) -> None:
    """Messages that came earlier, to a wait that has just been opened; the oldest first, while it stays open."""
    if live.suspended:
        return  # It is offered them when it is resumed.
    lock_message(turn, event.name, event.correlation_key)
    while live.awaits(event.key):
        message = _oldest(turn, live.info.process_id, [event.name], event.correlation_key)
        if message is None:
            return
        correlate(turn, message.key, live)
        note_met(turn, live, Met(message.key, event.name, event.correlation_key), event, event.element_key)
        turn.trigger(live, event.key, message.variables)


def offer_to_starts(turn: Turn, ended: Live) -> None:
    """The next message with the key of an instance that has just ended starts the next instance."""
    assert ended.correlation_key is not None
    starts = start_subscriptions(turn, SubscriptionKind.MESSAGE, process_id=ended.info.process_id)
    names = {start.name: start for start in starts}
    for name in sorted(names):
        lock_message(turn, name, ended.correlation_key)
    message = _oldest(turn, ended.info.process_id, list(names), ended.correlation_key) if names else None
    if message is not None:
        met = Met(message.key, message.name, ended.correlation_key)
        correlate(turn, message.key, start_by(turn, names[message.name], message.variables, met))


@dataclass(frozen=True, slots=True)
class Met:
    """A message that somebody takes."""

    key: int
    name: str
    correlation_key: str


def start_by(turn: Turn, start: Any, variables: dict[str, Any], message: Met | None = None) -> Live:
    """Start a process at the start event of a subscription."""
    correlation_key = message.correlation_key if message is not None else ""
    definition = definitions.usable(turn.uow, ProcessDefinition, start.process_definition_key, held=True)
    live = turn.start(
        definition, {}, start_event=start.element_id, event_variables=variables, correlation_key=correlation_key
    )
    if message is not None:
        note_met(turn, live, message, start)
    return live


def note_met(turn: Turn, live: Live, message: Met, wait: Any, element_instance_key: int | None = None) -> None:
    """Keep for people which instance took a message; `wait` is the subscription that it met."""
    row = {
        "key": turn.runtime.new_key(),
        "tenant_id": live.info.tenant_id,
        "message_key": message.key,
        "name": message.name,
        "correlation_key": message.correlation_key,
        "subscription_key": wait.key,
        "process_instance_key": live.info.key,
        "root_key": live.info.root_key,
        "process_definition_key": live.info.process_definition_key,
        "process_id": live.info.process_id,
        "element_id": wait.element_id,
        "element_instance_key": element_instance_key,
        "at": turn.uow.now,
    }
    turn.writes.met_messages.append(row)


def start_subscriptions(
    turn: Turn, kind: SubscriptionKind, name: str | None = None, process_id: str | None = None
) -> list[Row[Any]]:
    """What starts processes of this tenant by this kind of event."""
    table = table_of(StartSubscription)
    query = select(table).where(table.c.tenant_id == turn.uow.tenant_id, table.c.kind == kind).order_by(table.c.key)
    if name is not None:
        query = query.where(table.c.name == name)
    if process_id is not None:
        query = query.where(table.c.process_id == process_id)
    return list(turn.uow.connection.execute(query))


def correlate(turn: Turn, message_key: int, live: Live) -> None:
    """Remember that a message has met a process."""
    turn.correlated.add((message_key, live.info.process_id))
    row = {
        "message_key": message_key,
        "process_id": live.info.process_id,
        "tenant_id": live.info.tenant_id,
        "process_instance_key": live.info.key,
        "at": turn.uow.now,
    }
    turn.writes.correlations.append(row)


def _oldest(turn: Turn, process_id: str, names: list[str], correlation_key: str) -> Row[Any] | None:
    """The oldest message that has not expired and has not met this process."""
    met = exists().where(
        and_(MessageCorrelation.message_key == Message.key, MessageCorrelation.process_id == process_id)
    )
    met_now = [key for key, process in turn.correlated if process == process_id]
    query = (
        select(Message.key, Message.name, Message.variables)
        .where(
            Message.tenant_id == turn.uow.tenant_id,
            Message.name.in_(names),
            Message.correlation_key == correlation_key,
            Message.expires_at > turn.uow.now,
            ~met,
            Message.key.not_in(met_now),
        )
        .order_by(Message.key)
        .limit(1)
    )
    return turn.uow.connection.execute(query).one_or_none()


def throw_signal(turn: Turn, name: str, variables: dict[str, Any]) -> int:
    """A job for each that hears the signal now, so that one tree is locked at a time; returns how many do."""
    require_names(variables)
    table, instance = table_of(Subscription), table_of(ProcessInstance)
    heard = turn.uow.connection.execute(
        select(table.c.key, table.c.process_instance_key)
        .join_from(table, instance, instance.c.key == table.c.process_instance_key)
        .where(
            table.c.tenant_id == turn.uow.tenant_id,
            table.c.kind == SubscriptionKind.SIGNAL,
            table.c.name == name,
            instance.c.suspended_at.is_(None),
        )
    )
    closed = {row["at_key"] for row in turn.writes.ended_subscriptions}
    receivers = {row.key: row.process_instance_key for row in heard if row.key not in closed}
    for key, row in turn.writes.new_subscriptions.items():
        if row["kind"] == SubscriptionKind.SIGNAL and row["name"] == name:
            receivers[key] = row["process_instance_key"]
    for key, instance_key in receivers.items():
        payload = {"subscription": key, "variables": variables}
        job = job_row(turn, SIGNAL, turn.uow.now, payload)
        turn.writes.other_jobs.append({**job, "process_instance_key": instance_key})
    starts = start_subscriptions(turn, SubscriptionKind.SIGNAL, name)
    for start in starts:
        payload = {"start": start.key, "variables": variables}
        turn.writes.other_jobs.append(job_row(turn, SIGNAL_START, turn.uow.now, payload))
    return len(receivers) + len(starts)
