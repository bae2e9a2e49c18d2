"""Timers, messages and signals that a token waits for: evaluated first, opened together, fired one by one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from engine.execution.contract import Event, MessageAwaited, SignalAwaited, TimerArmed
from engine.execution.event import CatchingNode
from engine.execution.timers import Due, first_due, next_due
from engine.execution.token import Subscription, Token


@dataclass(frozen=True, slots=True)
class Plan:
    """A subscription whose expressions have been evaluated."""

    event: CatchingNode
    kind: str
    name: str = ""
    correlation_key: str = ""
    due: Due | None = None


def plan(event: CatchingNode, token: Token) -> Plan | None:
    """What a catching event would wait for at this token; None for an error, escalation or none event. Raises Failed."""
    run = token.workflow
    match event.definition.kind:
        case "timer":
            assert event.timer is not None
            assert event.definition.timer is not None
            due = first_due(event.definition.timer, event.timer, run.context(token), run.now)
            return Plan(event, "timer", due=due)
        case "message":
            assert event.message_name is not None
            context = run.context(token)
            key = event.correlation_key.correlation_key(context, run.now) if event.correlation_key is not None else ""
            return Plan(event, "message", event.message_name.string(context, run.now), key)
        case "signal":
            assert event.signal_name is not None
            return Plan(event, "signal", event.signal_name.string(run.context(token), run.now))
    return None


def open_all(token: Token, plans: list[Plan]) -> None:
    for each in plans:
        key = token.workflow.environment.new_key()
        subscription = Subscription(key, each.kind, each.event.name, each.due)
        token.workflow.open(token, subscription, _told(each, subscription, token))


def rearm(token: Token, subscription: Subscription, event: CatchingNode, due: Due) -> None:
    """Move a waiting timer to another moment."""
    subscription.due = due
    token.workflow.tell(_timer_armed(subscription, event, token, due.at))


def after_firing(token: Token, key: int, event: CatchingNode, keep: bool) -> None:
    """A cycle goes on while `keep` (non-interrupting); a message or signal stays; a timer that is used up closes."""
    subscription = token.waits[key]
    if keep and subscription.kind != "timer":
        return
    following = next_due(subscription.due) if keep and subscription.due is not None else None
    if following is None:
        token.workflow.close(token, key)
    else:
        rearm(token, subscription, event, following)


def _told(each: Plan, subscription: Subscription, token: Token) -> Event:
    key, element_id = subscription.key, each.event.element.id
    if each.kind == "timer":
        assert each.due is not None
        return _timer_armed(subscription, each.event, token, each.due.at)
    if each.kind == "message":
        return MessageAwaited(key, element_id, token.id, each.name, each.correlation_key)
    return SignalAwaited(key, element_id, token.id, each.name)


def _timer_armed(subscription: Subscription, event: CatchingNode, token: Token, at: datetime | None) -> TimerArmed:
    functions = event.timer.functions if event.timer is not None else frozenset()
    return TimerArmed(subscription.key, event.element.id, token.id, at, functions)
