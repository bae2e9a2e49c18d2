"""A turn: one command on one tree of process instances, with all that follows from it, in one transaction.

The tree is locked by its root, so that callers and called cannot wait for each other. An instance is taken from memory when
its row has not moved since, else restored; it goes back into memory when the transaction is durable.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from functools import partial
from typing import Any

from sqlalchemy import Row, bindparam, select

from engine import logs
from engine.errors import Conflict, NotFound
from engine.execution.contract import Binding, Event
from engine.execution.instance import Instance
from engine.history import audit
from engine.model.base import table_of
from engine.model.deployment import ProcessDefinition
from engine.model.instance import InstanceState, ProcessInstance
from engine.persistence import UnitOfWork
from engine.runtime import InstanceInfo, Runtime, StaleInstance
from engine.services import definitions
from engine.services.turn.effects import apply
from engine.services.turn.environment import TurnEnvironment
from engine.services.turn.live import Live
from engine.services.turn.writes import Writes

_table = table_of(ProcessInstance)
COLUMNS = [column for column in _table.columns if column.name not in ("data", "started_at", "ended_at")]
# Made once: every command reads these, and making them costs more than answering them.
_OF_KEY = _table.c.key == bindparam("instance")
_ROOT_OF, _ROW_OF = select(_table.c.root_key).where(_OF_KEY), select(*COLUMNS).where(_OF_KEY)
_DATA_OF = select(_table.c.data).where(_OF_KEY, _table.c.revision == bindparam("at_revision"))


class InstanceEnded(Conflict):
    """The process instance has ended, so nothing in it can be changed."""


class InstanceSuspended(Conflict):
    """The process instance is suspended: nothing in it goes on before it is resumed."""


def require_running(live: Live) -> None:
    """Raises InstanceSuspended."""
    if live.suspended:
        raise InstanceSuspended(f"Process instance {live.info.key} is suspended; resume it first.")


class TreeBusy(Conflict):
    """Another transaction works on this tree just now."""


class Turn:
    """First `load` or `start`, then `act`, then `finish` before the unit of work commits.

    With `wait=False` a tree that another transaction holds is TreeBusy at once.
    """

    def __init__(self, runtime: Runtime, uow: UnitOfWork, who: str = audit.ENGINE, wait: bool = True) -> None:
        self.runtime = runtime
        self.uow = uow
        self.who = who
        self.wait = wait
        self.writes = Writes(uow, who, runtime.new_key)
        self.live: dict[int, Live] = {}
        self.pending: deque[Callable[[], None]] = deque()  # calls and returns between instances
        self.correlated: set[tuple[int, str]] = set()  # message and process that met in this turn
        self._locked: set[int] = set()
        self._definitions: dict[int, Row[Any]] = {}

    # Reading.

    def lock(self, roots: Iterable[int]) -> None:
        """Lock trees in the order of their roots' keys, so that two turns cannot each hold what the other wants."""
        wanted = sorted(set(roots) - self._locked)
        self._locked |= set(wanted)
        if not self.uow.is_sqlite and wanted:
            query = select(_table.c.key).where(_table.c.key.in_(wanted)).order_by(_table.c.key)
            found = self.uow.connection.execute(query.with_for_update(skip_locked=not self.wait)).all()
            if not self.wait and len(found) < len(wanted):
                raise TreeBusy("Another command works on this process instance; this one comes again in a moment.")
            self.uow.go_on()

    def has_locked(self, roots: Iterable[int]) -> bool:
        return self._locked >= set(roots)

    def locked(self, root: int) -> None:
        """The caller's own query has locked this tree."""
        self._locked.add(root)
        self.uow.go_on()

    def load(self, key: int) -> Live:
        """An active instance, its tree locked. Raises NotFound, InstanceEnded."""
        found = self.live.get(key)
        if found is None:
            root = self.uow.connection.execute(_ROOT_OF, {"instance": key}).scalar_one_or_none()
            if root is None:
                raise NotFound(f"There is no process instance with key {key}.")
            self.lock([root])
            row = self.uow.connection.execute(_ROW_OF, {"instance": key}).one()
            found = self.revive(row)
        return found

    def revive(self, row: Any) -> Live:
        """The live instance of a row (with `COLUMNS`) whose tree is locked."""
        if row.tenant_id != self.uow.tenant_id:
            raise NotFound(f"There is no process instance with key {row.key}.")
        if row.state != InstanceState.ACTIVE:
            raise InstanceEnded(f"Process instance {row.key} has ended: it is {row.state.lower()}.")
        found: Live | None = self.runtime.instances.take(row.key, row.revision)
        if found is None:
            found = self._restore(row)
        self._name(found)
        return self._adopt(found)

    def _name(self, live: Live) -> None:
        """Let the log and the trace say which instance, and which case, this is about."""
        case = (live.instance.run.task_tree.vars or {}).get("case_number")
        logs.note(process_instance_key=live.info.key, process_id=live.info.process_id, case=case)

    def peek(self, key: int) -> Live:
        """A copy of an active instance for a turn that writes nothing: neither locked nor kept. Raises NotFound, InstanceEnded."""
        row = self.uow.connection.execute(
            select(*COLUMNS).where(_table.c.key == key, _table.c.tenant_id == self.uow.tenant_id)
        ).one_or_none()
        if row is None:
            raise NotFound(f"There is no process instance with key {key}.")
        if row.state != InstanceState.ACTIVE:
            raise InstanceEnded(f"Process instance {key} has ended: it is {row.state.lower()}.")
        return self._restore(row)

    def _restore(self, row: Any) -> Live:
        stored = {"instance": row.key, "at_revision": row.revision}
        data = self.uow.connection.execute(_DATA_OF, stored).scalar_one_or_none()
        if data is None:
            raise StaleInstance("Another command moved this process instance at the same moment.")
        info = InstanceInfo(**{name: getattr(row, name) for name in InstanceInfo.__dataclass_fields__})
        environment = TurnEnvironment(info)
        environment.turn = self
        process = definitions.process(self.runtime, self.uow, row.process_definition_key)
        instance = Instance.restore(process, data, environment)
        return Live(
            info,
            instance,
            environment,
            row.revision,
            row.start_correlation_key,
            suspended_at=row.suspended_at,
            suspended_by=row.suspended_by,
        )

    def _adopt(self, live: Live) -> Live:
        live.environment.turn = self
        self.live[live.info.key] = live
        return live

    def definition(self, key: int) -> Row[Any]:
        """The row of a process definition, read once a turn."""
        if key not in self._definitions:
            self._definitions[key] = definitions.of_key(self.uow, ProcessDefinition, key)
        return self._definitions[key]

    def deployment(self, info: InstanceInfo, binding: Binding) -> int | None:
        """The deployment of an instance's process, looked up where a binding asks for it."""
        return self.definition(info.process_definition_key).deployment_key if binding.kind == "deployment" else None

    # Running.

    def start(
        self,
        definition: Any,
        variables: dict[str, Any],
        caller: tuple[Live, int] | None = None,
        start_event: str | None = None,
        event_variables: dict[str, Any] | None = None,
        correlation_key: str | None = None,
        start_at: Sequence[str] = (),
        stop_after: Sequence[str] = (),
        tags: str | None = None,
    ) -> Live:
        """Create an instance of a definition's row and run it to its first rest; `caller` is the calling instance and element.

        Raises InvalidInput when the process cannot be started so.
        """
        self._definitions[definition.key] = definition
        info = self._info(definition, caller)
        environment = TurnEnvironment(info)
        environment.turn = self
        process = definitions.process(self.runtime, self.uow, definition.key)
        instance = Instance.start(
            process, info.key, variables, environment, start_event, event_variables, start_at, stop_after
        )
        live = self._adopt(Live(info, instance, environment, 0, correlation_key or None, tags=tags))
        live.changed = True
        apply(self, live, instance.take_events())
        self.drain()
        return live

    def _info(self, definition: Any, caller: tuple[Live, int] | None) -> InstanceInfo:
        key = self.runtime.new_key()
        above = caller[0].info if caller is not None else None
        return InstanceInfo(
            key=key,
            tenant_id=self.uow.tenant_id,
            root_key=above.root_key if above else key,
            parent_key=above.key if above else None,
            parent_element_key=caller[1] if caller else None,
            depth=above.depth + 1 if above else 0,
            process_definition_key=definition.key,
            process_id=definition.process_id,
            version=definition.version,
        )

    def act(self, live: Live, command: Callable[[Instance], None], *, while_suspended: bool = False) -> None:
        """Give one command to an instance and let everything follow that follows from it.

        Raises InstanceSuspended, unless the command moves no token and so may come while it is.
        """
        self.step(live, command, while_suspended=while_suspended)
        self.drain()

    def step(self, live: Live, command: Callable[[Instance], None], *, while_suspended: bool = False) -> None:
        if not while_suspended:
            require_running(live)
        live.changed = True
        command(live.instance)
        events: list[Event] = live.instance.take_events()
        apply(self, live, events)

    def trigger(self, live: Live, subscription_key: int, variables: dict[str, Any]) -> None:
        """A timer, message or signal has come."""
        self.act(live, lambda instance: instance.trigger(subscription_key, variables))

    def answer(self, caller_key: int, element_key: int, command: Callable[[Instance], None]) -> None:
        """Tell a calling instance what became of its call, when the current instance has come to rest.

        Where the call has been ended meanwhile, by what another called instance threw, nobody wants to know.
        """

        def tell() -> None:
            caller = self.load(caller_key)
            if caller.state == InstanceState.ACTIVE and caller.instance.is_active(element_key):
                self.step(caller, command)

        self.pending.append(tell)

    def cancel_called(self, caller: Live, element_key: int) -> None:
        """End the instance that a call activity started."""
        key = self._called(caller, element_key)
        if key is not None:
            live = self.load(key)
            if live.state == InstanceState.ACTIVE:
                self.step(live, lambda instance: instance.cancel(), while_suspended=True)

    def _called(self, caller: Live, element_key: int) -> int | None:
        for live in self.live.values():
            if live.info.parent_element_key == element_key:
                return live.info.key
        query = select(_table.c.key).where(
            _table.c.parent_key == caller.info.key,
            _table.c.parent_element_key == element_key,
            _table.c.state == InstanceState.ACTIVE,
        )
        return self.uow.connection.execute(query).scalar_one_or_none()

    def tell_task(self, key: int, state: str) -> None:
        """Let those who watch the task list know, once it is true."""
        for watch in self.runtime.tasks_changed:
            self.uow.after_commit(partial(watch, key, state))

    def drain(self) -> None:
        """Do what one instance's step asks of others."""
        while self.pending:
            self.pending.popleft()()

    # Writing.

    def audit(
        self, what: str, entity: str, key: int, instance: int | None = None, before: Any = None, after: Any = None
    ) -> None:
        """Record what the person of this turn did."""
        row = audit.entry(self.uow, self.runtime.new_key(), self.who, what, entity, key, instance, before, after)
        self.writes.audit.append(row)

    def finish(self) -> None:
        """Write it all. After the commit the instances stay in memory; after a rollback they are forgotten."""
        for live in self.live.values():
            if live.changed:
                self._write(live)
        self.writes.send(self.uow)
        self.uow.after_commit(self._keep)

    def _write(self, live: Live) -> None:
        ended = live.state != InstanceState.ACTIVE
        now = {
            "data": None if ended else live.instance.dump(),
            "revision": live.revision + 1,
            "state": live.state,
            "ended_at": self.uow.now if ended else None,
            "end_element": live.end_element,
            "process_definition_key": live.info.process_definition_key,
            "process_id": live.info.process_id,
            "version": live.info.version,
            "suspended_at": None if ended else live.suspended_at,
            "suspended_by": None if ended else live.suspended_by,
        }
        if live.revision:
            self.writes.instances.append(
                {"at_key": live.info.key, "old_revision": live.revision, **{f"n_{k}": v for k, v in now.items()}}
            )
        else:
            born = {
                "started_at": self.uow.now,
                "started_by": self.who,
                "start_correlation_key": live.correlation_key,
                "tags": live.tags,
            }
            self.writes.new_instances.append({**asdict(live.info), **now, **born})
        live.revision += 1

    def _keep(self) -> None:
        for live in self.live.values():
            if live.state == InstanceState.ACTIVE:
                del live.environment.turn  # with all that this turn wrote
                self.runtime.instances.put(live.info.key, live.revision, live)
        if self.writes.opens_jobs:
            self.runtime.work_arrived.set()
