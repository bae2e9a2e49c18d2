"""Which of many names a text can mention: compiling a cell must not cost what the whole file has of names."""

import re
from collections.abc import Iterable
from functools import lru_cache

from engine.feel.names import name_tokens

_WORD = re.compile(r"\w+")


def mentioned(text: str, *vocabularies: frozenset[str]) -> frozenset[str]:
    """The names, out of each vocabulary, whose first word the text holds; those that begin with a sign always."""
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
