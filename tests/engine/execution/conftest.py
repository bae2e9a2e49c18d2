"""A bench for the executor: a diagram in short, an environment without database, and what an instance did."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from engine.execution import Instance, compile_bpmn
from engine.execution import contract as c

HEAD = (
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="d" targetNamespace="t">'
)


class Bench:
    """Environment and instance in one; `restart` stores and restores between any two steps."""

    def __init__(self) -> None:
        self.clock = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
        self.keys = itertools.count(1)
        self.events: list[Any] = []
        self.extra: dict[str, Any] = {}
        self.caught_above: set[str] = set()
        self.ended_above: set[str] = set()
        self.instance: Instance
        self.outcome: Any = None

    def now(self) -> datetime:
        return self.clock

    def new_key(self) -> int:
        return next(self.keys)

    def functions(self, instance_key: int) -> Mapping[str, Any]:
        return self.extra

    def decide(self, decision_id: str, context: Any, binding: Any) -> Any:
        return self.outcome

    def error_is_caught_above(self, instance_key: int, code: str) -> bool:
        return code in self.caught_above

    def escalation_ends(self, instance_key: int, code: str) -> bool:
        return code in self.ended_above

    def start(self, body: str, variables: dict[str, Any] | None = None, roots: str = "", **more: Any) -> Bench:
        xml = f'{HEAD}<bpmn:process id="p" isExecutable="true">{body}</bpmn:process>{roots}</bpmn:definitions>'
        self.process = compile_bpmn(xml.encode())[0]
        self.instance = Instance.start(self.process, self.new_key(), variables or {}, self, **more)
        return self.settle()

    def settle(self) -> Bench:
        self.events += self.instance.take_events()
        self.instance = Instance.restore(self.process, self.instance.dump(), self)
        return self

    def key(self, element_id: str) -> int:
        found = [t.id for t in self.instance.active() if t.task_spec.element.id == element_id]
        return found[-1]

    def complete(self, element_id: str, **variables: Any) -> Bench:
        self.instance.complete(self.key(element_id), variables)
        return self.settle()

    def waits(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for key, owner in self.instance.run.owners.items():
            node = self.instance.process.nodes[owner.waits[key].node]
            found.setdefault(node.element.id, []).append(key)
        return found

    def fire(self, element_id: str, **variables: Any) -> Bench:
        self.instance.trigger(self.waits()[element_id][0], variables)
        return self.settle()

    def of(self, kind: type) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]

    def waiting_at(self) -> list[str]:
        leaf = [t for t in self.instance.active() if not t._children and t.scope is not None]
        return sorted(t.task_spec.element.id for t in leaf)

    def completed(self) -> list[str]:
        names = {e.key: e.element_id for e in self.of(c.ElementActivated)}
        return [names[e.key] for e in self.of(c.ElementCompleted)]

    @property
    def ended(self) -> bool:
        return self.instance.ended


@pytest.fixture
def bench() -> Bench:
    return Bench()
