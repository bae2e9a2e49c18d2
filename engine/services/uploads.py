"""Files that were uploaded before there is a case for them: kept for the person who sent them until the case is opened."""

from hashlib import sha256

from sqlalchemy import delete, func, select

from engine.calendars import parse_duration
from engine.errors import InvalidInput
from engine.model.attachment import Attachment
from engine.model.case import Case
from engine.model.permissions import Actor
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services import attachments
from engine.services.attachments import AttachmentView
from engine.services.cases.timeline import record
from engine.services.rows import add
from engine.services.settings import setting


def keep(runtime: Runtime, name: str, content: bytes, *, actor: Actor) -> AttachmentView:
    """Store a file that belongs to no case yet. Raises InvalidInput as `attachments.attach` does, Forbidden."""
    actor.require("cases.write")
    media_type, thumbnail = attachments.inspect(content)

    def work(uow: UnitOfWork) -> AttachmentView:
        _check_limits(uow, len(content), actor)
        row = add(
            runtime,
            uow,
            Attachment,
            name=attachments._clean_name(name, media_type),
            media_type=media_type,
            size=len(content),
            sha256=sha256(content).hexdigest(),
            has_thumbnail=thumbnail is not None,
            uploaded_by=actor.username,
            uploaded_at=uow.now,
        )
        uow.flush()
        attachments.store.put(uow, row.key, "original", content)
        if thumbnail is not None:
            attachments.store.put(uow, row.key, "thumbnail", thumbnail)
        return attachments._view(row)

    return runtime.transact(work, actor.tenant_id)


def names(runtime: Runtime, keys: list[int], *, actor: Actor) -> dict[int, str]:
    """The names of one's own files that have no case yet, by key; others are left out."""
    if not keys:
        return {}
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        return {row.key: row.name for row in _own(uow, keys, actor)}


def place(
    runtime: Runtime, uow: UnitOfWork, case: Case, keys: list[int], actor: Actor, customer: str | None = None
) -> None:
    """Put one's own waiting files into a case, with a timeline entry each; keys of others are passed over.

    `customer` is the name under which a customer, known by now, sent them: what a customer sends is public to them.
    """
    for row in _own(uow, keys, actor):
        row.case_key, row.public = case.key, row.public or customer is not None
        row.uploaded_by = customer or row.uploaded_by
        record(
            runtime, uow, case, row.uploaded_by, "file", "file.added", row.name, data={"key": row.key},
            public=row.public,
        )  # fmt: skip


def purge(uow: UnitOfWork, most: int = 100) -> int:
    """Remove files that never reached a case within the setting `attachments.unplaced`; returns how many."""
    before = uow.now - parse_duration(setting(uow, "attachments.unplaced"))
    forgotten = select(Attachment.key).where(Attachment.case_key.is_(None), Attachment.task_key.is_(None))
    keys = list(uow.session.scalars(forgotten.where(Attachment.uploaded_at < before).limit(most)))
    if keys:
        attachments.store.delete(uow, keys)
        uow.session.execute(delete(Attachment).where(Attachment.key.in_(keys)))
    return len(keys)


def _own(uow: UnitOfWork, keys: list[int], actor: Actor) -> list[Attachment]:
    if not keys:
        return []
    query = select(Attachment).where(
        Attachment.tenant_id == uow.tenant_id,
        Attachment.key.in_(keys),
        Attachment.case_key.is_(None),
        Attachment.uploaded_by == actor.username,
    )
    return list(uow.session.scalars(query.order_by(Attachment.key)))


def _check_limits(uow: UnitOfWork, size: int, actor: Actor) -> None:
    most_bytes, most_files = setting(uow, "attachments.most_bytes"), setting(uow, "attachments.most_files")
    if size > most_bytes:
        sentence = f"文件不能超过 {most_bytes / 1_048_576:.0f} MB / A file may have {most_bytes / 1_048_576:.0f} MB."
        raise InvalidInput("The file is too large.", {"file": [sentence]})
    waiting = select(func.count()).where(
        Attachment.tenant_id == uow.tenant_id, Attachment.uploaded_by == actor.username, Attachment.case_key.is_(None)
    )
    # One person's forms that were begun and never sent.
    if (uow.session.scalar(waiting) or 0) >= 5 * most_files:
        raise InvalidInput("Too many files wait for a case.", {"file": ["未使用的文件太多 / Too many unused files."]})
