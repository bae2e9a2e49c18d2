"""A running or ended process instance: the executor's state, and where it stands in its tree of calls."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, deferred, mapped_column

from engine.errors import InvalidInput
from engine.model.base import Base, Keyed, KeyType


class InstanceState(StrEnum):
    ACTIVE = "ACTIVE"  # a suspended one too: `suspended_at` says since when
    COMPLETED = "COMPLETED"
    TERMINATED = "TERMINATED"


SUSPENDED = "SUSPENDED"  # what the API calls the state of an active instance with `suspended_at`

MAX_TAGS, MAX_TAG = 10, 100
_TAG = re.compile(rf"[A-Za-z][A-Za-z0-9_:.-]{{0,{MAX_TAG - 1}}}")


def written_tags(tags: Collection[str]) -> str | None:
    """Tags as they are stored, each between spaces; None for none. Raises InvalidInput."""
    kept = list(dict.fromkeys(tags))
    wrong = next((each for each in kept if not _TAG.fullmatch(each)), None)
    if wrong is not None:
        raise InvalidInput(
            f"The tag {wrong[:200]!r} must begin with a letter, followed by letters, digits, '_', '-', ':' or '.',"
            f" and have at most {MAX_TAG} characters."
        )
    if len(kept) > MAX_TAGS:
        raise InvalidInput(f"An instance has at most {MAX_TAGS} tags.")
    return f" {' '.join(kept)} " if kept else None


class ProcessInstance(Keyed, Base):
    """One instance. `revision` rises with every command; a writer that read an older one has to read again.

    Whoever changes an instance first locks the row of `root_key`, so that callers and called never wait for each other.
    """

    __tablename__ = "process_instance"
    __table_args__ = (
        Index(None, "root_key"),
        Index(None, "parent_key"),
        Index(None, "process_definition_key", "state"),
        Index(None, "tenant_id", "process_id", "started_at"),
        Index(None, "tenant_id", "state", "key"),
        Index(
            "ix_process_instance_ended",
            "ended_at",
            sqlite_where=text("ended_at IS NOT NULL AND parent_key IS NULL"),
            postgresql_where=text("ended_at IS NOT NULL AND parent_key IS NULL"),
        ),
        # One instance at a time for one correlation key of a message start.
        Index(
            "uq_process_instance_start_correlation",
            "tenant_id",
            "process_id",
            "start_correlation_key",
            unique=True,
            sqlite_where=text("state = 'ACTIVE' AND start_correlation_key IS NOT NULL"),
            postgresql_where=text("state = 'ACTIVE' AND start_correlation_key IS NOT NULL"),
        ),
    )

    root_key: Mapped[int] = mapped_column(KeyType)
    parent_key: Mapped[int | None] = mapped_column(KeyType)
    parent_element_key: Mapped[int | None] = mapped_column(KeyType)
    depth: Mapped[int] = mapped_column(default=0)  # how many calls above it
    process_definition_key: Mapped[int] = mapped_column(KeyType)
    process_id: Mapped[str] = mapped_column(String(255))
    version: Mapped[int]
    state: Mapped[str] = mapped_column(String(16))
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    end_element: Mapped[str | None] = mapped_column(String(255))
    start_correlation_key: Mapped[str | None] = mapped_column(String(255))
    started_by: Mapped[str | None] = mapped_column(String(255))
    tags: Mapped[str | None] = mapped_column(
        String(MAX_TAGS * (MAX_TAG + 1) + 1)
    )  # " a b ", as `written_tags` has them
    suspended_at: Mapped[datetime | None]
    suspended_by: Mapped[str | None] = mapped_column(String(255))
    revision: Mapped[int] = mapped_column(default=1)
    data: Mapped[bytes | None] = deferred(mapped_column(LargeBinary), raiseload=True)  # None once it has ended
