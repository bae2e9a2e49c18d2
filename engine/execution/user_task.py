"""A user task: somebody is asked, by role, queue or name."""

from __future__ import annotations

from typing import Any

from engine.deployment.model import Element
from engine.execution.activity import Activity
from engine.execution.contract import Binding, JobOpened, UserTaskClosed, UserTaskOpened
from engine.execution.expressions import Value
from engine.execution.failures import Failed
from engine.execution.listeners import DEFAULT_RETRIES, TASK, BoundListener, bound, open_listener
from engine.execution.token import Token
from engine.feel import to_json

DEFAULT_PRIORITY = 50
CREATING, ASSIGNING, CANCELING = "creating", "assigning", "canceling"


class UserTask(Activity):
    """With or without `zeebe:userTask`, it is in the task list."""

    def __init__(self, spec: Any, element: Element, name: str | None = None) -> None:
        super().__init__(spec, element, name)
        who = element.assignment
        self.assignee = self.value(who.assignee, "Assignee")
        self.groups = self.value(who.candidate_groups, "Candidate groups")
        self.users = self.value(who.candidate_users, "Candidate users")
        self.due = self.value(who.due_date, "Due date")
        self.follow_up = self.value(who.follow_up_date, "Follow-up date")
        self.priority = self.value(who.priority, "Priority")
        self.form = self.value(element.form.id, "Form id") if element.form else None
        self.external = self.value(element.external_form or element.form_key, "Form reference")
        named = {name: self.value(text, f"Property '{name}'") for name, text in element.properties.items()}
        self.task_listeners = bound(element.task_listeners, element.id)
        self.properties: dict[str, Value] = {name: value for name, value in named.items() if value is not None}

    def start(self, token: Token) -> bool:
        opened = self._opened(token)
        for listener in self.task_listeners.get(CANCELING, ()):  # Evaluated now: when it is ended nothing may fail.
            token.memo.setdefault("canceling", []).append(self._job(token, listener))
        token.workflow.tell(opened)
        token.memo["task"] = True
        if opened.listening is not None:
            self.changes(token, opened.listening)
        return False

    def changes(self, token: Token, event: str) -> bool:
        """The task is about to change its state: whether listeners are asked first; the first of them is, then.

        Where its job cannot be told there is an incident, and resolving it asks all of them again.
        """
        return event in self.task_listeners and self._ask(token, event, 0)

    def _ask(self, token: Token, event: str, position: int) -> bool:
        token.memo["listener"] = [event, position]
        try:
            open_listener(self, token, self.task_listeners[event], position, TASK)
        except Failed as failure:
            token.workflow.raise_incident(token, f"task {event}", failure)
        return True

    def task_listened(self, token: Token, denied: bool) -> str | None:
        """A task listener's job is done: the next one is asked; the event when it was the last, or when it denied it."""
        event, position = token.memo["listener"]
        if not denied and position + 1 < len(self.task_listeners[event]):
            self._ask(token, event, position + 1)
            return None
        del token.memo["listener"]
        return str(event)

    def attempt(self, token: Token, stage: str) -> bool | None:
        if not stage.startswith("task "):
            return super().attempt(token, stage)
        self._ask(token, stage.removeprefix("task "), 0)
        return None

    def _job(self, token: Token, listener: BoundListener) -> list[Any]:
        run = token.workflow
        context = run.context(token)
        retries = listener.retries.integer(context, run.now) if listener.retries is not None else DEFAULT_RETRIES
        return [listener.type.string(context, run.now), retries]

    def _opened(self, token: Token) -> UserTaskOpened:
        run, element = token.workflow, self.element
        context, now = run.context(token), run.now
        form = element.form
        assignee = self.assignee.optional_string(context, now) if self.assignee else None
        events = [CREATING] if assignee is None else [CREATING, ASSIGNING]
        return UserTaskOpened(
            key=token.id,
            element_id=element.id,
            name=element.name or element.id,
            scope_key=token.scope.id if token.scope is not None else run.key,
            assignee=assignee,
            candidate_groups=self.groups.strings(context, now) if self.groups else [],
            candidate_users=self.users.strings(context, now) if self.users else [],
            due_at=self.due.moment(context, now) if self.due else None,
            follow_up_at=self.follow_up.moment(context, now) if self.follow_up else None,
            priority=self._priority(context, now),
            form_id=self.form.optional_string(context, now) if self.form else None,
            form_binding=Binding(form.binding, form.version_tag) if form else Binding(),
            external_form=self.external.optional_string(context, now) if self.external else None,
            headers=dict(element.headers),
            properties={name: to_json(value.raw(context, now)) for name, value in self.properties.items()},
            listening=next((event for event in events if event in self.task_listeners), None),
        )

    def _priority(self, context: dict[str, Any], now: Any) -> int:
        if self.priority is None:
            return DEFAULT_PRIORITY
        found = self.priority.integer(context, now)
        if not 0 <= found <= 100:
            raise Failed("EXTRACT_VALUE_ERROR", f"Priority of '{self.element.id}' is {found}, not from 0 to 100.")
        return found

    def on_done(self, token: Token) -> None:
        token.memo.pop("task", None)
        token.workflow.tell(UserTaskClosed(token.id, canceled=False))

    def on_terminate(self, token: Token) -> None:
        if not token.memo.get("task"):
            return
        run = token.workflow
        run.tell(UserTaskClosed(token.id, canceled=True))
        for job_type, retries in token.memo.get("canceling", ()):
            headers = dict(self.element.headers)
            run.tell(
                JobOpened(token.id, self.element.id, job_type, retries, headers, TASK, CANCELING.upper(), outlives=True)
            )
