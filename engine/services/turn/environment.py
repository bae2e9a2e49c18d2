"""What a running instance asks of its surroundings, answered in the transaction that runs it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.calendars import Calendar, functions, load_calendars
from engine.decisions import DecisionOutcome, typed_context
from engine.execution.contract import Binding
from engine.model.deployment import DecisionDefinition
from engine.runtime import InstanceInfo, Runtime
from engine.services import definitions

if TYPE_CHECKING:
    from engine.services.turn.turn import Turn


class TurnEnvironment:
    """An instance that stays in memory keeps its environment; each turn binds it to itself."""

    def __init__(self, info: InstanceInfo) -> None:
        self.info = info
        self.turn: Turn
        self.kinds: dict[int, str] = {}  # what each open subscription waits for: timer, message, signal
        self.decided: dict[str, int] = {}  # decision id -> the version that was asked in this turn

    def now(self) -> datetime:
        return self.turn.uow.now

    def new_key(self) -> int:
        return self.turn.runtime.new_key()

    def functions(self, instance_key: int) -> Mapping[str, Callable[..., Any]]:
        return feel_functions(self.turn, self.info)

    def decide(self, decision_id: str, context: Mapping[str, Any], binding: Binding) -> DecisionOutcome:
        turn = self.turn
        deployment = turn.deployment(self.info, binding)
        row = definitions.resolve(turn.uow, DecisionDefinition, decision_id, binding, deployment)
        self.decided[decision_id] = row.key
        model = definitions.decision_model(turn.runtime, turn.uow, row.requirements_key)
        extra = self.functions(self.info.key)
        variables = typed_context(model, {name: value for name, value in context.items() if name not in extra})
        return model.evaluate(decision_id, variables, now=turn.uow.now, functions=extra)

    def error_is_caught_above(self, instance_key: int, code: str) -> bool:
        if self.info.parent_key is None or self.info.parent_element_key is None:
            return False
        caller = self.turn.load(self.info.parent_key)
        return caller.instance.catches_error(self.info.parent_element_key, code)

    def escalation_ends(self, instance_key: int, code: str) -> bool:
        if self.info.parent_key is None or self.info.parent_element_key is None:
            return False
        caller = self.turn.load(self.info.parent_key)
        return caller.instance.escalation_ends(self.info.parent_element_key, code)


def feel_functions(turn: Turn, info: InstanceInfo) -> dict[str, Callable[..., Any]]:
    """The calendar functions, and those that others have registered; a later provider's name wins."""
    found = functions(shipped_calendars(turn.runtime), lambda: turn.uow.now)
    for provide in turn.runtime.function_providers:
        found.update(provide(turn.uow, info))
    return found


def shipped_calendars(runtime: Runtime) -> dict[str, Calendar]:
    """The calendars of `processes/calendars.yaml`, read once; a provider may put others in their place."""
    found: dict[str, Calendar] | None = runtime.definitions.get("calendars")
    if found is None:
        found = _read(runtime.settings.processes_dir / "calendars.yaml")
        runtime.definitions.put("calendars", found)
    return found


def _read(path: Path) -> dict[str, Calendar]:
    return load_calendars(path.read_text(encoding="utf-8")) if path.is_file() else {}
