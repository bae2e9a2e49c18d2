"""Literals, names, brackets, and the forms that start with a keyword."""

from engine.feel import nodes as n
from engine.feel.lexer import Token, unescape
from engine.feel.names import KEYWORDS, NameTable
from engine.feel.numbers import parse as parse_number
from engine.feel.parser import ADDITIVE, COMPARISONS, ExpressionParser
from engine.feel.types import FeelType

# Camunda's second names of all() and any().
_FUNCTION_WORDS = {"and": "all", "or": "any"}


class TermParser(ExpressionParser):
    """Adds the terms that operators stand between."""

    def primary(self) -> n.Node:
        token = self.token
        if token.kind == "name":
            return self._word(token)
        if token.kind == "number":
            self.index += 1
            try:
                return n.Const(parse_number(token.text))
            except ArithmeticError:
                return n.Const(None)
        if token.kind == "string":
            self.index += 1
            return n.Const(unescape(token.text))
        if token.kind == "quoted":
            self.index += 1
            return n.Name(token.text[1:-1])
        return self._symbol(token)

    def _symbol(self, token: Token) -> n.Node:
        if self.known_name_starts():
            return self._name()
        if token.text == "(":
            return self._parenthesis()
        if token.text in ("[", "]"):
            return self._bracket()
        if token.text == "{":
            return self._context()
        if token.text == "@" and self.peek().kind == "string":
            self.index += 2
            return n.AtLiteral(unescape(self.tokens[self.index - 1].text))
        if token.text == "?":
            self.index += 1
            return n.Input()
        self.unexpected()

    def known_name_starts(self) -> bool:
        """Whether a declared name begins with this symbol; FEEL forbids such names, other tools allow them."""
        if self.token.kind != "junk":
            return False
        return self.known_name() is not None

    def _word(self, token: Token) -> n.Node:
        word = token.text
        if word in KEYWORDS or word == "not":
            known = self.known_name()
            if known and known[0] > 1:
                return self._name()
            parse = {
                "if": self._if,
                "for": self._for,
                "some": self._quantified,
                "every": self._quantified,
                "function": self._function,
            }.get(word)
            if parse is not None:
                return parse()
            if word in ("true", "false", "null"):
                self.index += 1
                return n.Const({"true": True, "false": False, "null": None}[word])
            if word in _FUNCTION_WORDS and self.peek().text == "(":
                self.index += 1
                return n.Name(_FUNCTION_WORDS[word])
            if word != "not":
                self.unexpected()
        return self._name()

    def _name(self) -> n.Node:
        found = self.known_name()
        start = self.index
        end = self.more_words(start + (found[0] if found else 1))
        if found and end == start + found[0]:
            self.index = end
            return n.Name(found[1])
        return n.Name(self.take_name(start, end))

    def _parenthesis(self) -> n.Node:
        self.expect("(")
        if self.token.kind == "op" and self.token.text in COMPARISONS:
            operator = self.advance().text
            node: n.Node = n.UnaryRange(operator, self.binary(ADDITIVE))
            self.expect(")")
            return node
        node = self.expression()
        if self.accept(".."):
            return self.range_end(node, False)
        self.expect(")")
        return node

    def _bracket(self) -> n.Node:
        """A list, or a range that starts with `[` or `]`."""
        opening = self.advance().text
        if opening == "[" and self.accept("]"):
            return n.ListLiteral([])
        items = [self.expression_or_test()]
        if self.accept(".."):
            return self.range_end(items[0], opening == "[")
        if opening == "]":
            self.unexpected()
        while self.another("]"):
            items.append(self.expression_or_test())
        self.expect("]")
        return n.ListLiteral(items)

    def expression_or_test(self) -> n.Node:
        """An item of a list, where `[< 10, > 20]` may hold tests too."""
        if self.token.kind == "op" and self.token.text in COMPARISONS:
            operator = self.advance().text
            return n.UnaryRange(operator, self.binary(ADDITIVE))
        return self.expression()

    def range_end(self, start: n.Node, included: bool) -> n.Node:
        end = self.expression()
        closing = self.advance().text if self.token.text in ("]", ")", "[") else self.unexpected()
        return n.RangeLiteral(start, end, included, closing == "]")

    def _context(self) -> n.Node:
        self.expect("{")
        self.scopes.append(NameTable())
        entries: list[tuple[str, n.Node]] = []
        while not self.at("}"):
            key = unescape(self.advance().text) if self.token.kind == "string" else self.new_name(":")
            self.expect(":")
            entries.append((key, self.expression()))
            self.declare(key)
            self.properties.add(key)
            if not self.another("}"):
                break
        self.expect("}")
        self.scopes.pop()
        return n.ContextLiteral(entries)

    def _if(self) -> n.Node:
        """A whole chain of `else if` is one node."""
        branches = []
        while self.at_word("if"):
            self.index += 1
            condition = self.expression()
            self.expect("then")
            branches.append((condition, self.expression()))
            self.expect("else")
        return n.If(branches, self.expression())

    def _for(self) -> n.Node:
        self.expect("for")
        iterators = self._iterators()
        self.expect("return")
        self.declare("partial")
        body = self.expression()
        self.scopes.pop()
        return n.For(iterators, body)

    def _quantified(self) -> n.Node:
        kind = self.advance().text
        iterators = self._iterators()
        self.expect("satisfies")
        condition = self.expression()
        self.scopes.pop()
        return n.Quantified(kind, iterators, condition)

    def _iterators(self) -> list[n.Iterator]:
        """`a in x, b in y`; opens a scope that the caller closes after the body."""
        self.scopes.append(NameTable())
        iterators = []
        while True:
            name = self.new_name("in")
            self.expect("in")
            domain = self.expression()
            end = self.expression() if self.accept("..") else None
            iterators.append(n.Iterator(name, domain, end))
            self.declare(name)
            if not self.accept(","):
                return iterators

    def _function(self) -> n.Node:
        self.expect("function")
        self.expect("(")
        names: list[str] = []
        types: list[FeelType | None] = []
        while not self.at(")"):
            names.append(self.new_name(":", ",", ")"))
            types.append(self.type() if self.accept(":") else None)
            if not self.another(")"):
                break
        self.expect(")")
        if len(set(names)) != len(names):
            self.fail("Two parameters have the same name.", "参数重名。")
        return n.FunctionDefinition(names, types, self._body(names))

    def _body(self, names: list[str]) -> n.Node | None:
        external = self.at_word("external")
        self.index += external
        self.scopes.append(NameTable(names))
        body = self.expression()
        self.scopes.pop()
        return None if external else body
