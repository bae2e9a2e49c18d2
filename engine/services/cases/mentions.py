"""Whom a note mentions: `@name`, by user name or by the name that is shown."""

from sqlalchemy import select

from engine.model.people import User
from engine.persistence import UnitOfWork

SIGNS = ("@", "\uff20")


def mentioned(uow: UnitOfWork, text: str) -> list[str]:
    """The user names of the active people whom the text mentions, each once; the longest name that fits counts."""
    starts = [index + 1 for index, sign in enumerate(text) if sign in SIGNS]
    if not starts:
        return []
    query = select(User.username, User.display_name).where(User.tenant_id == uow.tenant_id, User.active)
    names = {name: user for user, shown in uow.session.execute(query) for name in (user, shown) if name}
    longest_first = sorted(names, key=len, reverse=True)
    found = (next((name for name in longest_first if _stands(text, name, start)), None) for start in starts)
    return list(dict.fromkeys(names[name] for name in found if name))


def _stands(text: str, name: str, start: int) -> bool:
    """Whether the name stands there, and is no beginning of another word of letters."""
    after = text[start + len(name) : start + len(name) + 1]
    ends = not (name[-1].isascii() and name[-1].isalnum() and after.isascii() and after.isalnum())
    return text.startswith(name, start) and ends
