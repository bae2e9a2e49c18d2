"""One transaction, and what a service does in it: read, change, and be told when it is durable."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from types import TracebackType
from typing import Any, TypeVar

from sqlalchemy import Connection
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from engine.errors import Conflict, NotFound
from engine.model.base import DEFAULT_TENANT
from engine.persistence.database import Database

Entity = TypeVar("Entity")


class UnitOfWork:
    """`with runtime.unit_of_work() as uow:` commits when the block ends, and rolls back when it raises.

    `connection` runs Core statements, `session` maps objects; both are the same transaction. `now` is its one moment: that at
    which it began, or at which it got what it had to wait for (`go_on`), so that moments tell the order of the writers.
    Units of work do not nest: a service that is called inside one takes it as an argument.
    """

    now: datetime

    def __init__(
        self,
        database: Database,
        clock: Callable[[], datetime],
        tenant_id: str = DEFAULT_TENANT,
        read_only: bool = False,
    ) -> None:
        self._clock = clock
        self.tenant_id = tenant_id
        self.read_only = read_only
        self.is_sqlite = database.is_sqlite
        self._transaction: AbstractContextManager[Connection] = database.begin(read_only)
        self._session: Session | None = None
        self._after_commit: list[Callable[[], None]] = []
        self._after_rollback: list[Callable[[], None]] = []
        self._open = False
        self.commit_began = False  # from then on an error does not tell what came of it

    def __enter__(self) -> UnitOfWork:
        self.connection = self._transaction.__enter__()
        self.now = self._clock()
        self._open = True
        return self

    def go_on(self) -> None:
        """A lock has been waited for: what follows happens at a later moment."""
        self.now = max(self.now, self._clock())

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if not self._open:
            return
        if kind is None:
            self.commit()
        else:
            self._end(kind, error, traceback)

    @property
    def session(self) -> Session:
        """The mapped side of this transaction, made when first asked for."""
        if self._session is None:
            self._session = Session(bind=self.connection, expire_on_commit=False)
        return self._session

    def get(self, entity: type[Entity], key: Any, missing: type[Exception] = NotFound) -> Entity:
        """The row with this primary key in this tenant; raises `missing` when there is none."""
        found = self.session.get(entity, key)
        if found is None or getattr(found, "tenant_id", self.tenant_id) != self.tenant_id:
            raise missing(f"There is no {entity.__name__} with key {key}.")
        return found

    def add(self, *entities: object) -> None:
        """Store new rows when this transaction commits."""
        self.session.add_all(entities)

    def flush(self, stale: type[Exception] = Conflict) -> None:
        """Send what is pending; raises `stale` when somebody changed a row since it was read here."""
        if self._session is None:
            return
        try:
            self._session.flush()
        except StaleDataError as error:
            raise stale("Somebody else changed this meanwhile; look at it again.") from error

    def commit(self, entity: Entity | None = None, stale: type[Exception] = Conflict) -> Entity:
        """Make everything durable now and hand `entity` back; raises `stale` as `flush` does."""
        try:
            self.flush(stale)
        except BaseException as error:
            self._end(type(error), error, error.__traceback__)
            raise
        self._end(None, None, None)
        return entity  # type: ignore[return-value]

    def after_commit(self, call: Callable[[], None]) -> None:
        """Call this once the transaction is durable; never when it rolls back."""
        self._after_commit.append(call)

    def after_rollback(self, call: Callable[[], None]) -> None:
        """Call this when the transaction came to nothing."""
        self._after_rollback.append(call)

    def _end(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._open = False
        self.commit_began = kind is None
        if self._session is not None:
            self._session.close()
        calls = self._after_rollback
        try:
            self._transaction.__exit__(kind, error, traceback)
            calls = self._after_commit if kind is None else self._after_rollback
        finally:
            for call in calls:
                call()
