"""The people of the desk: users with their roles, groups under a lead, queues that they serve, and their sign-ins."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.model.base import DEFAULT_TENANT, Base, Key, Keyed, Name


class User(Keyed, Base):
    """Who signs in. `online` says that an agent takes work now; a customer's user names the customer's file."""

    __tablename__ = "desk_user"
    __table_args__ = (UniqueConstraint("tenant_id", "username"),)

    username: Mapped[Name]
    display_name: Mapped[Name]
    email: Mapped[str | None] = mapped_column(String(320))
    phone: Mapped[str | None] = mapped_column(String(40))
    locale: Mapped[str] = mapped_column(String(8), default="zh")
    theme: Mapped[str] = mapped_column(String(16), default="auto")
    time_zone: Mapped[str] = mapped_column(String(64), default="Asia/Shanghai")
    password_hash: Mapped[str | None] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(default=True)
    online: Mapped[bool] = mapped_column(default=False)
    last_seen_at: Mapped[datetime | None]
    alerted_until: Mapped[datetime | None]  # what the board's mails have told; None for who wants none
    stand_in: Mapped[str | None] = mapped_column(String(255))  # who does their work while they are away
    # Which notices come by mail too, and how (at once or gathered), since when, and when the last such mail was.
    mailed_kinds: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    mailed_since: Mapped[datetime | None]  # None for who wants none
    mailed_at: Mapped[datetime | None]
    # Raised whenever a password or a role changes: a session that was made before is no longer good.
    session_version: Mapped[int] = mapped_column(default=1)
    customer_key: Mapped[Key | None]
    created_at: Mapped[datetime]
    revision: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012


class UserRole(Base):
    """One role of one user."""

    __tablename__ = "user_role"

    user_key: Mapped[Key] = mapped_column(ForeignKey("desk_user.key", ondelete="CASCADE"), primary_key=True)
    role: Mapped[str] = mapped_column(String(64), primary_key=True)
    tenant_id: Mapped[str] = mapped_column(String(64), default=DEFAULT_TENANT)


class Group(Keyed, Base):
    """A team of 8–10 agents under a lead; `name` is what a diagram's candidate groups say."""

    __tablename__ = "desk_group"
    __table_args__ = (UniqueConstraint("tenant_id", "name"),)

    name: Mapped[Name]
    label_zh: Mapped[Name]
    label_en: Mapped[Name]
    lead_key: Mapped[Key | None] = mapped_column(ForeignKey("desk_user.key", ondelete="SET NULL"))


class GroupMember(Base):
    """One user of one group."""

    __tablename__ = "group_member"

    group_key: Mapped[Key] = mapped_column(ForeignKey("desk_group.key", ondelete="CASCADE"), primary_key=True)
    user_key: Mapped[Key] = mapped_column(ForeignKey("desk_user.key", ondelete="CASCADE"), primary_key=True)
    tenant_id: Mapped[str] = mapped_column(String(64), default=DEFAULT_TENANT)


class Queue(Keyed, Base):
    """Work of one business and channel; a diagram names it `queue:<name>`. `calendar` is when it is served."""

    __tablename__ = "desk_queue"
    __table_args__ = (UniqueConstraint("tenant_id", "name"),)

    name: Mapped[Name]
    label_zh: Mapped[Name]
    label_en: Mapped[Name]
    calendar: Mapped[Name] = mapped_column(default="desk")
    channel: Mapped[str | None] = mapped_column(String(32))


class QueueSkill(Base):
    """That a user serves a queue; a lower `preference` is asked first."""

    __tablename__ = "queue_skill"

    user_key: Mapped[Key] = mapped_column(ForeignKey("desk_user.key", ondelete="CASCADE"), primary_key=True)
    queue: Mapped[str] = mapped_column(String(255), primary_key=True)
    tenant_id: Mapped[str] = mapped_column(String(64), default=DEFAULT_TENANT)
    preference: Mapped[int] = mapped_column(default=1)


class SignIn(Keyed, Base):
    """One attempt to sign in, kept to slow down guessing and to show a user their own sign-ins."""

    __tablename__ = "sign_in"
    __table_args__ = (Index(None, "tenant_id", "username", "at"), Index(None, "tenant_id", "address", "at"))

    username: Mapped[Name]
    address: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
    succeeded: Mapped[bool]
