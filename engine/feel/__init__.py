"""FEEL, the expression language of DMN 1.5: text compiled once to closures, evaluated safely any number of times.

Everything a caller needs is here; the language's own limits are in `limits`, its functions in `builtins`.
"""

from engine.feel.builtins import BUILTIN_NAMES, documentation
from engine.feel.errors import FeelSyntaxError
from engine.feel.expression import Expression, UnaryTests, compile_expression, compile_unary_tests
from engine.feel.json_values import from_typed, to_json, to_typed
from engine.feel.printing import feel_string
from engine.feel.python_values import from_python, to_python

__all__ = [
    "BUILTIN_NAMES",
    "Expression",
    "FeelSyntaxError",
    "UnaryTests",
    "compile_expression",
    "compile_unary_tests",
    "documentation",
    "feel_string",
    "from_python",
    "from_typed",
    "to_json",
    "to_python",
    "to_typed",
]
