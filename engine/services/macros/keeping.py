"""Making, changing and forgetting macros: one's own, and those that a lead shares with a group."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.exc import IntegrityError

from engine.errors import Forbidden, InvalidInput, NotFound
from engine.model.desk import Macro
from engine.model.people import Group
from engine.model.permissions import ROLES, Actor
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services.macros.acts import Acts
from engine.services.people.actors import find_user
from engine.services.rows import add
from engine.services.trail import note

MOST, NAME_LENGTH = 50, 30


@dataclass(frozen=True, slots=True)
class MacroView:
    """A macro: its key, its name, its acts, whose it is, the group that has it too, and whether the reader may change it;
    `beyond`: its acts that the reader may not do."""

    key: int
    name: str
    acts: Acts
    username: str
    shared_with: str | None
    updated_at: datetime
    changeable: bool
    beyond: tuple[str, ...] = ()


def list_macros(runtime: Runtime, *, actor: Actor, to_change: bool = False) -> list[MacroView]:
    """The macros of one's own and of one's groups that one may do, by name; `to_change`: also those with an act that one may
    not do, and those of other groups that one may change.

    Raises Forbidden without tasks.work.
    """
    actor.require("tasks.work")
    seen = [Macro.username == actor.username, Macro.shared_with.in_(sorted(actor.groups))]
    if to_change and actor.may("knowledge.write"):
        seen.append(Macro.shared_with.is_not(None))
    query = select(Macro).where(Macro.tenant_id == actor.tenant_id, or_(*seen)).order_by(Macro.name, Macro.key)
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        found = [_view(row, actor) for row in uow.session.scalars(query)]
    return [each for each in found if to_change or not each.beyond]


def get_macro(runtime: Runtime, key: int, *, actor: Actor) -> MacroView:
    """One of `list_macros`. Raises NotFound, Forbidden without tasks.work."""
    actor.require("tasks.work")
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        return _view(_visible(uow, key, actor), actor)


def groups_to_share_with(runtime: Runtime, *, actor: Actor) -> list[str]:
    """The posts and teams that work on tasks, for whoever may share; nothing for the others."""
    if not actor.may("knowledge.write"):
        return []
    posts = [role.name for role in ROLES.values() if "tasks.work" in role.permissions]
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        teams = uow.session.scalars(select(Group.name).where(Group.tenant_id == uow.tenant_id).order_by(Group.name))
        return posts + [name for name in teams if name not in posts]


def make_macro(runtime: Runtime, name: str, acts: Acts, *, actor: Actor, shared_with: str | None = None) -> int:
    """Keep acts under a name, for oneself or for a group too; returns the key.

    Raises InvalidInput with fields, Forbidden without tasks.work.
    """

    def work(uow: UnitOfWork) -> int:
        _check(uow, name, acts, shared_with, groups, actor)
        own = (Macro.tenant_id == uow.tenant_id, Macro.username == actor.username)
        if (uow.session.scalar(select(func.count()).select_from(Macro).where(*own)) or 0) >= MOST:
            raise _refused({"name": [f"最多保存 {MOST} 个宏，请先删除一个 / At most {MOST} macros: delete one first."]})
        moments = {"created_at": uow.now, "updated_at": uow.now}
        values = {
            "username": actor.username,
            "name": name.strip(),
            "acts": acts.stored(),
            "shared_with": shared_with or None,
        }
        row = add(runtime, uow, Macro, **values, **moments)
        uow.flush()
        note(runtime, uow, actor, "macro.create", row.key, None, _kept(row))
        return row.key

    actor.require("tasks.work")
    groups = groups_to_share_with(runtime, actor=actor)
    return _stored(runtime, work, actor)


def change_macro(
    runtime: Runtime, key: int, name: str, acts: Acts, *, actor: Actor, shared_with: str | None = None
) -> None:
    """Replace a macro's name, acts and group; who may not share any more keeps it for themselves. Raises InvalidInput with
    fields, NotFound, Forbidden for another's that is shared without knowledge.write."""

    def work(uow: UnitOfWork) -> int:
        row = _changeable(uow, key, actor)
        _check(uow, name, acts, shared_with, [*groups, row.shared_with] if groups else [], actor)
        before = _kept(row)
        row.name, row.acts, row.shared_with, row.updated_at = name.strip(), acts.stored(), shared_with or None, uow.now
        uow.flush()
        note(runtime, uow, actor, "macro.change", key, before, _kept(row))
        return key

    actor.require("tasks.work")
    groups = groups_to_share_with(runtime, actor=actor)
    _stored(runtime, work, actor)


def delete_macro(runtime: Runtime, key: int, *, actor: Actor) -> None:
    """Forget a macro. Raises NotFound, Forbidden as `change_macro` does."""

    def work(uow: UnitOfWork) -> None:
        row = _changeable(uow, key, actor)
        note(runtime, uow, actor, "macro.delete", key, _kept(row), None)
        uow.session.delete(row)

    actor.require("tasks.work")
    runtime.transact(work, actor.tenant_id)


def _stored(runtime: Runtime, work: Callable[[UnitOfWork], int], actor: Actor) -> int:
    try:
        return runtime.transact(work, actor.tenant_id)
    except IntegrityError as error:
        raise _refused({"name": ["已有同名的宏 / A macro of this name is there."]}) from error


def _check(
    uow: UnitOfWork, name: str, acts: Acts, shared_with: str | None, groups: Iterable[str | None], actor: Actor
) -> None:
    refused = {act: ["您没有权限做这个操作 / You may not do this yourself."] for act in acts.beyond(actor)}
    fields = refused | acts.check()
    if not name.strip():
        fields["name"] = ["请填写名称 / Give it a name."]
    elif len(name.strip()) > NAME_LENGTH:
        fields["name"] = [f"名称最多 {NAME_LENGTH} 个字 / At most {NAME_LENGTH} characters."]
    if shared_with and shared_with not in groups:
        fields["shared_with"] = ["您不能共享给这个组 / You cannot share with this group."]
    if acts.hand_over:
        colleague = find_user(uow, acts.hand_over)
        if colleague is None or not colleague.active:
            fields["hand_over"] = ["没有这位同事，或已停用 / There is no such colleague."]
    if fields:
        raise _refused(fields)


def _refused(fields: dict[str, list[str]]) -> InvalidInput:
    return InvalidInput("The macro was not saved.", fields)


def _visible(uow: UnitOfWork, key: int, actor: Actor) -> Macro:
    row = uow.get(Macro, key)
    shared = row.shared_with is not None and (row.shared_with in actor.groups or actor.may("knowledge.write"))
    if row.username != actor.username and not shared:
        raise NotFound(f"{actor.username} has no macro {key}.")
    return row


def _changeable(uow: UnitOfWork, key: int, actor: Actor) -> Macro:
    row = _visible(uow, key, actor)
    if row.username != actor.username and not actor.may("knowledge.write"):
        raise Forbidden(f"Macro {key} is {row.username}'s.")
    return row


def _kept(row: Macro) -> dict[str, Any]:
    return {"name": row.name, "acts": row.acts, "shared_with": row.shared_with}


def _view(row: Macro, actor: Actor) -> MacroView:
    changeable = row.username == actor.username or actor.may("knowledge.write")
    acts = Acts(**row.acts)
    return MacroView(
        row.key, row.name, acts, row.username, row.shared_with, row.updated_at, changeable, tuple(acts.beyond(actor))
    )
