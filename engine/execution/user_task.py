"""A user task: somebody is asked, by role, queue or name."""

from __future__ import annotations

from typing import Any

from engine.deployment.model import Element
from engine.execution.activity import Activity
from engine.execution.contract import Binding, UserTaskClosed, UserTaskOpened
from engine.execution.expressions import Value
from engine.execution.failures import Failed
from engine.execution.token import Token
from engine.feel import to_json

DEFAULT_PRIORITY = 50


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
        self.properties: dict[str, Value] = {name: value for name, value in named.items() if value is not None}

    def start(self, token: Token) -> bool:
        token.workflow.tell(self._opened(token))
        token.memo["task"] = True
        return False

    def _opened(self, token: Token) -> UserTaskOpened:
        run, element = token.workflow, self.element
        context, now = run.context(token), run.now
        form = element.form
        return UserTaskOpened(
            key=token.id,
            element_id=element.id,
            name=element.name or element.id,
            scope_key=token.scope.id if token.scope is not None else run.key,
            assignee=self.assignee.optional_string(context, now) if self.assignee else None,
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
        )

    def _priority(self, context: dict[str, Any], now: Any) -> int:
        if self.priority is None:
            return DEFAULT_PRIORITY
        found = self.priority.integer(context, now)
        if not 0 <= found <= 100:
            raise Failed("EXTRACT_VALUE_ERROR", f"Priority of '{self.element.id}' is {found}, not from 0 to 100.")
        return found

    def on_done(self, token: Token) -> None:
        token.workflow.tell(UserTaskClosed(token.id, canceled=False))

    def on_terminate(self, token: Token) -> None:
        if token.memo.get("task"):
            token.workflow.tell(UserTaskClosed(token.id, canceled=True))
