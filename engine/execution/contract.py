"""What the executor tells its surroundings, and what it asks of them.

A command on an `Instance` runs it to its next rest and leaves `events`: an ordered list of the records below. Whoever called
stores them, in one transaction with `Instance.dump()`. Keys are 63-bit integers made by `Environment.new_key()`; an element
instance, and each subscription (timer, message, signal) has its own. `scope_key` is the element instance that owns a token or a
variable: the process instance's own key at the top, a subprocess's, a multi-instance body's or an activity's below it.
Values are JSON-able. Times are aware UTC.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from engine.decisions import DecisionOutcome

Variables = dict[str, Any]


class Environment(Protocol):
    """What an instance may ask of its surroundings while it runs."""

    def now(self) -> datetime: ...

    def new_key(self) -> int: ...

    def functions(self, instance_key: int) -> Mapping[str, Callable[..., Any]]:
        """Functions that FEEL may call beside its built-ins, by their FEEL names."""
        ...

    def decide(self, decision_id: str, context: Mapping[str, Any], binding: Binding) -> DecisionOutcome:
        """Evaluate a deployed decision; `outcome.failed` says why it could not. Raises NotFound where none is deployed."""
        ...

    def error_is_caught_above(self, instance_key: int, code: str) -> bool:
        """Would an instance that called this one (or one above it) catch a BPMN error with this code?"""
        ...

    def escalation_ends(self, instance_key: int, code: str) -> bool:
        """Would an instance that called this one (or one above it) catch an escalation and end this one by that?"""
        ...


@dataclass(frozen=True, slots=True)
class Binding:
    """Which version of a called process, decision or form is meant: `latest`, `deployment` or `versionTag`."""

    kind: str = "latest"
    version_tag: str | None = None


@dataclass(frozen=True, slots=True)
class ElementActivated:
    key: int
    element_id: str
    element_type: (
        str  # BPMN's word in Camunda's API spelling: USER_TASK, EXCLUSIVE_GATEWAY, PROCESS, MULTI_INSTANCE_BODY …
    )
    scope_key: int | None
    loop_counter: int | None = None  # 1-based position in a multi-instance body


@dataclass(frozen=True, slots=True)
class ElementCompleted:
    key: int
    element_id: str


@dataclass(frozen=True, slots=True)
class ElementTerminated:
    key: int
    element_id: str


@dataclass(frozen=True, slots=True)
class FlowTaken:
    flow_id: str
    scope_key: int


@dataclass(frozen=True, slots=True)
class VariableSet:
    scope_key: int
    name: str
    value: Any


@dataclass(frozen=True, slots=True)
class UserTaskOpened:
    """A person is asked. `key` is the element instance's key and the user task's."""

    key: int
    element_id: str
    name: str
    scope_key: int
    assignee: str | None
    candidate_groups: list[str]
    candidate_users: list[str]
    due_at: datetime | None
    follow_up_at: datetime | None
    priority: int  # 0 … 100, default 50
    form_id: str | None
    form_binding: Binding
    external_form: str | None
    headers: dict[str, str] = field(default_factory=dict)
    properties: dict[str, Any] = field(
        default_factory=dict
    )  # zeebe:property values; those beginning with "=" are evaluated
    listening: str | None = None  # creating or assigning: its listeners are asked before it is anybody's


@dataclass(frozen=True, slots=True)
class UserTaskClosed:
    key: int
    canceled: bool


@dataclass(frozen=True, slots=True)
class JobOpened:
    """Work for a worker: a service, send, script or business rule task with a job type, a message throw, a listener, or
    what an ad-hoc subprocess is to do next. `key` is the element instance's key, which has one open job at a time; a job's
    own key is made by whoever stores it. `kind` and `listener` are spelled as in Camunda's API."""

    key: int
    element_id: str
    type: str
    retries: int
    headers: dict[str, str]
    kind: str = "BPMN_ELEMENT"  # or EXECUTION_LISTENER, TASK_LISTENER, AD_HOC_SUB_PROCESS
    listener: str = "UNSPECIFIED"  # START, END, CREATING …
    outlives: bool = False  # its element has ended already; nothing waits for it


@dataclass(frozen=True, slots=True)
class JobClosed:
    key: int
    canceled: bool


@dataclass(frozen=True, slots=True)
class TimerArmed:
    """`due_at` None: the moment is unknown now (a paused clock); `Instance.rearm_timers` asks again.
    `functions` are the extra functions its expression calls, so that a moved clock finds its timers."""

    key: int
    element_id: str
    element_key: int  # the waiting element instance, or the scope that it interrupts or accompanies
    due_at: datetime | None
    functions: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class MessageAwaited:
    key: int
    element_id: str
    element_key: int
    name: str
    correlation_key: str


@dataclass(frozen=True, slots=True)
class SignalAwaited:
    key: int
    element_id: str
    element_key: int
    name: str


@dataclass(frozen=True, slots=True)
class SubscriptionClosed:
    """A timer, message or signal subscription no longer waits (it fired for the last time, or its owner ended)."""

    key: int


@dataclass(frozen=True, slots=True)
class SignalThrown:
    name: str
    variables: Variables


@dataclass(frozen=True, slots=True)
class ProcessCalled:
    """A call activity wants a child instance; answer with `Instance.complete(key, variables)` when it has ended."""

    key: int
    element_id: str
    process_id: str
    binding: Binding
    variables: Variables


@dataclass(frozen=True, slots=True)
class ProcessCallCanceled:
    key: int


@dataclass(frozen=True, slots=True)
class ErrorEscaped:
    """Nobody here catches the error, but a calling instance does: this one has ended itself (InstanceTerminated follows);
    go on with `Instance.throw_error` on the call activity."""

    code: str
    message: str
    variables: Variables


@dataclass(frozen=True, slots=True)
class EscalationEscaped:
    """Nobody here catches the escalation: offer it to the call activity with `Instance.throw_escalation`; this one goes on."""

    code: str
    variables: Variables


@dataclass(frozen=True, slots=True)
class IncidentRaised:
    key: int
    element_key: int
    element_id: str
    error_type: str  # Camunda's: EXTRACT_VALUE_ERROR, CONDITION_ERROR, IO_MAPPING_ERROR, UNHANDLED_ERROR_EVENT …
    message: str


@dataclass(frozen=True, slots=True)
class IncidentResolved:
    key: int


@dataclass(frozen=True, slots=True)
class DecisionEvaluated:
    element_key: int
    element_id: str
    decision_id: str
    outcome: DecisionOutcome


@dataclass(frozen=True, slots=True)
class InstanceCompleted:
    """`end_elements`: ids of the end events reached at the top, in order, the last one last; none of those reached before an
    interrupting event subprocess began. `variables`: the root scope's."""

    key: int
    end_elements: list[str]
    variables: Variables


@dataclass(frozen=True, slots=True)
class InstanceTerminated:
    key: int


Event = (
    ElementActivated
    | ElementCompleted
    | ElementTerminated
    | FlowTaken
    | VariableSet
    | UserTaskOpened
    | UserTaskClosed
    | JobOpened
    | JobClosed
    | TimerArmed
    | MessageAwaited
    | SignalAwaited
    | SubscriptionClosed
    | SignalThrown
    | ProcessCalled
    | ProcessCallCanceled
    | ErrorEscaped
    | EscalationEscaped
    | IncidentRaised
    | IncidentResolved
    | DecisionEvaluated
    | InstanceCompleted
    | InstanceTerminated
)
