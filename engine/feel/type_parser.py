"""The types after `instance of` and after a parameter's name."""

from typing import Any

from engine.feel.names import KEYWORDS, NameTable, joined
from engine.feel.term_parser import TermParser
from engine.feel.types import ANY, SIMPLE, ContextType, FeelType, FunctionType, ListType, RangeType

_SIMPLE_NAMES = NameTable(SIMPLE)


class TypeParser(TermParser):
    """Adds types to the expression parser."""

    def type(self) -> FeelType:
        self.enter()
        kind = self._type()
        self.depth -= 1
        return kind

    def _type(self) -> FeelType:
        word, following = self.token.text, self.peek().text
        if word in ("list", "range") and following == "<":
            self.index += 2
            element = self.type()
            self.expect(">")
            return ListType(element) if word == "list" else RangeType(element)
        if word == "context" and following == "<":
            return self._context_type()
        if word == "function" and following == "<":
            return self._function_type()
        return self._named_type()

    def _context_type(self) -> FeelType:
        self.index += 2
        entries: dict[str, FeelType] = {}
        while not self.at(">"):
            name = self.new_name(":")
            self.expect(":")
            entries[name] = self.type()
            if not self.another(">"):
                break
        self.expect(">")
        return ContextType(entries)

    def _function_type(self) -> FeelType:
        self.index += 2
        parameters: list[FeelType] = []
        while not self.at(">"):
            parameters.append(self.type())
            if not self.another(">"):
                break
        self.expect(">")
        self.expect("->")
        return FunctionType(parameters, self.type())

    def _named_type(self) -> FeelType:
        for table, types in ((self.type_names, self.types), (_SIMPLE_NAMES, SIMPLE)):
            found = table.longest(self.tokens, self.index)
            if found:
                self.index += found[0]
                kind = types[found[1]]
                return ListType(ANY) if kind.name == "list" else kind
        return self._unknown_type()

    def _unknown_type(self) -> FeelType:
        """A type that nobody declared: no value has it."""
        start = end = self.index
        while self.tokens[end].kind == "name" and self.tokens[end].text not in KEYWORDS:
            end += 2 if self.tokens[end + 1].text == "." else 1
        if end == start or self.tokens[end - 1].kind != "name":
            self.unexpected()
        self.index = end
        return UnknownType(joined(self.text, self.tokens[start:end]))


class UnknownType(FeelType):
    """A type that does not exist; no value has it."""

    def accepts(self, value: Any) -> bool:
        return False
