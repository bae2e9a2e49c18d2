"""Filters that a person gave a name, to have them again with one click, and those that a group shares."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.exc import IntegrityError

from engine.errors import InvalidInput, NotFound
from engine.model.desk import SavedFilter
from engine.model.permissions import Actor
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services.rows import add

PAGES = ("inbox", "cases", "instances")
MOST, NAME_LENGTH, QUERY_LENGTH = 20, 30, 500


@dataclass(frozen=True, slots=True)
class SavedView:
    """A filter: its key, its name, the parameters of its page's address, whose it is, and the group that has it too."""

    key: int
    name: str
    query: dict[str, str]
    username: str
    shared_with: str | None


def saved_filters(runtime: Runtime, page: str, *, actor: Actor) -> list[SavedView]:
    """One's own filters of a page and those that one's groups share, in the order in which they were made."""
    query = select(SavedFilter).where(
        SavedFilter.tenant_id == actor.tenant_id,
        SavedFilter.page == page,
        or_(SavedFilter.username == actor.username, SavedFilter.shared_with.in_(sorted(actor.groups))),
    )
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        rows = uow.session.scalars(query.order_by(SavedFilter.key))
        return [SavedView(row.key, row.name, dict(row.query), row.username, row.shared_with) for row in rows]


def save_filter(
    runtime: Runtime, page: str, name: str, query: Mapping[str, str], *, actor: Actor, shared_with: str | None = None
) -> int:
    """Keep a filter under a name, in the place of one's own of that name; returns its key.

    `shared_with`: a group of one's own, whose people have it too. Raises InvalidInput for a name that is empty or too
    long, for no filter at all, for one too many, or for a group of others.
    """
    named, kept = name.strip(), {key: value for key, value in query.items() if value}
    _check(page, named, kept)
    if shared_with and shared_with not in actor.groups:
        raise _refused("只能共享给自己所在的组 / Share it with a group of your own.")

    def work(uow: UnitOfWork) -> int:
        own = (SavedFilter.tenant_id == uow.tenant_id, SavedFilter.username == actor.username, SavedFilter.page == page)
        row = uow.session.scalars(select(SavedFilter).where(*own, SavedFilter.name == named)).one_or_none()
        if row is not None:
            row.query, row.shared_with = kept, shared_with or None
            return row.key
        if (uow.session.scalar(select(func.count()).select_from(SavedFilter).where(*own)) or 0) >= MOST:
            raise _refused(f"最多保存 {MOST} 个筛选，请先删除一个 / At most {MOST} filters: delete one first.")
        values = {"username": actor.username, "page": page, "name": named, "query": kept, "created_at": uow.now}
        return add(runtime, uow, SavedFilter, shared_with=shared_with or None, **values).key

    try:
        return runtime.transact(work, actor.tenant_id)
    except IntegrityError as error:  # a double click made it already
        raise _refused("已有同名的筛选 / A filter of this name is there.") from error


def delete_filter(runtime: Runtime, key: int, *, actor: Actor) -> None:
    """Forget one of one's own filters. Raises NotFound for another's."""

    def work(uow: UnitOfWork) -> None:
        row = uow.get(SavedFilter, key)
        if row.username != actor.username:
            raise NotFound(f"{actor.username} has no filter {key}.")
        uow.session.delete(row)

    runtime.transact(work, actor.tenant_id)


def _check(page: str, name: str, query: dict[str, str]) -> None:
    if page not in PAGES:
        raise NotFound(f"There is no page {page!r} with filters.")
    if not name:
        raise _refused("请填写名称 / Give it a name.")
    if len(name) > NAME_LENGTH:
        raise _refused(f"名称最多 {NAME_LENGTH} 个字 / At most {NAME_LENGTH} characters.")
    if not query:
        raise _refused("请先选择筛选条件 / Choose a filter first.")
    if sum(len(key) + len(value) for key, value in query.items()) > QUERY_LENGTH:
        raise _refused("筛选条件太长 / The filter is too long.")


def _refused(sentence: str) -> InvalidInput:
    return InvalidInput("The filter was not saved.", {"name": [sentence]})
