"""Old months: dropped as they are once the last of their instances is gone. On SQLite, which has none, nothing happens here.

Instances are removed one by one (`removal`), and with them all that can be seen without them. What only they lead to stays behind
in their month, unseen, until nothing else is in it.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import Table, delete, exists, select, text
from sqlalchemy.exc import OperationalError

from engine.model.base import table_of
from engine.model.instance import ProcessInstance
from engine.model.keys import EPOCH, first_key
from engine.persistence import UnitOfWork, is_retryable
from engine.persistence.months import PATIENCE, Month, months, part, parted_tables

log = logging.getLogger("kefuflow.months")
SETTLED_AFTER = timedelta(days=2)  # no clock is so late, and no transaction so long
LATE = timedelta(days=31)  # so long after its time a month that somebody still lives in goes row by row
AT_ONCE = 500  # instances whose rows are deleted in one transaction
_instance = table_of(ProcessInstance)


def drop_one(uow: UnitOfWork, newest: int) -> Counter[str] | None:
    """Drop a month in which no instance is left, of any tenant; how many rows PostgreSQL believes went, by table. None: there is none.

    `newest` is a key made now. A month that somebody reads for long is left to another night.
    """
    settled = newest - first_key(EPOCH + SETTLED_AFTER)
    for table, month in _months(uow):
        if month.end <= settled and not _has_instances(uow, month):
            rows = _drop(uow, month)
            if rows is not None:
                return Counter({table.name: rows})
    return None


def thin_one(uow: UnitOfWork, before: datetime) -> Counter[str] | None:
    """Of a month that should have gone long ago and in which an instance is left: delete rows of those that are not there.

    How many, by table; None when there are none.
    """
    for table, month in _months(uow):
        if month.end <= first_key(before - LATE):
            rows = part(table, month.name)
            lives = exists(select(_instance.c.key).where(_instance.c.key == rows.c.process_instance_key))
            gone = select(rows.c.process_instance_key).where(~lives).distinct().limit(AT_ONCE)
            number = uow.connection.execute(delete(rows).where(rows.c.process_instance_key.in_(gone))).rowcount
            if number:
                return Counter({table.name: number})
    return None


def _months(uow: UnitOfWork) -> Iterator[tuple[Table, Month]]:
    for table in parted_tables():
        for month in months(uow.connection, table):
            yield table, month


def _has_instances(uow: UnitOfWork, month: Month) -> bool:
    inside = select(_instance.c.key).where(_instance.c.key >= month.first, _instance.c.key < month.end)
    return bool(uow.connection.execute(select(exists(inside))).scalar())


def _drop(uow: UnitOfWork, month: Month) -> int | None:
    counted = text("SELECT reltuples::bigint FROM pg_class WHERE oid = to_regclass(:name)")
    rows = uow.connection.execute(counted, {"name": month.name}).scalar()
    try:
        with uow.connection.begin_nested():
            uow.connection.exec_driver_sql(PATIENCE)
            uow.connection.exec_driver_sql(f"DROP TABLE IF EXISTS {month.name}")
    except OperationalError as error:
        if not is_retryable(error):
            raise
        log.warning("The month %s is in use; it is dropped another night.", month.name)
        return None
    log.info("Dropped the month %s", month.name)
    return max(rows or 0, 0)
