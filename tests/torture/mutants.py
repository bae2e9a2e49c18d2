"""Ways to break a promise, one for each of the design's invariants and more for the second; the check must see every one.

They change the running code of the victims only.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from engine.errors import Conflict

MUTANTS: dict[str, tuple[str, Callable[[], None]]] = {}  # name -> (how the check calls the promise, what breaks it)


def mutant(name: str, promise: str) -> Callable[[Callable[[], None]], Callable[[], None]]:
    def register(breaks: Callable[[], None]) -> Callable[[], None]:
        MUTANTS[name] = (promise, breaks)
        return breaks

    return register


def install(name: str) -> None:
    MUTANTS[name][1]()


@mutant("forget_a_commit", "1 durable")
def _forget_a_commit() -> None:
    """Now and then success is said and nothing is stored."""
    from engine.persistence.unit_of_work import UnitOfWork

    end = UnitOfWork._end

    def forget(self: Any, kind: Any, error: Any, traceback: Any) -> None:
        if kind is None and not self.read_only and random.random() < 0.1:
            self.connection.rollback()
        end(self, kind, error, traceback)

    UnitOfWork._end = forget  # type: ignore[method-assign]


@mutant("half_a_turn", "2 whole")
def _half_a_turn() -> None:
    """Now and then the path of a turn is not written with its state."""
    from engine.services.turn.writes import Writes

    add_path = Writes._add_path

    def lose(self: Any, batch: Any) -> None:
        if random.random() > 0.1:
            add_path(self, batch)

    Writes._add_path = lose  # type: ignore[method-assign]


@mutant("fire_again", "2 once")
def _fire_again() -> None:
    """What a timer began happens a second time now and then, as when two workers fire it."""
    from engine.services.turn.turn import Turn

    trigger = Turn.trigger

    def twice(self: Any, live: Any, key: int, variables: Any) -> None:
        before = set(self.writes.new_elements)
        trigger(self, live, key, variables)
        begun = [row for key, row in self.writes.new_elements.items() if key not in before]
        for row in [row for row in begun if row["element_id"] == "late"]:
            again = {**row, "key": self.runtime.new_key()}
            self.writes.new_elements[again["key"]] = again

    Turn.trigger = twice  # type: ignore[method-assign]


@mutant("two_winners", "3 one winner")
def _two_winners() -> None:
    """Who comes second is told that it worked."""
    from engine.services import tasks

    complete = tasks.complete

    def always(*arguments: Any, **more: Any) -> None:
        try:
            complete(*arguments, **more)
        except Conflict:
            return

    tasks.complete = always


@mutant("another_key", "4 one key")
def _another_key() -> None:
    """Every try has a key of its own."""
    from engine.runtime.handlers import JobContext

    JobContext.idempotency_key = property(lambda self: str(uuid.uuid4()))  # type: ignore[assignment, method-assign]


@mutant("say_it_is_done", "4 at least once")
def _say_it_is_done() -> None:
    """A failed try now and then counts as done."""
    from engine.services import jobs

    fail = jobs.fail

    def pretend(runtime: Any, key: int, message: str, **more: Any) -> Any:
        if random.random() < 0.9:
            return jobs.complete(runtime, key, {}, tenant_id=more.get("tenant_id", "<default>"))
        return fail(runtime, key, message, **more)

    jobs.fail = pretend


@mutant("no_incident", "5 incident")
def _no_incident() -> None:
    """What cannot go on stands still and nobody is told."""
    from engine.services.turn.writes import Writes

    add_waits = Writes._add_waits

    def silent(self: Any, batch: Any) -> None:
        self.new_incidents.clear()
        add_waits(self, batch)

    Writes._add_waits = silent  # type: ignore[method-assign]


@mutant("newest_version", "6 version")
def _newest_version() -> None:
    """An instance that is changed is said to be of the newest version."""
    from sqlalchemy import func, select

    from engine.model.deployment import ProcessDefinition
    from engine.services.turn import turn as module

    write = module.Turn._write

    def newest(self: Any, live: Any) -> None:
        key = self.uow.connection.execute(select(func.max(ProcessDefinition.key))).scalar_one()
        if live.revision:
            live.info.process_definition_key = key
        write(self, live)

    module.Turn._write = newest  # type: ignore[method-assign]


@mutant("local_time", "7 times")
def _local_time() -> None:
    """A timer's moment is a local one that is taken for UTC."""
    from engine.services.turn.writes import Writes

    arm = Writes.arm_timer

    def local(self: Any, row: dict[str, Any]) -> None:
        arm(self, {**row, "due_at": row["due_at"] - timedelta(hours=8)})

    Writes.arm_timer = local  # type: ignore[method-assign]


@mutant("no_audit", "8 told")
def _no_audit() -> None:
    """Now and then nobody writes down who did it."""
    from engine.services.turn.turn import Turn

    audit = Turn.audit

    def forget(self: Any, *arguments: Any, **more: Any) -> None:
        if random.random() > 0.1:
            audit(self, *arguments, **more)

    Turn.audit = forget  # type: ignore[method-assign]
