"""What each part of `/v2` does here: a row each, by the tags of the OpenAPI document that it speaks of."""
# ruff: noqa: E501 - a row is one line of the page

from __future__ import annotations

from typing import NamedTuple


class Part(NamedTuple):
    tags: tuple[str, ...]  # of the operations that the row speaks of; none where it speaks of all of them
    here: str
    differs: str = ""


PREFIX = "/v2 "  # of the keys under which tests prove these rows

PARTS = {
    "cluster": Part(
        ("topology", "status", "license", "authentication"),
        "topology, status, license, authentication/me",
        "one broker, one partition",
    ),
    "clock (test mode)": Part(("clock",), "pin, reset", "needs the permission settings.manage"),
    "deployments": Part(
        ("deployments", "resources"),
        "BPMN, DMN, forms; all or nothing; reading and deleting a version by its key; `findings` in the problem, `detail` in the language of `Accept-Language`",
        "generic resources and RPA are refused. `resources/{key}`, its content and its deletion are of processes, decision requirements graphs and forms, by their keys; `deleteHistory` is refused (400), and instances that run on a version hinder its deletion (409, as in 8.8). A deleted version of a process stays in searches with the state DELETED, of a decision it does not",
    ),
    "process definitions": Part(
        ("process definitions", "forms"),
        "search, get, XML, start form, statistics by element (of the instances that a filter finds), of running instances by process and by version; get of a form",
    ),
    "process instances": Part(
        ("process instances",),
        "create (id, key, version, `startInstructions`, `awaitCompletion` up to 60 s), cancel, modify (activate, move, terminate by key or id), migrate, suspend, resume, search, get, incidents, incident resolution, sequence flows, statistics, call hierarchy",
        "`businessId` is refused (400); tags are the instance's own, an instance that it calls has none; cancelling an ended one is 409, Camunda says 404. Suspension is Camunda 8.10's, and takes what an instance called with it ([decision](decisions/0006-a-suspended-instance.md)). Ours: `reason` in a body is kept in the audit trail; filters `caseNumber`, `correlationKey`",
    ),
    "migration": Part(
        ("process instances",),
        "mapping instructions; the refusal's `obstacles` say element by element what cannot be mapped and why, in two languages; tokens at joins, multi-instance bodies, event subprocesses, ad-hoc subprocesses, listeners that run, what compensation could undo",
        "a token at a join follows its flow by id, else by the mapping of the flow's source. Ours: `timers` KEEP or RECOMPUTE, `POST …/migration/preview`, `GET /process-definitions/{key}/migration-plan`; a suspended instance can be migrated",
    ),
    "batch operations": Part(
        ("batch operations", "batch operation items", "process instances"),
        "cancel, migrate, modify, resolve incidents, suspend, resume process instances by filter; search, get, items, suspend, resume, cancel",
        "a filter's state is narrowed to what the operation can take; items exist at once; one that failed leaves the batch COMPLETED, with its counts; no deletions, no `errors` of partitions; `actorType` is always USER",
    ),
    "timers (ours)": Part(("timers",), "search, get, `PATCH` of `dueDate`, firing", "Camunda has nothing like them"),
    "element instances": Part(
        ("element instances",),
        "search, get, variables, incidents; elements of an ad-hoc subprocess activated",
    ),
    "variables": Part(
        ("variables",),
        "search, get",
        "values are never truncated; `value` takes $eq, $neq, $in, $notIn, $like",
    ),
    "user tasks": Part(
        ("user tasks",),
        "search, get, complete, assign, unassign, update, form, variables, effective variables, audit log",
        "completing a completed one is 409, Camunda says 404. The audit log, Camunda's from 8.9 on, says who and what, not what changed; there is no search of the logs of all tasks",
    ),
    "jobs": Part(
        ("jobs",),
        "activate (long poll up to 30 s), complete, fail, throw error, update, search; listeners' jobs, with `corrections` and `denied` in a task listener's result",
        "an answer to a job that is no longer open is 409, Camunda says 404; a failed job with tries left is CREATED with `hasFailedWithRetriesLeft`",
    ),
    "incidents": Part(
        ("incidents",),
        "search, get, resolve; statistics by error, and of an error by version",
        "Ours: filters `caseNumber`, `processDefinitionVersion`, `errorHashCode`",
    ),
    "messages, signals": Part(
        ("messages", "signals", "message subscriptions", "correlated message subscriptions"),
        "publish, correlate, broadcast; search of open subscriptions and of those that a message met",
        "an open subscription is gone when it is met",
    ),
    "expressions": Part(
        ("expression",),
        "evaluated over the variables that are given; the `=` may be left out; our own functions are known",
        "`scopeKey` is refused (400)",
    ),
    "decisions": Part(
        ("decision definitions", "decision requirements", "decision instances"),
        "evaluate, search, get, XML; decision instances search and get",
        "what an imported file decided has the key of what was asked for; types beside tables and literal expressions are UNKNOWN",
    ),
    "users, groups, roles, tenants, authorizations, documents": Part(
        (), "", "not here (404): they are managed in the desk"
    ),
    "errors": Part(
        (),
        "RFC 9457; INVALID_ARGUMENT 400, NOT_FOUND 404, INVALID_STATE and ALREADY_EXISTS 409, FORBIDDEN 403, UNAUTHENTICATED 401, DEADLINE_EXCEEDED 504, UNAVAILABLE 503",
        "an unknown field of a search is refused; an unknown field of another body is passed over. A body that is not JSON is 415",
    ),
    "tenants": Part((), "the caller's own", "another tenant in a body is refused (400)"),
    "credentials": Part(
        (),
        "HTTP Basic; Bearer with a token of Kefuflow; OAuth client credentials at `/oauth/token`",
        "tokens are made in the desk (`/account/tokens`), not by an identity provider",
    ),
    "what is Kefuflow's alone, under `/api`": Part(
        ("cases", "customers"), "cases and customers, listed and one by one", "not Camunda's"
    ),
}

INCIDENTS = {
    "EXTRACT_VALUE_ERROR": "an expression has no value, or none of the kind that is needed there",
    "CONDITION_ERROR": "no flow's condition holds, and there is no default",
    "IO_MAPPING_ERROR": "an `assert()` of a mapping does not hold",
    "CALLED_ELEMENT_ERROR": "there is no such process to call",
    "CALLED_DECISION_ERROR": "there is no such decision",
    "DECISION_EVALUATION_ERROR": "the decision cannot be evaluated",
    "UNHANDLED_ERROR_EVENT": "nobody catches the error",
    "JOB_NO_RETRIES": "a job has failed and has no try left. Resolving gives it at least one, where Camunda wants an update of its retries first",
    "EXECUTION_LISTENER_NO_RETRIES, TASK_LISTENER_NO_RETRIES, AD_HOC_SUB_PROCESS_NO_RETRIES": "the same of a listener's job, or of the job that directs an ad-hoc subprocess",
    "UNKNOWN": "the process loops without waiting",
    "any of them, resolved": "is tried again from what failed: what a worker or person has sent is kept",
}

CLIENTS = {
    "`camunda-orchestration-sdk` (Python)": "topology, deploys all of `processes/`, creates, searches, user tasks, jobs, its job worker, messages, incidents, decisions, its own errors",
    "`@camunda8/sdk` (JavaScript), `CamundaRestClient`": "the same, its job worker and `createProcessInstanceWithResult`",
    "both, signed in by OAuth with a token of the desk's": "what the desktop Modeler calls (connection, several files, start, its searches); a job worker for every kind of element that makes a job",
    "`@camunda8/orchestration-cluster-api`": "strict validation of requests and responses by its own schemas",
}
