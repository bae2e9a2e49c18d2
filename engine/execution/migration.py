"""Moving a running instance to another version of its process, or to another process: every token, or none.

As Camunda 8 documents it: each active element needs a mapping to one of its own type in the same mapped scope; what waits
keeps what it has (assignee, job, retries, variables). A catch event that is mapped keeps its subscription; one of the source
that is not is closed; one of the target to which nothing is mapped is opened.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from SpiffWorkflow.util.task import TaskState

from engine.deployment.model import Element
from engine.errors import Conflict, InvalidInput
from engine.execution.ad_hoc_sub_process import AdHocInner
from engine.execution.compensation import Record
from engine.execution.event import CatchingNode
from engine.execution.event_based_gateway import EventBasedGateway
from engine.execution.failures import Failed
from engine.execution.intermediate_catch_event import IntermediateCatchEvent
from engine.execution.job import JobWork
from engine.execution.joining import JoiningNode
from engine.execution.listeners import END, START, is_listening
from engine.execution.node import Node
from engine.execution.parallel_gateway import ParallelGateway
from engine.execution.process import Process
from engine.execution.receive_task import ReceiveTask
from engine.execution.scope import Scope
from engine.execution.subscriptions import open_all, plan, rearm
from engine.execution.token import Subscription, Token
from engine.execution.user_task import UserTask
from engine.execution.workflow import Run

SUBSCRIBED = frozenset({"timer", "message", "signal"})
EACH = " [each]"  # how the single activity of a multi-instance is named


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why something cannot be mapped; `source` and `target` are element ids."""

    code: str
    source: str | None
    target: str | None
    message: str
    message_zh: str


class PlanRefused(InvalidInput):
    """The mapping itself is wrong, whatever instance it is for."""

    def __init__(self, obstacles: Sequence[Obstacle]) -> None:
        super().__init__(" ".join(each.message for each in obstacles))
        self.obstacles = list(obstacles)


class MigrationRefused(Conflict):
    """This instance, as it stands now, cannot follow the mapping; nothing of it was changed."""

    def __init__(self, obstacles: Sequence[Obstacle]) -> None:
        super().__init__(" ".join(each.message for each in obstacles))
        self.obstacles = list(obstacles)


@dataclass(slots=True)
class Migrated:
    """What a migration moved: element ids by the key of an element instance, and by the key of a subscription that was
    kept; and the catch events that were opened and closed."""

    elements: dict[int, str] = field(default_factory=dict)
    subscriptions: dict[int, str] = field(default_factory=dict)
    opened: list[str] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)


def match(source: Process, target: Process) -> tuple[dict[str, str], list[Obstacle]]:
    """Elements of both with one id, type and place, mapped to each other; and why others of the source were left out."""
    found: dict[str, str] = {}
    left: list[Obstacle] = []
    for element in source.model.elements.values():
        why = _unlike(source, target, element, target.model.elements.get(element.id))
        if why is None:
            found[element.id] = element.id
        else:
            left.append(why)
    return found, left


def _unlike(source: Process, target: Process, one: Element, other: Element | None) -> Obstacle | None:
    if other is None:
        return _missing(one)
    if _kind(one) != _kind(other):
        return _type_differs(one, other)
    same_scope = one.scope == other.scope or (one.scope == source.model.id and other.scope == target.model.id)
    if not same_scope:
        return _scope_differs(one, other)
    if one.attached_to != other.attached_to:
        return _detached(one, other)
    return None


def check_plan(source: Process, target: Process, pairs: Iterable[tuple[str, str]]) -> list[Obstacle]:
    """What is wrong with a mapping, before any instance is looked at."""
    found: list[Obstacle] = []
    mapped: dict[str, str] = {}
    for source_id, target_id in pairs:
        if source_id in mapped:
            found.append(
                Obstacle(
                    "mapped-twice",
                    source_id,
                    target_id,
                    f"'{source_id}' is mapped twice.",
                    f"“{source_id}”被映射了两次。",
                )
            )
            continue
        mapped[source_id] = target_id
        found += _check_pair(source, target, source_id, target_id)
    return found + _check_catches(source, mapped)


def _check_pair(source: Process, target: Process, source_id: str, target_id: str) -> list[Obstacle]:
    one, other = source.model.elements.get(source_id), target.model.elements.get(target_id)
    if one is None:
        text = f"Process '{source.id}' has no element '{source_id}' to map."
        return [Obstacle("source-unknown", source_id, target_id, text, f"流程“{source.id}”中没有元素“{source_id}”。")]
    if other is None:
        text = f"The target process '{target.id}' has no element '{target_id}'."
        zh = f"目标流程“{target.id}”中没有元素“{target_id}”。"
        return [Obstacle("target-unknown", source_id, target_id, text, zh)]
    return [_type_differs(one, other)] if _kind(one) != _kind(other) else []


def _check_catches(source: Process, mapped: dict[str, str]) -> list[Obstacle]:
    """Two catch events cannot both become one."""
    found: list[Obstacle] = []
    taken: dict[str, str] = {}
    for source_id, target_id in mapped.items():
        element = source.model.elements.get(source_id)
        if element is None or element.event is None or element.event.kind not in SUBSCRIBED:
            continue
        if target_id in taken:
            text = f"'{taken[target_id]}' and '{source_id}' are both mapped to the event '{target_id}'."
            zh = f"“{taken[target_id]}”和“{source_id}”都映射到了事件“{target_id}”。"
            found.append(Obstacle("target-taken", source_id, target_id, text, zh))
        taken[target_id] = source_id
    return found


def _kind(element: Element) -> tuple[str, str, bool, str]:
    loop = "" if element.loop is None else "sequential" if element.loop.sequential else "parallel"
    event = element.event.kind if element.event is not None else "none"
    return element.type, event, element.triggered_by_event, loop


def _missing(one: Element) -> Obstacle:
    text = f"The target process has no element '{one.id}'."
    return Obstacle("no-counterpart", one.id, None, text, f"目标流程中没有元素“{one.id}”。")


def _type_differs(one: Element, other: Element) -> Obstacle:
    text = f"'{one.id}' ({_said(one)}) cannot become '{other.id}' ({_said(other)}): their types differ."
    zh = f"“{one.id}”（{_said(one)}）不能变为“{other.id}”（{_said(other)}）：类型不同。"
    return Obstacle("type-differs", one.id, other.id, text, zh)


def _scope_differs(one: Element, other: Element) -> Obstacle:
    text = f"'{one.id}' and '{other.id}' are not in the same subprocess."
    return Obstacle("scope-differs", one.id, other.id, text, f"“{one.id}”与“{other.id}”不在同一个子流程中。")


def _detached(one: Element, other: Element) -> Obstacle:
    text = f"The event '{other.id}' is not at the element to which the one with '{one.id}' is mapped."
    zh = f"事件“{other.id}”不在“{one.id}”所依附元素的映射目标上。"
    return Obstacle("event-detached", one.id, other.id, text, zh)


def _said(element: Element) -> str:
    kind, event, by_event, loop = _kind(element)
    words = [kind, event if event != "none" else "", "eventSubProcess" if by_event else "", loop]
    return " ".join(word for word in words if word)


class Migration:
    """One instance's way to the target. First `obstacles`, then, where there are none, `apply`."""

    def __init__(self, run: Run, target: Process, mapping: dict[str, str], recompute_timers: bool = False) -> None:
        self.run, self.source, self.target = run, run.process, target
        self.mapping, self.recompute = mapping, recompute_timers
        self.done = Migrated()

    def obstacles(self) -> list[Obstacle]:
        """Why the instance cannot follow, as it stands now."""
        found: list[Obstacle] = []
        for token in self.run.tasks.values():
            found += self._of_token(token)
        return list(dict.fromkeys(found))

    def _of_token(self, token: Token) -> Iterator[Obstacle]:
        one = token.task_spec.element
        if token.scope is not None and _mapped_id(token.task_spec) not in self.mapping:
            text = f"'{one.id}' is active and not mapped to anything."
            yield Obstacle("active-not-mapped", one.id, None, text, f"“{one.id}”正在进行，但没有映射目标。")
            return
        node = self._node(token.task_spec)
        if node is None:
            return  # The plan's own check has said so.
        if token.scope is not None and not node.name.endswith(EACH) and not self._in_its_scope(token.scope, node):
            yield _scope_differs(one, node.element)
        if token.memo.get("job") and not (isinstance(node, JobWork) and node.job_type is not None):
            text = f"'{one.id}' waits for a worker, and '{node.element.id}' is done without one."
            zh = f"“{one.id}”正在等待作业执行，而“{node.element.id}”不通过作业执行。"
            yield Obstacle("implementation-differs", one.id, node.element.id, text, zh)
        if not _hears(token, node):
            text = f"A listener of '{one.id}' is running, and '{node.element.id}' has no such listener."
            zh = f"“{one.id}”的监听器正在执行，而“{node.element.id}”没有对应的监听器。"
            yield Obstacle("listener-missing", one.id, node.element.id, text, zh)
        if token._state == TaskState.WAITING and isinstance(node, JoiningNode) and self._flow(token, node) is None:
            text = f"A token waits at '{one.id}' that came by '{token.flow}'; '{node.element.id}' has no such flow."
            zh = f"“{one.id}”有一个经“{token.flow}”到达的令牌在等待；“{node.element.id}”没有对应的顺序流。"
            yield Obstacle("flow-missing", one.id, node.element.id, text, zh)
        yield from self._detached_events(token, node)

    def _in_its_scope(self, scope: Token, node: Node) -> bool:
        outer = self._node(scope.task_spec)
        return outer is None or node.element.scope == (outer.inner_scope or outer.element.id)

    def _detached_events(self, token: Token, node: Node) -> Iterator[Obstacle]:
        names = {event.name for event in self._catching(token, node)}
        for subscription in token.waits.values():
            event = self.source.nodes[subscription.node]
            new = self._node(event) if event.element.id in self.mapping else None
            if new is not None and new.name not in names:
                yield _detached(event.element, new.element)

    def _node(self, node: Node) -> Node | None:
        if node is self.source.root:
            return self.target.root
        new = self.mapping.get(_mapped_id(node))
        return None if new is None else self.target.nodes.get(new + _suffix(node))

    def _flow(self, token: Token, node: Node) -> str | None:
        """The flow of the target by which a token that waits at a join counts as having come."""
        if token.flow in node.element.incoming:
            return token.flow
        old = self.source.model.flows.get(token.flow or "")
        source = self.mapping.get(old.source) if old is not None else None
        found = [flow for flow in node.element.incoming if self.target.model.flows[flow].source == source]
        return found[0] if len(found) == 1 else None

    def _catching(self, token: Token, node: Node) -> list[CatchingNode]:
        """What a token there waits for beside its own work."""
        found: list[Node] = list(node.boundaries)
        if isinstance(node, Scope) and not token.memo.get("interrupted"):
            found += [sub.begin for sub in node.event_subprocesses]
        if isinstance(node, EventBasedGateway):
            found += [way.target for way in node.exits]
        if isinstance(node, IntermediateCatchEvent | ReceiveTask):
            found.append(node)
        return [each for each in found if isinstance(each, CatchingNode) and each.definition.kind in SUBSCRIBED]

    def apply(self) -> Migrated:
        """Raises MigrationRefused when an expression of the target fails; then throw the instance away."""
        new = {token.id: self._node(token.task_spec) for token in self.run.tasks.values()}
        flows = {
            token.id: self._flow(token, node)
            for token in self.run.tasks.values()
            if token._state == TaskState.WAITING and (node := new[token.id]) is not None
        }
        self.run.process, self.run.spec = self.target, self.target.spec
        self.run.joining.clear()
        for token in list(self.run.tasks.values()):
            node = new[token.id]
            assert node is not None
            token.task_spec = node
            if "compensable" in token.memo:
                token.memo["compensable"] = self._records(token.memo["compensable"])
            if token._state == TaskState.WAITING:
                token.flow = flows[token.id]
                self.run.await_join(token)
            if token.announced:
                self.done.elements[token.id] = node.element.id
        for token in list(self.run.tasks.values()):
            self._resubscribe(token)
        self._release_joins()
        return self.done

    def _records(self, records: list[Record]) -> list[Record]:
        """What could be undone goes by the new names; what is mapped to nothing keeps its own."""
        return [[self._new_name(name), times, self._records(inner)] for name, times, inner in records]

    def _new_name(self, name: str) -> str:
        node = self.source.nodes.get(name)
        new = self._node(node) if node is not None else None
        return new.name if new is not None else name

    def _resubscribe(self, token: Token) -> None:
        if token._state != TaskState.STARTED or not _waits(token):
            return
        wanted = {event.name: event for event in self._catching(token, token.task_spec)}
        for subscription in list(token.waits.values()):
            event = self.source.nodes[subscription.node]
            node = self._node(event)
            if isinstance(node, CatchingNode):
                self._keep(token, subscription, node)
                wanted.pop(node.name, None)
            else:
                self.run.close(token, subscription.key)
                self.done.closed.append(event.element.id)
        mapped = set(self.mapping.values())
        self._open(token, [event for event in wanted.values() if event.element.id not in mapped])

    def _keep(self, token: Token, subscription: Subscription, node: CatchingNode) -> None:
        subscription.node = node.name
        self.done.subscriptions[subscription.key] = node.element.id
        if not self.recompute or subscription.kind != "timer":
            return
        try:
            found = plan(node, token)
        except Failed as failure:
            raise MigrationRefused([_failed(node, failure)]) from failure
        if found is not None and found.due is not None:
            rearm(token, subscription, node, found.due)

    def _open(self, token: Token, events: list[CatchingNode]) -> None:
        for event in events:
            try:
                found = plan(event, token)
            except Failed as failure:
                raise MigrationRefused([_failed(event, failure)]) from failure
            if found is not None:
                open_all(token, [found])
                self.done.opened.append(event.element.id)

    def _release_joins(self) -> None:
        """The target may ask for fewer tokens than have come."""
        waiting = [token for token in self.run.tasks.values() if token._state == TaskState.WAITING]
        for token in waiting:
            node, scope = token.task_spec, token.scope
            if scope is None or token.id not in self.run.tasks or token._state != TaskState.WAITING:
                continue
            if not isinstance(node, JoiningNode) or not node.joins:
                self.run.leave_join(token)
                token._ready()
            elif isinstance(node, ParallelGateway):
                tokens = node.arrived(scope)
                if len(tokens) == len(node.element.incoming):
                    node.unite(list(tokens.values()))


def _mapped_id(node: Node) -> str:
    """The id that a mapping has for a node: an ad-hoc subprocess's stands for its inner instances."""
    return node.element.scope if isinstance(node, AdHocInner) else node.element.id


def _suffix(node: Node) -> str:
    return str(node.name).removeprefix(_mapped_id(node))


def _waits(token: Token) -> bool:
    """Whether it is between its start and its end: what its element waits for is armed."""
    listening = token.memo.get("listener", [""])[0]
    failed_early = token.incident is not None and token.incident.stage in ("enter", "start", "begin")
    return not (failed_early or listening == START or token.memo.get("done"))


def _hears(token: Token, node: Node) -> bool:
    """Whether the listener that is running is one of the node's, too."""
    if not is_listening(token):
        return True
    event, position = token.memo["listener"]
    of_tasks = node.task_listeners.get(event, []) if isinstance(node, UserTask) else []
    own = {START: node.start_listeners, END: node.end_listeners}.get(event, of_tasks)
    return bool(position < len(own))


def _failed(event: CatchingNode, failure: Failed) -> Obstacle:
    text = f"'{event.element.id}' cannot be armed: {failure.message}"
    return Obstacle(
        "expression-failed", None, event.element.id, text, f"“{event.element.id}”无法启用：{failure.message}"
    )
