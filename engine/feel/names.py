"""Finding names of several words in a row of tokens, the longest first."""

from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise

from engine.feel.errors import FeelSyntaxError
from engine.feel.lexer import Token, tokenize

_LOGIC = ("and", "or", "in", "between", "instance", "true", "false", "null")
_FORMS = ("if", "then", "else", "for", "return", "some", "every", "satisfies", "function", "external")
KEYWORDS = frozenset(_LOGIC + _FORMS)


class NameTable:
    """Names known in one scope, by their first token."""

    __slots__ = ("by_first",)

    def __init__(self, names: Iterable[str] = ()) -> None:
        self.by_first: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for name in names:
            self.add(name)

    def add(self, name: str) -> None:
        """Know one more name; what cannot be a name at all is left out."""
        parts = name_tokens(name)
        if parts:
            entries = self.by_first.setdefault(parts[0], [])
            entries.append((parts, name))
            entries.sort(key=lambda entry: -len(entry[0]))

    def longest(self, tokens: list[Token], index: int) -> tuple[int, str] | None:
        """How many tokens from `index` on make the longest known name, and that name."""
        for parts, name in self.by_first.get(tokens[index].text, ()):
            if all(
                index + offset < len(tokens) and tokens[index + offset].text == part
                for offset, part in enumerate(parts)
            ):
                return len(parts), name
        return None


@lru_cache(maxsize=4096)
def name_tokens(name: str) -> tuple[str, ...]:
    """The tokens a name is made of; empty for a text that holds none."""
    try:
        return tuple(token.text for token in tokenize(name)[:-1])
    except FeelSyntaxError:
        return ()


def joined(text: str, tokens: list[Token]) -> str:
    """The name that tokens of `text` make: one space wherever the text has any between two of them."""
    parts = [tokens[0].text]
    for before, token in pairwise(tokens):
        parts.append(token.text if before.end == token.start else f" {token.text}")
    return "".join(parts)
