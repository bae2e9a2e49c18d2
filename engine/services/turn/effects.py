"""What each event of the executor comes to: rows to write, and commands to other instances."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from engine.errors import NotFound
from engine.execution import contract
from engine.feel import to_json
from engine.model.base import JsonText
from engine.model.base import to_json as to_json_text
from engine.model.deployment import FormDefinition, ProcessDefinition
from engine.model.element import ElementState
from engine.model.incident import IncidentState
from engine.model.instance import InstanceState
from engine.model.job import TIMER, JobState
from engine.model.subscription import SubscriptionKind
from engine.model.user_task import TaskState
from engine.services import absences, definitions
from engine.services.turn.live import Live
from engine.services.turn.rows import candidate_rows, held, job_row, place, priority_of
from engine.services.turn.trace import trace_to_json
from engine.services.turn.waits import offer_buffered, offer_to_starts, throw_signal

if TYPE_CHECKING:
    from engine.services.turn.turn import Turn

MAX_DEPTH = 100  # calls within calls; more is a process that calls itself without end

Effect = Callable[["Turn", Live, Any], None]


def apply(turn: Turn, live: Live, events: Iterable[contract.Event]) -> None:
    """Take in what one command of one instance left."""
    for event in events:
        _EFFECTS[type(event)](turn, live, event)


def _element_activated(turn: Turn, live: Live, event: contract.ElementActivated) -> None:
    turn.writes.new_elements[event.key] = {
        "key": event.key,
        "tenant_id": live.info.tenant_id,
        "process_instance_key": live.info.key,
        "process_definition_key": live.info.process_definition_key,
        "element_id": event.element_id,
        "type": event.element_type,
        "scope_key": event.scope_key,
        "loop_counter": event.loop_counter,
        "state": ElementState.ACTIVE,
        "started_at": turn.uow.now,
        "started_by": turn.writes.by,
        "ended_at": None,
    }


def _element_completed(turn: Turn, live: Live, event: contract.ElementCompleted) -> None:
    turn.writes.end_element(event.key, ElementState.COMPLETED)


def _element_terminated(turn: Turn, live: Live, event: contract.ElementTerminated) -> None:
    turn.writes.end_element(event.key, ElementState.TERMINATED)


def _flow_taken(turn: Turn, live: Live, event: contract.FlowTaken) -> None:
    turn.writes.flows.append(
        {
            "key": turn.runtime.new_key(),
            "tenant_id": live.info.tenant_id,
            "process_instance_key": live.info.key,
            "flow_id": event.flow_id,
            "taken_at": turn.uow.now,
        }
    )


def _variable_set(turn: Turn, live: Live, event: contract.VariableSet) -> None:
    row = {
        "key": turn.runtime.new_key(),
        "tenant_id": live.info.tenant_id,
        "process_instance_key": live.info.key,
        "scope_key": event.scope_key,
        "name": event.name,
        "value": JsonText(to_json_text(event.value)),
        "updated_at": turn.uow.now,
        "updated_by": turn.writes.by,
    }
    turn.writes.variables[event.scope_key, event.name] = row


def _user_task_opened(turn: Turn, live: Live, event: contract.UserTaskOpened) -> None:
    listening = event.listening is not None
    holder = _holder(turn, event)
    assignee = None if listening else holder  # Its listeners are asked first.
    state = TaskState(event.listening.upper()) if event.listening is not None else TaskState.CREATED
    turn.writes.new_tasks[event.key] = {
        **place(live, event.element_id),
        "key": event.key,
        "name": event.name,
        "version": live.info.version,
        "scope_key": event.scope_key,
        "state": state,
        "assignee": assignee,
        "candidate_groups": event.candidate_groups,
        "candidate_users": event.candidate_users,
        "priority": event.priority,
        "due_at": event.due_at,
        "follow_up_at": event.follow_up_at,
        "form_id": event.form_id,
        "form_key": _pinned_form(turn, live, event),
        "external_form": event.external_form,
        "headers": event.headers,
        "properties": event.properties,
        "created_at": turn.uow.now,
        "claimed_at": turn.uow.now if assignee else None,
        "transition": opening(event.listening, holder) if event.listening is not None else None,
        "revision": 1,
    }
    if listening:
        return
    turn.writes.candidates[event.key] = candidate_rows(
        live.info.tenant_id,
        event.key,
        event.candidate_groups,
        event.candidate_users,
        {
            "assignee": assignee,
            "rank": 100 - event.priority,
            "due_at": event.due_at,
            "created_at": turn.uow.now,
        },
    )
    turn.tell_task(event.key, TaskState.CREATED)


def _holder(turn: Turn, event: contract.UserTaskOpened) -> str | None:
    """Whom the process gives it to, or who stands in for them."""
    if event.assignee is None:
        return None
    return absences.holder_of_new(
        turn.uow, event.assignee, event.candidate_groups, event.candidate_users, event.properties
    )


def opening(listening: str, assignee: str | None) -> dict[str, Any]:
    """The transition of a task that has just been reached."""
    changes = {} if assignee is None else {"assignee": assignee}
    return {"event": listening, "action": "assign" if listening == "assigning" else "create", "changes": changes}


def _pinned_form(turn: Turn, live: Live, event: contract.UserTaskOpened) -> int | None:
    """The form's version where the diagram pins one; the newest is looked up as the row is written."""
    if event.form_id is None or event.form_binding.kind == "latest":
        return None
    deployment = turn.deployment(live.info, event.form_binding)
    try:
        found = definitions.resolve(turn.uow, FormDefinition, event.form_id, event.form_binding, deployment)
    except NotFound:
        return None
    return int(found.key)


def _user_task_closed(turn: Turn, live: Live, event: contract.UserTaskClosed) -> None:
    state = TaskState.CANCELED if event.canceled else TaskState.COMPLETED
    turn.writes.end_task(event.key, state)
    turn.tell_task(event.key, state)


def _job_opened(turn: Turn, live: Live, event: contract.JobOpened) -> None:
    row = {
        **place(live, event.element_id),
        **job_row(turn, event.type, turn.uow.now),
        "kind": event.kind,
        "listener": event.listener,
        "element_instance_key": event.key,
        "retries": event.retries,
        "headers": event.headers,
        "priority": priority_of(event.headers),
    }
    if event.outlives:
        turn.writes.other_jobs.append(row)
    else:
        turn.writes.new_jobs[event.key] = held(row) if live.suspended else row


def _job_closed(turn: Turn, live: Live, event: contract.JobClosed) -> None:
    turn.writes.end_job(event.key, JobState.CANCELED if event.canceled else JobState.COMPLETED)


def _timer_armed(turn: Turn, live: Live, event: contract.TimerArmed) -> None:
    live.environment.kinds[event.key] = SubscriptionKind.TIMER
    row = {
        **place(live, event.element_id),
        **job_row(turn, TIMER, event.due_at, {"functions": sorted(event.functions)}),
        "key": event.key,
        "element_instance_key": event.element_key,
    }
    turn.writes.arm_timer(held(row) if live.suspended else row)


def _message_awaited(turn: Turn, live: Live, event: contract.MessageAwaited) -> None:
    _subscribe(turn, live, event, SubscriptionKind.MESSAGE, event.correlation_key)
    turn.pending.append(lambda: offer_buffered(turn, live, event))


def _signal_awaited(turn: Turn, live: Live, event: contract.SignalAwaited) -> None:
    _subscribe(turn, live, event, SubscriptionKind.SIGNAL, "")


def _subscribe(turn: Turn, live: Live, event: Any, kind: SubscriptionKind, correlation_key: str) -> None:
    live.environment.kinds[event.key] = kind
    turn.writes.new_subscriptions[event.key] = {
        **place(live, event.element_id),
        "key": event.key,
        "kind": kind,
        "name": event.name,
        "correlation_key": correlation_key,
        "element_instance_key": event.element_key,
    }


def _subscription_closed(turn: Turn, live: Live, event: contract.SubscriptionClosed) -> None:
    # An instance that was restored does not say what it waited for, so that both tables are told.
    kind = live.environment.kinds.pop(event.key, None)
    if kind in (SubscriptionKind.TIMER, None):
        turn.writes.end_timer(event.key, JobState.CANCELED)
    if kind != SubscriptionKind.TIMER:
        turn.writes.end_subscription(event.key)


def _signal_thrown(turn: Turn, live: Live, event: contract.SignalThrown) -> None:
    throw_signal(turn, event.name, event.variables)


def _process_called(turn: Turn, live: Live, event: contract.ProcessCalled) -> None:
    turn.pending.append(lambda: _call(turn, live, event))


def _call(turn: Turn, live: Live, event: contract.ProcessCalled) -> None:
    if live.state != InstanceState.ACTIVE or not live.instance.is_active(event.key):
        return  # What another call threw has ended this one before it began.
    deployment = turn.deployment(live.info, event.binding)
    try:
        called = definitions.resolve(
            turn.uow, ProcessDefinition, event.process_id, event.binding, deployment, held=True
        )
    except NotFound as error:
        _refuse_call(turn, live, event, str(error))
        return
    if live.info.depth >= MAX_DEPTH:
        _refuse_call(
            turn, live, event, f"Calls are nested {MAX_DEPTH} deep; a process seems to call itself without end."
        )
        return
    turn.start(called, event.variables, caller=(live, event.key))


def _refuse_call(turn: Turn, live: Live, event: contract.ProcessCalled, why: str) -> None:
    turn.step(live, lambda instance: instance.fail(event.key, why, "CALLED_ELEMENT_ERROR"))


def _process_call_canceled(turn: Turn, live: Live, event: contract.ProcessCallCanceled) -> None:
    turn.cancel_called(live, event.key)


def _error_escaped(turn: Turn, live: Live, event: contract.ErrorEscaped) -> None:
    parent, element = live.info.parent_key, live.info.parent_element_key
    if parent is not None and element is not None:
        turn.answer(
            parent, element, lambda caller: caller.throw_error(element, event.code, event.message, event.variables)
        )


def _escalation_escaped(turn: Turn, live: Live, event: contract.EscalationEscaped) -> None:
    parent, element = live.info.parent_key, live.info.parent_element_key
    if parent is not None and element is not None:
        turn.answer(parent, element, lambda caller: caller.throw_escalation(element, event.code, event.variables))


def _incident_raised(turn: Turn, live: Live, event: contract.IncidentRaised) -> None:
    turn.writes.new_incidents[event.key] = {
        **place(live, event.element_id),
        "key": event.key,
        "element_instance_key": event.element_key,
        "error_type": event.error_type,
        "message": event.message,
        "state": IncidentState.ACTIVE,
        "created_at": turn.uow.now,
    }


def _incident_resolved(turn: Turn, live: Live, event: contract.IncidentResolved) -> None:
    turn.writes.resolve_incident(event.key)


def _decision_evaluated(turn: Turn, live: Live, event: contract.DecisionEvaluated) -> None:
    turn.writes.decisions.append(
        {
            "key": turn.runtime.new_key(),
            "tenant_id": live.info.tenant_id,
            "decision_id": event.decision_id,
            "decision_definition_key": live.environment.decided.get(event.decision_id),
            "process_instance_key": live.info.key,
            "process_definition_key": live.info.process_definition_key,
            "element_id": event.element_id,
            "element_instance_key": event.element_key,
            "evaluated_at": turn.uow.now,
            "result": to_json(event.outcome.value),
            "trace": trace_to_json(event.outcome),
            "failure": event.outcome.failed,
        }
    )


def _instance_completed(turn: Turn, live: Live, event: contract.InstanceCompleted) -> None:
    live.state = InstanceState.COMPLETED
    live.end_element = event.end_elements[-1] if event.end_elements else _last_end(turn, live)
    parent, element = live.info.parent_key, live.info.parent_element_key
    if parent is not None and element is not None:
        turn.answer(parent, element, lambda caller: caller.complete(element, event.variables))
    _after_end(turn, live)


def _last_end(turn: Turn, live: Live) -> str | None:
    """The end event by which an interrupting event subprocess ended the instance: none at its top was reached."""
    for row in reversed(turn.writes.new_elements.values()):
        if row["process_instance_key"] == live.info.key and row["type"] == "END_EVENT":
            return str(row["element_id"])
    return None


def _instance_terminated(turn: Turn, live: Live, event: contract.InstanceTerminated) -> None:
    live.state = InstanceState.TERMINATED
    turn.writes.end_element(live.info.key, ElementState.TERMINATED)
    _after_end(turn, live)


def _after_end(turn: Turn, live: Live) -> None:
    if live.correlation_key is not None:
        turn.pending.append(lambda: offer_to_starts(turn, live))


_EFFECTS: dict[type[Any], Effect] = {
    contract.ElementActivated: _element_activated,
    contract.ElementCompleted: _element_completed,
    contract.ElementTerminated: _element_terminated,
    contract.FlowTaken: _flow_taken,
    contract.VariableSet: _variable_set,
    contract.UserTaskOpened: _user_task_opened,
    contract.UserTaskClosed: _user_task_closed,
    contract.JobOpened: _job_opened,
    contract.JobClosed: _job_closed,
    contract.TimerArmed: _timer_armed,
    contract.MessageAwaited: _message_awaited,
    contract.SignalAwaited: _signal_awaited,
    contract.SubscriptionClosed: _subscription_closed,
    contract.SignalThrown: _signal_thrown,
    contract.ProcessCalled: _process_called,
    contract.ProcessCallCanceled: _process_call_canceled,
    contract.ErrorEscaped: _error_escaped,
    contract.EscalationEscaped: _escalation_escaped,
    contract.IncidentRaised: _incident_raised,
    contract.IncidentResolved: _incident_resolved,
    contract.DecisionEvaluated: _decision_evaluated,
    contract.InstanceCompleted: _instance_completed,
    contract.InstanceTerminated: _instance_terminated,
}
