"""Whom a note mentions: `@name`, by user name or by the name that is shown."""

import re

from sqlalchemy import select

from engine.model.people import User
from engine.model.permissions import Actor
from engine.persistence import UnitOfWork
from engine.runtime import Runtime

SIGNS = ("@", "\uff20")
_WORD = re.compile(r"[\w.-]{1,30}")


def mentioned(uow: UnitOfWork, text: str) -> list[str]:
    """The user names of the active people whom the text mentions, each once; the longest name that fits counts."""
    return list(dict.fromkeys(name for _at, name in _found(uow, text) if name))


def unknown_mentions(runtime: Runtime, text: str, *, actor: Actor) -> list[str]:
    """What stands behind an `@` that begins a word, and is nobody's name, as it was typed; each once."""
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        starts = [at for at, name in _found(uow, text) if name is None and not _in_word(text, at)]
    words = (_WORD.match(text, at) for at in starts)
    return list(dict.fromkeys(word[0] for word in words if word))


def _found(uow: UnitOfWork, text: str) -> list[tuple[int, str | None]]:
    """Where a name may begin, and whose it is."""
    starts = [index + 1 for index, sign in enumerate(text) if sign in SIGNS]
    if not starts:
        return []
    query = select(User.username, User.display_name).where(User.tenant_id == uow.tenant_id, User.active)
    names = {name: user for user, shown in uow.session.execute(query) for name in (user, shown) if name}
    longest_first = sorted(names, key=len, reverse=True)
    found = ((at, next((name for name in longest_first if _stands(text, name, at)), None)) for at in starts)
    return [(at, names[name] if name else None) for at, name in found]


def _in_word(text: str, start: int) -> bool:
    """Whether the sign stands within letters and digits, as in an address of mail."""
    before = text[start - 2 : start - 1] if start > 1 else ""
    return before.isascii() and before.isalnum()


def _stands(text: str, name: str, start: int) -> bool:
    """Whether the name stands there, and is no beginning of another word of letters."""
    after = text[start + len(name) : start + len(name) + 1]
    ends = not (name[-1].isascii() and name[-1].isalnum() and after.isascii() and after.isalnum())
    return text.startswith(name, start) and ends
