"""XML → one file's `Definitions`: imports, types, decisions, knowledge models, services."""

import re
from typing import Final

from lxml import etree

from engine.decisions import elements as dmn
from engine.decisions.elements import Place
from engine.decisions.expression_reader import ExpressionReader
from engine.decisions.nodes import Node
from engine.decisions.refusal import DecisionModelError
from engine.decisions.remarks import Remark, Remarks
from engine.decisions.xml import read_xml

# DMN 1.0 (20130901) to 1.6 (20240513) differ in what they have, not in what the same element means.
_MODEL_NAMESPACE: Final = re.compile(r"https?://www\.omg\.org/spec/DMN/20\d{6}/?(MODEL/?|dmn\.xsd)?")


def read_definitions(data: bytes, remarks: Remarks) -> dmn.Definitions:
    """Read a file; raises DecisionModelError when it is no DMN, adds everything else that is wrong to `remarks`."""
    root = Node(read_xml(data, remarks.file))
    if root.tag != "definitions" or not _MODEL_NAMESPACE.fullmatch(root.namespace):
        found = Remark("dmn-not-dmn", found=etree.QName(root.element).text)
        raise DecisionModelError([found.at(remarks.file, root.place())])
    definitions = _definitions(root, ExpressionReader(remarks))
    remarks.within = Place()
    if not definitions.namespace:
        remarks.add(Remark("dmn-no-namespace"), definitions.place)
    _check_names(definitions, remarks)
    return definitions


def _definitions(root: Node, expressions: ExpressionReader) -> dmn.Definitions:
    elements: list[dmn.DrgElement] = []
    for node in root.children("inputData", "decision", "businessKnowledgeModel", "decisionService"):
        elements.append(_element(node, expressions))
    return dmn.Definitions(
        place=root.place(),
        namespace=root.get("namespace") or "",
        imports=tuple(_import(node) for node in root.children("import")),
        item_definitions=tuple(_item_definition(node) for node in root.children("itemDefinition")),
        elements=tuple(elements),
        prefixes={prefix: str(uri) for prefix, uri in root.element.nsmap.items() if prefix},
        expression_language=root.get("expressionLanguage"),
    )


def _import(node: Node) -> dmn.Import:
    return dmn.Import(node.place(), node.name() or "", node.get("namespace") or "", node.get("importType") or "")


def _item_definition(node: Node) -> dmn.ItemDefinition:
    function = node.child("functionItem")
    return dmn.ItemDefinition(
        place=node.place(),
        name=node.name() or "",
        type_ref=node.type_ref(),
        is_collection=node.get("isCollection") in ("true", "1"),
        allowed_values=_tests(node, "allowedValues"),
        type_constraint=_tests(node, "typeConstraint"),
        components=tuple(_item_definition(child) for child in node.children("itemComponent")),
        function_output=None if function is None else function.get("outputTypeRef"),
        function_parameters=() if function is None else tuple(p.type_ref() for p in function.children("parameters")),
        is_function=function is not None,
    )


def _tests(node: Node, tag: str) -> str | None:
    child = node.child(tag)
    return None if child is None else ((child.text() or "").strip() or None)


def _element(node: Node, expressions: ExpressionReader) -> dmn.DrgElement:
    place = node.place()
    if place.id is None:
        place = dmn.Place(place.name, place.name, place.line)
    expressions.remarks.within = place
    if node.tag == "decision":
        return _decision(node, place, expressions)
    if node.tag == "businessKnowledgeModel":
        return _knowledge_model(node, place, expressions)
    if node.tag == "decisionService":
        return _service(node, place)
    return dmn.InputData(place, _variable(node))


def _variable(node: Node) -> dmn.Variable:
    """The element's variable; its name is the element's where the variable has none."""
    child = node.child("variable")
    variable = dmn.Variable("") if child is None else child.variable()
    return variable if variable.name else dmn.Variable(node.name() or node.get("id") or "", variable.type_ref)


def _required(node: Node, requirement: str, *tags: str) -> tuple[str, ...]:
    return tuple(href for child in node.children(requirement) for tag in tags for href in child.hrefs(tag))


def _decision(node: Node, place: dmn.Place, expressions: ExpressionReader) -> dmn.Decision:
    requires = _required(node, "informationRequirement", "requiredDecision", "requiredInput")
    knows = _required(node, "knowledgeRequirement", "requiredKnowledge")
    expression = expressions.first(node)
    if expression is None:
        expressions.remarks.add(Remark("dmn-no-logic"), place)
    return dmn.Decision(place, _variable(node), requires, knows, expression)


def _knowledge_model(node: Node, place: dmn.Place, expressions: ExpressionReader) -> dmn.KnowledgeModel:
    knows = _required(node, "knowledgeRequirement", "requiredKnowledge")
    logic = node.child("encapsulatedLogic")
    if logic is None:
        expressions.remarks.add(Remark("dmn-no-logic"), place)
    function = None if logic is None else expressions.function(logic)
    return dmn.KnowledgeModel(place, _variable(node), knows, function)


def _service(node: Node, place: dmn.Place) -> dmn.DecisionService:
    tags = ("outputDecision", "encapsulatedDecision", "inputDecision", "inputData")
    return dmn.DecisionService(place, _variable(node), *(node.hrefs(tag) for tag in tags))


def _check_names(definitions: dmn.Definitions, remarks: Remarks) -> None:
    ids: set[str | None] = set()
    names: set[str | None] = set()
    for element in definitions.elements:
        if element.place.id in ids:
            remarks.add(Remark("dmn-duplicate-id", id=element.place.id), element.place)
        elif element.place.name in names:
            remarks.add(Remark("dmn-duplicate-name", name=element.place.name), element.place)
        ids.add(element.place.id)
        names.add(element.place.name)
    if not any(isinstance(element, dmn.Decision) for element in definitions.elements):
        remarks.add(Remark("dmn-no-decision"), definitions.place)
