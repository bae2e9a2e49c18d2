"""Files of cases: checked by their content, limited, kept through one interface, with a thumbnail for a picture."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Protocol

from PIL import Image, ImageOps, UnidentifiedImageError
from sqlalchemy import delete, func, select

from engine.errors import InvalidInput, NotFound
from engine.model.attachment import Attachment, AttachmentContent
from engine.model.base import table_of
from engine.model.case import Case
from engine.model.permissions import Actor
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services.cases.files import readable_case
from engine.services.cases.timeline import record
from engine.services.rows import add
from engine.services.settings import setting

_content = table_of(AttachmentContent)
PICTURES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "GIF": "image/gif"}
MOST_PIXELS = 50_000_000  # a small file can unfold into gigabytes
THUMBNAIL = (320, 320)
_EXTENSIONS = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
    "image/gif": ".gif",
    "application/pdf": ".pdf",
}


@dataclass(frozen=True, slots=True)
class AttachmentView:
    """What a list of files shows; the content is asked for apart."""

    key: int
    name: str
    media_type: str
    size: int
    has_thumbnail: bool
    public: bool
    uploaded_by: str
    uploaded_at: datetime


@dataclass(frozen=True, slots=True)
class File:
    """A file to send to a browser: with this type and none other, and as a download unless it is a picture."""

    name: str
    media_type: str
    content: bytes


class Store(Protocol):
    """Where content lies. `variant` is original or thumbnail."""

    def put(self, uow: UnitOfWork, key: int, variant: str, content: bytes) -> None: ...

    def get(self, uow: UnitOfWork, key: int, variant: str) -> bytes | None: ...

    def delete(self, uow: UnitOfWork, keys: list[int]) -> None: ...


class DatabaseStore:
    """Content in the database: in the transaction of what it belongs to, and in its backup."""

    def put(self, uow: UnitOfWork, key: int, variant: str, content: bytes) -> None:
        uow.add(AttachmentContent(attachment_key=key, variant=variant, tenant_id=uow.tenant_id, content=content))

    def get(self, uow: UnitOfWork, key: int, variant: str) -> bytes | None:
        row = uow.session.get(AttachmentContent, (key, variant))
        return None if row is None or row.tenant_id != uow.tenant_id else row.content

    def delete(self, uow: UnitOfWork, keys: list[int]) -> None:
        uow.connection.execute(delete(_content).where(_content.c.attachment_key.in_(keys)))


store: Store = DatabaseStore()


def attach(
    runtime: Runtime, number: str, name: str, content: bytes, *, actor: Actor, task_key: int | None = None,
    public: bool = False,
) -> AttachmentView:  # fmt: skip
    """Keep a file with a case. What a customer sends is public to them.

    Raises InvalidInput when it is too large, one too many, or neither a picture (JPEG, PNG, WebP, GIF) nor a PDF;
    NotFound; Forbidden for staff without cases.write.
    """
    if actor.customer_key is None:
        actor.require("cases.write")
    media_type, thumbnail = inspect(content)

    def work(uow: UnitOfWork) -> AttachmentView:
        case = readable_case(uow, number, actor)
        shown = public or actor.customer_key is not None
        looked_at = (media_type, thumbnail)
        return keep(runtime, uow, case, name, content, looked_at, actor.username, public=shown, task_key=task_key)

    return runtime.transact(work, actor.tenant_id)


def keep(
    runtime: Runtime, uow: UnitOfWork, case: Case, name: str, content: bytes, looked_at: tuple[str, bytes | None],
    who: str, *, public: bool = False, task_key: int | None = None,
) -> AttachmentView:  # fmt: skip
    """Keep a file that was looked at (`inspect`) in the caller's transaction. Raises InvalidInput by the limits."""
    media_type, thumbnail = looked_at
    _check_limits(uow, case, len(content))
    row = add(
        runtime,
        uow,
        Attachment,
        case_key=case.key,
        name=_clean_name(name, media_type),
        media_type=media_type,
        size=len(content),
        sha256=sha256(content).hexdigest(),
        has_thumbnail=thumbnail is not None,
        uploaded_by=who,
        uploaded_at=uow.now,
        task_key=task_key,
        public=public,
    )
    uow.flush()
    store.put(uow, row.key, "original", content)
    if thumbnail is not None:
        store.put(uow, row.key, "thumbnail", thumbnail)
    record(runtime, uow, case, who, "file", "file.added", row.name, data={"key": row.key}, public=row.public)
    return _view(row)


def list_attachments(runtime: Runtime, number: str, *, actor: Actor) -> list[AttachmentView]:
    """A case's files, the oldest first; a customer sees the public ones. Raises NotFound, Forbidden."""
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        case = readable_case(uow, number, actor)
        query = select(Attachment).where(Attachment.case_key == case.key).order_by(Attachment.key)
        rows = uow.session.scalars(query)
        return [_view(row) for row in rows if row.public or actor.may("cases.read")]


def read_attachment(runtime: Runtime, number: str, key: int, *, actor: Actor, thumbnail: bool = False) -> File:
    """A file of this case. Raises NotFound, also for a file of another case or one that a customer may not see."""
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        case = readable_case(uow, number, actor)
        row = uow.get(Attachment, key)
        content = store.get(uow, key, "thumbnail" if thumbnail else "original")
        if row.case_key != case.key or content is None or not (row.public or actor.may("cases.read")):
            raise NotFound(f"Case {number} has no file {key}.")
        return File(row.name, "image/webp" if thumbnail else row.media_type, content)


def inspect(content: bytes) -> tuple[str, bytes | None]:
    """The media type that the content shows, and a WebP thumbnail of a picture. Raises InvalidInput."""
    if content.startswith(b"%PDF-") and b"%%EOF" in content[-2048:]:
        return "application/pdf", None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return _picture(content)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombWarning,
            Image.DecompressionBombError) as error:  # fmt: skip
        sentence = (
            "只能上传图片（JPEG、PNG、WebP、GIF）或 PDF / Only pictures (JPEG, PNG, WebP, GIF) and PDF files are taken."
        )
        raise InvalidInput("The file is neither a picture nor a PDF that can be read.", {"file": [sentence]}) from error


def _picture(content: bytes) -> tuple[str, bytes]:
    with Image.open(io.BytesIO(content), formats=list(PICTURES)) as picture:
        media_type = PICTURES[picture.format or ""]
        if picture.width * picture.height > MOST_PIXELS:
            raise ValueError("too many pixels")
        # Drawing it whole proves that the rest of the file is a picture too; the copy carries no metadata.
        shown = ImageOps.exif_transpose(picture).convert("RGB")
    shown.thumbnail(THUMBNAIL)
    drawn = io.BytesIO()
    shown.save(drawn, "WEBP", quality=80)
    return media_type, drawn.getvalue()


def _check_limits(uow: UnitOfWork, case: Case, size: int) -> None:
    most_bytes, most_files = setting(uow, "attachments.most_bytes"), setting(uow, "attachments.most_files")
    if size > most_bytes:
        sentence = f"文件不能超过 {most_bytes / 1_048_576:.0f} MB / A file may have {most_bytes / 1_048_576:.0f} MB."
        raise InvalidInput("The file is too large.", {"file": [sentence]})
    kept = uow.session.scalar(select(func.count()).where(Attachment.case_key == case.key)) or 0
    if kept >= most_files:
        raise InvalidInput(
            "The case has too many files.", {"file": [f"最多 {most_files} 个文件 / {most_files} files at most."]}
        )


def _clean_name(name: str, media_type: str) -> str:
    """The name without folders and control characters, ending as its type does, so that no system runs it."""
    plain = "".join(c for c in name.replace("\\", "/").rpartition("/")[2] if c.isprintable()).strip(". ")
    extension = _EXTENSIONS[media_type]
    endings = (extension, ".jpeg") if extension == ".jpg" else (extension,)
    return (plain or "file")[:200] + ("" if plain.lower().endswith(endings) else extension)


def _view(row: Attachment) -> AttachmentView:
    return AttachmentView(**{name: getattr(row, name) for name in AttachmentView.__dataclass_fields__})
