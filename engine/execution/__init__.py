"""The executor: SpiffWorkflow wrapped, its tree bounded, variables in scopes, one file per BPMN element.

The only package that imports SpiffWorkflow; it knows no database. What it tells and asks is in `contract`.

    processes = compile_bpmn(xml, filename)                       # list[Process]; raises DiagramRefused with findings
    instance = Instance.start(process, key, variables, environment)   # or start_event="id" for message, timer, signal starts
    instance = Instance.restore(process, data, environment)
    instance.complete(element_key, variables)                     # user task, job, call activity
    instance.complete_listener(element_key, variables)            # the job of an execution listener
    instance.change_task(element_key, event) -> bool              # are task listeners asked before the task changes?
    instance.complete_task_listener(element_key, denied)          # the event when the last of them is done
    instance.activate_ad_hoc(element_key, [Wish(element_id, …)])  # elements of an ad-hoc subprocess
    instance.direct_ad_hoc(element_key, variables, [Wish(…)])     # what the worker of an ad-hoc subprocess has decided
    instance.trigger(subscription_key, variables)                 # timer, message, signal
    instance.throw_error(element_key, code, message, variables)   # a worker's BPMN error, or one that escaped from a called instance
    instance.throw_escalation(element_key, code, variables)       # one that escaped from a called instance
    instance.catches_error(element_key, code) -> bool             # would anything here catch it?
    instance.escalation_ends(element_key, code) -> bool           # would an escalation at this element end it?
    instance.is_active(element_key) -> bool
    instance.fail(element_key, message)                           # incident on a waiting element (job without retries …)
    instance.resolve_incident(incident_key)                       # tries again what failed
    instance.set_variables(scope_key, variables, local=False)
    instance.variables(scope_key) -> dict                         # visible there, inner over outer
    instance.local_variables(scope_key) -> dict
    instance.rearm_timers(function_name)                          # ask again for the moments of timers that call a function
    instance.cancel()
    instance.modify([Activation(element_id, …)], [element_key])   # move tokens by hand
    instance.migrate(new_process, mapping)                        # element id -> element id; match(old, new) proposes one
    events = instance.take_events(); data = instance.dump()
"""

from engine.execution.ad_hoc_sub_process import Wish
from engine.execution.contract import Binding, Environment, Event
from engine.execution.instance import Activation, Instance
from engine.execution.migration import Migrated, MigrationRefused, Obstacle, PlanRefused, check_plan, match
from engine.execution.modification import can_activate
from engine.execution.process import Process, compile_bpmn

__all__ = [
    "Activation",
    "Binding",
    "Environment",
    "Event",
    "Instance",
    "Migrated",
    "MigrationRefused",
    "Obstacle",
    "PlanRefused",
    "Process",
    "Wish",
    "can_activate",
    "check_plan",
    "compile_bpmn",
    "match",
]
