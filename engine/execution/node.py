"""What every element does: a token comes in, does the element's work, concludes, and leaves by its flows.

A Node is a SpiffWorkflow TaskSpec: SpiffWorkflow calls the hooks `_update_hook` (may it run?), `_run_hook` and
`_on_complete_hook`. Prediction of future tasks is left out; nothing here needs it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from SpiffWorkflow.specs.base import TaskSpec
from SpiffWorkflow.util.task import TaskState

from engine.deployment.model import Element
from engine.execution.contract import ElementActivated, ElementCompleted, FlowTaken
from engine.execution.expressions import Value, compiled
from engine.execution.failures import Failed
from engine.execution.listeners import END, EXECUTION, START, BoundListener, bound, open_listener
from engine.execution.token import Token
from engine.execution.variables import Mappings, map_inputs, map_outputs, propagate, set_local
from engine.execution.workflow import MAX_STEPS

if TYPE_CHECKING:
    from engine.execution.boundary_event import BoundaryEvent
    from engine.execution.process import Exit, Process


def api_type(name: str) -> str:
    """`userTask` as the API spells it: USER_TASK."""
    return "".join(f"_{letter}" if letter.isupper() else letter for letter in name).upper()


class Node(TaskSpec):  # type: ignore[misc]
    """One element of a diagram. Subclasses say what `enter` does; True means that the work is done at once."""

    def __init__(self, spec: Any, element: Element, name: str | None = None) -> None:
        super().__init__(spec, name or element.id)
        self.element = element
        self.type = api_type(element.type)
        self.exits: list[Exit] = []
        self.boundaries: list[BoundaryEvent] = []
        self.inputs_: Mappings = _mappings(element.inputs, f"Input mapping of '{element.id}'")
        self.outputs_: Mappings = _mappings(element.outputs, f"Output mapping of '{element.id}'")
        self.conditional = False
        listeners = bound(element.listeners, element.id)
        self.start_listeners: list[BoundListener] = listeners.get(START, [])
        self.end_listeners: list[BoundListener] = listeners.get(END, [])

    def link(self, process: Process) -> None:
        """Called once all nodes of the process exist: find what this one refers to."""
        inside_a_body = self.name != self.element.id  # Then the body bears the flows.
        self.exits = [] if inside_a_body else process.exits(self.element)
        self.conditional = any(way.condition is not None for way in self.exits)

    def value(self, text: str | None, what: str) -> Value | None:
        return compiled(text, f"{what} of '{self.element.id}'")

    @property
    def inner_scope(self) -> str:
        """The id of the scope whose elements a token here may hold."""
        return self.element.id

    @property
    def keeps_compensation(self) -> bool:
        """Whether what was completed inside can be undone once this is complete."""
        return True

    # SpiffWorkflow's protocol.

    def test(self) -> None:
        """A start has no input; the deployment checks judge structure, not this."""

    def _predict(self, *args: Any, **kwargs: Any) -> None:
        """No future tasks."""

    def _update_hook(self, token: Token) -> bool:
        return True

    def _on_ready_hook(self, token: Token) -> None:
        token.workflow.ready.append(token)

    def _run_hook(self, token: Token) -> bool | None:
        return self.attempt(token, "enter")

    def _on_complete_hook(self, token: Token) -> None:
        run, scope = token.workflow, token.scope
        assert scope is not None
        if not token.memo.pop("done", False):
            self.on_done(token)
        run.tell(ElementCompleted(token.id, self.element.id))
        if run.ends_after(self.element.id):
            token.announced = False
            return
        self._remember(token, scope)
        for way in token.memo.pop("ways", ()):
            self.take(way, token, scope)
        run.drop(token)
        scope.task_spec.on_child_left(scope)
        handler_left(token)

    def _remember(self, token: Token, scope: Token) -> None:
        """What a compensation event of the scope could undo."""
        inner = token.memo.get("compensable", []) if self.keeps_compensation else []
        if "compensates" in token.memo or not (inner or any(event.handler for event in self.boundaries)):
            return
        records = scope.memo.setdefault("compensable", [])
        if not inner and records and records[-1][0] == self.name and not records[-1][2]:
            records[-1][1] += 1
        else:
            records.append([self.name, 1, inner])

    # What elements are made of.

    def attempt(self, token: Token, stage: str) -> bool | None:
        """Do the element's work from `stage` on. True: done. None: it waits, with an incident if something failed.

        The stages: `enter` (input mappings), `start` (listeners), `begin` (the element's own work), `conclude` (output
        mappings), `end` (listeners), `leave`. Where no listener waits between two of them they fail and repeat as one.
        """
        run = token.workflow
        self._announce(token)
        at = stage
        try:
            if run.steps > MAX_STEPS:
                raise Failed("UNKNOWN", f"The process went through {MAX_STEPS} elements without waiting for anything.")
            if stage == "enter":
                self.prepare(token)
                stage = "start" if self.start_listeners else "begin"
            if stage == "start":
                at = "start"
                open_listener(self, token, self.start_listeners, 0, EXECUTION)
                return None
            if stage == "begin":
                if not self.enter(token) or token.id not in run.tasks:
                    return None
                at = stage = "conclude"
            if stage == "conclude":
                self.conclude(token)
                stage = "end" if self.end_listeners else "leave"
            if stage == "end":
                at = "end"
                self._close(token)
                open_listener(self, token, self.end_listeners, 0, EXECUTION)
                return None
            at = "leave"
            token.memo["ways"] = self.leave(token)
        except Failed as failure:
            if at == "leave":
                self._close(token)
            run.raise_incident(token, at, failure)
            return None
        return True

    def _close(self, token: Token) -> None:
        """The work is done and nothing interrupts it any more, though the element cannot be left yet."""
        if not token.memo.get("done"):
            token.memo["done"] = True
            self.on_done(token)
            for key in list(token.waits):
                token.workflow.close(token, key)

    def prepare(self, token: Token) -> None:
        """Make the local variables."""
        if self.inputs_:
            map_inputs(token, self.inputs_)

    def enter(self, token: Token) -> bool:
        return True

    def conclude(self, token: Token) -> None:
        """Hand on the variables."""
        if self.outputs_:
            map_outputs(token, self.outputs_, token.pending or {})
        elif token.pending:
            propagate(token, token.pending)

    def leave(self, token: Token) -> list[Exit]:
        """Give the scope its output and choose the flows to take."""
        if token.scope is not None:
            token.scope.task_spec.collect(token.scope, token)
        return self.choose(token)

    def listened(self, token: Token, variables: dict[str, Any]) -> None:
        """An execution listener's job is done: the next one, or on with the element.

        Its variables are local to the element before it, and go to the scope around it afterwards.
        """
        event, position = token.memo.pop("listener")
        if event == START:
            for name, value in variables.items():
                set_local(token, name, value)
        else:
            propagate(token.scope or token, variables)
        listeners = self.start_listeners if event == START else self.end_listeners
        if position + 1 == len(listeners):
            self.resume(token, "begin" if event == START else "leave")
            return
        try:
            open_listener(self, token, listeners, position + 1, EXECUTION)
        except Failed as failure:
            token.workflow.raise_incident(token, event, failure)

    def choose(self, token: Token) -> list[Exit]:
        """All flows, or where flows bear conditions those that hold, else the default."""
        if not self.conditional:
            return self.exits
        run = token.workflow
        context = run.context(token)
        taken = [way for way in self.exits if way.holds(context, run.now)]
        return taken or [self.default_exit()]

    def default_exit(self) -> Exit:
        for way in self.exits:
            if way.is_default:
                return way
        raise Failed(
            "CONDITION_ERROR", f"No condition at '{self.element.id}' holds and there is no default flow to take."
        )

    def finish(self, token: Token, variables: dict[str, Any]) -> None:
        """What the token waited for has come."""
        token.pending = variables
        self.resume(token, "conclude")

    def resume(self, token: Token, stage: str) -> None:
        if self.attempt(token, stage):
            token.complete()
        else:
            token._state = max(token._state, TaskState.STARTED)

    def collect(self, scope: Token, token: Token) -> None:
        """A token inside is about to end: a multi-instance body takes its output. Raises Failed."""

    def on_done(self, token: Token) -> None:
        """The work is done: say so to whoever did it."""

    def on_child_left(self, token: Token) -> None:
        """A token inside this one ended by itself."""

    def on_interrupt(self, token: Token) -> None:
        """An event subprocess has taken this scope over."""

    def on_terminate(self, token: Token) -> None:
        """Take back what `enter` asked of the world."""

    def _announce(self, token: Token) -> None:
        if token.announced:
            return
        token.announced = True
        scope = token.scope.id if token.scope is not None else None
        token.workflow.tell(ElementActivated(token.id, self.element.id, self.type, scope, token.memo.get("loop")))

    def take(self, way: Exit, token: Token, scope: Token) -> Token:
        run = scope.workflow
        run.tell(FlowTaken(way.flow_id, scope.id))
        return run.spawn(way.target, scope, way.flow_id)


def handler_left(token: Token) -> None:
    """A compensation handler is done or was interrupted: when it is the last, the event that started them is done."""
    throw = token.workflow.tasks.get(token.memo.get("compensates", 0))
    if throw is not None:
        throw.memo["handlers"] -= 1
        if throw.memo["handlers"] == 0:
            throw.task_spec.finish(throw, {})


def _mappings(pairs: list[tuple[str, str]], what: str) -> Mappings:
    return [(Value(source, what), target.split(".")) for source, target in pairs if target]
