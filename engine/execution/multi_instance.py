"""An activity once for each item of a list, all at once or one after another."""

from __future__ import annotations

from typing import Any

from engine.deployment.model import Element, Loop
from engine.execution.activity import Activity
from engine.execution.expressions import PATH
from engine.execution.node import Node
from engine.execution.token import Token
from engine.execution.variables import propagate, set_local


class MultiInstance(Activity):
    """The body: it bears the boundary events and the flows; `each` is the activity itself, one token an item.

    The token's memo: `items` (sequential: those to come), `size`, `next`, `done`, `out` (collected by position), `stop`.
    """

    def __init__(self, spec: Any, element: Element, each: Node) -> None:
        super().__init__(spec, element)
        assert element.loop is not None
        loop: Loop = element.loop
        self.type = "MULTI_INSTANCE_BODY"
        self.inputs_, self.outputs_ = [], []  # They are the single activity's, as are the listeners.
        self.start_listeners, self.end_listeners = [], []
        self.loop, self.each = loop, each
        self.collection = self.value(loop.input_collection, "Input collection")
        self.output_element = self.value(loop.output_element, "Output element")
        self.completion = self.value(loop.completion, "Completion condition")
        named = PATH.fullmatch(loop.output_element or "")
        self.output_variable = named[1] if named else None

    @property
    def inner_scope(self) -> str:
        return ""

    def start(self, token: Token) -> bool:
        assert self.collection is not None
        run = token.workflow
        items = self.collection.items(run.context(token), run.now)
        token.memo |= {"size": len(items), "next": 0, "done": 0, "out": [None] * len(items)}
        if self.loop.output_collection:
            set_local(token, self.loop.output_collection, list(token.memo["out"]))
        if self.loop.sequential:
            token.memo["items"] = items
            items = items[:1]
        for item in items:
            self._begin(token, item)
        return not items

    def _begin(self, token: Token, item: Any) -> None:
        token.memo["next"] += 1
        one = token.workflow.spawn(self.each, token)
        one.memo["loop"] = token.memo["next"]
        if self.loop.input_element:
            set_local(one, self.loop.input_element, item)
        set_local(one, "loopCounter", token.memo["next"])
        hides_input = self.output_variable in (self.loop.input_element, "loopCounter")
        if self.output_variable and self.loop.output_collection and not hides_input:
            set_local(one, self.output_variable, None)

    def collect(self, body: Token, one: Token) -> None:
        """Take the output of one that is done, and ask whether the others are still wanted. Raises Failed."""
        run = body.workflow
        context = run.context(one)
        if self.output_element is not None and self.loop.output_collection:
            body.memo["out"][one.memo["loop"] - 1] = self.output_element.json(context, run.now)
            set_local(body, self.loop.output_collection, list(body.memo["out"]))
            context = run.context(one)
        if self.completion is not None:
            context |= self._counts(body)
            body.memo["stop"] = self.completion.boolean(context, run.now)
        body.memo["done"] += 1

    def _counts(self, body: Token) -> dict[str, int]:
        """Camunda's four properties of a multi-instance, as if the one that asks were already complete."""
        return {
            "numberOfInstances": body.memo["size"],
            "numberOfActiveInstances": len(body.tokens) - 1,
            "numberOfCompletedInstances": body.memo["done"] + 1,
            "numberOfTerminatedInstances": 0,
        }

    def on_child_left(self, token: Token) -> None:
        if token.memo.get("stop"):
            token.workflow.terminate_inside(token)
        elif self.loop.sequential and token.memo["next"] < token.memo["size"]:
            self._begin(token, token.memo["items"][token.memo["next"]])
            return
        if not token._children:
            self.finish(token, {})

    def conclude(self, token: Token) -> None:
        name = self.loop.output_collection
        if name and token.scope is not None:
            propagate(token.scope, {name: list(token.memo["out"])})
