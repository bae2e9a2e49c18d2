"""DMN 1.1 to 1.5: decision models, compiled once and checked before they are deployed, that say why they decided."""

from engine.decisions.command import decide, decide_outcome, typed_context
from engine.decisions.folders import parse_folder
from engine.decisions.model import Decision, DecisionModel, Requirement, check_dmn, parse_dmn
from engine.decisions.refusal import DecisionModelError
from engine.decisions.trace import (
    DecisionOutcome,
    EvaluatedDecision,
    EvaluatedInput,
    EvaluatedOutput,
    EvaluatedTable,
    MatchedRule,
)

__all__ = [
    "Decision",
    "DecisionModel",
    "DecisionModelError",
    "DecisionOutcome",
    "EvaluatedDecision",
    "EvaluatedInput",
    "EvaluatedOutput",
    "EvaluatedTable",
    "MatchedRule",
    "Requirement",
    "check_dmn",
    "decide",
    "decide_outcome",
    "parse_dmn",
    "parse_folder",
    "typed_context",
]
