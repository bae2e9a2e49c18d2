"""An ad-hoc subprocess: its elements run in any order, as often as they are asked for, or not at all.

Who asks: its own expression when it is entered, a person or program from outside, or the worker of its job, again and again.
Each element that is asked for runs, with all that its flows lead to, in an inner instance of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engine.deployment.model import AdHoc, Element
from engine.errors import Conflict, InvalidInput
from engine.execution.contract import JobClosed
from engine.execution.expressions import PATH
from engine.execution.failures import Failed
from engine.execution.job import JobWork
from engine.execution.node import Node
from engine.execution.scope import Scope
from engine.execution.token import Token
from engine.execution.variables import propagate, set_local

if TYPE_CHECKING:
    from engine.execution.process import Process

ELEMENTS = "adHocSubProcessElements"  # a variable that tells a worker what there is to choose from


@dataclass(frozen=True, slots=True)
class Wish:
    """An inner element to be started, with local variables."""

    element_id: str
    variables: dict[str, Any] = field(default_factory=dict)


class AdHocInner(Node):
    """One element that was asked for and what follows it: a scope that is complete when nothing is left in it."""

    @property
    def inner_scope(self) -> str:
        return self.element.scope

    def enter(self, token: Token) -> bool:
        run = token.workflow
        if "element" in token.memo:  # else a token was put inside by hand
            run.spawn(run.process.nodes[token.memo["element"]], token)
        return False

    def on_child_left(self, token: Token) -> None:
        if not token._children:
            self.finish(token, {})


class AdHocSubProcess(JobWork, Scope):
    """The token's memo: `stop` (its condition has held, or its worker said so), `cancel` (the worker's word on the rest)."""

    job_kind = "AD_HOC_SUB_PROCESS"

    def __init__(self, spec: Any, element: Element, name: str | None = None) -> None:
        super().__init__(spec, element, name)
        self.bind_job()
        self.ad_hoc = element.ad_hoc or AdHoc()
        self.active = self.value(self.ad_hoc.active_elements, "Active elements")
        self.completion = self.value(self.ad_hoc.completion, "Completion condition")
        self.output_element = self.value(self.ad_hoc.output_element, "Output element")
        named = PATH.fullmatch(self.ad_hoc.output_element or "")
        self.output_variable = named[1] if named else None
        inner = f"{element.id}#innerInstance"
        self.inner = AdHocInner(
            spec, Element(id=inner, name=None, type="adHocSubProcessInnerInstance", scope=element.id, line=element.line)
        )

    @property
    def inner_scope(self) -> str:
        return ""  # Its elements are held by its inner instances.

    def link(self, process: Process) -> None:
        super().link(process)
        self.offered: dict[str, Element] = {e.id: e for e in process.model.beginnings(self.element.id)}

    def prepare(self, token: Token) -> None:
        set_local(token, ELEMENTS, [_described(element) for element in self.offered.values()])
        if self.ad_hoc.output_collection:
            set_local(token, self.ad_hoc.output_collection, [])
        super().prepare(token)

    def start(self, token: Token) -> bool:
        if token.memo.pop("modified", False):
            return False
        if self.job_type is not None:
            return self.open_job(token)
        for element_id in self._chosen(token):
            self.begin(token, Wish(element_id))
        return False

    def _chosen(self, token: Token) -> list[str]:
        if self.active is None:
            return []
        run = token.workflow
        found = self.active.items(run.context(token), run.now)
        unknown = [each for each in found if not isinstance(each, str) or each not in self.offered]
        if unknown:
            raise Failed("EXTRACT_VALUE_ERROR", f"'{self.element.id}' has no elements to activate named {unknown!r}.")
        return found

    def activate(self, token: Token, wishes: Sequence[Wish], cancel_remaining: bool = False) -> None:
        """Start elements from outside. Raises InvalidInput where one is not there to be started."""
        unknown = [wish.element_id for wish in wishes if wish.element_id not in self.offered]
        if unknown:
            known = ", ".join(self.offered)
            raise InvalidInput(f"'{self.element.id}' cannot activate {', '.join(unknown)}; it can activate {known}.")
        if token.memo.get("interrupted") or token.memo.get("stop"):
            raise Conflict(f"'{self.element.id}' is about to end and activates nothing any more.")
        if cancel_remaining:
            token.workflow.terminate_inside(token)
        for wish in wishes:
            self.begin(token, wish)

    def begin(self, token: Token, wish: Wish) -> Token:
        inner = token.workflow.spawn(self.inner, token)
        inner.memo["element"] = wish.element_id
        self.inner._announce(inner)
        if self.output_variable and self.ad_hoc.output_collection:
            set_local(inner, self.output_variable, None)
        for name, value in wish.variables.items():
            set_local(inner, name, value)
        return inner

    def told(self, token: Token, variables: dict[str, Any], wishes: Sequence[Wish], stop: bool, cancel: bool) -> None:
        """Its worker has decided what is next. Raises InvalidInput."""
        if stop and wishes:
            raise InvalidInput(f"'{self.element.id}' cannot both be complete and activate elements.")
        for name, value in variables.items():
            set_local(token, name, value)
        self.on_done(token)
        self.activate(token, wishes)
        if stop:
            token.memo |= {"stop": True, "cancel": cancel}
            self._stop(token)

    def collect(self, scope: Token, token: Token) -> None:
        """An inner instance is about to end: take its output, and ask whether it was enough. Raises Failed."""
        if token.task_spec is not self.inner:
            return
        run, collection = scope.workflow, self.ad_hoc.output_collection
        if self.output_element is not None and collection:
            value = self.output_element.json(run.context(token), run.now)
            so_far = (scope.vars or {}).get(collection)
            if not isinstance(so_far, list):
                raise Failed("EXTRACT_VALUE_ERROR", f"The output collection '{collection}' is {so_far!r}, not a list.")
            set_local(scope, collection, [*so_far, value])
        if self.completion is not None and self.completion.boolean(run.context(scope), run.now):
            scope.memo["stop"] = True

    def on_child_left(self, token: Token) -> None:
        if token.memo.get("stop"):
            self._stop(token)
        elif token.memo.get("interrupted"):
            super().on_child_left(token)
        elif self.job_type is not None:
            self._ask_again(token)
        elif self.completion is None:
            super().on_child_left(token)

    def _stop(self, token: Token) -> None:
        if token.memo.get("cancel", self.ad_hoc.cancel_remaining and self.job_type is None):
            token.workflow.terminate_inside(token)
        if not token._children:
            self.finish(token, {})

    def on_interrupt(self, token: Token) -> None:
        self._withdraw(token)

    def _withdraw(self, token: Token) -> None:
        if token.memo.pop("job", False):
            token.workflow.tell(JobClosed(token.id, canceled=True))

    def _ask_again(self, token: Token) -> None:
        """Something is done: what its worker was to decide before is out of date."""
        self._withdraw(token)
        self.resume(token, "ask")

    def attempt(self, token: Token, stage: str) -> bool | None:
        if stage != "ask":
            return super().attempt(token, stage)
        try:
            self.open_job(token)
        except Failed as failure:
            token.workflow.raise_incident(token, "ask", failure)
        return None

    def conclude(self, token: Token) -> None:
        name = self.ad_hoc.output_collection
        if name and token.scope is not None:
            propagate(token.scope, {name: (token.vars or {}).get(name)})
        super().conclude(token)


def _described(element: Element) -> dict[str, Any]:
    """What a worker is told of an element; what the diagram does not say is left out."""
    told = {
        "elementId": element.id,
        "elementName": element.name,
        "documentation": element.documentation,
        "properties": dict(element.properties) or None,
    }
    return {name: value for name, value in told.items() if value is not None}
