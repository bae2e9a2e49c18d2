"""XML → boxed expressions: one small function for each kind that DMN 1.5 has."""

from collections.abc import Callable, Mapping
from typing import Final

from engine.decisions import elements as dmn
from engine.decisions.nodes import Node
from engine.decisions.remarks import Remark, Remarks
from engine.decisions.table_reader import read_table

_NOTHING: Final = "null"


class ExpressionReader:
    """Reads expressions of one file; what is missing or unknown becomes a finding and the value null."""

    def __init__(self, remarks: Remarks) -> None:
        self.remarks = remarks

    def first(self, parent: Node) -> dmn.Expression | None:
        """The expression among the children of a decision, entry, binding or branch; None when there is none."""
        for node in parent.children():
            if node.tag in _READERS:
                return _READERS[node.tag](self, node)
            if node.tag not in _NOT_EXPRESSIONS:
                self.remarks.add(Remark("dmn-unknown-expression", found=node.tag), parent.place())
        return None

    def every(self, parent: Node) -> tuple[dmn.Expression, ...]:
        return tuple(_READERS[node.tag](self, node) for node in parent.children() if node.tag in _READERS)

    def function(self, node: Node) -> dmn.FunctionDefinition:
        parameters = tuple(parameter.variable() for parameter in node.children("formalParameter"))
        kind = (node.get("kind") or "FEEL").upper()
        return dmn.FunctionDefinition(node.place(), node.type_ref(), kind, parameters, self.first(node))

    def part(self, node: Node, tag: str) -> dmn.Expression:
        """The expression inside a named part, such as `then`."""
        child = node.child(tag)
        found = None if child is None else self.first(child)
        return found or self._missing(node, tag)

    def _missing(self, node: Node, part: str) -> dmn.Expression:
        self.remarks.add(Remark("dmn-incomplete-expression", found=node.tag, part=part), node.place())
        return dmn.LiteralExpression(node.place(), None, _NOTHING)

    def _literal(self, node: Node) -> dmn.Expression:
        text = node.text()
        return dmn.LiteralExpression(node.place(), node.type_ref(), text or "", node.get("expressionLanguage"))

    def _table(self, node: Node) -> dmn.Expression:
        return read_table(node, self.remarks)

    def _context(self, node: Node) -> dmn.Expression:
        entries = tuple(self._entry(entry) for entry in node.children("contextEntry"))
        return dmn.Context(node.place(), node.type_ref(), entries)

    def _entry(self, node: Node) -> dmn.ContextEntry:
        variable = node.child("variable")
        expression = self.first(node) or self._missing(node, "expression")
        return dmn.ContextEntry(None if variable is None else variable.variable(), expression)

    def _invocation(self, node: Node) -> dmn.Expression:
        called = self.first(node) or self._missing(node, "function")
        bindings = tuple(
            dmn.Binding(parameter.variable(), self.first(binding))
            for binding in node.children("binding")
            if (parameter := binding.child("parameter")) is not None
        )
        return dmn.Invocation(node.place(), node.type_ref(), called, bindings)

    def _list(self, node: Node) -> dmn.Expression:
        return dmn.ListExpression(node.place(), node.type_ref(), self.every(node))

    def _relation(self, node: Node) -> dmn.Expression:
        columns = tuple(column.variable() for column in node.children("column"))
        rows = tuple(self.every(row) for row in node.children("row"))
        return dmn.Relation(node.place(), node.type_ref(), columns, rows)

    def _conditional(self, node: Node) -> dmn.Expression:
        branches = (self.part(node, tag) for tag in ("if", "then", "else"))
        return dmn.Conditional(node.place(), node.type_ref(), *branches)

    def _filter(self, node: Node) -> dmn.Expression:
        return dmn.Filter(node.place(), node.type_ref(), self.part(node, "in"), self.part(node, "match"))

    def _iterator(self, node: Node) -> dmn.Expression:
        body = "return" if node.tag == "for" else "satisfies"
        variable = " ".join((node.get("iteratorVariable") or "").split())
        source, result = self.part(node, "in"), self.part(node, body)
        return dmn.Iterator(node.place(), node.type_ref(), node.tag, variable, source, result)


_READERS: Final[Mapping[str, Callable[[ExpressionReader, Node], dmn.Expression]]] = {
    "literalExpression": ExpressionReader._literal,
    "decisionTable": ExpressionReader._table,
    "context": ExpressionReader._context,
    "invocation": ExpressionReader._invocation,
    "list": ExpressionReader._list,
    "relation": ExpressionReader._relation,
    "functionDefinition": ExpressionReader.function,
    "conditional": ExpressionReader._conditional,
    "filter": ExpressionReader._filter,
    "for": ExpressionReader._iterator,
    "some": ExpressionReader._iterator,
    "every": ExpressionReader._iterator,
}
_NOT_EXPRESSIONS: Final = frozenset(
    [
        "description",
        "extensionElements",
        "variable",
        "parameter",
        "formalParameter",
        "binding",
        "question",
        "allowedAnswers",
        "informationRequirement",
        "knowledgeRequirement",
        "authorityRequirement",
        "supportedObjective",
        "impactedPerformanceIndicator",
        "decisionMaker",
        "decisionOwner",
        "usingProcess",
        "usingTask",
        "typeRef",
        "text",
    ]
)
