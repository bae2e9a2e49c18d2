"""A BPMN file as plain records: what the checks look at and the executor is built from.

`type` is BPMN's element name (`userTask`, `exclusiveGateway` …). A text that begins with "=" is FEEL, as in Camunda 8;
any other is taken as it stands.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Flow:
    id: str
    name: str | None
    source: str
    target: str
    condition: str | None
    line: int | None
    scope: str


@dataclass(slots=True)
class EventDefinition:
    """`kind`: none, message, timer, signal, error, escalation, link, terminate, compensate, conditional, cancel."""

    kind: str = "none"
    ref: str | None = None
    name: str | None = None  # of the message, signal or link
    code: str | None = None  # of the error or escalation; None catches all
    correlation_key: str | None = None
    timer: str | None = None  # date, duration or cycle
    timer_text: str | None = None
    timers: int = 0  # how many of date, duration and cycle it has
    is_defined: bool = True  # what it refers to is in the file, or it refers to nothing
    activity_ref: str | None = None  # what a compensation throw compensates; None: everything in its scope
    condition: str | None = None


@dataclass(slots=True)
class Loop:
    """Multi-instance characteristics."""

    sequential: bool
    input_collection: str | None
    input_element: str | None
    output_collection: str | None
    output_element: str | None
    completion: str | None


@dataclass(slots=True)
class Assignment:
    assignee: str | None = None
    candidate_groups: str | None = None
    candidate_users: str | None = None
    due_date: str | None = None
    follow_up_date: str | None = None
    priority: str | None = None


@dataclass(slots=True)
class Reference:
    """A called process, decision or form, and which version of it."""

    id: str
    binding: str = "latest"
    version_tag: str | None = None


@dataclass(slots=True)
class Listener:
    """A job that runs before or after an element, or when a user task changes its state."""

    event: str  # start, end; creating, assigning, updating, completing, canceling
    type: str
    retries: str | None = None
    headers: dict[str, str] = field(default_factory=dict)  # beside the element's, and before them


@dataclass(slots=True)
class AdHoc:
    """What an ad-hoc subprocess activates by itself, when it is complete, and what it collects."""

    active_elements: str | None = None
    completion: str | None = None
    cancel_remaining: bool = True
    output_collection: str | None = None
    output_element: str | None = None


@dataclass(slots=True)
class Element:
    id: str
    name: str | None
    type: str
    scope: str  # the process or subprocess that holds it
    line: int | None
    incoming: list[str] = field(default_factory=list)
    outgoing: list[str] = field(default_factory=list)
    default: str | None = None
    event: EventDefinition | None = None
    extra_events: int = 0  # event definitions beyond the first
    attached_to: str | None = None
    interrupting: bool = True
    triggered_by_event: bool = False
    loop: Loop | None = None
    standard_loop: bool = False
    for_compensation: bool = False
    handlers: list[str] = field(
        default_factory=list
    )  # activities that a compensation boundary event is associated with
    ad_hoc: AdHoc | None = None
    documentation: str | None = None
    camunda7: list[str] = field(default_factory=list)  # what was set for Camunda 7, such as "camunda:assignee"
    inputs: list[tuple[str, str]] = field(default_factory=list)  # (source, target)
    outputs: list[tuple[str, str]] = field(default_factory=list)
    job_type: str | None = None
    retries: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    properties: dict[str, str] = field(default_factory=dict)
    assignment: Assignment = field(default_factory=Assignment)
    form: Reference | None = None
    form_key: str | None = None
    external_form: str | None = None
    called_process: Reference | None = None
    propagate_child: bool = True
    propagate_parent: bool = True
    decision: Reference | None = None
    script: str | None = None
    result_variable: str | None = None
    listeners: list[Listener] = field(default_factory=list)  # execution listeners
    task_listeners: list[Listener] = field(default_factory=list)
    instantiate: bool = False

    @property
    def is_activity(self) -> bool:
        return self.type in ACTIVITIES

    @property
    def begins_by_itself(self) -> bool:
        """No flow and no event leads to it."""
        catches_link = self.type == "intermediateCatchEvent" and self.event is not None and self.event.kind == "link"
        led_to = self.incoming or self.type == "boundaryEvent" or catches_link
        return not (led_to or self.triggered_by_event or self.for_compensation)


@dataclass(slots=True)
class ProcessModel:
    id: str
    name: str | None
    executable: bool
    version_tag: str | None
    line: int | None
    elements: dict[str, Element] = field(default_factory=dict)
    flows: dict[str, Flow] = field(default_factory=dict)
    lanes: dict[str, str] = field(default_factory=dict)  # element id -> lane name
    embedded_forms: dict[str, str] = field(default_factory=dict)
    properties: dict[str, str] = field(default_factory=dict)
    listeners: list[Listener] = field(default_factory=list)

    def in_scope(self, scope: str) -> list[Element]:
        return [element for element in self.elements.values() if element.scope == scope]

    def beginnings(self, scope: str) -> list[Element]:
        """Elements of a scope that nothing leads to: where it begins without a start event, what an ad-hoc one offers."""
        return [e for e in self.in_scope(scope) if e.begins_by_itself]


@dataclass(slots=True)
class Definitions:
    filename: str
    processes: dict[str, ProcessModel]
    duplicate_ids: list[tuple[str, int | None]]
    unknown_elements: list[tuple[str, str | None, int | None]]  # (tag, id, line)


TASKS = frozenset(
    {
        "task",
        "userTask",
        "serviceTask",
        "sendTask",
        "receiveTask",
        "scriptTask",
        "manualTask",
        "businessRuleTask",
    }
)
ACTIVITIES = TASKS | {"subProcess", "transaction", "adHocSubProcess", "callActivity"}
GATEWAYS = frozenset({"exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway", "complexGateway"})
EVENTS = frozenset({"startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent"})
FLOW_NODES = ACTIVITIES | GATEWAYS | EVENTS
SUBPROCESSES = frozenset({"subProcess", "transaction", "adHocSubProcess"})
