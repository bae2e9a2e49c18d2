"""Variables as the outside sees them: each scope's values now, and how they came to be so."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from engine.errors import Unfit
from engine.model.base import Base, Json, KeyType
from engine.model.keys import BY_MONTH

LONGEST_NAME = 255
_NO_SIGN = re.compile("[\0\ud800-\udfff]")


def require_names(names: Iterable[str]) -> None:
    """What is kept for whoever comes later could be given to nobody under a name that no column holds. Raises Unfit."""
    if any(len(name) > LONGEST_NAME or _NO_SIGN.search(name) for name in names):
        raise Unfit


class Variable(Base):
    """The value of one name in one scope; a copy of what the instance's state holds, for people and searches."""

    __tablename__ = "variable"
    __table_args__ = (Index(None, "process_instance_key"), Index(None, "tenant_id", "name", "process_instance_key"))

    scope_key: Mapped[int] = mapped_column(KeyType, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(LONGEST_NAME), primary_key=True)
    key: Mapped[int] = mapped_column(KeyType, unique=True)
    tenant_id: Mapped[str] = mapped_column(String(64))
    process_instance_key: Mapped[int] = mapped_column(KeyType)
    value: Mapped[Any] = mapped_column(Json)
    updated_at: Mapped[datetime]
    updated_by: Mapped[str | None] = mapped_column(String(255))  # None: the engine's own


class VariableChange(Base):
    """A value that a variable had, from `at` on, until another took its place. The one that it has now is its row's."""

    __tablename__ = "variable_change"
    __table_args__ = (Index(None, "process_instance_key", "key"), {"info": {BY_MONTH: "process_instance_key"}})

    key: Mapped[int] = mapped_column(KeyType, primary_key=True, autoincrement=False)
    tenant_id: Mapped[str] = mapped_column(String(64))
    process_instance_key: Mapped[int] = mapped_column(KeyType)
    scope_key: Mapped[int] = mapped_column(KeyType)
    name: Mapped[str] = mapped_column(String(LONGEST_NAME))
    value: Mapped[Any] = mapped_column(Json)
    at: Mapped[datetime]
    by: Mapped[str | None] = mapped_column(String(255))
