"""The names that a text may mention: those that a file gives to entries, and which of many a text can mean at all."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass
from functools import lru_cache
from typing import Any

from engine.decisions import elements as dmn
from engine.feel.names import name_tokens

_WORD = re.compile(r"\w+")


def entry_names(definitions: dmn.Definitions) -> frozenset[str]:
    """Names with a space or sign in them of what a path may reach: entries, columns, outputs, components, elements.

    One with a dot is left out: elsewhere the same text is a path.
    """
    return frozenset(name for name in _names(definitions) if not name.isidentifier() and "." not in name)


def _names(part: Any) -> Iterator[str]:
    if isinstance(part, tuple):
        for one in part:
            yield from _names(one)
    elif isinstance(part, dmn.FunctionDefinition):
        yield from _names(part.body)  # Parameters are names in the body only.
    elif isinstance(part, dmn.Binding):
        yield from _names(part.expression)
    elif is_dataclass(part):
        if isinstance(part, dmn.Variable | dmn.ItemDefinition):
            yield part.name
        elif isinstance(part, dmn.OutputClause):
            yield part.place.name or ""
        for field in fields(part):
            yield from _names(getattr(part, field.name))


def mentioned(text: str, *vocabularies: frozenset[str]) -> frozenset[str]:
    """The names, out of each vocabulary, whose first word the text holds; those that begin with a sign always.

    Compiling a cell must not cost what the whole file has of names.
    """
    words = {"", *_WORD.findall(text)}
    return frozenset(
        name
        for vocabulary in vocabularies
        for index in (_by_first_word(vocabulary),)
        for word in words & index.keys()
        for name in index[word]
    )


@lru_cache(maxsize=256)
def _by_first_word(names: Iterable[str]) -> dict[str, list[str]]:
    index: dict[str, list[str]] = {}
    for name in names:
        first = (name_tokens(name) or ("",))[0]
        index.setdefault(first if _WORD.fullmatch(first) else "", []).append(name)
    return index
