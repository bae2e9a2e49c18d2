"""Case numbers: two letters for the kind, the day at the desk, and a number of that day, as in TS20260302-0001."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.dialects import postgresql, sqlite

from engine.model.case import CaseCounter
from engine.persistence import UnitOfWork

# The pinyin initials that the desk says aloud.
PREFIXES = {
    "intake": "SL",
    "complaint": "TS",
    "return_exchange": "TH",
    "consultation": "ZX",
    "suggestion": "JY",
    "order_change": "GD",
    "incident": "YJ",
    "opinion": "YQ",
    "callback": "HF",
    "retention": "WL",
}


def allot(uow: UnitOfWork, kind: str, zone: str) -> str:
    """The next number; the counter's row is locked until the transaction ends, so no two are alike and none is lost."""
    prefix = PREFIXES.get(kind, "QT") + day_of(uow.now, zone)
    insert: Any = (sqlite if uow.is_sqlite else postgresql).insert(CaseCounter)
    statement = insert.values(tenant_id=uow.tenant_id, prefix=prefix, last=1)
    statement = statement.on_conflict_do_update(
        index_elements=[CaseCounter.tenant_id, CaseCounter.prefix], set_={"last": CaseCounter.last + 1}
    )
    last = uow.connection.execute(statement.returning(CaseCounter.last)).scalar_one()
    return f"{prefix}-{last:04d}"


def day_of(moment: datetime, zone: str) -> str:
    """The day at the desk, not in UTC: at 07:00 in Shanghai it is already that day."""
    return moment.astimezone(ZoneInfo(zone)).strftime("%Y%m%d")
