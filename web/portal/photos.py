"""Photos that a visitor sends with a form: kept from the first try on, so that a form that is refused loses none of them."""

from __future__ import annotations

import secrets
from dataclasses import replace

from flask import session

from engine.services import uploads
from engine.services.attachments import AttachmentView
from engine.services.people import Actor, visitor_actor
from engine.services.portal import Photos
from web.ui.context import current_runtime

_VISITOR = "portal_visitor"


def keep(name: str, content: bytes) -> AttachmentView:
    """Keep a file for this browser's visitor. Raises InvalidInput for what is no picture or PDF, too large, or too much."""
    return uploads.keep(current_runtime(), name, content, actor=_keeper())


def names_of(ids: list[str]) -> dict[str, str]:
    """The names of this visitor's own waiting files, by id; ids of others are left out."""
    keys = [int(text) for text in ids if text.isdecimal() and len(text) < 20]
    return {str(key): name for key, name in uploads.names(current_runtime(), keys, actor=_keeper()).items()}


def sent_with(ids: list[str]) -> Photos:
    """This visitor's own files among these ids, for the case that they are sent with."""
    return Photos([int(text) for text in names_of(ids)], _keeper())


def _keeper() -> Actor:
    """Nobody but this browser: a name that is in its session alone, with the right to keep files and no other."""
    name = session.setdefault(_VISITOR, secrets.token_urlsafe(16))
    return replace(visitor_actor(), username=f"visitor:{name}", permissions=frozenset({"cases.write"}))
