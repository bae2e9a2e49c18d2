"""The decision tables behind an evaluation as they were at that moment, whole, with the values they were asked and the rules that hit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from engine.decisions import elements as dmn
from engine.decisions.reader import read_definitions
from engine.decisions.remarks import Remarks
from engine.model.base import table_of
from engine.model.decision import DecisionInstance
from engine.model.deployment import DecisionDefinition, DecisionRequirements
from engine.model.permissions import Actor
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services import definitions

LONGEST = 500  # rules of one table on a page; those that hit are there wherever they stand
_requirements = table_of(DecisionRequirements)
Traced = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """An input column: what it is called, its expression, and the value that it had."""

    label: str
    expression: str
    value: Any


@dataclass(frozen=True, slots=True)
class Rule:
    """A row: its cells as written. `said` are the values of its outputs where it hit, else None."""

    index: int
    inputs: list[str]
    outputs: list[str]
    notes: list[str]
    said: list[Any] | None


@dataclass(frozen=True, slots=True)
class Table:
    """`own`: the decision's, not one that it asked on the way. `holder` is the name of the decision or knowledge model;
    `left_out` says how many rules of a long table are not there."""

    own: bool
    holder: str
    policy: str
    inputs: list[Asked]
    outputs: list[str]
    notes: list[str]
    rules: list[Rule]
    left_out: int


def tables_of(runtime: Runtime, key: int, *, actor: Actor) -> list[list[Table]]:
    """For each decision of an evaluation, in the order of its trace, its table and then those that it asked on the way.

    A table whose file is gone, or that no longer says what the trace says, is left out. Raises NotFound, Forbidden without
    instances.read.
    """
    actor.require("instances.read")
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        row = uow.get(DecisionInstance, key)
        traced: list[Traced] = (row.trace or {}).get("decisions") or [{}]
        files = _Files(uow, row.decision_definition_key, row.evaluated_at)
        return [list(_tables(files, one)) for one in traced]


def _tables(files: _Files, decided: Traced) -> Iterator[Table]:
    own = decided | {"table": decided.get("id")} if decided.get("type") == "DECISION_TABLE" else None
    for traced in [own, *decided.get("tables", [])]:
        found = files.table(traced) if traced is not None else None
        if found is not None and traced is not None:
            yield _shown(*found, traced, own=traced is own)


class _Files:
    """The DMN files that an evaluation read: the one that was asked, and of what that imports the versions of that time."""

    def __init__(self, uow: UnitOfWork, decision_key: int | None, at: datetime) -> None:
        self._uow, self._at = uow, at
        self._read: dict[int, dmn.Definitions] = {}
        self._own: int | None = None
        if decision_key is not None:
            self._own = definitions.of_key(uow, DecisionDefinition, decision_key).requirements_key

    def table(self, traced: Traced) -> tuple[str, dmn.DecisionTable] | None:
        """The table that a trace is about, and the name of what holds it."""
        for file in self._files():
            for element in file.elements:
                for table in _of_element(element, traced):
                    if _fits(table, traced):
                        return element.place.name or element.variable.name, table
        return None

    def _files(self) -> Iterator[dmn.Definitions]:
        """The asked file first; then every version of what is imported, however deep, the newest of that time first."""
        if self._own is None:
            return
        pending, seen = [self._file(self._own)], set[str]()
        while pending:
            file = pending.pop(0)
            yield file
            for namespace in {one.namespace for one in file.imports} - seen:
                seen.add(namespace)
                pending += [self._file(key) for key in self._versions(namespace)]

    def _versions(self, namespace: str) -> list[int]:
        query = select(_requirements.c.key).where(
            _requirements.c.tenant_id == self._uow.tenant_id,
            _requirements.c.namespace == namespace,
            _requirements.c.deployed_at <= self._at,
        )
        return list(self._uow.connection.execute(query.order_by(_requirements.c.version.desc())).scalars())

    def _file(self, key: int) -> dmn.Definitions:
        if key not in self._read:
            row = definitions.of_key(self._uow, DecisionRequirements, key)
            self._read[key] = read_definitions(definitions.content(self._uow, row.resource_key), Remarks(""))
        return self._read[key]


def _of_element(element: dmn.DrgElement, traced: Traced) -> Iterator[dmn.DecisionTable]:
    """A decision's own table, or one that is anywhere in an element and has the id that was traced."""
    if "table" not in traced:
        yield from (table for table in _inside(element) if table.place.id == traced.get("id"))
    elif isinstance(element, dmn.Decision) and element.place.id == traced["table"]:
        yield from [element.expression] if isinstance(element.expression, dmn.DecisionTable) else []


def _inside(thing: Any) -> Iterator[dmn.DecisionTable]:
    if isinstance(thing, dmn.DecisionTable):
        yield thing
    parts: Iterable[Any] = ()
    if isinstance(thing, tuple):
        parts = thing
    elif is_dataclass(thing) and not isinstance(thing, dmn.Place):
        parts = (getattr(thing, field.name) for field in fields(thing))
    for part in parts:
        yield from _inside(part)


def _fits(table: dmn.DecisionTable, traced: Traced) -> bool:
    """Whether a version of a table can have left this trace."""
    asked, hits = traced.get("inputs") or [], traced.get("matched_rules") or []
    same_columns = not asked or [clause.place.id for clause in table.inputs] == [one["id"] for one in asked]
    return same_columns and all(
        hit["index"] <= len(table.rules) and table.rules[hit["index"] - 1].place.id == hit["id"] for hit in hits
    )


def _shown(holder: str, table: dmn.DecisionTable, traced: Traced, own: bool) -> Table:
    hits = {hit["index"]: [one["value"] for one in hit["outputs"]] for hit in traced.get("matched_rules") or []}
    values = [one["value"] for one in traced.get("inputs") or []] or [None] * len(table.inputs)
    rules = [
        Rule(
            index,
            [cell.text for cell in rule.inputs],
            [cell.text.strip() for cell in rule.outputs],
            list(rule.annotations),
            hits.get(index),
        )
        for index, rule in enumerate(table.rules, 1)
        if index <= LONGEST or index in hits
    ]
    return Table(
        own=own,
        holder=holder,
        policy=f"{table.hit_policy} {table.aggregation or ''}".strip(),
        inputs=[
            Asked(clause.label or clause.expression.text.strip(), clause.expression.text.strip(), value)
            for clause, value in zip(table.inputs, values, strict=True)
        ],
        outputs=[clause.label or clause.place.name or "" for clause in table.outputs],
        notes=list(table.annotation_names),
        rules=rules,
        left_out=len(table.rules) - len(rules),
    )
