"""FEEL expressions on their own, evaluated for whoever draws a process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from engine.errors import InvalidInput
from engine.feel import FeelSyntaxError, compile_expression, to_json
from engine.model.base import DEFAULT_TENANT
from engine.persistence import UnitOfWork
from engine.runtime import InstanceInfo, Runtime
from engine.services.turn import Turn
from engine.services.turn.environment import feel_functions


@dataclass(frozen=True, slots=True)
class Answer:
    """The value as JSON knows it, and why it is null where it is."""

    value: Any
    warnings: list[str]


def evaluate(
    runtime: Runtime, text: str, variables: dict[str, Any], *, who: str, tenant_id: str = DEFAULT_TENANT
) -> Answer:
    """Evaluate an expression, with or without its `=`, over variables; our functions are known to it.

    Raises InvalidInput with line and column for a text that is no expression.
    """

    def work(uow: UnitOfWork) -> Answer:
        nowhere = InstanceInfo(0, tenant_id, 0, None, None, 0, 0, "", 0)
        context = {**feel_functions(Turn(runtime, uow, who), nowhere), **variables}
        warnings: list[str] = []
        try:
            compiled = compile_expression(text.strip().removeprefix("="), context)
        except FeelSyntaxError as error:
            raise InvalidInput(f"The expression cannot be read: {error}", {"expression": [str(error)]}) from error
        value = compiled.evaluate(context, now=uow.now, warnings=warnings)
        return Answer(to_json(value), [str(each) for each in warnings])

    return runtime.transact(work, tenant_id)
