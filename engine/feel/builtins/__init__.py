"""All built-in functions by name. Each module holds one chapter of DMN 1.5, 10.3.4; `camunda` holds Camunda's extras."""

from engine.feel.builtins import camunda, contexts, conversion, lists, moments, numeric, ranges, strings, tables
from engine.feel.builtins.registry import BUILTINS, Builtin, documentation

BUILTIN_NAMES: frozenset[str] = frozenset(BUILTINS)

__all__ = ["BUILTINS", "BUILTIN_NAMES", "Builtin", "documentation"]

_MODULES = (camunda, contexts, conversion, lists, moments, numeric, ranges, strings, tables)
