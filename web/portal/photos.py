"""Photos that a visitor sends with a form: kept from the first try on, so that a form that is refused loses none of them."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import Any

from flask import session

from engine.services import uploads
from engine.services.attachments import AttachmentView
from engine.services.cases import find_case
from engine.services.people import Actor, visitor_actor
from web.ui.context import current_runtime

_VISITOR = "portal_visitor"


def keep(name: str, content: bytes) -> AttachmentView:
    """Keep a file for this browser's visitor. Raises InvalidInput for what is no picture or PDF, too large, or too much."""
    return uploads.keep(current_runtime(), name, content, actor=_keeper())


def names_of(ids: list[str]) -> dict[str, str]:
    """The names of this visitor's own waiting files, by id; ids of others are left out."""
    keys = [int(text) for text in ids if text.isdecimal() and len(text) < 20]
    return {str(key): name for key, name in uploads.names(current_runtime(), keys, actor=_keeper()).items()}


def place(number: str, ids: list[str], sender: Actor) -> None:
    """Put this visitor's waiting files into the case that they were sent for, where the customer sees them."""
    keys = [int(text) for text in names_of(ids)]

    def work(uow: Any) -> None:
        rows = uploads._own(uow, keys, _keeper())
        uploads.place(current_runtime(), uow, find_case(uow, number), keys, _keeper())
        for row in rows:
            row.public, row.uploaded_by = True, sender.username

    if keys:
        current_runtime().transact(work, sender.tenant_id)


def _keeper() -> Actor:
    """Nobody but this browser: a name that is in its session alone, with the right to keep files and no other."""
    name = session.setdefault(_VISITOR, secrets.token_urlsafe(16))
    return replace(visitor_actor(), username=f"visitor:{name}", permissions=frozenset({"cases.write"}))
