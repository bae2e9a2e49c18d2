"""A DMN file as it was written: one frozen record an element, no behaviour and nothing compiled."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the file something stands; for findings and the trace."""

    id: str | None = None
    name: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Variable:
    """An information item: a name with an optional type, for requirements, parameters, columns and entries."""

    name: str
    type_ref: str | None = None


@dataclass(frozen=True, slots=True)
class Expression:
    """What every boxed expression has: its place and the type that its value is converted to."""

    place: Place
    type_ref: str | None


@dataclass(frozen=True, slots=True)
class LiteralExpression(Expression):
    text: str
    language: str | None = None


@dataclass(frozen=True, slots=True)
class ContextEntry:
    variable: Variable | None
    expression: Expression


@dataclass(frozen=True, slots=True)
class Context(Expression):
    entries: tuple[ContextEntry, ...]


@dataclass(frozen=True, slots=True)
class Binding:
    parameter: Variable
    expression: Expression | None


@dataclass(frozen=True, slots=True)
class Invocation(Expression):
    called: Expression
    bindings: tuple[Binding, ...]


@dataclass(frozen=True, slots=True)
class ListExpression(Expression):
    items: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Relation(Expression):
    columns: tuple[Variable, ...]
    rows: tuple[tuple[Expression, ...], ...]


@dataclass(frozen=True, slots=True)
class FunctionDefinition(Expression):
    kind: str
    parameters: tuple[Variable, ...]
    body: Expression | None


@dataclass(frozen=True, slots=True)
class Conditional(Expression):
    condition: Expression
    then: Expression
    otherwise: Expression


@dataclass(frozen=True, slots=True)
class Filter(Expression):
    source: Expression
    match: Expression


@dataclass(frozen=True, slots=True)
class Iterator(Expression):
    """`for`, `some` or `every`, by `kind`."""

    kind: str
    variable: str
    source: Expression
    body: Expression


@dataclass(frozen=True, slots=True)
class InputClause:
    place: Place
    label: str | None
    expression: LiteralExpression
    values: str | None


@dataclass(frozen=True, slots=True)
class OutputClause:
    place: Place
    label: str | None
    type_ref: str | None
    values: str | None
    default: LiteralExpression | None


@dataclass(frozen=True, slots=True)
class Cell:
    place: Place
    text: str
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    place: Place
    inputs: tuple[Cell, ...]
    outputs: tuple[LiteralExpression, ...]
    annotations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DecisionTable(Expression):
    hit_policy: str
    aggregation: str | None
    inputs: tuple[InputClause, ...]
    outputs: tuple[OutputClause, ...]
    rules: tuple[Rule, ...]
    annotation_names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ItemDefinition:
    """A type: a named base with constraints, a structure of components, or a function's signature."""

    place: Place
    name: str
    type_ref: str | None = None
    is_collection: bool = False
    allowed_values: str | None = None
    type_constraint: str | None = None
    components: tuple["ItemDefinition", ...] = ()
    function_output: str | None = None
    function_parameters: tuple[str | None, ...] = ()
    is_function: bool = False


@dataclass(frozen=True, slots=True)
class InputData:
    place: Place
    variable: Variable


@dataclass(frozen=True, slots=True)
class Decision:
    """`requires` and `knows` are hrefs as written: of decisions and input data, of knowledge models and services."""

    place: Place
    variable: Variable
    requires: tuple[str, ...]
    knows: tuple[str, ...]
    expression: Expression | None


@dataclass(frozen=True, slots=True)
class KnowledgeModel:
    """A business knowledge model: a function with a name."""

    place: Place
    variable: Variable
    knows: tuple[str, ...]
    logic: FunctionDefinition | None


@dataclass(frozen=True, slots=True)
class DecisionService:
    place: Place
    variable: Variable
    outputs: tuple[str, ...]
    encapsulated: tuple[str, ...]
    input_decisions: tuple[str, ...]
    input_data: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Import:
    place: Place
    name: str
    namespace: str
    kind: str

    @property
    def key(self) -> str:
        """What tells it from the other imports: several may have no name, and then bring their elements in plainly."""
        return self.name or self.namespace


DrgElement = InputData | Decision | KnowledgeModel | DecisionService


@dataclass(frozen=True, slots=True)
class Definitions:
    """One file. `prefixes` are its namespace prefixes: DMN 1.1 writes types as qualified names."""

    place: Place
    namespace: str
    imports: tuple[Import, ...]
    item_definitions: tuple[ItemDefinition, ...]
    elements: tuple[DrgElement, ...]
    prefixes: dict[str, str] = field(default_factory=dict)
    expression_language: str | None = None
