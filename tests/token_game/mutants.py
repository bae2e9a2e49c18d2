"""Known wrong behaviours, put into the executor one at a time, to see whether the comparison notices.

Each mutant is a function that patches the executor with pytest's monkeypatch. What it breaks is its name and docstring.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from SpiffWorkflow.util.task import TaskState

from engine.execution import Instance, compensation, state, subscriptions, throwing
from engine.execution.ad_hoc_sub_process import AdHocSubProcess
from engine.execution.boundary_event import BoundaryEvent
from engine.execution.call_activity import CallActivity
from engine.execution.end_event import EndEvent
from engine.execution.event_based_gateway import EventBasedGateway
from engine.execution.event_sub_process import EventSubProcess
from engine.execution.exclusive_gateway import ExclusiveGateway
from engine.execution.inclusive_gateway import InclusiveGateway
from engine.execution.joining import JoiningNode
from engine.execution.multi_instance import MultiInstance
from engine.execution.node import Node
from engine.execution.parallel_gateway import ParallelGateway
from engine.execution.process import Exit, Process
from engine.execution.scope import Scope
from engine.execution.start_event import StartEvent
from engine.execution.variables import set_local


def parallel_join_as_in_spiffworkflow(patch):
    """Counts the elements before the join, not its flows, and swallows what has come twice."""

    def update(self, token):
        if not self.joins or token.flow is None:
            return True
        token._state = TaskState.WAITING
        flows = token.workflow.process.model.flows
        waiting = [t for t in token.scope.tokens if t.task_spec is self and t._state == TaskState.WAITING]
        sources = {flows[t.flow].source for t in waiting}
        if sources == {flows[flow].source for flow in self.element.incoming}:
            self.unite(waiting)
        return False

    patch.setattr(ParallelGateway, "_update_hook", update)


def parallel_join_does_not_wait(patch):
    """Each token goes through."""
    patch.setattr(ParallelGateway, "_update_hook", lambda self, token: True)


def parallel_join_mixes_scopes(patch):
    """Takes tokens of other instances of the same subprocess."""
    own = JoiningNode.arrived

    def arrived(self, scope):
        found = own(self, scope)
        for other in [t for t in scope.workflow.tasks.values() if t._children and t is not scope]:
            found = {**own(self, other), **found}
        return found

    patch.setattr(ParallelGateway, "arrived", arrived)


def inclusive_join_does_not_wait(patch):
    """Fires as soon as one token has come."""
    patch.setattr(InclusiveGateway, "_holds_up", lambda self, other, empty, filled: False)


def inclusive_join_waits_for_every_flow(patch):
    """As if it were parallel."""
    patch.setattr(InclusiveGateway, "_holds_up", lambda self, other, empty, filled: True)


def inclusive_join_forgets_the_unless(patch):
    """Waits for a token that could also come by a flow that has one already."""

    def holds_up(self, other, empty, filled):
        if other.task_spec is self and other._state == TaskState.WAITING:
            return False
        return bool(self.reaches.get(other.task_spec.element.id, frozenset()) & empty)

    patch.setattr(InclusiveGateway, "_holds_up", holds_up)


def non_interrupting_boundary_fires_once(patch):
    """Its subscription closes with the first message, timer or signal."""

    def caught(self, host, key, variables):
        host.workflow.close(host, key)
        self.fire(host, variables)

    patch.setattr(BoundaryEvent, "caught", caught)


def interrupting_boundary_leaves_its_activity(patch):
    """The activity runs on beside what the event started."""

    def fire(self, host, variables):
        host.workflow.spawn(self, host.scope).pending = variables

    patch.setattr(BoundaryEvent, "fire", fire)


def event_subprocess_does_not_interrupt(patch):
    """As SpiffWorkflow's own."""

    def fire(self, scope, variables):
        scope.workflow.spawn(self, scope).memo["event"] = variables

    patch.setattr(EventSubProcess, "fire", fire)


def non_interrupting_event_subprocess_starts_once(patch):
    """Its subscription closes when it starts."""

    def caught(self, scope, key, variables):
        scope.workflow.close(scope, key)
        self.starts.fire(scope, variables)

    patch.setattr(StartEvent, "caught", caught)


def taken_over_scope_listens_on(patch):
    """An interrupting event subprocess leaves the scope's other event subprocesses armed."""

    def fire(self, scope, variables):
        if self.begin.element.interrupting:
            scope.workflow.terminate_inside(scope)
        scope.workflow.spawn(self, scope).memo["event"] = variables

    patch.setattr(EventSubProcess, "fire", fire)


def terminate_ends_too_much(patch):
    """A terminate end event in a subprocess ends the whole process."""
    own = EndEvent.enter

    def enter(self, token):
        if self.definition.kind == "terminate":
            chain = [t for t in token.ancestors() if t is not token]
            for inner, outer in pairwise(chain):
                token.workflow.terminate_inside(outer, but=inner)
        return own(self, token)

    patch.setattr(EndEvent, "enter", enter)


def terminate_ends_nothing(patch):
    """A terminate end event is a plain one."""
    own = EndEvent.enter
    patch.setattr(EndEvent, "enter", lambda self, token: self.definition.kind == "terminate" or own(self, token))


def loop_loses_an_index(patch):
    """The second instance of a loop believes to be the first."""
    own = MultiInstance._begin

    def begin(self, token, item):
        own(self, token, item)
        token.tokens[-1].memo["loop"] = 1 if token.memo["next"] == 2 else token.memo["next"]

    patch.setattr(MultiInstance, "_begin", begin)


def loop_ignores_its_completion_condition(patch):
    """Every instance must complete."""
    own = MultiInstance.on_child_left

    def left(self, token):
        token.memo.pop("stop", None)
        own(self, token)

    patch.setattr(MultiInstance, "on_child_left", left)


def sequential_loop_runs_at_once(patch):
    """A sequential loop is parallel."""
    own = MultiInstance.start

    def start(self, token):
        self.loop = replace(self.loop, sequential=False)
        return own(self, token)

    patch.setattr(MultiInstance, "start", start)


def loop_takes_its_flows_for_each(patch):
    """Each instance of a loop goes on by itself."""
    own = MultiInstance._begin

    def begin(self, token, item):
        self.each.exits = self.exits
        own(self, token, item)

    patch.setattr(MultiInstance, "_begin", begin)


def exclusive_gateway_takes_every_true_flow(patch):
    """As an inclusive one does."""
    patch.setattr(ExclusiveGateway, "choose", InclusiveGateway.choose)


def inclusive_gateway_takes_one_flow(patch):
    """As an exclusive one does."""
    patch.setattr(InclusiveGateway, "choose", ExclusiveGateway.choose)


def event_gateway_takes_every_way(patch):
    """The events that did not come happen as well."""

    def chosen(self, token, event_id, variables):
        token.memo |= {"ways": self.exits, "event": variables}
        token.complete()

    patch.setattr(EventBasedGateway, "chosen", chosen)


def error_goes_to_the_outermost_handler(patch):
    """Not to the innermost."""
    own = throwing.find_handler

    def find(kind, token, code):
        outer = None
        found = own(kind, token, code)
        while found is not None:
            outer = found
            found = own(kind, found[1].scope, code) if found[1].scope is not None else None
        return outer

    patch.setattr(throwing, "find_handler", find)


def any_code_is_caught(patch):
    """Errors and escalations are caught by the first catch, whatever its code."""

    def matching(kind, code, handlers):
        return next((handler for event, handler in handlers if event.definition.kind == kind), None)

    patch.setattr(throwing, "_matching", matching)


def scope_ends_with_its_first_token(patch):
    """A subprocess completes when one path in it has ended."""

    def left(self, token):
        if token.scope is not None:
            token.workflow.terminate_inside(token)
        if not token._children:
            self.finish(token, {})

    patch.setattr(Scope, "on_child_left", left)


def restore_forgets_waiting_joins(patch):
    """Tokens that wait at a parallel join are lost with the restore."""
    _after_restore(patch, lambda run, token: isinstance(token.task_spec, ParallelGateway) and run.drop(token))


def restore_forgets_by_which_flow_a_token_came(patch):
    """The join counters: which flows have a token already."""

    def forget(run, token):
        if isinstance(token.task_spec, JoiningNode):
            token.flow = token.task_spec.element.incoming[0]

    _after_restore(patch, forget)


def restore_forgets_that_a_scope_was_taken_over(patch):
    """An event subprocess that has interrupted can be interrupted by another one after a restore."""
    _after_restore(patch, lambda run, token: token.memo.pop("interrupted", None))


def restore_forgets_how_far_a_loop_is(patch):
    """A sequential loop ends too soon."""
    _after_restore(patch, lambda run, token: "size" in token.memo and token.memo.update(size=token.memo["next"]))


def restore_forgets_what_a_loop_has_done(patch):
    """The completion condition counts from nought again."""
    _after_restore(patch, lambda run, token: "done" in token.memo and token.memo.update(done=0))


def restore_forgets_how_often_a_cycle_fires(patch):
    """A limited cycle never ends."""

    def forget(run, token):
        for subscription in token.waits.values():
            if subscription.due is not None and subscription.due.every:
                subscription.due = replace(subscription.due, left=-1)

    _after_restore(patch, forget)


def timer_of_a_duration_repeats(patch):
    """A non-interrupting timer fires again and again."""
    own = subscriptions.after_firing

    def after(token, key, event, keep):
        if not keep:
            own(token, key, event, keep)

    for module in ("boundary_event", "start_event"):
        patch.setattr(f"engine.execution.{module}.after_firing", after)


def variables_stay_in_the_subprocess(patch):
    """What is set inside a scope is not seen outside."""

    def propagate(token, variables):
        chain = [t for t in token.ancestors() if t.task_spec.inner_scope and isinstance(t.task_spec, Scope)]
        for name, value in variables.items():
            set_local(chain[0], name, value)

    patch.setattr("engine.execution.node.propagate", propagate)


def terminate_in_a_handler_ends_its_scope(patch):
    """A terminate end event of an event subprocess ends the scope around it as well."""
    own = EndEvent.enter

    def enter(self, token):
        if self.definition.kind == "terminate" and isinstance(token.scope.task_spec, EventSubProcess):
            token.workflow.terminate_inside(token.scope.scope, but=token.scope)
        return own(self, token)

    patch.setattr(EndEvent, "enter", enter)


def interrupting_escalation_does_not_interrupt(patch):
    """Its boundary event leaves the subprocess running."""
    own = BoundaryEvent.fire

    def fire(self, host, variables):
        if self.definition.kind == "escalation":
            host.workflow.spawn(self, host.scope).pending = variables
        else:
            own(self, host, variables)

    patch.setattr(BoundaryEvent, "fire", fire)


def boundary_catches_before_the_event_subprocess(patch):
    """Errors and escalations find the activity's border first."""
    own = throwing.find_handler

    def find(kind, token, code):
        found = own(kind, token, code)
        if found and isinstance(found[0], EventSubProcess):
            bounds = [(event, event) for event in found[1].task_spec.boundaries]
            outside = throwing._matching(kind, code, bounds)
            return (outside, found[1]) if outside else found
        return found

    patch.setattr(throwing, "find_handler", find)


def inclusive_join_forgets_boundary_events(patch):
    """Does not wait for what a boundary event may still send."""
    own = Process._before
    patch.setattr(Process, "_before", lambda self, element: [] if element.attached_to else own(self, element))


def inclusive_join_forgets_links(patch):
    """Does not see a path through a link."""
    patch.setattr(Process, "_links", lambda self, scope, kind: [])
    patch.setattr(Process, "link_target", _own_link_target)


def compensation_forgets_what_a_subprocess_held(patch):
    """Starts the handlers of activities in its own scope only."""
    own = compensation._undo
    patch.setattr(compensation, "_undo", lambda throw, record: own(throw, [record[0], record[1], []]))


def compensation_undoes_again_and_again(patch):
    """A second throw finds what the first has undone."""
    own = compensation._take

    def take(scope, activity_id):
        chosen = own(scope, activity_id)
        if chosen:
            scope.memo["compensable"] = chosen + scope.memo.get("compensable", [])
        return chosen

    patch.setattr(compensation, "_take", take)


def compensation_does_not_wait(patch):
    """The throw event goes on while its handlers run."""
    own = compensation.trigger

    def trigger(throw, activity_id):
        own(throw, activity_id)
        throw.memo["handlers"] = 10**6
        return False

    for module in ("end_event", "intermediate_throw_event"):
        patch.setattr(f"engine.execution.{module}.trigger", trigger)


def compensation_undoes_only_once(patch):
    """What was done three times is undone once."""
    own = compensation._undo
    patch.setattr(compensation, "_undo", lambda throw, record: own(throw, [record[0], 1, record[2]]))


def compensation_ignores_the_named_activity(patch):
    """Undoes everything in the scope."""
    own = compensation._take
    patch.setattr(compensation, "_take", lambda scope, activity_id: own(scope, None))


def compensation_from_an_event_subprocess_stays_inside(patch):
    """Does not undo what the scope around it has completed."""
    patch.setattr(compensation, "EventSubProcess", ())


def event_subprocess_can_be_undone(patch):
    """What a handler has completed is remembered as if it were a step of the process."""
    patch.setattr(EventSubProcess, "keeps_compensation", True)


def ad_hoc_subprocess_ignores_its_condition(patch):
    """It is complete when nothing is left."""

    def left(self, token):
        if not token._children:
            self.finish(token, {})

    patch.setattr(AdHocSubProcess, "on_child_left", left)


def ad_hoc_subprocess_always_ends_the_rest(patch):
    """As if cancelRemainingInstances were true."""

    def stop(self, token):
        token.workflow.terminate_inside(token)
        self.finish(token, {})

    patch.setattr(AdHocSubProcess, "_stop", stop)


def ad_hoc_subprocess_ends_with_the_first(patch):
    """Without a condition it does not wait for the others."""
    own = AdHocSubProcess.on_child_left

    def left(self, token):
        if self.completion is None:
            token.workflow.terminate_inside(token)
        own(self, token)

    patch.setattr(AdHocSubProcess, "on_child_left", left)


def call_activity_keeps_what_comes_back(patch):
    """The called process's variables do not reach the caller."""
    own = CallActivity.conclude

    def conclude(self, token):
        token.pending = {}
        own(self, token)

    patch.setattr(CallActivity, "conclude", conclude)


def errors_do_not_leave_a_called_process(patch):
    """They are incidents there."""
    patch.setattr(Instance, "catches_error", lambda self, key, code: False)


def escalations_do_not_end_a_called_process(patch):
    """It goes on until its caller hears of them."""
    patch.setattr(Instance, "escalation_ends", lambda self, key, code: False)


def conditions_behind_activities_are_ignored(patch):
    """Every flow that leaves an activity is taken."""
    patch.setattr(Node, "choose", lambda self, token: self.exits)


def default_flows_behind_activities_are_always_taken(patch):
    """Beside those whose condition holds."""
    own = Node.choose

    def choose(self, token):
        taken = own(self, token)
        return taken + [way for way in self.exits if way.is_default and way not in taken]

    patch.setattr(Node, "choose", choose)


def an_activity_that_cannot_be_left_is_interrupted(patch):
    """Its boundary events still wait."""
    patch.setattr(Node, "_close", lambda self, token: None)


def _own_link_target(self, throw):
    catches = [e for e in self.model.in_scope(throw.scope) if e.type == "intermediateCatchEvent" and e.event]
    return Exit("", self.nodes[next(e.id for e in catches if e.event.name == throw.event.name)], None, False)


def _after_restore(patch, change):
    own = state.restore

    def restore(process, data, environment):
        run = own(process, data, environment)
        for token in list(run.tasks.values()):
            change(run, token)
        return run

    patch.setattr(state, "restore", restore)


MUTANTS = [
    function
    for name, function in list(globals().items())
    if not name.startswith("_") and getattr(function, "__module__", None) == __name__
]
