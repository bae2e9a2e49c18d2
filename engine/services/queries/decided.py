"""The decisions of each evaluation as rows, read from its trace: nothing more than the evaluation is stored for them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ColumnElement,
    String,
    Text,
    and_,
    case,
    cast,
    func,
    literal_column,
    select,
    true,
    type_coerce,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import FromClause
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from engine.model.base import Json, table_of
from engine.model.decision import DecisionInstance
from engine.model.deployment import DecisionDefinition
from engine.services.queries.fields import Field
from engine.services.queries.query import field_condition

evaluation = table_of(DecisionInstance)
own = table_of(DecisionDefinition)  # the decision of a row
asked = own.alias("asked")  # what the evaluation was asked for


class _Traced(FunctionElement[Any]):
    """The entries of a trace: `key` counts from 0, `value` is one decision as JSON."""

    name = "traced"
    inherit_cache = True


@compiles(_Traced)
def _compile(element: _Traced, compiler: SQLCompiler, **options: Any) -> str:
    trace = compiler.process(element.clauses, **options)
    entries = f"json_array_elements(CAST({trace} AS json) -> 'decisions') WITH ORDINALITY AS entry(value, at)"
    return f"LATERAL (SELECT at - 1 AS key, value FROM {entries})"  # noqa: S608


@compiles(_Traced, "sqlite")
def _compile_for_sqlite(element: _Traced, compiler: SQLCompiler, **options: Any) -> str:
    return f"json_each({compiler.process(element.clauses, **options)}, '$.decisions')"


_traced = _Traced(evaluation.c.trace).table_valued("key", "value", name="traced", joins_implicitly=True)


def _text(member: str) -> ColumnElement[Any]:
    return _traced.c.value.op("->>", return_type=Text())(literal_column(f"'{member}'"))


_output = _traced.c.value.op("->", return_type=Text())(literal_column("'output'"))
position: ColumnElement[Any] = func.coalesce(_traced.c.key, 0) + 1
instance_key = cast(evaluation.c.key, String) + "-" + cast(position, String)
decision_id = func.coalesce(_text("id"), evaluation.c.decision_id)
failure = func.coalesce(_text("failed"), case((decision_id == evaluation.c.decision_id, evaluation.c.failure)))
result = type_coerce(func.coalesce(cast(_output, Text), cast(evaluation.c.result, Text)), Json)
name = func.coalesce(own.c.name, _text("name"))
type_ = func.coalesce(own.c.type, _text("type"))
source: FromClause = (
    evaluation.outerjoin(_traced, true())
    .outerjoin(asked, asked.c.key == evaluation.c.decision_definition_key)
    .outerjoin(own, and_(own.c.requirements_key == asked.c.requirements_key, own.c.decision_id == decision_id))
)


def is_decision(operator: str, wanted: Any) -> ColumnElement[bool]:
    """By a decision's id; where it is asked for as a whole, along the index of what evaluations were asked for."""
    match = field_condition("decisionDefinitionId", Field("text", decision_id), {operator: wanted})
    if operator not in ("$eq", "$in"):
        return match
    whole, part = own.alias(), own.alias()
    ids = wanted if operator == "$in" else [wanted]
    of_file = select(whole.c.decision_id).join(part, part.c.requirements_key == whole.c.requirements_key)
    return and_(match, evaluation.c.decision_id.in_(of_file.where(part.c.decision_id.in_(ids))))
