"""Changing a running instance by several instructions in one go, and seeing beforehand what comes of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from engine.errors import Conflict, InvalidInput, KefuflowError
from engine.model.base import DEFAULT_TENANT, table_of
from engine.model.element import ElementInstance, ElementState
from engine.model.incident import IncidentState
from engine.model.instance import InstanceState
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services import definitions, instances
from engine.services.modification import Activation, Move, modify_within
from engine.services.progress import Step, step_of
from engine.services.turn import Live, Turn, require_running

__all__ = ["Activation", "Assignment", "Change", "InstanceChanged", "Named", "Outcome", "Stop", "change", "preview"]
_element = table_of(ElementInstance)


class InstanceChanged(Conflict):
    """The instance is not as it was when the change was tried."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """Variables for one scope: the instance's key, or an active element instance's."""

    scope_key: int
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """Variables are set first; then tokens move, start before elements, and end, by the keys of element instances."""

    variables: Sequence[Assignment] = ()
    moved: Sequence[Move] = ()
    started: Sequence[Activation] = ()
    ended: Sequence[int] = ()

    @property
    def is_empty(self) -> bool:
        return not (self.variables or self.moved or self.started or self.ended)


@dataclass(frozen=True, slots=True)
class Named:
    """A process by its names."""

    name: str
    name_en: str | None


@dataclass(frozen=True, slots=True)
class Stop:
    """Where the instance would stand still, and why."""

    step: Step
    error_type: str
    message: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What comes of a change at once: the steps that end, those that are gone through, and those that begin and last; the
    processes that are called and that are ended with their callers; `state` is the instance's afterwards, `revision` the one
    at which this was tried."""

    state: str
    revision: int
    ended: list[Step] = field(default_factory=list)
    passed: list[Step] = field(default_factory=list)
    begun: list[Step] = field(default_factory=list)
    called: list[Named] = field(default_factory=list)
    called_off: list[Named] = field(default_factory=list)
    stops: list[Stop] = field(default_factory=list)


class _Tried(KefuflowError):
    """Carries an outcome out of the transaction that it undoes; counted with what is refused, as nothing is done."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__()
        self.outcome = outcome


def change(
    runtime: Runtime,
    key: int,
    wanted: Change,
    *,
    who: str,
    reason: str = "",
    revision: int | None = None,
    tenant_id: str = DEFAULT_TENANT,
) -> None:
    """Do all of it, or nothing. An instance with nothing left in it is cancelled.

    Raises NotFound, InstanceEnded, InstanceSuspended, InstanceChanged when it has gone on since `revision`, and InvalidInput for what
    cannot be, with a sentence in both languages.
    """

    def work(uow: UnitOfWork) -> None:
        turn = Turn(runtime, uow, who)
        if revision is not None and turn.load(key).revision != revision:
            raise InstanceChanged(f"Process instance {key} has gone on meanwhile; look at it again.")
        _change(turn, key, wanted, reason)
        turn.finish()

    runtime.transact(work, tenant_id)


def preview(runtime: Runtime, key: int, wanted: Change, *, who: str, tenant_id: str = DEFAULT_TENANT) -> Outcome:
    """Do it as `change` does, see what came of it, and undo it. Raises as `change` does."""

    def work(uow: UnitOfWork) -> None:
        turn = Turn(runtime, uow, who)
        _change(turn, key, wanted, "")
        raise _Tried(_outcome(turn, turn.live[key]))

    try:
        runtime.transact(work, tenant_id)
    except _Tried as tried:
        return tried.outcome
    raise AssertionError("unreachable")


def _change(turn: Turn, key: int, wanted: Change, reason: str) -> None:
    if wanted.is_empty:
        raise _refused("Nothing is to be changed.", "还没有选任何改动。")
    live = turn.load(key)
    require_running(live)
    for each in wanted.variables:
        if not live.instance.is_active(each.scope_key):
            raise _refused(
                "The scope of a variable is not active any more.", "变量所在的步骤已经不在进行了，请重新选范围。"
            )
        instances.set_variables_within(turn, each.scope_key, each.values, each.scope_key != key, reason)
    if wanted.moved or wanted.started or wanted.ended:
        modify_within(turn, key, wanted.started, _outermost(turn.uow, key, wanted.ended), wanted.moved, reason)


def _outermost(uow: UnitOfWork, key: int, ended: Sequence[int]) -> list[int]:
    """Of what is to end, what is not inside another: it ends with that."""
    query = select(_element.c.key, _element.c.scope_key).where(
        _element.c.process_instance_key == key, _element.c.state == ElementState.ACTIVE
    )
    around = {row.key: row.scope_key for row in uow.connection.execute(query)}

    def is_inside(place: int | None) -> bool:
        while place is not None:
            place = around.get(place)
            if place in ended:
                return True
        return False

    return [place for place in dict.fromkeys(ended) if not is_inside(place)]


def _outcome(turn: Turn, live: Live) -> Outcome:
    key = live.info.key
    own = [row for row in turn.writes.new_elements.values() if row["process_instance_key"] == key]
    left = [row["at_key"] for row in turn.writes.ended_elements]
    query = select(_element.c.element_id).where(_element.c.key.in_(left), _element.c.process_instance_key == key)
    others = [each for each in turn.live.values() if each.info.key != key]
    return Outcome(
        state=live.state,
        revision=live.revision,
        ended=[_step(turn, live, name) for name in turn.uow.connection.execute(query.order_by(_element.c.key)).scalars()
               if name != live.info.process_id],
        passed=[_step(turn, live, row["element_id"]) for row in own if row["state"] != ElementState.ACTIVE],
        begun=[_step(turn, live, row["element_id"]) for row in own if row["state"] == ElementState.ACTIVE],
        called=[_named(turn, each) for each in others if each.revision == 0],
        called_off=[_named(turn, each) for each in others if each.revision and each.state == InstanceState.TERMINATED],
        stops=[
            Stop(_step(turn, turn.live[row["process_instance_key"]], row["element_id"]), row["error_type"], row["message"])
            for row in turn.writes.new_incidents.values()
            if row["state"] == IncidentState.ACTIVE
        ],
    )  # fmt: skip


def _step(turn: Turn, live: Live, element_id: str) -> Step:
    return step_of(definitions.process(turn.runtime, turn.uow, live.info.process_definition_key).model, element_id)


def _named(turn: Turn, live: Live) -> Named:
    model = definitions.process(turn.runtime, turn.uow, live.info.process_definition_key).model
    return Named(model.name or model.id, model.properties.get("name.en"))


def _refused(english: str, chinese: str) -> InvalidInput:
    return InvalidInput(english, {"": [f"{chinese} / {english}"]})
