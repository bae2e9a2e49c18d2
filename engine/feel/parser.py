"""Operators, paths, filters and calls, by precedence climbing.

The grammar is that of DMN 1.5, chapter 10.3.1.2; what operators stand between is in `term_parser`.
"""

from engine.feel import nodes as n
from engine.feel.cursor import ParserBase
from engine.feel.lexer import unescape
from engine.feel.limits import MAX_CHAIN
from engine.feel.names import KEYWORDS, NameTable
from engine.feel.types import FeelType

COMPARISONS = frozenset({"=", "!=", "<", "<=", ">", ">="})
_OPENING_WORDS = frozenset({"if", "for", "some", "every", "function", "true", "false", "null"})
_OPENING_SYMBOLS = frozenset({"-", "(", "[", "{", "@", "?"})


_LEVELS = {"or": 1, "and": 2, "between": 3, "in": 3, "+": 4, "-": 4, "*": 5, "/": 5, "**": 6, "instance": 7}
_LEVELS |= dict.fromkeys(COMPARISONS, 3)
_WORDS = frozenset({"or", "and", "between", "in", "instance"})
ADDITIVE = 4


class ExpressionParser(ParserBase):
    """Operators, from the loosest to the tightest; few calls a level, for Python's stack is short."""

    def expression(self) -> n.Node:
        self.enter()
        node = self.binary(1)
        self.depth -= 1
        return node

    def binary(self, least: int) -> n.Node:
        """Operands joined by operators that bind at least so tightly."""
        left = self.unary()
        chain: n.Node | None = None  # the node that more operands of one level may join
        comparisons = 0
        while True:
            token = self.token
            level = _LEVELS.get(token.text, 0) if (token.kind == "op" or token.text in _WORDS) else 0
            if level < least or level == 0:
                return left
            if level in (3, 7):
                left = self._comparison(token.text, left)
                chain = None
                comparisons += 1
                if comparisons > MAX_CHAIN:
                    self.fail("There are too many comparisons in a row.", "连续比较太多。")
            else:
                left = chain = self._joined(token.text, level, left, chain)

    def _joined(self, operator: str, level: int, left: n.Node, chain: n.Node | None) -> n.Node:
        """`left operator operand`, put into the chain of the same level where there is one."""
        self.index += 1
        operand = self.binary(level + 1)
        if isinstance(chain, n.Logic) and chain.operator == operator:
            chain.operands.append(operand)
            return chain
        if level <= 2:
            return n.Logic(operator, [left, operand])
        if isinstance(chain, n.Arithmetic) and _LEVELS[chain.rest[0][0]] == level:
            chain.rest.append((operator, operand))
            return chain
        return n.Arithmetic(left, [(operator, operand)])

    def _comparison(self, operator: str, left: n.Node) -> n.Node:
        self.index += 1
        if operator == "between":
            low = self.binary(ADDITIVE)
            self.expect("and")
            return n.Between(left, low, self.binary(ADDITIVE))
        if operator == "in":
            return n.Membership(left, *self.membership_tests())
        if operator == "instance":
            self.expect("of")
            return n.InstanceOf(left, self.type())
        return n.Comparison(operator, left, self.binary(ADDITIVE))

    def unary(self) -> n.Node:
        minuses = 0
        while self.accept("-"):
            minuses += 1
        node = self.postfix_of(self.primary())
        for _ in range(min(minuses, 2 - minuses % 2)):
            node = n.Negation(node)
        return node

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
        return token.kind != "end" and (token.kind != "op" or token.text in _OPENING_SYMBOLS)

    def _filter(self, base: n.Node) -> n.Node:
        self.expect("[")
        self.in_filter += 1
        self.scopes.append(NameTable(["item"]))
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
            if not self.another(")"):
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

    def membership_tests(self) -> tuple[list[n.Node], bool]:
        raise NotImplementedError

    def type(self) -> FeelType:
        raise NotImplementedError
