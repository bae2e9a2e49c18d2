"""A decision model: parsed and compiled once, evaluated often, with no state between evaluations."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Final

from engine.decisions import elements as dmn
from engine.decisions.builder import Builder, GraphElement
from engine.decisions.frames import Frame
from engine.decisions.functions import ModelFunction, converted
from engine.decisions.graph import KnowledgeNode, ServiceNode
from engine.decisions.reader import read_definitions
from engine.decisions.refusal import DecisionModelError
from engine.decisions.remarks import Remark, Remarks
from engine.decisions.run import LimitExceeded, Run
from engine.decisions.trace import DecisionOutcome, EvaluatedDecision
from engine.decisions.xml import MAX_DEPTH
from engine.deployment.findings import Finding
from engine.errors import NotFound
from engine.feel.errors import FeelLimitExceeded
from engine.feel.types import FeelType

# What keeps a model from being evaluated at all; other errors make null of one expression.
_FATAL: Final = frozenset({"dmn-duplicate-id", "dmn-import-cycle", "dmn-import-missing", "dmn-requirement-cycle"})


@dataclass(frozen=True, slots=True)
class Requirement:
    """What a decision needs: `kind` is "decision", "input" or "knowledge"; `href` as the file writes it."""

    kind: str
    id: str
    name: str
    href: str


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision that can be asked for. `type` is as in the trace, such as DECISION_TABLE."""

    id: str
    name: str
    type: str
    requirements: tuple[Requirement, ...]


class DecisionModel:
    """One DMN file with the models it imports. Safe to share between threads."""

    def __init__(
        self,
        definitions: dmn.Definitions,
        imported: Mapping[str, "DecisionModel"],
        remarks: Remarks,
        names: Iterable[str],
    ) -> None:
        builder = Builder(definitions, imported, remarks, names)
        self.id = definitions.place.id or ""
        self.name = definitions.place.name or ""
        self.namespace = definitions.namespace
        self.imported = imported
        self.types = builder.types
        self.entry_names = builder.entry_names
        self._written = {element.place.id: element for element in definitions.elements}
        self.declared = frozenset(element.variable.name for element in definitions.elements)
        self.elements: Mapping[str, GraphElement] = builder.elements()
        self.decisions: Mapping[str, Decision] = {
            element.place.id or "": self._decision(element, builder)
            for element in definitions.elements
            if isinstance(element, dmn.Decision)
        }
        self.findings: tuple[Finding, ...] = tuple(remarks.findings)

    def written(self, key: str) -> dmn.DrgElement | None:
        """The element of this file as it was written."""
        return self._written.get(key)

    def written_elements(self) -> Iterable[dmn.DrgElement]:
        """Every element of this file as it was written."""
        return self._written.values()

    @cached_property
    def declared_types(self) -> Mapping[str, FeelType]:
        """The types of this file's input data, decisions and parameters, and of inputs of its tables that are one name."""
        written = {**self._column_types(), **self._input_types()}
        return {name: self.types.find(text) for name, text in written.items()}

    def _input_types(self) -> dict[str, str]:
        """Input data, and what a decision service or knowledge model takes when it is asked directly."""
        found: dict[str, str | None] = {}
        for element in self.written_elements():
            if isinstance(element, dmn.InputData | dmn.Decision):
                found[element.variable.name] = element.variable.type_ref
            elif isinstance(element, dmn.KnowledgeModel) and element.logic is not None:
                for parameter in element.logic.parameters:
                    found.setdefault(parameter.name, parameter.type_ref)
        return {name: written for name, written in found.items() if written}

    def _column_types(self) -> dict[str, str]:
        """Camunda's models ask variables in tables without declaring them as input data."""
        found = {}
        for element in self.written_elements():
            if isinstance(element, dmn.Decision) and isinstance(element.expression, dmn.DecisionTable):
                for clause in element.expression.inputs:
                    if clause.expression.type_ref:
                        found[clause.expression.text.strip()] = clause.expression.type_ref
        return found

    def evaluate(
        self,
        decision_id_or_name: str,
        context: Mapping[str, Any],
        *,
        now: datetime | None = None,
        functions: Mapping[str, Callable[..., Any]] | None = None,
    ) -> DecisionOutcome:
        """Evaluate a decision (or a decision service or knowledge model, with its parameters in the context).

        `context` holds FEEL values by name; `now` is the aware moment of now() and today(), the same in all
        expressions; `functions` are callables
        that every expression may use. Raises NotFound when the model has no such element. Nothing else is raised:
        what goes wrong is null with a warning, or `failed`.
        """
        key = self.key_of(decision_id_or_name)
        run = Run(now or datetime.now(UTC), functions or {})
        try:
            value = self._value(key, Frame(self, run, context))
        except LimitExceeded:
            value = None
        except FeelLimitExceeded as error:
            run.exceeded, value = str(error), None
        except RecursionError:
            run.exceeded = "The decision goes too deep: functions that call each other, or values inside values."
            value = None
        if run.exceeded and (asked := self.decisions.get(key)):
            failed = EvaluatedDecision(key, asked.name, asked.type, (), (), None, self.namespace, failed=run.exceeded)
            run.trace_decision(failed)
        return _outcome(None if run.exceeded else value, run, key)

    def key_of(self, decision_id_or_name: str) -> str:
        """The id of the decision, service or knowledge model with this id or, failing that, name."""
        if decision_id_or_name in self.elements:
            return decision_id_or_name
        wanted = " ".join(decision_id_or_name.split())
        for kind in (dmn.Decision, dmn.DecisionService, dmn.KnowledgeModel):
            for key, element in self._written.items():
                if isinstance(element, kind) and wanted in (element.place.name, element.variable.name):
                    return key or ""
        raise NotFound(f'The decision model {self.name} has no decision "{wanted}".')

    def _value(self, key: str, frame: Frame) -> Any:
        element = self.elements[key]
        value = frame.value(key)
        if isinstance(element, KnowledgeNode | ServiceNode):
            return _called(value, frame)
        return value

    def _decision(self, element: dmn.Decision, builder: Builder) -> Decision:
        place = element.place
        requirements = []
        for href in (*element.requires, *element.knows):
            found = builder.resolve(href)
            if found is not None:
                requirements.append(_requirement(href, found[1]))
        name = place.name or element.variable.name
        logic = self.elements[place.id or ""]
        return Decision(place.id or "", name, getattr(logic, "type", ""), tuple(requirements))


def parse_dmn(
    xml: bytes,
    filename: str = "",
    imports: Mapping[str, DecisionModel] | None = None,
    *,
    names: Iterable[str] = (),
) -> DecisionModel:
    """Read and compile a DMN file.

    `imports` are the models it may import, by namespace; `names` those of the functions that `evaluate` will be given,
    needed where they contain spaces. Raises DecisionModelError for a file that cannot be evaluated; findings that spoil
    a single expression only are in the model's `findings`.
    """
    remarks = Remarks(filename)
    model = _build(xml, remarks, imports or {}, names)
    if any(found.code in _FATAL for found in model.findings):
        raise DecisionModelError(model.findings)
    return model


def check_dmn(
    xml: bytes,
    filename: str,
    imports: Mapping[str, DecisionModel] | None = None,
    *,
    names: Iterable[str] = (),
) -> list[Finding]:
    """Everything that is wrong or doubtful in a DMN file, in the order of its lines; empty when it is fine."""
    remarks = Remarks(filename)
    try:
        findings = list(_build(xml, remarks, imports or {}, names).findings)
    except DecisionModelError as error:
        findings = error.findings
    return sorted(findings, key=lambda found: found.line or 0)


def _build(xml: bytes, remarks: Remarks, imports: Mapping[str, DecisionModel], names: Iterable[str]) -> DecisionModel:
    try:
        return _compiled(read_definitions(xml, remarks), remarks, imports, names)
    except RecursionError as error:
        # Types may refer to each other in a chain as long as the file.
        raise DecisionModelError([Remark("dmn-too-deep", limit=MAX_DEPTH).at(remarks.file)]) from error


def _compiled(
    definitions: dmn.Definitions, remarks: Remarks, imports: Mapping[str, DecisionModel], names: Iterable[str]
) -> DecisionModel:
    imported = {}
    for one in definitions.imports:
        found = imports.get(one.namespace)
        if one.namespace == definitions.namespace or (found and _leads_to(definitions.namespace, found)):
            remarks.add(Remark("dmn-import-cycle", namespace=one.namespace), one.place)
        elif found:
            imported[one.key] = found
        elif "DMN" in one.kind.upper() or not one.kind:
            remarks.add(Remark("dmn-import-missing", namespace=one.namespace), one.place)
    return DecisionModel(definitions, imported, remarks, names)


def _leads_to(namespace: str, model: DecisionModel) -> bool:
    """Whether a model is the one with this namespace, or imports it, however deep."""
    return model.namespace == namespace or any(_leads_to(namespace, each) for each in model.imported.values())


def _called(function: ModelFunction, frame: Frame) -> Any:
    """A service or knowledge model asked directly: an argument of the wrong type is null, as for input data."""
    pairs = zip(function.parameters, function.signature.types, strict=True)
    given = {name: converted(frame.context.get(name), kind, name, frame.run) for name, kind in pairs}
    return function.call(given)


def _requirement(href: str, element: dmn.DrgElement) -> Requirement:
    kind = {dmn.Decision: "decision", dmn.InputData: "input"}.get(type(element), "knowledge")
    return Requirement(kind, element.place.id or "", element.place.name or element.variable.name, href)


def _outcome(value: Any, run: Run, key: str) -> DecisionOutcome:
    if run.exceeded:
        return DecisionOutcome(None, run.warnings, run.trace, run.exceeded, key)
    if not run.failures:
        return DecisionOutcome(value, run.warnings, run.trace)
    culprit = next((one.id for one in run.trace if one.failed), key)
    return DecisionOutcome(value, run.warnings, run.trace, run.failures[0], culprit)
