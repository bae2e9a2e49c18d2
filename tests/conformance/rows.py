"""What each element does here: a row each, by the key under which tests prove it."""
# ruff: noqa: E501 - a row is one line of the page

from __future__ import annotations

ELEMENTS = {
    "process, lanes, pools, data objects, annotations": "run; several executable processes in a file are all deployed, others are not. Pools and lanes mean nothing to the engine, as in Camunda",
    "task, manual task": "passed at once",
    "user task": "runs, with or without `zeebe:userTask`: a task without it is in the task list too, where Camunda makes it a job. Assignee, candidates, dates, priority, form by id and binding, external form, headers. An empty date text is no date",
    "user task with a `formId` that is not deployed": "differs: a warning at deployment; the task opens without its form, where Camunda raises FORM_NOT_FOUND",
    "service, send task": "job by type; type and retries may be FEEL",
    "script task": "FEEL expression, or job",
    "business rule task": "deployed decision, or job. No such decision: CALLED_DECISION_ERROR; cannot be evaluated: DECISION_EVALUATION_ERROR",
    "receive task": "runs; behind an event-based gateway too",
    "call activity": "runs: `latest`, `deployment`, `versionTag`; `propagateAllParentVariables`, `propagateAllChildVariables` (both true where absent); the process may be an expression; errors and escalations escape to it; at most 100 calls deep",
    "embedded subprocess": "runs",
    "event subprocess": "runs: message, timer, signal, error, escalation; interrupting or not (error: only interrupting)",
    "ad-hoc subprocess": "runs: `activeElementsCollection`, `completionCondition`, `cancelRemainingInstances`, `outputCollection`, elements activated over `/v2`, or all of it decided by a worker (`adHocSubProcess` job result). Once its condition has held it ends, even if what it waits for makes it false again; `adHocSubProcessElements` has no `parameters`",
    "multi-instance": "runs, parallel and sequential, of every activity; the four `numberOf…` properties, `loopCounter`, outputs in order; the collection is evaluated once, as the body is entered",
    "exclusive, parallel, inclusive (split and join), event-based gateway": "run; joins count tokens per incoming flow",
    "several flows in and out of an activity, with or without conditions": "run: each token that comes starts it again; of the flows those without a condition and those whose condition holds, else the default; none: CONDITION_ERROR",
    "loops": "run, through any element; an instance that has turned 20,000 times is stored in as many bytes as at first",
    "input and output mappings": "run, in Camunda's order and scopes; an `assert()` that does not hold is IO_MAPPING_ERROR",
    "compensation": "runs: any activity can have a handler, any activity can be one; a throw or end event starts those of all that is complete in its scope, the last completed first, all at once, or of `activityRef`; also inside completed subprocesses; from an event subprocess those of the scope around it; a called process is not entered",
    "execution listeners": "run as jobs, `start` and `end`, with headers of their own, wherever Camunda allows them (elsewhere: `listener-not-allowed`); on a multi-instance activity they are each instance's. An element whose end listeners run is interrupted by nothing",
    "task listeners": "run as jobs: `creating`, `assigning`, `updating`, `completing`, `canceling`; a worker may correct the task or deny what is to happen. While they run the task is on nobody's list; `/v2` waits 10 s for them (then 504, and it goes on), the desk does not wait. Differs: nothing waits for `canceling` ones, and all of them run at once",
    "transaction, complex gateway, standard loop": "refused; Camunda does not have them either",
    "an event with several definitions, a receive task that starts a process": "refused",
}

ABOUT = {
    "message start without a correlation key, other messages without one": "the first runs; the others are refused",
    "start of a process whose timer, message or signal needs a variable": "refused (`start-without-value`), as in Camunda",
    "cron, and a moment without a zone": "in the desk's zone, Asia/Shanghai; Camunda takes its server's",
    "an uncaught error": "UNHANDLED_ERROR_EVENT on the element that threw; a job can be taken again once it is resolved",
    "the very error code comes before a handler of any code, event subprocesses before boundaries, inner before outer": "as in Camunda",
    "an error or escalation code": "may be FEEL where it is thrown, and is read when it is thrown; where it is caught it is a text, or none for every code",
    "error thrown by a worker, uncaught": "its job is FAILED until the incident is resolved, then offered again",
    "an escalation that leaves a called process": "ends it there where it interrupts the call; else both go on",
    "signals": "each receiver is moved by a job of its own, within moments of the broadcast; only the newest version is started",
    "messages": "one instance of each process; kept for their time to live; an id is unique among kept messages of a name and key; one active instance for a key of a message start, the next kept message when it ends",
    "variables": "results go to the nearest scope that has the name, else to the process; with output mappings only what they map does. What one branch sets the others see",
    "10,000 automatic steps in one command": "an incident, UNKNOWN: the process loops without waiting",
    "an element that is done but cannot be left (no flow, an output element that fails)": "stays with an incident; its job or task is done, and nothing interrupts it. Resolving tries only the leaving again",
}
