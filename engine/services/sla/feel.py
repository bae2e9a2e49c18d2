"""FEEL's `sla("name")`: a clock of the case that a process instance works on."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import select

from engine.calendars import Calendar, clock_from_json
from engine.model.sla import SlaClockRow
from engine.persistence import UnitOfWork
from engine.runtime import InstanceInfo, Runtime
from engine.services.cases.files import case_of_instance
from engine.services.turn.environment import shipped_calendars


def sla_functions(runtime: Runtime) -> Callable[[UnitOfWork, InstanceInfo], Mapping[str, Callable[..., Any]]]:
    """A function provider: `sla("resolution")` is the clock of the instance's case, null where there is none.

    Its entries are `name`, `state`, `warn at` and `breach at` (null while it does not run) and `remaining`.
    """

    def provide(uow: UnitOfWork, info: InstanceInfo) -> Mapping[str, Callable[..., Any]]:
        def sla(name: Any) -> dict[str, Any] | None:
            if not isinstance(name, str):
                raise ValueError("sla takes the name of a clock.")
            case = case_of_instance(uow, info.key, info.root_key)
            row = newest(uow, case.key, name) if case is not None else None
            return None if row is None else _context(row, shipped_calendars(runtime), uow)

        return {"sla": sla}

    return provide


def newest(uow: UnitOfWork, case_key: int, name: str, for_update: bool = False) -> SlaClockRow | None:
    """The clock's last round."""
    query = select(SlaClockRow).where(SlaClockRow.case_key == case_key, SlaClockRow.name == name)
    query = query.order_by(SlaClockRow.round.desc()).limit(1)
    if for_update:
        query = query.with_for_update().execution_options(populate_existing=True)
    return uow.session.scalars(query).one_or_none()


def _context(row: SlaClockRow, known: Mapping[str, Calendar], uow: UnitOfWork) -> dict[str, Any]:
    clock = clock_from_json(row.clock, known)
    return {
        "name": clock.name,
        "state": clock.state(uow.now),
        "warn at": clock.warn_at,
        "breach at": clock.breach_at,
        "remaining": clock.remaining(uow.now),
    }
