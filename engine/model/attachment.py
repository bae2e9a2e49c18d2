"""Files of a case: what they are, and, in a table of their own, their content."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from engine.model.base import DEFAULT_TENANT, Base, Key, Keyed, Name


class Attachment(Keyed, Base):
    """A file. `media_type` is what its content showed, not what the sender said; `sha256` is of the content."""

    __tablename__ = "attachment"
    __table_args__ = (Index(None, "case_key"), Index(None, "tenant_id", "uploaded_by"))

    case_key: Mapped[Key | None] = mapped_column(ForeignKey("service_case.key"))
    task_key: Mapped[Key | None]
    name: Mapped[Name]
    media_type: Mapped[str] = mapped_column(String(128))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    has_thumbnail: Mapped[bool] = mapped_column(default=False)
    public: Mapped[bool] = mapped_column(default=False)  # the customer may see it
    uploaded_by: Mapped[Name]
    uploaded_at: Mapped[datetime]


class AttachmentContent(Base):
    """The bytes of a file, or of its thumbnail."""

    __tablename__ = "attachment_content"

    attachment_key: Mapped[Key] = mapped_column(ForeignKey("attachment.key", ondelete="CASCADE"), primary_key=True)
    variant: Mapped[str] = mapped_column(String(16), primary_key=True)  # original or thumbnail
    tenant_id: Mapped[str] = mapped_column(String(64), default=DEFAULT_TENANT)
    content: Mapped[bytes] = mapped_column(LargeBinary)
