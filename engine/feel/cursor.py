"""The parser's cursor over tokens, the names in scope, and how a syntax error is raised."""

from collections.abc import Mapping
from typing import NoReturn

from engine.feel.errors import FeelSyntaxError
from engine.feel.lexer import Token, position, tokenize
from engine.feel.limits import MAX_NESTING
from engine.feel.names import KEYWORDS, NameTable, joined
from engine.feel.types import FeelType

_END_ZH = "结尾"
_NAME_SYMBOLS = frozenset({"+", "-", "*", "/", ".", "**", "'", "’", "?"})


class ParserBase:
    """The token cursor, the scopes, and how errors are raised."""

    def __init__(
        self, text: str, known: NameTable, builtins: NameTable, types: Mapping[str, FeelType] | None = None
    ) -> None:
        self.text = text
        self.tokens = tokenize(text)
        self.index = 0
        self.depth = 0
        self.builtins = builtins
        self.scopes: list[NameTable] = [known]
        self.properties = NameTable()  # names seen as keys anywhere before, for paths and filters
        self.in_filter = 0
        self.types = types or {}
        self.type_names = NameTable(self.types)

    # The cursor

    @property
    def token(self) -> Token:
        return self.tokens[self.index]

    def peek(self, ahead: int = 1) -> Token:
        return self.tokens[min(self.index + ahead, len(self.tokens) - 1)]

    def advance(self) -> Token:
        token = self.tokens[self.index]
        self.index += 1
        return token

    def at(self, text: str) -> bool:
        """Whether the next token is this operator."""
        token = self.tokens[self.index]
        return token.text == text and token.kind == "op"

    def at_word(self, word: str) -> bool:
        """Whether the next token is this keyword."""
        token = self.tokens[self.index]
        return token.text == word and token.kind == "name"

    def accept(self, text: str) -> bool:
        if self.at(text):
            self.index += 1
            return True
        return False

    def another(self, closing: str) -> bool:
        """Pass a comma; false at the end of a list. A comma right before the end is an error."""
        if not self.accept(","):
            return False
        if self.at(closing):
            self.unexpected()
        return True

    def expect(self, text: str) -> None:
        token = self.tokens[self.index]
        if token.text != text or token.kind not in ("op", "name"):
            found, found_zh = self._found()
            self.fail(f"Expected {text!r} but found {found}.", f"此处应为“{text}”，实际是{found_zh}。")
        self.index += 1

    def fail(self, message: str, message_zh: str = "") -> NoReturn:
        line, column = position(self.text, self.tokens[min(self.index, len(self.tokens) - 1)].start)
        raise FeelSyntaxError(message, column, line, self.text, message_zh)

    def unexpected(self) -> NoReturn:
        found, found_zh = self._found()
        self.fail(f"Unexpected {found}.", "表达式没有写完。" if found_zh == _END_ZH else f"此处不能出现{found_zh}。")

    def _found(self) -> tuple[str, str]:
        """What stands here, in English and in Chinese."""
        token = self.tokens[min(self.index, len(self.tokens) - 1)]
        if token.kind == "end":
            return "the end of the text", _END_ZH
        return repr(token.text[:40]), f"“{token.text[:40]}”"

    def enter(self) -> None:
        """Go one bracket or body deeper; pair with `self.depth -= 1`."""
        self.depth += 1
        if self.depth > MAX_NESTING:
            self.fail(f"The expression is nested more than {MAX_NESTING} deep.", "表达式嵌套太深。")

    # Names

    def known_name(self) -> tuple[int, str] | None:
        """The longest name in scope at the cursor, inner scopes first."""
        best: tuple[int, str] | None = None
        tables = [*reversed(self.scopes), self.builtins]
        if self.in_filter:
            tables.insert(0, self.properties)
        for table in tables:
            found = table.longest(self.tokens, self.index)
            if found and (best is None or found[0] > best[0]):
                best = found
        return best

    def more_words(self, end: int) -> int:
        """The index after the plain words that follow: two words in a row can only be one name."""
        while self.tokens[end].kind == "name" and self.tokens[end].text not in KEYWORDS:
            end += 1
        return end

    def take_name(self, start: int, end: int) -> str:
        self.index = end
        return joined(self.text, self.tokens[start:end])

    def new_name(self, *stops: str) -> str:
        """A name being declared: everything up to one of the stops."""
        if self.token.kind == "quoted":
            return self.advance().text[1:-1]
        start = end = self.index
        while self._in_name(end, end == start) and not (end > start and self.tokens[end].text in stops):
            end += 1
        if end == start or self.tokens[end].text not in stops:
            self.index = end
            self.unexpected()
        return self.take_name(start, end)

    def _in_name(self, index: int, first: bool) -> bool:
        token = self.tokens[index]
        if token.kind == "name":
            return not (first and token.text in KEYWORDS)
        return not first and (token.kind == "number" or (token.kind in ("op", "junk") and token.text in _NAME_SYMBOLS))

    def declare(self, name: str) -> None:
        self.scopes[-1].add(name)
