"""Unary tests: the cells of a decision table, and what stands after `in`."""

from engine.feel import nodes as n
from engine.feel.parser import ADDITIVE, COMPARISONS
from engine.feel.type_parser import TypeParser


class Parser(TypeParser):
    """The whole parser: expressions, types and unary tests."""

    def whole_expression(self) -> n.Node:
        """The tree of a text that is one expression."""
        node = self.expression()
        if self.token.kind != "end":
            self.unexpected()
        return node

    def whole_tests(self) -> n.Tests:
        """The tree of a text that is unary tests: `-`, `a, b`, or `not(a, b)`."""
        if self.at("-") and self.peek().kind == "end":
            return n.Tests([], False)
        negated = self.at_word("not") and self.peek().text == "(" and self._closes_at_end()
        if negated:
            self.index += 2
        tests = self._tests()
        if negated:
            self.expect(")")
        if self.token.kind != "end":
            self.unexpected()
        return n.Tests(tests, negated)

    def _closes_at_end(self) -> bool:
        """Whether the bracket after `not` closes at the very end of the text."""
        depth = 0
        for index in range(self.index + 1, len(self.tokens) - 1):
            token = self.tokens[index]
            if token.kind == "op":
                depth += (token.text == "(") - (token.text == ")")
            if depth == 0:
                return index == len(self.tokens) - 2
        return False

    def _tests(self) -> list[n.Node]:
        tests = [self._test()]
        while self.accept(","):
            tests.append(self._test())
        return tests

    def _test(self) -> n.Node:
        if self.token.kind == "op" and self.token.text in COMPARISONS:
            operator = self.advance().text
            return n.UnaryRange(operator, self.binary(ADDITIVE))
        return self.expression()

    def membership_tests(self) -> tuple[list[n.Node], bool]:
        """What follows `in`: one test, or several in parentheses; and whether it had no parentheses."""
        if self.token.kind == "op" and self.token.text in COMPARISONS:
            operator = self.advance().text
            return [n.UnaryRange(operator, self.binary(ADDITIVE))], True
        if not self.at("("):
            return [self.binary(ADDITIVE)], True
        self.index += 1
        first = self._test()
        if self.accept(".."):
            return [self.postfix_of(self.range_end(first, False))], True
        tests = [first]
        while self.accept(","):
            tests.append(self._test())
        self.expect(")")
        return ([self.postfix_of(first)] if len(tests) == 1 else tests), False
