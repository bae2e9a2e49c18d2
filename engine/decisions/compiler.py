"""Boxed expressions → closures `(scope, run) → value`, compiled once for every evaluation to come."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from engine.decisions import elements as dmn
from engine.decisions.functions import ModelFunction, Signature, converted
from engine.decisions.invocations import invoke
from engine.decisions.remarks import Remark, Remarks
from engine.decisions.run import Run
from engine.decisions.table_compiler import compile_table
from engine.decisions.tables import Compiled, Scope
from engine.decisions.type_catalogue import TypeCatalogue
from engine.decisions.vocabulary import mentioned
from engine.feel import Expression, FeelSyntaxError, compile_expression
from engine.feel.types import ANY, FeelType

Names = frozenset[str]

_ITEMS: Final = compile_expression("for one in source return one", ["source"])


class Compiler:
    """Compiles the expressions of one file; what cannot be read is a finding and becomes null with a warning."""

    def __init__(
        self, definitions: dmn.Definitions, types: TypeCatalogue, remarks: Remarks, anywhere: Names = frozenset()
    ) -> None:
        self.types = types
        self._declared = frozenset(element.variable.name for element in definitions.elements)
        self.remarks = remarks
        self._language = definitions.expression_language
        self._anywhere = anywhere
        self._named_types = types.by_name()

    def compile(self, expression: dmn.Expression, names: Names, expected: FeelType = ANY) -> Compiled:
        """The expression's closure; `expected` is the type of what will hold its value."""
        if isinstance(expression, dmn.DecisionTable):
            return self.typed(compile_table(self, expression, names, expected), expression)
        return self.typed(_COMPILERS[type(expression)](self, expression, names), expression)

    def typed(self, logic: Compiled, expression: dmn.Expression) -> Compiled:
        """The logic with its value converted to the expression's own type, where it has one."""
        kind = self.types.find(expression.type_ref, expression.place)
        if kind is ANY:
            return logic
        return lambda scope, run: converted(logic(scope, run), kind, "The result", run)

    def literal(self, expression: dmn.LiteralExpression, names: Names) -> Compiled:
        if not expression.text.strip():
            return _null
        if not self.speaks_feel(expression.language, expression.place):
            return _null
        try:
            compiled = compile_expression(expression.text, *self.vocabulary(expression.text, names))
        except FeelSyntaxError as error:
            self.remarks.add(Remark.of_syntax(expression.text, error), expression.place)
            return unreadable(str(error))
        self.check_names(compiled.variables, names, expression.place)
        return _evaluating(compiled)

    def check_names(self, used: Names, names: Names, place: dmn.Place) -> None:
        """Remark on names of the file's elements that an expression uses without requiring them: it sees null there."""
        for name in sorted((used & self._declared) - names):
            self.remarks.add(Remark("dmn-not-required", name=name), place)

    def speaks_feel(self, written: str | None, place: dmn.Place) -> bool:
        language = written or self._language
        if language is None or "feel" in language.lower():
            return True
        self.remarks.add(Remark("dmn-expression-language", language=language), place)
        return False

    def vocabulary(self, text: str, names: Names) -> tuple[Names, Mapping[str, FeelType] | None]:
        """What FEEL must know to read the text: names in scope, names of components, types where it may ask for one."""
        asks_types = "instance" in text or "function" in text
        return mentioned(text, names, self._anywhere), self._named_types if asks_types else None

    def function(self, expression: dmn.FunctionDefinition, names: Names) -> Compiled:
        signature = self.signature("The function", expression.parameters)
        if expression.kind != "FEEL" or expression.body is None:
            return _external(signature, expression.kind)
        body = self.compile(expression.body, names | set(signature.parameters))

        def define(scope: Scope, run: Run) -> Any:
            return ModelFunction(signature, lambda arguments: body({**scope, **arguments}, run), run)

        return define

    def signature(self, name: str, parameters: Sequence[dmn.Variable], result: FeelType = ANY) -> Signature:
        types = tuple(self.types.find(parameter.type_ref) for parameter in parameters)
        return Signature(name, tuple(parameter.name for parameter in parameters), types, result)

    def context(self, expression: dmn.Context, names: Names) -> Compiled:
        steps: list[tuple[str | None, FeelType, Compiled]] = []
        for entry in expression.entries:
            variable = entry.variable
            kind = self.types.find(variable.type_ref if variable else None, entry.expression.place)
            steps.append((variable.name if variable else None, kind, self.compile(entry.expression, names, kind)))
            names = names | {variable.name} if variable else names
        return lambda scope, run: _context(steps, scope, run)

    def invocation(self, expression: dmn.Invocation, names: Names) -> Compiled:
        called = self.compile(expression.called, names)
        bindings = [
            (one.parameter.name, self.compile(one.expression, names) if one.expression else _null)
            for one in expression.bindings
        ]

        def run_it(scope: Scope, run: Run) -> Any:
            return invoke(called(scope, run), {name: value(scope, run) for name, value in bindings}, run)

        return run_it

    def list(self, expression: dmn.ListExpression, names: Names) -> Compiled:
        items = [self.compile(item, names) for item in expression.items]
        return lambda scope, run: [item(scope, run) for item in items]

    def relation(self, expression: dmn.Relation, names: Names) -> Compiled:
        columns = [(column.name, self.types.find(column.type_ref, expression.place)) for column in expression.columns]
        rows = [[self.compile(cell, names) for cell in row] for row in expression.rows]

        def row_of(cells: Sequence[Compiled], scope: Scope, run: Run) -> dict[str, Any]:
            pairs = zip(columns, cells, strict=False)
            return {name: converted(cell(scope, run), kind, name, run) for (name, kind), cell in pairs}

        return lambda scope, run: [row_of(cells, scope, run) for cells in rows]

    def conditional(self, expression: dmn.Conditional, names: Names) -> Compiled:
        condition, then, otherwise = (
            self.compile(part, names) for part in (expression.condition, expression.then, expression.otherwise)
        )
        return lambda scope, run: (then if condition(scope, run) is True else otherwise)(scope, run)

    def filter(self, expression: dmn.Filter, names: Names) -> Compiled:
        source = self.compile(expression.source, names)
        match = self.compile(expression.match, names | {"item"})
        return lambda scope, run: _filtered(source(scope, run), match, scope, run)

    def iterator(self, expression: dmn.Iterator, names: Names) -> Compiled:
        source = self.compile(expression.source, names)
        body = self.compile(expression.body, names | {expression.variable, "partial"})
        finish = _ITERATORS[expression.kind]

        def iterate(scope: Scope, run: Run) -> Any:
            items = items_of(source(scope, run), run)
            return None if items is None else finish(items, expression.variable, body, scope, run)

        return iterate


def _evaluating(expression: Expression) -> Compiled:
    evaluate = expression.evaluate

    def logic(scope: Scope, run: Run) -> Any:
        run.check_time()
        return evaluate(scope, now=run.now, warnings=run.warnings, until=run.deadline)

    return logic


def unreadable(sentence: str) -> Compiled:
    """What an expression that is no FEEL evaluates to; a check has already said so."""

    def fail(scope: Scope, run: Run) -> Any:
        run.fail(f"An expression cannot be read: {sentence}")

    return fail


def items_of(value: Any, run: Run) -> list[Any] | None:
    """What a boxed iteration goes through, by FEEL's own rules for `for`."""
    items = _ITEMS.evaluate({"source": value}, now=run.now, warnings=run.warnings, until=run.deadline)
    return items if isinstance(items, list) else None


def _null(scope: Scope, run: Run) -> Any:
    return None


def _external(signature: Signature, kind: str) -> Compiled:
    def define(scope: Scope, run: Run) -> Any:
        return ModelFunction(signature, lambda arguments: run.warn(f"Functions of kind {kind} are not run."), run)

    return define


def _context(steps: Sequence[tuple[str | None, FeelType, Compiled]], scope: Scope, run: Run) -> Any:
    """Entries see the entries before them; one without a name is the result."""
    inner, made = dict(scope), {}
    for name, kind, logic in steps:
        value = converted(logic(inner, run), kind, name or "The result", run)
        if name is None:
            return value
        inner[name] = made[name] = value
    return made


def _filtered(source: Any, match: Compiled, scope: Scope, run: Run) -> Any:
    items = source if isinstance(source, list) else items_of(source, run)
    if items is None:
        return None
    kept = []
    for item in items:
        run.step()
        entries = item if isinstance(item, dict) else {}
        matched = match({**scope, **entries, "item": item}, run)
        if not isinstance(matched, bool):
            run.warn("The match of a filter must be true or false.")
            return None
        if matched:
            kept.append(item)
    return kept


def _for(items: Sequence[Any], variable: str, body: Compiled, scope: Scope, run: Run) -> Any:
    results: list[Any] = []
    for item in items:
        run.step()
        results.append(body({**scope, variable: item, "partial": list(results)}, run))
    return results


def _quantified(items: Sequence[Any], variable: str, body: Compiled, scope: Scope, run: Run, stop: bool) -> Any:
    """`some` is settled by a true, `every` by a false; a turn that is no boolean at all spoils either, null only leaves
    open what nothing settles.
    """
    values = []
    for item in items:
        run.step()
        values.append(body({**scope, variable: item}, run))
    if not all(value is None or isinstance(value, bool) for value in values):
        run.warn("What a quantified expression asks must be true or false.")
        return None
    return stop if stop in values else (None if None in values else not stop)


def _some(items: Sequence[Any], variable: str, body: Compiled, scope: Scope, run: Run) -> Any:
    return _quantified(items, variable, body, scope, run, True)


def _every(items: Sequence[Any], variable: str, body: Compiled, scope: Scope, run: Run) -> Any:
    return _quantified(items, variable, body, scope, run, False)


_ITERATORS: Final[Mapping[str, Callable[[Sequence[Any], str, Compiled, Scope, Run], Any]]] = {
    "for": _for,
    "some": _some,
    "every": _every,
}
_COMPILERS: Final[Mapping[type, Callable[[Compiler, Any, Names], Compiled]]] = {
    dmn.LiteralExpression: Compiler.literal,
    dmn.Context: Compiler.context,
    dmn.Invocation: Compiler.invocation,
    dmn.ListExpression: Compiler.list,
    dmn.Relation: Compiler.relation,
    dmn.FunctionDefinition: Compiler.function,
    dmn.Conditional: Compiler.conditional,
    dmn.Filter: Compiler.filter,
    dmn.Iterator: Compiler.iterator,
}
