"""A decision table as written → one ready to be asked."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from engine.decisions import elements as dmn
from engine.decisions.functions import converted
from engine.decisions.hit_policies import HIT_POLICIES
from engine.decisions.quick_cells import QuickTest, quick_test
from engine.decisions.remarks import Remark
from engine.decisions.run import Run
from engine.decisions.tables import CellTest, Compiled, CompiledRule, CompiledTable, InputColumn, OutputColumn, Scope
from engine.decisions.tests_text import split_tests
from engine.decisions.types import component, priorities
from engine.feel import FeelSyntaxError, UnaryTests, compile_unary_tests
from engine.feel.types import ANY, FeelType, ListType

if TYPE_CHECKING:
    from engine.decisions.compiler import Compiler, Names

_IRRELEVANT = frozenset({"", "-", "–", "—"})


def compile_table(compiler: "Compiler", table: dmn.DecisionTable, names: "Names", expected: FeelType) -> CompiledTable:
    """`expected` is the type of the table's holder: its allowed values rank outputs that have none of their own."""
    return _TableCompiler(compiler, table, names, expected).table()


class _TableCompiler:
    def __init__(self, compiler: "Compiler", table: dmn.DecisionTable, names: "Names", expected: FeelType) -> None:
        self._compiler = compiler
        self._written = table
        self._names = names
        own = compiler.types.find(table.type_ref, table.place)
        self._expected = expected if own is ANY else own

    def table(self) -> CompiledTable:
        written = self._written
        aggregation = written.aggregation if written.hit_policy == "COLLECT" else None
        policy = HIT_POLICIES.get((written.hit_policy, aggregation), HIT_POLICIES["UNIQUE", None])
        outputs = tuple(self._output(clause) for clause in written.outputs)
        if written.hit_policy in ("PRIORITY", "OUTPUT ORDER") and all(column.rank is None for column in outputs):
            self._compiler.remarks.add(Remark("dmn-no-priorities", policy=written.hit_policy), written.place)
        self._check_holder(written.hit_policy, aggregation)
        return CompiledTable(
            id=written.place.id,
            name=written.place.name or written.place.id or "",
            inputs=tuple(self._input(clause) for clause in written.inputs),
            outputs=outputs,
            rules=tuple(self._rule(rule) for rule in written.rules),
            policy=policy,
            only_first=written.hit_policy == "FIRST",
            counts=aggregation == "COUNT",
        )

    def _check_holder(self, policy: str, aggregation: str | None) -> None:
        """A list in a variable that is no list would be null whenever more than one rule matches."""
        kind = self._expected
        lists = policy in ("RULE ORDER", "OUTPUT ORDER") or (policy == "COLLECT" and aggregation is None)
        if lists and kind is not ANY and not isinstance(kind, ListType) and kind.name != "list":
            self._compiler.remarks.add(Remark("dmn-list-type", policy=policy, type=kind), self._written.place)

    def _input(self, clause: dmn.InputClause) -> InputColumn:
        name = clause.label or " ".join(clause.expression.text.split())
        kind = self._compiler.types.find(clause.expression.type_ref, clause.place)
        value = _named(self._compiler.literal(clause.expression, self._names), kind, name)
        return InputColumn(clause.place.id, name, value, self._allowed(clause.values, clause.place))

    def _output(self, clause: dmn.OutputClause) -> OutputColumn:
        name = clause.place.name or clause.label or ""
        default = None if clause.default is None else self._entry(clause.default, clause)
        allows = self._allowed(clause.values, clause.place)
        return OutputColumn(clause.place.id, name, clause.label or name, allows, default, self._rank(clause))

    def _rule(self, rule: dmn.Rule) -> CompiledRule:
        tests = [
            (index, self._cell(cell))
            for index, cell in enumerate(rule.inputs[: len(self._written.inputs)])
            if cell.text not in _IRRELEVANT
        ]
        outputs = [
            self._entry(entry, clause) for entry, clause in zip(rule.outputs, self._written.outputs, strict=False)
        ]
        outputs += [_nothing] * (len(self._written.outputs) - len(outputs))
        annotations = tuple(zip(self._written.annotation_names, rule.annotations, strict=False))
        return CompiledRule(rule.place.id, tuple(tests), tuple(outputs), annotations)

    def _entry(self, entry: dmn.LiteralExpression, clause: dmn.OutputClause) -> Compiled:
        kind = self._compiler.types.find(clause.type_ref, clause.place)
        logic = self._compiler.typed(self._compiler.literal(entry, self._names), entry)
        return _named(logic, kind, clause.place.name or clause.label or "The output")

    def _cell(self, cell: dmn.Cell) -> CellTest:
        if not self._compiler.speaks_feel(cell.language, cell.place):
            return _never
        tests = self._unary_tests(cell.text, cell.place)
        if tests is None:
            return _unreadable(cell.text)
        return _asking(tests, quick_test(cell.text))

    def _allowed(self, text: str | None, place: dmn.Place) -> CellTest | None:
        tests = None if text is None or text in _IRRELEVANT else self._unary_tests(text, place)
        return None if tests is None else _asking(tests)

    def _unary_tests(self, text: str, place: dmn.Place) -> UnaryTests | None:
        try:
            tests = compile_unary_tests(text, *self._compiler.vocabulary(text, self._names))
        except FeelSyntaxError as error:
            self._compiler.remarks.add(Remark.of_syntax(text, error), place)
            return None
        self._compiler.check_names(tests.variables, self._names, place)
        return tests

    def _rank(self, clause: dmn.OutputClause) -> Callable[[Any], int] | None:
        """How far down the list of output values a value stands; the type's allowed values serve where it has none."""
        text = clause.values or priorities(self._compiler.types.find(clause.type_ref, clause.place))
        if text is None and len(self._written.outputs) == 1:
            text = priorities(self._expected)
        elif text is None:
            text = priorities(component(self._expected, clause.place.name or ""))
        if text is None:
            return None
        tests = [found for part in split_tests(text) if (found := self._unary_tests(part, clause.place))]
        places = range(len(tests))
        return lambda value: next((place for place in places if tests[place].evaluate(value, {}) is True), len(tests))


def _named(logic: Compiled, kind: FeelType, name: str) -> Compiled:
    if kind is ANY:
        return logic
    return lambda scope, run: converted(logic(scope, run), kind, name, run)


def _asking(tests: UnaryTests, quick: QuickTest | None = None) -> CellTest:
    evaluate = tests.evaluate

    def ask(value: Any, scope: Scope, run: Run) -> bool:
        if quick is not None and (answer := quick(value)) is not None:
            return answer
        return evaluate(value, scope, now=run.now, warnings=run.warnings, until=run.deadline) is True

    return ask


def _unreadable(text: str) -> CellTest:
    def fail(value: Any, scope: Scope, run: Run) -> bool:
        run.fail(f"An input entry cannot be read: {text}")
        return False

    return fail


def _never(value: Any, scope: Scope, run: Run) -> bool:
    return False


def _nothing(scope: Scope, run: Run) -> Any:
    return None
