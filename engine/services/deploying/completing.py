"""What a version that an older release deployed lacks: its name in English, the names of its elements, the types of its decisions."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from typing import Any

from sqlalchemy import Row, exists, or_, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from engine.model.base import table_of
from engine.model.deployment import DecisionDefinition, ElementName, ProcessDefinition
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services import definitions
from engine.services.deploying.versions import english_name, name_rows

log = logging.getLogger("kefuflow.deploying")
_process, _decision, _name = table_of(ProcessDefinition), table_of(DecisionDefinition), table_of(ElementName)


def complete_definitions(runtime: Runtime) -> None:
    """Write what is missing, a version at a time. A version that can no longer be read is left as it is, and logged."""
    named = exists(select(_name.c.definition_key).where(_name.c.definition_key == _process.c.key))
    unnamed = select(_process.c.key, _process.c.tenant_id).where(or_(~named, _process.c.name_en.is_(None)))
    untyped = select(_decision.c.key, _decision.c.tenant_id, _decision.c.decision_id, _decision.c.requirements_key)
    with runtime.unit_of_work(read_only=True) as uow:
        processes = uow.connection.execute(unnamed).all()
        decisions = uow.connection.execute(untyped.where(_decision.c.type.is_(None))).all()
    missing: list[tuple[Callable[..., None], Any]] = [(_name_elements, row) for row in processes] + [
        (_type_decision, row) for row in decisions
    ]
    for complete, row in missing:
        try:
            runtime.transact(partial(complete, runtime, row=row), row.tenant_id)
        except Exception:  # whatever it is: the desk starts all the same
            log.warning("The deployed version %s cannot be read any more.", row.key, exc_info=True)


def _name_elements(runtime: Runtime, uow: UnitOfWork, row: Row[Any]) -> None:
    process = definitions.process(runtime, uow, row.key)
    rows = name_rows(row.key, process)
    statement = (sqlite_insert if uow.is_sqlite else postgresql_insert)(_name)
    uow.connection.execute(statement.on_conflict_do_nothing(), rows)
    named = update(_process).where(_process.c.key == row.key).values(name_en=english_name(process))
    uow.connection.execute(named)


def _type_decision(runtime: Runtime, uow: UnitOfWork, row: Row[Any]) -> None:
    model = definitions.decision_model(runtime, uow, row.requirements_key)
    own = next((each.type for each in model.decisions.values() if each.id == row.decision_id), "UNKNOWN")
    uow.connection.execute(update(_decision).where(_decision.c.key == row.key).values(type=own or "UNKNOWN"))
