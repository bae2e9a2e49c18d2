"""Tokens to the syntax tree: operators by precedence climbing, names by the scope they stand in.

The grammar is that of DMN 1.5, chapter 10.3.1.2; types are in `type_parser`, unary tests in `test_parser`.
"""

from collections.abc import Mapping
from typing import NoReturn

from engine.feel import nodes as n
from engine.feel.errors import FeelSyntaxError
from engine.feel.lexer import Token, position, tokenize, unescape
from engine.feel.limits import MAX_CHAIN, MAX_NESTING
from engine.feel.names import KEYWORDS, NameTable, joined
from engine.feel.numbers import parse as parse_number
from engine.feel.types import FeelType

COMPARISONS = frozenset({"=", "!=", "<", "<=", ">", ">="})
_CLOSERS = frozenset({")", "]", "}", ",", ":", "..", "=", "!=", "<", "<=", ">", ">=", "*", "/", "**", "+", "-", "."})
_OPENING_WORDS = frozenset({"if", "for", "some", "every", "function", "true", "false", "null"})
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

    def expect(self, text: str) -> None:
        token = self.tokens[self.index]
        if token.text != text or token.kind not in ("op", "name"):
            self.fail(f"Expected {text!r} but found {self._found()}.", f"此处应为 {text!r}，实际是 {self._found()}。")
        self.index += 1

    def fail(self, message: str, message_zh: str = "") -> NoReturn:
        line, column = position(self.text, self.tokens[min(self.index, len(self.tokens) - 1)].start)
        raise FeelSyntaxError(message, column, line, self.text, message_zh)

    def unexpected(self) -> NoReturn:
        self.fail(f"Unexpected {self._found()}.", f"此处不能出现 {self._found()}。")

    def _found(self) -> str:
        token = self.tokens[min(self.index, len(self.tokens) - 1)]
        return "the end of the text" if token.kind == "end" else repr(token.text[:40])

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


class ExpressionParser(ParserBase):
    """Operators, from the loosest to the tightest."""

    def expression(self) -> n.Node:
        self.enter()
        node = self.disjunction()
        self.depth -= 1
        return node

    def disjunction(self) -> n.Node:
        operands = [self.conjunction()]
        while self.at_word("or"):
            self.index += 1
            operands.append(self.conjunction())
        return operands[0] if len(operands) == 1 else n.Logic("or", operands)

    def conjunction(self) -> n.Node:
        operands = [self.comparison()]
        while self.at_word("and"):
            self.index += 1
            operands.append(self.comparison())
        return operands[0] if len(operands) == 1 else n.Logic("and", operands)

    def comparison(self) -> n.Node:
        left = self.additive()
        for _ in range(MAX_CHAIN):
            token = self.token
            if token.kind == "op" and token.text in COMPARISONS:
                self.index += 1
                left = n.Comparison(token.text, left, self.additive())
            elif self.at_word("between"):
                self.index += 1
                low = self.additive()
                self.expect("and")
                left = n.Between(left, low, self.additive())
            elif self.at_word("in"):
                self.index += 1
                left = n.Membership(left, self.membership_tests())
            else:
                return left
        self.fail("There are too many comparisons in a row.", "连续比较太多。")

    def additive(self) -> n.Node:
        return self._chain(("+", "-"), self.multiplicative)

    def multiplicative(self) -> n.Node:
        return self._chain(("*", "/"), self.exponentiation)

    def exponentiation(self) -> n.Node:
        return self._chain(("**",), self.type_check)

    def _chain(self, operators, operand):  # type: ignore[no-untyped-def]
        first = operand()
        rest = []
        while self.token.kind == "op" and self.token.text in operators:
            operator = self.advance().text
            rest.append((operator, operand()))
        return n.Arithmetic(first, rest) if rest else first

    def type_check(self) -> n.Node:
        node = self.unary()
        while self.at_word("instance") and self.peek().text == "of":
            self.index += 2
            node = n.InstanceOf(node, self.type())
        return node

    def unary(self) -> n.Node:
        minuses = 0
        while self.accept("-"):
            minuses += 1
        node = self.postfix()
        for _ in range(min(minuses, 2 - minuses % 2)):
            node = n.Negation(node)
        return node

    def postfix(self) -> n.Node:
        return self.postfix_of(self.primary())

    def postfix_of(self, node: n.Node) -> n.Node:
        """The node with the paths, filters and calls that follow it."""
        for _ in range(MAX_CHAIN):
            if self.at("."):
                self.index += 1
                node = n.Path(node, self.property_name())
            elif self.at("[") and self._starts_expression(self.index + 1):
                node = self._filter(node)
            elif self.at("("):
                node = self._call(node)
            else:
                return node
        self.fail("The path is too long.", "路径太长。")

    def _starts_expression(self, index: int) -> bool:
        """Whether a filter follows; in `]1..10[` the last bracket closes the range instead."""
        token = self.tokens[index]
        if token.kind == "name":
            return token.text not in KEYWORDS or token.text in _OPENING_WORDS
        return token.kind != "end" and (token.kind != "op" or token.text in "-([{@?]" and token.text != "]")

    def _filter(self, base: n.Node) -> n.Node:
        self.expect("[")
        self.in_filter += 1
        self.scopes.append(NameTable(["item"]))
        if self.token.kind == "op" and self.token.text in COMPARISONS:
            operator = self.advance().text
            condition: n.Node = n.Comparison(operator, n.Name("item"), self.additive())
        else:
            condition = self.expression()
        self.scopes.pop()
        self.in_filter -= 1
        self.expect("]")
        return n.Filter(base, condition)

    def property_name(self) -> str:
        """The name after a dot; several words in a row are one name."""
        token = self.token
        if token.kind == "quoted":
            return self.advance().text[1:-1]
        found = max(
            (table.longest(self.tokens, self.index) for table in (self.properties, self.scopes[0])),
            key=lambda hit: hit[0] if hit else 0,
        )
        if token.kind != "name" and not (found and found[0] > 1):
            self.unexpected()
        start = self.index
        end = self.more_words(start + (found[0] if found else 1))
        if found and end == start + found[0]:
            self.index = end
            return found[1]
        return self.take_name(start, end)

    def _call(self, function: n.Node) -> n.Node:
        self.expect("(")
        args: list[n.Node] = []
        names: list[str] = []
        while not self.at(")"):
            name = self._argument_name()
            if (name is None) == bool(names) and args:
                self.fail("Arguments are either all named or all without names.", "参数要么全部命名，要么全部不命名。")
            if name is not None:
                names.append(name)
            args.append(self.expression())
            if not self.accept(","):
                break
        self.expect(")")
        return n.Call(function, args, names or None)

    def _argument_name(self) -> str | None:
        """The `name` of `name: value`, or None when the argument has none."""
        end = self.index
        if self.token.kind in ("string", "quoted") and self.peek().text == ":":
            token = self.advance()
            self.index += 1
            return unescape(token.text) if token.kind == "string" else token.text[1:-1]
        while self._in_name(end, end == self.index) and end - self.index < MAX_CHAIN:
            end += 1
        if end == self.index or self.tokens[end].text != ":":
            return None
        name = self.take_name(self.index, end)
        self.index += 1
        return name

    # Given by the parsers that this one is mixed with

    def primary(self) -> n.Node:
        raise NotImplementedError

    def membership_tests(self) -> list[n.Node]:
        raise NotImplementedError

    def type(self) -> FeelType:
        raise NotImplementedError


class TermParser(ExpressionParser):
    """Literals, names, brackets, and the forms that start with a keyword."""

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
                self.enter()
                node = parse()
                self.depth -= 1
                return node
            if word in ("true", "false", "null"):
                self.index += 1
                return n.Const({"true": True, "false": False, "null": None}[word])
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
            node: n.Node = n.UnaryRange(operator, self.additive())
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
        while self.accept(","):
            items.append(self.expression_or_test())
        self.expect("]")
        return n.ListLiteral(items)

    def expression_or_test(self) -> n.Node:
        """An item of a list, where `[< 10, > 20]` may hold tests too."""
        if self.token.kind == "op" and self.token.text in COMPARISONS:
            operator = self.advance().text
            return n.UnaryRange(operator, self.additive())
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
            if not self.accept(","):
                break
        self.expect("}")
        self.scopes.pop()
        return n.ContextLiteral(entries)

    def _if(self) -> n.Node:
        self.expect("if")
        condition = self.expression()
        self.expect("then")
        then = self.expression()
        self.expect("else")
        return n.If(condition, then, self.expression())

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
            if not self.accept(","):
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
