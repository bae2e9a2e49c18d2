"""XML → a decision table, with the findings about its shape."""

from collections.abc import Iterable
from typing import Final

from engine.decisions import elements as dmn
from engine.decisions.nodes import Node
from engine.decisions.remarks import Remark, Remarks

HIT_POLICIES: Final = frozenset({"UNIQUE", "ANY", "PRIORITY", "FIRST", "RULE ORDER", "OUTPUT ORDER", "COLLECT"})
AGGREGATIONS: Final = frozenset({"SUM", "MIN", "MAX", "COUNT"})


def read_table(node: Node, remarks: Remarks) -> dmn.DecisionTable:
    """Read a table; an unknown policy, missing outputs or rules of the wrong width are findings."""
    table = dmn.DecisionTable(
        place=node.place(),
        type_ref=node.type_ref(),
        hit_policy=(node.get("hitPolicy") or "UNIQUE").strip(),
        aggregation=node.get("aggregation"),
        inputs=tuple(_input(clause) for clause in node.children("input")),
        outputs=tuple(_output(clause) for clause in node.children("output")),
        rules=tuple(_rule(rule) for rule in node.children("rule")),
        annotation_names=tuple(clause.name() or "" for clause in node.children("annotation")),
    )
    _check_policy(table, remarks)
    _check_inputs(table, remarks)
    _check_outputs(table, remarks)
    _check_rules(table, remarks)
    return table


def _input(node: Node) -> dmn.InputClause:
    written = node.child("inputExpression")
    source = written or node
    text = (source.text() or "") if written else ""
    language = None if written is None else written.get("expressionLanguage")
    type_ref = None if written is None else written.type_ref()
    expression = dmn.LiteralExpression(source.place(), type_ref, text, language)
    return dmn.InputClause(node.place(), node.get("label"), expression, _values(node, "inputValues"))


def _output(node: Node) -> dmn.OutputClause:
    default = node.child("defaultOutputEntry")
    entry = None if default is None or not (default.text() or "").strip() else _literal(default)
    return dmn.OutputClause(node.place(), node.get("label"), node.type_ref(), _values(node, "outputValues"), entry)


def _rule(node: Node) -> dmn.Rule:
    cells = tuple(
        dmn.Cell(entry.place(), (entry.text() or "").strip(), entry.get("expressionLanguage"))
        for entry in node.children("inputEntry")
    )
    outputs = tuple(_literal(entry) for entry in node.children("outputEntry"))
    annotations = tuple((entry.text() or "").strip() for entry in node.children("annotationEntry"))
    return dmn.Rule(node.place(), cells, outputs, annotations)


def _literal(node: Node) -> dmn.LiteralExpression:
    return dmn.LiteralExpression(node.place(), node.type_ref(), node.text() or "", node.get("expressionLanguage"))


def _values(node: Node, tag: str) -> str | None:
    child = node.child(tag)
    return None if child is None else ((child.text() or "").strip() or None)


def _check_policy(table: dmn.DecisionTable, remarks: Remarks) -> None:
    if table.hit_policy not in HIT_POLICIES:
        remarks.add(Remark("dmn-hit-policy", policy=table.hit_policy), table.place)
    if table.aggregation is not None and table.aggregation not in AGGREGATIONS:
        remarks.add(Remark("dmn-aggregation", aggregation=table.aggregation), table.place)
    if table.hit_policy == "COLLECT" and table.aggregation and len(table.outputs) > 1:
        remark = Remark("dmn-aggregation-outputs", aggregation=table.aggregation, count=len(table.outputs))
        remarks.add(remark, table.place)


def _check_inputs(table: dmn.DecisionTable, remarks: Remarks) -> None:
    for index, clause in enumerate(table.inputs, 1):
        if not clause.expression.text.strip():
            remarks.add(Remark("dmn-empty-input", index=index), clause.place)


def _check_outputs(table: dmn.DecisionTable, remarks: Remarks) -> None:
    if not table.outputs:
        remarks.add(Remark("dmn-no-output"), table.place)
    if len(table.outputs) > 1:
        for index in _badly_named(clause.place.name for clause in table.outputs):
            remarks.add(Remark("dmn-output-name", index=index), table.place)


def _badly_named(names: Iterable[str | None]) -> list[int]:
    seen: set[str | None] = {None, ""}
    bad = []
    for index, name in enumerate(names, 1):
        if name in seen:
            bad.append(index)
        seen.add(name)
    return bad


def _check_rules(table: dmn.DecisionTable, remarks: Remarks) -> None:
    for index, rule in enumerate(table.rules, 1):
        pairs = ((rule.inputs, table.inputs), (rule.outputs, table.outputs))
        if any(len(entries) != len(clauses) for entries, clauses in pairs):
            expected = (len(table.inputs), len(table.outputs))
            found = (len(rule.inputs), len(rule.outputs))
            remarks.add(Remark("dmn-rule-width", index=index, found=found, expected=expected), rule.place)
