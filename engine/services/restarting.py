"""Starting an instance that has ended again: another one of the same process, with its variables, on the same case."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, select

from engine.errors import Conflict, InvalidInput, NotFound
from engine.execution import Process, can_activate
from engine.history import audit
from engine.model.base import table_of
from engine.model.case import Case, CaseInstance
from engine.model.deployment import ProcessDefinition
from engine.model.element import ElementInstance
from engine.model.instance import InstanceState, ProcessInstance
from engine.model.permissions import Actor
from engine.model.variable import Variable, VariableChange
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services import definitions
from engine.services.cases.files import case_of_instance, link_instance
from engine.services.cases.timeline import record
from engine.services.instances import root_variables
from engine.services.progress import Step, step_of
from engine.services.turn import Turn

_instance, _element = table_of(ProcessInstance), table_of(ElementInstance)
_value, _former = table_of(Variable), table_of(VariableChange)


class NotRestartable(Conflict):
    """This instance cannot be started again, or not so; `message_zh` says why in Chinese."""

    def __init__(self, english: str, chinese: str) -> None:
        super().__init__(english)
        self.message_zh = chinese


class With(StrEnum):
    """Which variables the new instance gets: those that stood when the old one first came to rest, or when it ended."""

    BEGAN = "began"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Restart:
    """How it is started: the newest version or its own; at its start, or before an element; `changed` variables go on top."""

    newest: bool = True
    start_at: str = ""
    variables: With = With.BEGAN
    changed: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Place:
    """An element before which it can begin, and the version of the process that alone has it."""

    step: Step
    version: int | None


@dataclass(frozen=True, slots=True)
class Offer:
    """What there is to choose: the versions that are not deleted (`own` None: it was), places, how many variables each set
    has, and what else works on the case now. `refusal` says why there is nothing to choose."""

    own: int | None = None
    newest: int | None = None
    places: list[Place] = field(default_factory=list)
    began: int = 0
    ended: int = 0
    others: list[Step] = field(default_factory=list)
    refusal: NotRestartable | None = None


def offer(runtime: Runtime, key: int, *, actor: Actor) -> Offer:
    """Raises NotFound, Forbidden without instances.modify."""
    actor.require("instances.modify")
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        row = _row(uow, key)
        case = case_of_instance(uow, key, row.root_key)
        try:
            _check(uow, row, case)
            newest = _definition(uow, row, newest=True)
        except NotRestartable as refusal:
            return Offer(refusal=refusal)
        own = definitions.of_key(uow, ProcessDefinition, row.process_definition_key)
        usable = own if own.deleted_at is None else None
        versions = {each.key: each for each in (usable, newest) if each is not None}
        models = [definitions.process(runtime, uow, each) for each in versions]
        return Offer(
            own=usable.version if usable else None,
            newest=newest.version,
            places=_places(models, [each.version for each in versions.values()]),
            began=len(_began(uow, row)),
            ended=len(root_variables(uow, key)),
            others=[_process_step(runtime, uow, other) for other in _running(uow, case)],
        )


def restart(runtime: Runtime, key: int, wanted: Restart, *, actor: Actor, reason: str = "") -> int:
    """Start it again and return the new instance's key. It works on the case that the old one worked on.

    Raises NotFound, Forbidden without instances.modify, InvalidInput for an element where it cannot begin, and NotRestartable:
    for one that runs or was called, on a closed case, or while another of its process works on the case or has its key.
    """
    actor.require("instances.modify")

    def work(uow: UnitOfWork) -> int:
        row = _row(uow, key)
        case = case_of_instance(uow, key, row.root_key)
        if case is not None:
            case = uow.session.get(Case, case.key, with_for_update=True, populate_existing=True)
        _check(uow, row, case)
        values = _began(uow, row) if wanted.variables == With.BEGAN else root_variables(uow, key)
        values |= wanted.changed | ({"case_number": case.number} if case is not None else {})
        turn = Turn(runtime, uow, actor.username)
        new = _start(turn, row, wanted, values)
        told = {"start_at": wanted.start_at, "variables": wanted.variables.value} | audit.because(reason)
        after = {"process": row.process_id, "restarted_from": key, **audit.because(reason)}
        turn.audit("instance.start", "process_instance", new, new, after=after)
        turn.audit("instance.restart", "process_instance", new, key, after={"instance": new, **told})
        turn.finish()
        if case is not None:
            link_instance(uow, case, new, row.process_id)
            record(runtime, uow, case, actor.username, "step", "instance.restarted", reason, data={"instance": new})
        return new

    return runtime.transact(work, actor.tenant_id)


def _start(turn: Turn, row: Row[Any], wanted: Restart, values: dict[str, Any]) -> int:
    """The key of the new instance, run to its first rest."""
    definition = _definition(turn.uow, row, wanted.newest)
    process = definitions.process(turn.runtime, turn.uow, definition.key)
    start_event, start_at = None, [wanted.start_at] if wanted.start_at else []
    if wanted.start_at and wanted.start_at not in process.model.elements:
        sentence = f"第 {definition.version} 版没有这一步 / Version {definition.version} has no such step."
        raise InvalidInput("There is no such element.", {"start_at": [sentence]})
    if not start_at:
        start_event, start_at = _beginning(turn.uow, row, process)
    tags, key = row.tags, row.start_correlation_key
    live = turn.start(
        definition, values, start_event=start_event, event_variables={}, correlation_key=key, start_at=start_at, tags=tags
    )  # fmt: skip
    return live.info.key


def _beginning(uow: UnitOfWork, row: Row[Any], process: Process) -> tuple[str | None, list[str]]:
    """Where it begins if nobody says so: at the event that began the old one, else at its plain start.

    An event that maps what came with it has done so: it begins behind that one.
    """
    first = select(_element.c.element_id).where(
        _element.c.process_instance_key == row.key, _element.c.scope_key == row.key, _element.c.type == "START_EVENT"
    )
    found = uow.connection.execute(first.order_by(_element.c.key).limit(1)).scalar_one_or_none()
    event = process.model.elements.get(found) if found is not None else None
    if event is not None and event.type == "startEvent" and event.event is not None and event.event.kind != "none":
        if event.outputs:
            return None, [process.model.flows[flow].target for flow in event.outgoing]
        return event.id, []
    if not process.root.beginnings:
        raise NotRestartable(
            f"Process '{row.process_id}' has no plain start event; choose the step to begin at.",
            "这个流程没有普通的开始事件，请选从哪一步开始。",
        )
    return None, []


def _row(uow: UnitOfWork, key: int) -> Row[Any]:
    columns = [column for column in _instance.columns if column.name != "data"]
    found = uow.connection.execute(
        select(*columns).where(_instance.c.key == key, _instance.c.tenant_id == uow.tenant_id)
    ).one_or_none()
    if found is None:
        raise NotFound(f"There is no process instance with key {key}.")
    return found


def _check(uow: UnitOfWork, row: Row[Any], case: Case | None) -> None:
    if row.state == InstanceState.ACTIVE:
        raise NotRestartable(f"Instance {row.key} has not ended.", "流程还没有结束。")
    if row.parent_key is not None:
        raise NotRestartable(
            f"Instance {row.key} was called by instance {row.parent_key}; start that one again.",
            "这个实例由另一个流程调用，请重新开始调用它的流程。",
        )
    if case is not None and not case.is_open:
        raise NotRestartable(
            f"Case {case.number} is closed, and its process is not started again; file a new case.",
            f"工单 {case.number} 已结案，它的流程不能重新开始；客户若还有事，请登记新的工单。",
        )
    same = [other for other in _running(uow, case) if other.process_id == row.process_id]
    if case is not None and same:
        raise NotRestartable(
            f"Instance {same[0].key} of the same process works on case {case.number} already.",
            f"工单 {case.number} 上已有同一流程的实例 {same[0].key} 在办理。",
        )
    if row.start_correlation_key is not None and _has_key(uow, row):
        raise NotRestartable(
            f"An instance of the same process with the key '{row.start_correlation_key}' runs already.",
            f"同一流程已有业务键为“{row.start_correlation_key}”的实例在办理。",
        )


def _running(uow: UnitOfWork, case: Case | None) -> list[Row[Any]]:
    """The instances that work on a case now, without what they called."""
    if case is None:
        return []
    linked = select(CaseInstance.instance_key).where(CaseInstance.case_key == case.key)
    query = select(_instance.c.key, _instance.c.process_id, _instance.c.process_definition_key).where(
        _instance.c.key.in_(list(uow.connection.execute(linked).scalars())),
        _instance.c.state == InstanceState.ACTIVE,
    )
    return list(uow.connection.execute(query.order_by(_instance.c.key)))


def _has_key(uow: UnitOfWork, row: Row[Any]) -> bool:
    query = select(_instance.c.key).where(
        _instance.c.tenant_id == uow.tenant_id,
        _instance.c.process_id == row.process_id,
        _instance.c.start_correlation_key == row.start_correlation_key,
        _instance.c.state == InstanceState.ACTIVE,
    )
    return uow.connection.execute(query).first() is not None


def _definition(uow: UnitOfWork, row: Row[Any], newest: bool) -> Row[Any]:
    """The version to run. Raises NotRestartable where it was deleted."""
    try:
        if newest:
            return definitions.latest(uow, ProcessDefinition, row.process_id, held=not uow.read_only)
        return definitions.usable(uow, ProcessDefinition, row.process_definition_key, held=not uow.read_only)
    except NotFound as error:
        raise NotRestartable(
            f"The version of process '{row.process_id}' was deleted.", "这个流程的版本已被删除。"
        ) from error


def _began(uow: UnitOfWork, row: Row[Any]) -> dict[str, Any]:
    """The first value of each variable that the instance had when it first came to rest."""
    now = select(_value.c.name, _value.c.value, _value.c.updated_at, _value.c.key)
    former = select(_former.c.name, _former.c.value, _former.c.at, _former.c.key)
    found = list(uow.connection.execute(now.where(_value.c.scope_key == row.key)))
    mine = former.where(_former.c.process_instance_key == row.key, _former.c.scope_key == row.key)
    before = list(uow.connection.execute(mine.order_by(_former.c.at, _former.c.key)))
    values: dict[str, Any] = {}
    for name, value, at, _ in [*before, *found]:
        if at <= row.started_at:
            values.setdefault(name, value)
    return values


def _places(processes: list[Process], versions: list[int]) -> list[Place]:
    found = [
        {each.id: step_of(one.model, each.id) for each in one.model.elements.values() if can_activate(one.model, each)}
        for one in processes
    ]
    everywhere = set.intersection(*(set(each) for each in found))
    steps = {name: Place(step, None) for name, step in found[-1].items() if name in everywhere}
    for version, places in zip(versions, found, strict=True):
        steps |= {name: Place(step, version) for name, step in places.items() if name not in everywhere}
    return list(steps.values())


def _process_step(runtime: Runtime, uow: UnitOfWork, row: Row[Any]) -> Step:
    model = definitions.process(runtime, uow, row.process_definition_key).model
    return Step(str(row.key), model.name or model.id, model.properties.get("name.en"))


__all__ = ["NotRestartable", "Offer", "Place", "Restart", "With", "offer", "restart"]
