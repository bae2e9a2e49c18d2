"""One file's definitions and the models it imports → the elements of its graph, with the findings on the way."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from engine.decisions import elements as dmn
from engine.decisions.compiler import Compiler, Names
from engine.decisions.frames import Link
from engine.decisions.functions import Signature
from engine.decisions.graph import DecisionNode, InputData, KnowledgeNode, ServiceNode, cycles, type_name
from engine.decisions.remarks import Remark, Remarks
from engine.decisions.run import Run
from engine.decisions.type_catalogue import TypeCatalogue
from engine.decisions.types import result_of
from engine.decisions.vocabulary import entry_names
from engine.feel.types import ANY, FeelType

if TYPE_CHECKING:
    from engine.decisions.model import DecisionModel

GraphElement = InputData | DecisionNode | KnowledgeNode | ServiceNode

_KINDS: Final[Mapping[type, str]] = {
    dmn.InputData: "input data",
    dmn.Decision: "decision",
    dmn.KnowledgeModel: "business knowledge model",
    dmn.DecisionService: "decision service",
}


class Builder:
    """Builds every element of one file; `names` are of functions that the caller will give at evaluation."""

    def __init__(
        self,
        definitions: dmn.Definitions,
        imported: Mapping[str, "DecisionModel"],
        remarks: Remarks,
        names: Iterable[str],
    ) -> None:
        self._definitions = definitions
        self._imported = imported
        self._remarks = remarks
        self._given = frozenset(names)
        self._prefixes = {one.key: one.name for one in definitions.imports}
        self._written = {element.place.id: element for element in definitions.elements}
        catalogues = {name: model.types for name, model in imported.items()}
        self.types: TypeCatalogue = TypeCatalogue(definitions, catalogues, remarks)
        foreign = (model.entry_names for model in imported.values())
        self.entry_names: Names = entry_names(definitions).union(*foreign)
        self._compiler = Compiler(definitions, self.types, remarks, self.entry_names)

    def elements(self) -> dict[str, GraphElement]:
        self._check_cycles()
        built = {element.place.id or "": self._build(element) for element in self._definitions.elements}
        self._remarks.within = dmn.Place()
        return built

    def resolve(self, href: str) -> tuple[str | None, dmn.DrgElement] | None:
        """The import's key (None for this file) and the element that an href means."""
        namespace, _, key = href.rpartition("#")
        if (not namespace or namespace == self._definitions.namespace) and key in self._written:
            return None, self._written[key]
        for name, model in self._imported.items():
            if model.namespace == namespace and (element := model.written(key)):
                return name, element
        return None

    def _build(self, element: dmn.DrgElement) -> GraphElement:
        self._remarks.within = element.place
        if isinstance(element, dmn.Decision):
            return self._decision(element)
        if isinstance(element, dmn.KnowledgeModel):
            return self._knowledge_model(element)
        if isinstance(element, dmn.DecisionService):
            return self._service(element)
        return InputData(element.variable.name, self.types.find(element.variable.type_ref, element.place))

    def _decision(self, element: dmn.Decision) -> DecisionNode:
        required = self._links(element, element.requires, (dmn.Decision, dmn.InputData))
        needs = tuple(link for link in required if isinstance(self._element(link), dmn.Decision))
        links = [
            *required,
            *self._links(element, element.knows, (dmn.KnowledgeModel, dmn.DecisionService)),
        ]
        kind = self.types.find(element.variable.type_ref, element.place)
        if isinstance(element.expression, dmn.LiteralExpression) and not element.expression.text.strip():
            self._remarks.add(Remark("dmn-no-logic"), element.place)
        logic = self._compiler.compile(element.expression, self._names(links), kind) if element.expression else _null
        place = element.place
        name = place.name or element.variable.name
        namespace = self._definitions.namespace
        written = type_name(element.expression)
        return DecisionNode(place.id or "", name, namespace, written, kind, needs, tuple(links), logic)

    def _knowledge_model(self, element: dmn.KnowledgeModel) -> KnowledgeNode:
        links = self._links(element, element.knows, (dmn.KnowledgeModel, dmn.DecisionService))
        name, function = element.variable.name, element.logic
        kind = self.types.find(element.variable.type_ref, element.place)
        if kind is ANY and function is not None:
            kind = self.types.find(function.type_ref, function.place)
        signature = self._compiler.signature(name, function.parameters if function else (), result_of(kind))
        names = self._names(links) | {name} | set(signature.parameters)
        logic = self._body(function, names, signature.result)
        return KnowledgeNode(element.place.id or "", signature, tuple(links), logic)

    def _body(self, function: dmn.FunctionDefinition | None, names: Names, result: FeelType) -> Any:
        if function is None or function.body is None:
            return _null
        if function.kind != "FEEL":
            return lambda scope, run: run.warn(f"Functions of kind {function.kind} are not run.")
        return self._compiler.compile(function.body, names, result)

    def _service(self, element: dmn.DecisionService) -> ServiceNode:
        inputs = [
            *self._links(element, element.input_data, (dmn.InputData,)),
            *self._links(element, element.input_decisions, (dmn.Decision,)),
        ]
        outputs = self._links(element, element.outputs, (dmn.Decision,))
        self._links(element, element.encapsulated, (dmn.Decision,))
        parameters = [self._variable_of(link) for link in inputs]
        result = result_of(self.types.find(element.variable.type_ref, element.place))
        types = tuple(self._type_of(link, variable) for link, variable in zip(inputs, parameters, strict=True))
        names = tuple(variable.name for variable in parameters)
        return ServiceNode(Signature(element.variable.name, names, types, result), tuple(inputs), tuple(outputs))

    def _links(self, owner: dmn.DrgElement, hrefs: Iterable[str], kinds: tuple[type, ...]) -> list[Link]:
        links = []
        for href in hrefs:
            found = self.resolve(href)
            if found is None:
                self._remarks.add(Remark("dmn-unresolved-reference", href=href), owner.place)
            elif not isinstance(found[1], kinds):
                expected = " or ".join(_KINDS[kind] for kind in kinds)
                remark = Remark("dmn-wrong-requirement", href=href, found=_KINDS[type(found[1])], expected=expected)
                self._remarks.add(remark, owner.place)
            else:
                links.append(self._link(*found))
        return links

    def _link(self, import_key: str | None, element: dmn.DrgElement) -> Link:
        """Reached by the variable's name; in the same file also by the element's id, as Camunda's models do it."""
        key, name = element.place.id or "", element.variable.name
        if import_key is not None:
            return Link(key, import_key, name, self._prefixes[import_key])
        return Link(key, None, name, alias=key if key.isidentifier() and key != name else None)

    def _names(self, links: Iterable[Link]) -> Names:
        names = set(self._given)
        for link in links:
            names.update(name for name in (link.prefix, link.name, link.alias) if name)
        return frozenset(names)

    def _variable_of(self, link: Link) -> dmn.Variable:
        element = self._element(link)
        return element.variable

    def _element(self, link: Link) -> dmn.DrgElement:
        if link.import_key is None:
            return self._written[link.key]
        element = self._imported[link.import_key].written(link.key)
        assert element is not None
        return element

    def _type_of(self, link: Link, variable: dmn.Variable) -> Any:
        types = self.types if link.import_key is None else self._imported[link.import_key].types
        return types.find(variable.type_ref)

    def _check_cycles(self) -> None:
        edges = {key or "": self._requirements(element) for key, element in self._written.items()}
        for circle in cycles(edges):
            elements = [self._written[key] for key in circle]
            # A knowledge model is a function, and a function may call itself.
            if not all(isinstance(element, dmn.KnowledgeModel) for element in elements):
                names = " → ".join(element.place.name or element.place.id or "" for element in [*elements, elements[0]])
                self._remarks.add(Remark("dmn-requirement-cycle", names=names), elements[0].place)

    def _requirements(self, element: dmn.DrgElement) -> list[str]:
        hrefs: tuple[str, ...] = ()
        if isinstance(element, dmn.Decision):
            hrefs = element.requires + element.knows
        elif isinstance(element, dmn.KnowledgeModel):
            hrefs = element.knows
        elif isinstance(element, dmn.DecisionService):
            hrefs = element.outputs + element.encapsulated
        found = [self.resolve(href) for href in hrefs]
        return [one[1].place.id or "" for one in found if one is not None and one[0] is None]


def _null(scope: dict[str, Any], run: Run) -> Any:
    return None
