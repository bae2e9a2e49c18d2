"""What a person at the desk arranges for themselves: saved filters, macros, and the cases that they follow."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.model.base import DEFAULT_TENANT, Base, Key, Keyed, Name


class SavedFilter(Keyed, Base):
    """A filter of a list (`inbox`, `cases`) that one person gave a name; `query` holds the address's parameters.

    The people of the group `shared_with` have it too.
    """

    __tablename__ = "saved_filter"
    __table_args__ = (
        UniqueConstraint("tenant_id", "username", "page", "name"),
        Index(None, "tenant_id", "page", "shared_with"),
    )

    username: Mapped[Name]
    page: Mapped[str] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(String(64))
    query: Mapped[dict[str, Any]]
    shared_with: Mapped[str | None] = mapped_column(String(255))
    created_at: Mapped[datetime]


class Macro(Keyed, Base):
    """Acts on a case that one person put together under a name, to be done by one click.

    `acts` holds what each act needs (`engine/services/macros`). The people of the group `shared_with` have it too.
    """

    __tablename__ = "macro"
    __table_args__ = (
        UniqueConstraint("tenant_id", "username", "name"),
        Index(None, "tenant_id", "shared_with"),
    )

    username: Mapped[Name]
    name: Mapped[str] = mapped_column(String(64))
    acts: Mapped[dict[str, Any]]
    shared_with: Mapped[str | None] = mapped_column(String(255))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class CaseFollower(Base):
    """That a person follows a case which is not theirs, or no longer theirs, and is told what becomes of it."""

    __tablename__ = "case_follower"
    __table_args__ = (Index(None, "tenant_id", "username"),)

    case_key: Mapped[Key] = mapped_column(ForeignKey("service_case.key"), primary_key=True)
    username: Mapped[str] = mapped_column(String(255), primary_key=True)
    tenant_id: Mapped[str] = mapped_column(String(64), default=DEFAULT_TENANT)
    first_owner: Mapped[bool] = mapped_column(default=False)  # they had the case, and follow it to its end
    since: Mapped[datetime]
