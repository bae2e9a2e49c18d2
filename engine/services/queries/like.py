"""`$like`: Camunda's wildcards `*` and `?`, the same on every database; a backslash before one of them takes its power."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Boolean, ColumnElement, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from engine.errors import InvalidInput

LONGEST = 10_000  # SQLite takes 50,000 bytes, and a sign has up to four

_SPECIAL = re.compile(r"\\([*?])|([*?%_\\\[])")
_WILD = re.compile(r"(\\[*?]|[*?])")
_SQL = {"*": "%", "?": "_", "%": r"\%", "_": r"\_", "\\": r"\\"}
_GLOB = {"[": "[[]"}
_REGEX = {"*": ".*", "?": ".", r"\*": r"\*", r"\?": r"\?"}


def like(column: ColumnElement[Any], pattern: str) -> ColumnElement[bool]:
    """Whether a text column is what a pattern says, in its very case. Raises InvalidInput for one that SQLite would not take."""
    if len(pattern) > LONGEST:
        raise InvalidInput(f"A pattern has at most {LONGEST} characters.")
    return _Like(column, literal(_written(pattern, _SQL, "{}")), literal(_written(pattern, _GLOB, "[{}]")))


def is_like(value: str, pattern: str) -> bool:
    """The same of one text."""
    regex = "".join(_REGEX.get(piece, re.escape(piece)) for piece in _WILD.split(pattern))
    return re.fullmatch(regex, value, re.DOTALL) is not None


def _written(pattern: str, signs: Mapping[str, str], quoted: str) -> str:
    """In a language that writes these `signs` otherwise, and a wildcard without its power as `quoted`."""
    return _SPECIAL.sub(lambda at: quoted.replace("{}", at[1]) if at[1] else signs.get(at[2], at[2]), pattern)


class _Like(FunctionElement[bool]):
    """A column, the pattern for LIKE, the pattern for GLOB."""

    type = Boolean()
    inherit_cache = True


@compiles(_Like)
def _compile(element: _Like, compiler: SQLCompiler, **options: Any) -> str:
    column, pattern, _glob = element.clauses
    return f"{compiler.process(column, **options)} LIKE {compiler.process(pattern, **options)} ESCAPE '\\'"


@compiles(_Like, "sqlite")
def _compile_for_sqlite(element: _Like, compiler: SQLCompiler, **options: Any) -> str:
    """SQLite's LIKE takes A for a; its GLOB does not."""
    column, _pattern, glob = element.clauses
    return f"{compiler.process(column, **options)} GLOB {compiler.process(glob, **options)}"
