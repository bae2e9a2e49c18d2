"""One decision of one file asked from plain JSON: what `kefuflow decide` does."""

from collections.abc import Mapping, Sequence
from typing import Any

from engine.decisions.folders import parse_folder, readable
from engine.decisions.model import DecisionModel
from engine.decisions.trace import DecisionOutcome
from engine.decisions.types import from_json
from engine.decisions.values import from_json as plain
from engine.errors import InvalidInput
from engine.feel import to_typed


def decide(
    xml: bytes, decision: str, context: Mapping[str, Any], siblings: Sequence[bytes] = ()
) -> tuple[dict[str, Any], list[str]]:
    """The decision's typed value (`{"type", "value"}`) and the warnings on the way.

    `context` is JSON as `json.loads` gives it; texts become dates, times and durations where the model declares them.
    `siblings` are the other DMN files of the folder, for imports. Raises DecisionModelError or NotFound.
    """
    outcome = decide_outcome(xml, decision, context, siblings)
    return to_typed(outcome.value), outcome.warnings


def decide_outcome(
    xml: bytes, decision: str, context: Mapping[str, Any], siblings: Sequence[bytes] = ()
) -> DecisionOutcome:
    """The same with the trace and the failure, for whoever wants to know why."""
    others = readable({f"sibling {index}": sibling for index, sibling in enumerate(siblings) if sibling != xml})
    model = parse_folder({**others, "": xml})[""]
    try:
        return model.evaluate(decision, typed_context(model, context))
    except RecursionError as error:
        raise InvalidInput("The context is nested too deep.") from error


def typed_context(model: DecisionModel, context: Mapping[str, Any]) -> dict[str, Any]:
    """Plain JSON as FEEL values, by the types of the model's input data and of inputs of its tables that are one name.

    An imported model's inputs lie under the import's name.
    """
    typed = {str(name): plain(value) for name, value in context.items()}
    for name, imported in model.imported.items():
        given = context.get(name)  # An import without a name is known by its namespace, which is no variable.
        if isinstance(given, Mapping):
            typed[name] = typed_context(imported, given)
        else:
            typed.update(_declared(imported, context))
    typed.update(_declared(model, context))
    return typed


def _declared(model: DecisionModel, context: Mapping[str, Any]) -> dict[str, Any]:
    return {name: from_json(kind, context[name]) for name, kind in model.declared_types.items() if name in context}
