"""Messages that no process sends: an agent's reply. They wait with a moment at which the worker tries them next."""

import logging
from datetime import timedelta

from sqlalchemy import select

from engine.errors import KefuflowError
from engine.jobs.retry import backoff
from engine.model.case import Case
from engine.model.notification import Notification
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services.cases.timeline import record
from engine.services.notifications.sending import REFUSED, WAITING, Sending, deliver, sending_of

log = logging.getLogger("kefuflow.messages")

LEASE = timedelta(minutes=1)
MOST_TRIES = 12  # with the doubling pause: most of a day
AT_ONCE = 20


def deliver_waiting(runtime: Runtime) -> int:
    """Send what is due, each under its own idempotency key, and return how many left the house.

    A server that does not answer is tried again with a growing pause; out of tries the message is refused, and the case says so.
    """
    return sum(_deliver_one(runtime, key) for key in _due(runtime))


def _due(runtime: Runtime) -> list[int]:
    with runtime.unit_of_work(read_only=True) as uow:
        query = select(Notification.key).where(Notification.next_try_at <= uow.now)
        return list(uow.session.scalars(query.order_by(Notification.next_try_at).limit(AT_ONCE)))


def _deliver_one(runtime: Runtime, key: int) -> bool:
    def claim(uow: UnitOfWork) -> tuple[Sending, str] | None:
        query = select(Notification).where(Notification.key == key, Notification.next_try_at <= uow.now)
        row = uow.session.scalars(query.with_for_update(skip_locked=True)).one_or_none()
        if row is None or row.state != WAITING:
            return None
        row.next_try_at, row.tries = uow.now + LEASE, row.tries + 1
        return sending_of(row), row.tenant_id

    claimed = runtime.transact(claim)
    if claimed is None:
        return False
    sending, tenant_id = claimed
    try:
        deliver(runtime, sending, tenant_id)
    except KefuflowError as error:
        log.warning("Message %s was not sent: %s", key, error)
        _later(runtime, key, str(error), tenant_id)
        return False
    _say_if_refused(runtime, key, tenant_id)
    return True


def _later(runtime: Runtime, key: int, problem: str, tenant_id: str) -> None:
    def work(uow: UnitOfWork) -> None:
        row = uow.get(Notification, key)
        row.problem = problem
        if row.tries < MOST_TRIES:
            row.next_try_at = uow.now + backoff(row.tries)
        else:
            row.state, row.next_try_at = REFUSED, None

    runtime.transact(work, tenant_id)
    _say_if_refused(runtime, key, tenant_id)


def _say_if_refused(runtime: Runtime, key: int, tenant_id: str) -> None:
    def work(uow: UnitOfWork) -> None:
        row = uow.get(Notification, key)
        case = uow.session.get(Case, row.case_key) if row.case_key is not None else None
        if row.state == REFUSED and case is not None:
            data = {"message": row.key, "channel": row.channel}
            record(runtime, uow, case, "system", "message", "message.refused", row.problem or "", data=data)

    runtime.transact(work, tenant_id)
